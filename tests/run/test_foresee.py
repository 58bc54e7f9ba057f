"""Whether the imports of an optimizer are foreseen, from text alone."""

import pytest

from lrnotes.run.foresee import foresee_optimizer


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("torch.optim.SGD(net.parameters(), lr=0.1)", True),
        ("from torch import optim", True),
        ("step = torch.compile(step)", True),
        ("import torch\nx = torch.zeros(3)", False),
        ("import re\npattern = re.compile('optimal')", False),
        ("import direct", True),
        ("from over import train", True),
        ("import plain", False),
        ("import endless", False),
    ],
)
def test_optimizers_are_foreseen_in_a_script_and_in_what_it_names(
    tmp_path, source, expected
):
    modules = {
        "direct": "from torch.optim import Adam\n",
        "over": "import direct\n",
        "plain": "import math\n",
        "endless": "import endless\n",
    }
    for name, text in modules.items():
        (tmp_path / f"{name}.py").write_text(text)

    assert foresee_optimizer([source], tmp_path) is expected


def test_one_of_several_scripts_suffices_and_no_folder_is_needed(tmp_path):
    sources = ["x = 1", "torch.optim.SGD(p)"]

    assert foresee_optimizer(sources, tmp_path / "none")
    assert not foresee_optimizer([], tmp_path)
