"""Cost of executing one site, for lrnotes and its peers in one run: prints a table.

    python benchmarks/exec.py [--rounds 3] [--pages 12] [--only NAME ...]
        [--mkdocs PYTHON] [--sphinx PYTHON]

Twelve pages hold two figure blocks each (a small torch sweep, then a chart) and every
third one a block that prints a number; all import one module.  Each tool gets the same
site in its own markup and builds it as whole processes: cold, with nothing changed, with
one block edited, with prose edited, with the shared module edited.  The blocks log that
they ran, so the table also tells who ran too much and who published stale pages.

``--mkdocs`` and ``--sphinx`` name the Python of an environment that holds the peers of
that kind; those that are not installed there are left out, with a line.  A row is the
median of the rounds, in CPU seconds of the process and its children; rounds interleave
the tools, so that a busy machine hits all alike.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

HELPER = '''\
"""What all blocks share."""
import os

import torch

torch.set_num_threads(1)
SCALE = {scale}


def mark(block):
    with os.fdopen(
        os.open(os.environ["BENCH_LOG"], os.O_APPEND | os.O_CREAT | os.O_WRONLY), "w"
    ) as log:
        log.write(block + " ")


def sweep(block, rates, steps):
    mark(block)
    curves = {{}}
    for rate in rates:
        source = torch.Generator().manual_seed(7)
        x = torch.randn(256, 16, generator=source)
        y = torch.sin(x.sum(1, keepdim=True)) * SCALE
        first = (torch.randn(16, 64, generator=source) / 4).requires_grad_()
        second = (torch.randn(64, 1, generator=source) / 8).requires_grad_()
        curves[rate] = []
        for _ in range(steps):
            loss = ((torch.tanh(x @ first) @ second - y) ** 2).mean()
            first.grad = second.grad = None
            loss.backward()
            with torch.no_grad():
                first -= rate * first.grad
                second -= rate * second.grad
            curves[rate].append(loss.item())
    return curves
'''

FIGURE = """\
import matplotlib.pyplot as plt
from bench_helper import sweep

curves = sweep("{name}", ({rate}, {rate} / 5, {rate} / 25), {steps})
fig, ax = plt.subplots(figsize=(5, 3))
for rate, losses in curves.items():
    ax.plot(losses, label=f"lr={{rate}}")
ax.set(xlabel="step", ylabel="loss", yscale="log", title="{name}")
ax.legend();
"""

VALUE = """\
from bench_helper import SCALE, sweep

last = sweep("{name}", (0.05,), 20)[0.05][-1]
print(f"token-{name} scale={{SCALE}} loss={{last:.4f}}")
"""

PROSE = """\
The learning rate scales each step along the gradient. Too small and the loss creeps, too
large and it diverges; the three curves share one initial point.{more}
"""


@dataclass(frozen=True)
class Block:
    name: str
    is_figure: bool
    rate: float = 0.05
    steps: int = 300

    @property
    def code(self) -> str:
        form = FIGURE if self.is_figure else VALUE
        return form.format(name=self.name, rate=self.rate, steps=self.steps)


@dataclass
class Page:
    name: str
    blocks: list[Block]
    more: str = ""

    @property
    def text(self) -> str:
        return PROSE.format(more=self.more)


@dataclass
class Workload:
    pages: list[Page]
    scale: int = 1

    @property
    def blocks(self) -> list[Block]:
        return [block for page in self.pages for block in page.blocks]


def make_workload(pages: int) -> Workload:
    made = []
    for number in range(pages):
        name = f"p{number:02d}"
        blocks = [
            Block(f"{name}b{at}", True, round(0.02 + 0.002 * number + 0.013 * at, 6))
            for at in range(2)
        ]
        made.append(Page(name, blocks + [Block(f"{name}v", False)] * (not number % 3)))
    return Workload(made)


def edit_block(work: Workload) -> set[str]:
    page = work.pages[min(3, len(work.pages) - 1)]
    page.blocks[1] = replace(page.blocks[1], rate=page.blocks[1].rate + 0.001)
    return {page.blocks[1].name}


def edit_prose(work: Workload) -> set[str]:
    work.pages[-1].more += " One more sentence."
    return set()


def edit_helper(work: Workload) -> set[str]:
    work.scale += 1
    return {block.name for block in work.blocks}


SCENARIOS: dict[str, Callable[[Workload], set[str]]] = {
    "cold": lambda work: {block.name for block in work.blocks},
    "no-op": lambda _: set(),
    "one block": edit_block,
    "prose": edit_prose,
    "helper": edit_helper,
}


# --- the tools -------------------------------------------------------------------

MKDOCS = """\
site_name: bench
use_directory_urls: false
theme: {{name: material, font: false}}
markdown_extensions: {extensions}
plugins: [search{plugins}]
"""

BARE = "[pymdownx.superfences]"

SAVE = """\
from io import StringIO
target = StringIO()
fig.savefig(target, format="svg")
plt.close("all")
print(target.getvalue()[target.getvalue().index("<svg"):])
"""


@dataclass
class Tool:
    """How a tool is told of the site, and how it builds it."""

    name: str
    module: str
    """What must be importable for it."""
    write: Callable[[Path, Workload], None]
    command: tuple[str, ...] = ("mkdocs", "build", "-q", "-d", "site")
    kind: str = "mkdocs"
    runs: bool = True
    cpu: dict[str, list[float]] = field(default_factory=dict)
    wall: dict[str, list[float]] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)


def put(path: Path, text: str) -> None:
    """Write where the content differs, so that unedited files keep their times."""
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def find_extensions() -> str:
    """Return the Markdown extensions that lrnotes adds, so that plain has them too."""
    try:
        from lrnotes.markdown.defaults import add_extensions
    except ImportError:
        return BARE
    names: list[str] = []
    options: dict[str, object] = {}
    add_extensions(names, options, {})
    return json.dumps(
        [{name: options.get(name) or {}} for name in names if name != "lrnotes"]
    )


def config(plugins: str, extensions: str = BARE) -> str:
    return MKDOCS.format(plugins=plugins, extensions=extensions)


def write_markdown(plugins: str, fence: Callable[[Block], str], head: str = ""):
    def write(root: Path, work: Workload) -> None:
        extensions = BARE if plugins else find_extensions()
        put(root / "mkdocs.yml", config(plugins, extensions))
        put(root / "docs/index.md", "# Bench\n")
        for page in work.pages:
            blocks = "\n".join(map(fence, page.blocks))
            text = f"{head}# Note {page.name}\n\n{page.text}\n{blocks}"
            put(root / f"docs/{page.name}.md", text)

    return write


def plain_fence(block: Block) -> str:
    return f"```python\n{block.code}```\n"


def lrnotes_fence(block: Block) -> str:
    options = f"#| alt: three losses of {block.name}\n" if block.is_figure else ""
    return f'```python exec session="{block.name}"\n{options}{block.code}```\n'


def markdown_exec_fence(block: Block) -> str:
    if block.is_figure:
        info = 'exec="true" html="true" source="above"'
        return f"```python {info}\n{block.code}{SAVE}```\n"
    return f'```python exec="true" source="above" result="text"\n{block.code}```\n'


def write_notebooks(root: Path, work: Workload) -> None:
    plugins = ", mkdocs-jupyter: {execute: true, allow_errors: false}"
    put(root / "mkdocs.yml", config(plugins))
    put(root / "docs/index.md", "# Bench\n")
    for page in work.pages:
        cells = [{"cell_type": "markdown", "source": f"# {page.name}\n\n{page.text}"}]
        cells += [
            {
                "cell_type": "code",
                "source": block.code,
                "outputs": [],
                "execution_count": None,
            }
            for block in page.blocks
        ]
        for number, cell in enumerate(cells):
            cell |= {"id": f"c{number}", "metadata": {}}
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        book = {"cells": cells, "metadata": {"kernelspec": kernel}}
        book |= {"nbformat": 4, "nbformat_minor": 5}
        put(root / f"docs/{page.name}.ipynb", json.dumps(book, indent=1))


def write_gallery(folder: Path, work: Workload) -> None:
    for page in work.pages:
        title = f"Note {page.name}"
        parts = [f'"""\n{title}\n{"=" * len(title)}\n\n{page.text}"""\n']
        for block in page.blocks:
            show = "plt.show()\n" if block.is_figure else ""
            parts.append(f"# %%\n# Block {block.name}\n\n{block.code}{show}")
        put(folder / f"plot_{page.name}.py", "\n".join(parts))


def write_mkdocs_gallery(root: Path, work: Workload) -> None:
    plugins = (
        ", gallery: {conf_script: docs/conf.py, examples_dirs: docs/examples,"
        " gallery_dirs: docs/generated/gallery}"
    )
    put(root / "mkdocs.yml", config(plugins))
    put(root / "docs/index.md", "# Bench\n")
    put(root / "docs/conf.py", "conf = {}\n")
    put(root / "docs/examples/README.md", "# Gallery\n")
    write_gallery(root / "docs/examples", work)


def write_myst(root: Path, work: Workload) -> None:
    put(root / "docs/index.md", "# Bench\n\n```{toctree}\n:glob:\np*\n```\n")
    put(
        root / "docs/conf.py",
        'project = "bench"\nextensions = ["myst_nb"]\nnb_execution_mode = "cache"\n'
        f"nb_execution_cache_path = {str(root / 'cache')!r}\n"
        "nb_execution_timeout = 300\nnb_execution_raise_on_error = True\n",
    )
    head = "---\nfile_format: mystnb\nkernelspec: {name: python3}\n---\n"
    for page in work.pages:
        blocks = "\n".join(
            f"```{{code-cell}} python\n{block.code}```\n" for block in page.blocks
        )
        put(
            root / f"docs/{page.name}.md",
            f"{head}# {page.name}\n\n{page.text}\n{blocks}",
        )


def write_sphinx_gallery(root: Path, work: Workload) -> None:
    put(root / "docs/index.rst", "Bench\n=====\n\n.. toctree::\n\n   gallery/index\n")
    put(root / "docs/examples/README.rst", "Gallery\n=======\n")
    put(
        root / "docs/conf.py",
        'project = "bench"\nextensions = ["sphinx_gallery.gen_gallery"]\n'
        'sphinx_gallery_conf = {"examples_dirs": "examples", "gallery_dirs": "gallery"}\n',
    )
    write_gallery(root / "docs/examples", work)


SPHINX = ("sphinx", "-q", "-b", "html", "docs", "site")


def make_tools() -> list[Tool]:
    return [
        Tool("plain", "mkdocs", write_markdown("", plain_fence), runs=False),
        Tool("lrnotes", "lrnotes", write_markdown(", lrnotes", lrnotes_fence)),
        Tool(
            "markdown-exec",
            "markdown_exec",
            write_markdown(", markdown-exec", markdown_exec_fence),
        ),
        Tool("mkdocs-jupyter", "mkdocs_jupyter", write_notebooks),
        Tool("mkdocs-gallery", "mkdocs_gallery", write_mkdocs_gallery),
        Tool("myst-nb", "myst_nb", write_myst, SPHINX, "sphinx"),
        Tool(
            "sphinx-gallery", "sphinx_gallery", write_sphinx_gallery, SPHINX, "sphinx"
        ),
    ]


# --- measuring --------------------------------------------------------------------

ONE_PROCESS = """\
import io, json, sys
import matplotlib
matplotlib.use("svg")
import matplotlib.pyplot as plt
import torch
for code in json.load(open(sys.argv[1])):
    exec(compile(code, "block", "exec"), {"__name__": "__main__"})
    for number in plt.get_fignums():
        plt.figure(number).savefig(io.BytesIO(), format="svg")
    plt.close("all")
"""


def measure(command: list[str], root: Path) -> tuple[float, float, str]:
    """Return wall and CPU seconds of a process and its children, and its complaint."""
    variables = {
        "PYTHONPATH": str(root / "snippets"),
        "BENCH_LOG": str(root / "ran.txt"),
        "NO_MKDOCS_2_WARNING": "1",
        "OMP_NUM_THREADS": "1",
        "MPLBACKEND": "agg",
    }
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        command,
        cwd=root,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    after, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    said = (done.stderr or done.stdout).strip().splitlines() if done.returncode else []
    return wall - start, cpu, f"failed: {said[-1][:70]}" if said else ""


def find_runs(root: Path) -> Counter[str]:
    log = root / "ran.txt"
    names = log.read_text().split() if log.exists() else []
    log.unlink(missing_ok=True)
    return Counter(names)


def take_round(tool: Tool, python: str, root: Path, pages: int) -> None:
    work = make_workload(pages)
    for scenario, edit in SCENARIOS.items():
        wanted = edit(work) if tool.runs else (edit(work) and set())
        put(root / "snippets/bench_helper.py", HELPER.format(scale=work.scale))
        tool.write(root, work)
        wall, cpu, complaint = measure([python, "-m", *tool.command], root)
        ran = find_runs(root)
        stale = len(wanted - set(ran))
        tool.cpu.setdefault(scenario, []).append(cpu)
        tool.wall.setdefault(scenario, []).append(wall)
        note = f"{ran.total()} run" + f", {stale} STALE" * bool(stale)
        tool.notes[scenario] = complaint or note


def take_limits(python: str, root: Path, pages: int) -> Iterator[tuple[str, float]]:
    """Yield what no tool can do without: all blocks, one, the imports alone."""
    work = make_workload(pages)
    put(root / "snippets/bench_helper.py", HELPER.format(scale=1))
    put(root / "one.py", ONE_PROCESS)
    edited = edit_block(work)
    chosen = {
        "one process": work.blocks,
        "import and one block": [each for each in work.blocks if each.name in edited],
    }
    for name, blocks in chosen.items():
        put(root / "blocks.json", json.dumps([block.code for block in blocks]))
        yield name, measure([python, "one.py", "blocks.json"], root)[1]


def is_there(python: str, module: str) -> bool:
    code = f"import importlib.util, sys; sys.exit(not importlib.util.find_spec({module!r}))"
    return subprocess.run([python, "-c", code], check=False).returncode == 0


def print_table(tools: list[Tool], limits: dict[str, list[float]]) -> None:
    print("| CPU s (blocks run) | " + " | ".join(SCENARIOS) + " |")
    print("|---" * (len(SCENARIOS) + 1) + "|")
    for tool in tools:
        cells = [
            f"{statistics.median(tool.cpu[name]):.2f} ({tool.notes[name]})"
            for name in SCENARIOS
        ]
        print(f"| {tool.name} | " + " | ".join(cells) + " |")
    for name, seconds in limits.items():
        print(f"| {name} | {statistics.median(seconds):.2f} |" + " |" * 4)


def print_ratios(tools: list[Tool], limits: dict[str, list[float]]) -> None:
    by_name = {tool.name: tool for tool in tools}
    if not {"plain", "lrnotes"} <= by_name.keys():
        return
    median = statistics.median
    ours = {name: median(cpu) for name, cpu in by_name["lrnotes"].cpu.items()}
    plain = median(by_name["plain"].cpu["no-op"])
    one, block = (median(seconds) for seconds in limits.values())
    print(f"\ncold / (one process + plain) = {ours['cold'] / (one + plain):.2f}")
    print(f"no-op - plain = {ours['no-op'] - plain:.2f} s")
    print(f"one block / (plain + import and one block) = "
          f"{ours['one block'] / (plain + block):.2f}")  # fmt: skip
    walls = {name: median(tool.wall["cold"]) for name, tool in by_name.items()}
    for name, wall in walls.items():
        if name not in ("plain", "lrnotes"):
            print(f"cold wall / {name} = {walls['lrnotes'] / wall:.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--pages", type=int, default=12)
    parser.add_argument("--only", nargs="*", default=[], metavar="NAME")
    parser.add_argument("--mkdocs", default=sys.executable, metavar="PYTHON")
    parser.add_argument("--sphinx", default=sys.executable, metavar="PYTHON")
    options = parser.parse_args()
    pythons = {"mkdocs": options.mkdocs, "sphinx": options.sphinx}
    tools = []
    for tool in make_tools():
        if options.only and tool.name not in options.only:
            continue
        if is_there(pythons[tool.kind], tool.module):
            tools.append(tool)
        else:
            print(f"{tool.name}: not installed, left out")
    limits: dict[str, list[float]] = {}
    for _ in range(options.rounds):
        with tempfile.TemporaryDirectory() as scratch:
            for name, cpu in take_limits(options.mkdocs, Path(scratch), options.pages):
                limits.setdefault(name, []).append(cpu)
        for tool in tools:
            with tempfile.TemporaryDirectory() as scratch:
                root = Path(scratch).resolve()
                take_round(tool, pythons[tool.kind], root, options.pages)
                shutil.rmtree(root / "site", ignore_errors=True)
    print_table(tools, limits)
    print_ratios(tools, limits)


if __name__ == "__main__":
    main()
