"""The site that every tool gets, as data, and the edits that are made to it.

Twelve pages hold two figure blocks each (a small torch sweep, then a chart), and every
third one, besides two more, a block that prints a number; all import one module.  One
block reads a data file, one imports an installed package.  A block logs that it runs.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

HELPER = '''\
"""What all blocks share."""
import os

import torch

torch.set_num_threads(1)
SCALE = {scale}


def device():
    return os.environ["BENCH_DEVICE"]


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
from bench_helper import SCALE, device, sweep

last = sweep("{name}", (0.05,), 20)[0.05][-1]
print(f"token-{name} scale={{SCALE}} device={{device()}} loss={{last:.4f}}")
"""

READ = """\
import os

print(open(os.environ["BENCH_DATA"], encoding="utf-8").read())
"""

IMPORT = """\
import benchpkg

print(benchpkg.__version__)
"""

PROSE = """\
The learning rate scales each step along the gradient. Too small and the loss creeps, too
large and it diverges; the three curves share one initial point.{more}
"""

READER, IMPORTER = 2, 4
"""The pages whose value blocks read the file and import the package."""


@dataclass(frozen=True)
class Block:
    name: str
    is_figure: bool
    rate: float = 0.05
    steps: int = 300
    more: str = ""

    @property
    def code(self) -> str:
        form = FIGURE if self.is_figure else VALUE
        own = form.format(name=self.name, rate=self.rate, steps=self.steps)
        return own + self.more


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
    data: str = "1,2,3"
    version: int = 1
    device: str = "cpu"

    @property
    def blocks(self) -> list[Block]:
        return [block for page in self.pages for block in page.blocks]

    def write(self, root: Path) -> None:
        """Write what all tools share: the module, the data file, the package."""
        put(root / "snippets/bench_helper.py", HELPER.format(scale=self.scale))
        put(root / "data/points.csv", self.data)
        packages = root / "packages"
        put(packages / "benchpkg/__init__.py", f'__version__ = "{self.version}.0"\n')
        info = packages / f"benchpkg-{self.version}.0.dist-info"
        for other in packages.glob("*.dist-info"):
            if other != info:
                shutil.rmtree(other)
        head = "Metadata-Version: 2.1\nName: benchpkg\n"
        put(info / "METADATA", f"{head}Version: {self.version}.0\n")


def put(path: Path, text: str) -> None:
    """Write where the content differs, so that unedited files keep their times."""
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def make_workload(pages: int) -> Workload:
    made = []
    for number in range(pages):
        name = f"p{number:02d}"
        blocks = [
            Block(f"{name}b{at}", True, round(0.02 + 0.002 * number + 0.013 * at, 6))
            for at in range(2)
        ]
        if number % 3 == 0 or number in (READER, IMPORTER):
            more = {READER: READ, IMPORTER: IMPORT}.get(number, "")
            blocks.append(Block(f"{name}v", False, more=more))
        made.append(Page(name, blocks))
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


def edit_data(work: Workload) -> set[str]:
    # Of the same length, so that only a tool that reads it can tell.
    work.data = "1,2,9"
    return {block.name for block in work.blocks if block.more == READ}


def upgrade_package(work: Workload) -> set[str]:
    work.version += 1
    return {block.name for block in work.blocks if block.more == IMPORT}


def change_device(work: Workload) -> set[str]:
    work.device = "cuda:0"
    return {block.name for block in work.blocks if not block.is_figure}


SCENARIOS: dict[str, Callable[[Workload], set[str]]] = {
    "cold": lambda work: {block.name for block in work.blocks},
    "no-op": lambda _: set(),
    "one block": edit_block,
    "prose": edit_prose,
    "helper": edit_helper,
    "data file": edit_data,
    "package": upgrade_package,
    "device": change_device,
}
"""What is done before each build, in this order; returns the blocks that must run."""
