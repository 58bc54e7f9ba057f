"""Which slow imports are foreseen, from text alone."""

import pytest

from lrnotes.run.foresee import foresee


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("torch.optim.SGD(net.parameters(), lr=0.1)", {"torch", "optimizer"}),
        ("from torch import optim", {"torch", "optimizer"}),
        ("step = torch.compile(step)", {"torch", "optimizer"}),
        ("import torch\nx = torch.zeros(3).log()", {"torch"}),
        ("import re\npattern = re.compile('optimal')", set()),
        ("import direct", {"torch", "optimizer"}),
        ("from over import train", {"torch", "optimizer"}),
        ("import plain", set()),
        ("import math, plain\nfrom pathlib import Path", set()),
        ("import numpy as np\nnp.ones(3)", set()),
        ("if True:\n    from library.parts import net", {"torch"}),
        ("import plain\nplain.torchlight()", set()),
        ("import endless", set()),
        ("import matplotlib.pyplot as plt", {"figures"}),
        ("from chart import draw", {"figures"}),
        ("from chart import draw\naxes.semilogx()", {"figures", "labels"}),
        ("plt.plot(x)\nplt.yscale('log')", {"figures", "labels"}),
        ("plt.plot(x, label=r'$\\\\eta$')", {"figures", "labels"}),
        ("print('log', '$')", set()),
        ("from chart import draw\nimport over", {"torch", "figures", "optimizer"}),
    ],
)
def test_what_a_script_and_the_modules_that_it_names_will_need(
    tmp_path, source, expected
):
    modules = {
        "direct": "from torch.optim import Adam\n",
        "over": "import direct\n",
        "plain": "import math\n",
        "endless": "import endless\n",
        "chart": "from matplotlib import pyplot\n",
    }
    for name, text in modules.items():
        (tmp_path / f"{name}.py").write_text(text)

    assert foresee([source], tmp_path) == expected


def test_one_of_several_scripts_suffices_and_no_folder_is_needed(tmp_path):
    sources = ["x = 1", "torch.optim.SGD(p)"]

    assert foresee(sources, tmp_path / "none") == {"torch", "optimizer"}
    assert not foresee([], tmp_path)
