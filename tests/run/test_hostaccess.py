"""Implicit host access, found on the CPU with ``LRNOTES_DEVICE=lint``."""

import pytest

from lrnotes.run.job import PRELOAD
from lrnotes.settings import Settings


@pytest.fixture(scope="module")
def torch_bench(make_bench):
    """Return a bench whose scripts have torch."""
    pytest.importorskip("torch")
    return make_bench(Settings(workers=2, timeout=60), preload=PRELOAD)


@pytest.fixture
def lint(torch_bench, monkeypatch):
    """Return a function that lints cells after the usual imports."""
    monkeypatch.setenv("LRNOTES_DEVICE", "lint")
    start = (
        "import numpy as np\nimport torch\nimport matplotlib.pyplot as plt\n"
        "t = torch.arange(3.0)"
    )
    return lambda *cells, **options: torch_bench.run(start, *cells, **options)


@pytest.mark.parametrize(
    ("source", "name", "line"),
    [
        ("1\nt.numpy()", "numpy", 2),
        ("(t + 1).detach().numpy()", "numpy", 1),
        ("np.asarray(t)", "__array__", 1),
        ("x = 2\nnp.sqrt(t)", "__array__", 2),
        ("fig, ax = plt.subplots()\nax.plot(t.log())", "__array__", 2),
        ("w = torch.from_numpy(np.ones(2))", "from_numpy", 1),
        ("from torch import from_numpy\nw = from_numpy(np.ones(2))", "from_numpy", 2),
        ("np.from_dlpack(t)", "__dlpack__", 1),
        ("def f(x):\n    return x.numpy()\n\nf(t)", "numpy", 2),
    ],
)
def test_an_access_fails_its_cell_at_its_line_and_the_script_goes_on(
    lint, source, name, line
):
    _, cell, after = lint(source, "'after'").outcomes

    assert (cell.failure.kind, cell.failure.name) == ("device", "HostAccess")
    assert cell.failure.message.startswith(f"{name} at line ")
    assert cell.failure.line == line
    assert after.status == "passed"


@pytest.mark.parametrize(
    "source",
    [
        "t.cpu().numpy()",
        "t.to('cpu').sqrt().numpy()",
        "np.asarray((t.cpu() + 1)[1:])",
        "w = torch.zeros(2, device='cpu')\nw.numpy()",
        "t.tolist(), t.sum().item(), float(t[0])",
        "fig, ax = plt.subplots()\nax.plot(t.cpu(), t.log().cpu())",
        "torch.testing.assert_close(t, t + 0)",
        "t",
        "w = torch.tensor(np.ones(2))",
    ],
)
def test_what_says_that_it_goes_to_the_host_passes(lint, source):
    assert lint(source).passed


def test_all_accesses_of_a_cell_are_told_each_line_once(lint):
    _, cell = lint("for _ in range(3):\n    t.numpy()\nnp.asarray(t)").outcomes

    assert [line.partition(":")[0] for line in cell.failure.message.splitlines()] == [
        "numpy at line 2 of the cell",
        "__array__ at line 3 of the cell",
    ]


def test_a_module_of_the_project_is_named_and_the_cell_that_calls_it(lint, torch_bench):
    (torch_bench.root / "snippets/toll.py").write_text("def f(t):\n    t.numpy()\n")
    _, cell = lint("from toll import f\nf(t)").outcomes

    assert cell.failure.line == 2
    assert cell.failure.frames[-1].path == "snippets/toll.py"


def test_a_script_that_stays_on_the_cpu_is_left_alone(torch_bench, monkeypatch):
    monkeypatch.setenv("LRNOTES_DEVICE", "lint")

    assert torch_bench.run("import torch", "torch.ones(1).numpy()", device="cpu").passed


def test_a_search_finds_nothing_recorded_and_leaves_nothing(torch_bench, monkeypatch):
    cells = (
        "import torch",
        "x = 17\nwith open('ran.txt', 'a') as file:\n    file.write('.')",
    )
    torch_bench.run(*cells)
    stored = sorted(torch_bench.cache.folder.rglob("*"))
    monkeypatch.setenv("LRNOTES_DEVICE", "lint")
    torch_bench.run(*cells)
    torch_bench.run("import torch", "x = 18", "torch.ones(1).numpy()")
    monkeypatch.delenv("LRNOTES_DEVICE")

    assert sorted(torch_bench.cache.folder.rglob("*")) == stored
    assert (torch_bench.root / "ran.txt").read_text() == ".."
    assert torch_bench.run("import torch", "x = 18", "torch.ones(1).numpy()").passed
