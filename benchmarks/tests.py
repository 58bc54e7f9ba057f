"""Cost of testing the code of notes, for lrnotes and its peers in one run.

    python benchmarks/tests.py [--rounds 3] [--notes 50] [--peers PYTHON]
        [--cells {mixed,plain,exec}]

Fifty notes hold ten cells each, 500 in all, as notes on optimizers have them: shapes,
gradients against their formula, short descents by hand and by ``torch.optim``, printed
numbers; one cell in fifty draws a figure.  Each cell stands alone, since two of the
peers share nothing between cells; no two are equal.  With ``--cells plain`` none draws:
then all tools do the same work.  With ``--cells exec`` the cells are those of
``exec.py``: twelve notes, two sweeps with a figure each.

Every tool gets the same cells, as whole processes: serially, with two xdist workers,
and lrnotes once more with ``--lrnotes-cached``; no other pytest plugin is loaded.
lrnotes alone also saves the figures and stores what passed.  ``--peers`` names the
Python of an environment that holds ``benchmarks/peers-tests.txt`` and torch.  A cell of
the table is the median of the rounds, CPU seconds of the process and its children, then
wall seconds; rounds interleave the tools.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from meter import make_environment
from workload import make_workload

KINDS = (
    """\
import torch

x = torch.linspace(0, {a}, {n})
y = torch.outer(x, x)
assert y.shape == ({n}, {n})
torch.testing.assert_close(y.diagonal(), x**2)
""",
    """\
import torch

w = torch.tensor([{a}, -1.0], dtype=torch.float64, requires_grad=True)
loss = (w**2).sum() / 2
loss.backward()
torch.testing.assert_close(w.grad, w.detach())
""",
    """\
import torch

w, rate = torch.tensor([1.0, {a}]), 0.1
losses = []
for step in range({n}):
    w = w - rate * w * torch.tensor([1.0, 5.0])
    losses.append((w**2).sum().item())
assert losses[-1] < losses[0]
""",
    """\
import torch

torch.manual_seed({n})
w = torch.randn(8, requires_grad=True)
optimizer = torch.optim.SGD([w], lr=0.05, momentum={m})
first = (w**2).sum().item()
for step in range(20):
    optimizer.zero_grad()
    loss = (w**2).sum()
    loss.backward()
    optimizer.step()
assert loss.item() < first
""",
    """\
import torch

rates = torch.logspace(-3, 0, {n})
factors = (1 - {a} * rates).abs()
print(f"of {{len(rates)}} rates {{(factors < 1).sum().item()}} shrink the error")
assert factors.min() < 1
""",
)

WORK = make_workload(12)

FIGURE = """\
import matplotlib.pyplot as plt
import torch

steps = torch.arange({n})
fig, ax = plt.subplots()
ax.plot(steps, torch.exp(-steps / {a}))
ax.set(xlabel="step", ylabel="loss")
assert len(ax.lines) == 1
"""


def make_cells(notes: int, *, draws: bool) -> dict[str, list[str]]:
    """Return the cells of each note, by its name."""
    made = {}
    for note in range(notes):
        cells = []
        for at in range(10):
            number = note * 10 + at
            is_figure = draws and number % 50 == 49
            form = FIGURE if is_figure else KINDS[number % len(KINDS)]
            values = {"a": 1 + number / 1000, "n": 20 + note, "m": 0.5 + note / 1000}
            cells.append(form.format(**values) + f"number = {number}\n")
        made[f"n{note:02d}"] = cells
    return made


def read_cells() -> dict[str, list[str]]:
    """Return the cells of ``exec.py``, by note."""
    return {page.name: [block.code for block in page.blocks] for page in WORK.pages}


SYBIL = """\
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser

pytest_collect_file = Sybil(
    parsers=[PythonCodeBlockParser()], patterns=["*.md"]
).pytest()
"""

EXAMPLES = """\
import pytest
from pytest_examples import CodeExample, EvalExample, find_examples


@pytest.mark.parametrize("example", find_examples("docs"), ids=str)
def test_docs(example: CodeExample, eval_example: EvalExample):
    eval_example.run(example)
"""


SPREAD = ("-p", "xdist", "-n", "2")


@dataclass
class Tool:
    """How a tool is told of the cells, and which command tests them."""

    name: str
    module: str
    files: dict[str, str]
    arguments: tuple[str, ...]
    fence: str = "python"
    spread: tuple[str, ...] = SPREAD
    """What makes two workers of it; sybil's documents must each stay in one."""
    cpu: dict[str, list[float]] = field(default_factory=dict)
    wall: dict[str, list[float]] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)


CONFIG = "site_name: bench\nplugins: [lrnotes]\n"


def make_tools() -> list[Tool]:
    return [
        Tool(
            "lrnotes",
            "lrnotes",
            {"mkdocs.yml": CONFIG},
            ("-p", "lrnotes.pytest_plugin", "docs"),
            "python exec",
        ),
        Tool(
            "sybil",
            "sybil",
            {"docs/conftest.py": SYBIL},
            ("docs",),
            spread=(*SPREAD, "--dist", "loadfile"),
        ),
        Tool(
            "pytest-markdown-docs",
            "pytest_markdown_docs",
            {},
            ("-p", "pytest_markdown_docs.plugin", "--markdown-docs", "docs"),
        ),
        Tool(
            "pytest-examples",
            "pytest_examples",
            {"test_docs.py": EXAMPLES},
            ("-p", "pytest_examples", "test_docs.py"),
        ),
    ]


def write_files(root: Path, tool: Tool, cells: dict[str, list[str]]) -> None:
    files = {"pytest.ini": "[pytest]\n", **tool.files}
    WORK.write(root)
    for name, sources in cells.items():
        fences = "\n".join(f"```{tool.fence}\n{source}```\n" for source in sources)
        files[f"docs/{name}.md"] = f"# Note {name}\n\n{fences}"
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def adopt_strays() -> None:
    """Become the parent of what a test run leaves behind, so that its time counts."""
    set_child_subreaper = 36
    ctypes.CDLL(None).prctl(set_child_subreaper, 1, 0, 0, 0)


def await_strays() -> None:
    """Wait for what the run has left behind: xdist kills workers that still close."""
    with contextlib.suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)


def measure(python: str, root: Path, arguments: list[str]) -> tuple[float, float, str]:
    """Return CPU and wall seconds of one test run, and its last line."""
    variables = {
        "PYTHONPATH": f"{root / 'snippets'}:{root / 'packages'}",
        "BENCH_LOG": str(root / "ran.txt"),
        "BENCH_DATA": str(root / "data/points.csv"),
        "BENCH_DEVICE": WORK.device,
        "OMP_NUM_THREADS": "1",
        "MPLBACKEND": "agg",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    command = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        command,
        cwd=root,
        env=make_environment(variables),
        capture_output=True,
        text=True,
        check=False,
    )
    wall = time.perf_counter()
    await_strays()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    said = [
        line for line in done.stdout.splitlines() if re.search(r"\d+ \w+ in ", line)
    ]
    return cpu, wall - start, said[-1] if said else (done.stderr or done.stdout)[-200:]


def take_round(tool: Tool, python: str, cells: dict[str, list[str]]) -> None:
    columns = {"serial": (), "-n 2": tool.spread}
    if tool.name == "lrnotes":
        columns["cached"] = ("--lrnotes-cached",)
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch).resolve()
        write_files(root, tool, cells)
        for column, more in columns.items():
            cpu, wall, said = measure(python, root, [*tool.arguments, *more])
            tool.cpu.setdefault(column, []).append(cpu)
            tool.wall.setdefault(column, []).append(wall)
            passed = re.search(r"(\d+) passed", said)
            wanted = sum(map(len, cells.values()))
            if not passed or int(passed[1]) != wanted:
                tool.notes[column] = said.strip()


def is_there(python: str, module: str) -> bool:
    code = f"import importlib.util, sys; sys.exit(not importlib.util.find_spec({module!r}))"
    return subprocess.run([python, "-c", code], check=False).returncode == 0


def print_table(tools: list[Tool]) -> None:
    columns = ("serial", "-n 2", "cached")
    print("| CPU s / wall s | " + " | ".join(columns) + " |")
    print("|---" * (len(columns) + 1) + "|")
    for tool in tools:
        row = (
            f"{statistics.median(tool.cpu[name]):.2f} / "
            f"{statistics.median(tool.wall[name]):.2f}"
            + f" ({tool.notes.get(name, '')})"
            * (name in tool.notes)
            if name in tool.cpu
            else ""
            for name in columns
        )
        print(f"| {tool.name} | " + " | ".join(row) + " |")
    for line in find_ratios(tools):
        print(line)


def find_ratios(tools: list[Tool]) -> Iterator[str]:
    ours, *peers = tools
    if ours.name != "lrnotes":
        return
    median = statistics.median
    for what in ("cpu", "wall"):
        serial = median(getattr(ours, what)["serial"])
        if peers:
            best = min(median(getattr(peer, what)["serial"]) for peer in peers)
            yield f"serial {what} / fastest peer = {serial / best:.2f}"
        yield f"-n 2 {what} / serial = {median(getattr(ours, what)['-n 2']) / serial:.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--notes", type=int, default=50)
    parser.add_argument("--cells", choices=("mixed", "plain", "exec"), default="mixed")
    parser.add_argument("--peers", default=sys.executable, metavar="PYTHON")
    options = parser.parse_args()
    adopt_strays()
    if options.cells == "exec":
        cells = read_cells()
    else:
        cells = make_cells(options.notes, draws=options.cells == "mixed")
    pairs = []
    for tool in make_tools():
        python = sys.executable if tool.name == "lrnotes" else options.peers
        if is_there(python, tool.module):
            pairs.append((tool, python))
        else:
            print(f"{tool.name}: not installed, left out")
    for _ in range(options.rounds):
        for tool, python in pairs:
            take_round(tool, python, cells)
    print(f"{sum(map(len, cells.values()))} cells in {len(cells)} notes")
    print_table([tool for tool, _ in pairs])


if __name__ == "__main__":
    main()
