"""Cost of the wiki layer on generated vaults beside plain MkDocs: prints a table.

    python benchmarks/links.py [--sizes 1000 5000 10000] [--rounds 3] [--links 10]
        [--mkdocs PYTHON]

Each note has prose, a table, a block of code and about ten links: most by bare name,
some with a text, to a heading, with a folder, to nothing.  *plain* builds the same notes
with the text of each link in its place and the Markdown extensions that lrnotes adds;
*obsidian-bridge* is the peer with the best links, from an environment of its own
(``--mkdocs`` names its Python; left out, with a line, where it is not installed).

A build is a whole process with theme mkdocs and one nav entry, since a full nav costs
the square of the notes by itself.  Each tool builds at the same time as plain, either
on a core of its own that they swap each round, so that a machine which grows slow for a
while hits both alike.  A row is the median of the rounds: CPU seconds, and how many
times those of the plain build beside it.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from meter import make_environment

from lrnotes.markdown.defaults import EXTENSIONS
from lrnotes.vault.names import Vault

WORDS = [
    "rate", "step", "loss", "slope", "batch", "epoch", "warmup", "decay", "schedule",
    "momentum", "cosine", "plateau", "curve", "gradient", "noise", "scale", "weight",
]  # fmt: skip
PLUGINS = {
    "plain": "plugins: []\n",
    "lrnotes": "plugins: [lrnotes]\n",
    "obsidian-bridge": "plugins: [obsidian-bridge]\n",
}


def name_note(number: int) -> str:
    """Return the name of a note: two words and its number."""
    first, second = WORDS[number % len(WORDS)], WORDS[(number * 7 + 3) % len(WORDS)]
    return f"{first.title()} {second} {number}"


def find_folder(number: int) -> str:
    """Return the folder of a note."""
    return f"area {number % 12}/set {number % 97 % 8}"


class Generator:
    """Writes the notes of one vault; equal arguments give equal notes."""

    def __init__(self, size: int, links: int, *, is_plain: bool) -> None:
        """Prepare ``size`` notes with about ``links`` links each, or with none."""
        self.size, self.links, self.is_plain = size, links, is_plain
        self.random = random.Random(1)

    def write(self, docs: Path) -> None:
        """Write all notes, and a page that links to some."""
        for number in range(self.size):
            folder = docs / find_folder(number)
            folder.mkdir(parents=True, exist_ok=True)
            text = self._note(number)
            (folder / f"{name_note(number)}.md").write_text(text, encoding="utf-8")
        names = [name_note(number) for number in range(min(self.size, 40))]
        items = [f"- {name if self.is_plain else f'[[{name}]]'}\n" for name in names]
        (docs / "index.md").write_text(f"# Home\n\n{''.join(items)}", encoding="utf-8")

    def _note(self, number: int) -> str:
        count = max(2, int(self.random.gauss(self.links, 2)))
        parts = [self._sentence() for _ in range(count)]
        half = len(parts) // 2
        tag = self.random.choice(WORDS)
        head = f"---\ntags: [{tag}]\naliases: [alias of {number}]\n---\n"
        middle = (
            f"## Second part\n\n| a | b |\n|---|---|\n| {number} | {number * 2} |\n\n"
            f"```python\nx = [[{number}, 2], [3, 4]]\n```"
        )
        title = f"# {name_note(number)}"
        return head + "\n\n".join([title, *parts[:half], middle, *parts[half:]]) + "\n"

    def _sentence(self) -> str:
        before = " ".join(self.random.choices(WORDS, k=14))
        after = " ".join(self.random.choices(WORDS, k=8))
        link, text = self._link()
        return f"{before} {text if self.is_plain else link} {after}."

    def _link(self) -> tuple[str, str]:
        number, share = self.random.randrange(self.size), self.random.random()
        name = name_note(number)
        if share < 0.7:
            return f"[[{name}]]", name
        if share < 0.8:
            return f"[[{name}|that idea]]", "that idea"
        if share < 0.9:
            return f"[[{name}#Second part|its second part]]", "its second part"
        if share < 0.95:
            return f"[[{find_folder(number)}/{name}]]", name
        return f"[[Unwritten {name}]]", f"Unwritten {name}"


def write_site(root: Path, tool: str, size: int, links: int) -> None:
    """Write the vault and the configuration of one tool."""
    (root / "docs").mkdir(parents=True)
    Generator(size, links, is_plain=tool == "plain").write(root / "docs")
    config = "site_name: bench\ntheme: mkdocs\nnav: [index.md]\n" + PLUGINS[tool]
    if tool != "lrnotes":
        listed = [
            {name: options} if options else name for name, options in EXTENSIONS.items()
        ]
        config += f"markdown_extensions: {json.dumps(listed)}\n"
    config += "validation: {nav: {omitted_files: ignore}, links: {not_found: ignore}}\n"
    (root / "mkdocs.yml").write_text(config, encoding="utf-8")


def start(python: str, root: Path, core: int) -> subprocess.Popen[bytes]:
    """Begin a build on one core."""
    command = [python, "-m", "mkdocs", "build", "-q", "-f", str(root / "mkdocs.yml")]
    with (root / "errors.txt").open("wb") as errors:
        process = subprocess.Popen(
            command,
            cwd=root,
            env=make_environment({}),
            stdout=subprocess.DEVNULL,
            stderr=errors,
        )
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(process.pid, {cores[core % len(cores)]})
    return process


def finish(process: subprocess.Popen[bytes], root: Path) -> float:
    """Wait for a build; return its CPU seconds."""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        told = (root / "errors.txt").read_text("utf-8", "replace")
        sys.exit(f"{root.name} has not been built\n{told[-2000:]}")
    return usage.ru_utime + usage.ru_stime


def time_resolver(size: int) -> float:
    """Return microseconds a link, over as many links as there are notes, three times."""
    notes = [(f"docs/{find_folder(at)}/{name_note(at)}.md", ()) for at in range(size)]
    vault = Vault.build(notes, (), ())
    source = random.Random(2)
    links = [name_note(source.randrange(size)) for _ in range(size)]
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        for link in links:
            vault.resolve(link, "docs/index.md")
        best = min(best, time.process_time() - start)
    return best / size * 1e6


def is_there(python: str) -> bool:
    """Return whether obsidian-bridge is installed."""
    command = [python, "-c", "import mkdocs_obsidian_bridge"]
    return not subprocess.run(command, capture_output=True, check=False).returncode


def measure(size: int, given: argparse.Namespace) -> dict[str, float]:
    """Print the rows of one size; return the cost of a note, in milliseconds."""
    pythons = {"plain": sys.executable, "lrnotes": sys.executable}
    if is_there(given.mkdocs):
        pythons["obsidian-bridge"] = given.mkdocs
    seconds: dict[str, list[float]] = {tool: [] for tool in pythons}
    ratios: dict[str, list[float]] = {tool: [] for tool in pythons}
    with tempfile.TemporaryDirectory() as folder:
        roots = {tool: Path(folder) / tool for tool in pythons}
        for tool, root in roots.items():
            write_site(root, tool, size, given.links)
        for at in range(given.rounds):
            for tool in list(pythons)[1:]:
                pair = ("plain", tool)
                begun = [
                    start(pythons[each], roots[each], at + core)
                    for core, each in enumerate(pair)
                ]
                plain, taken = (
                    finish(process, roots[each])
                    for process, each in zip(begun, pair, strict=True)
                )
                seconds["plain"].append(plain)
                seconds[tool].append(taken)
                ratios[tool].append(taken / plain)
    ratios["plain"] = [1.0]
    medians = {tool: statistics.median(taken) for tool, taken in seconds.items()}
    for tool, median in medians.items():
        ratio, each = statistics.median(ratios[tool]), median / size * 1000
        print(f"{size}\t{tool}\t{median:.2f}\t{ratio:.2f}\t{each:.2f}", flush=True)
    return {tool: median / size * 1000 for tool, median in medians.items()}


def main() -> None:
    """Measure each size and print how the cost of a note grows."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 5000, 10000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--links", type=int, default=10)
    parser.add_argument("--mkdocs", default=sys.executable, metavar="PYTHON")
    given = parser.parse_args()
    if not is_there(given.mkdocs):
        print("obsidian-bridge is not installed", file=sys.stderr)
    print("notes\ttool\tCPU s\tof plain\tms a note")
    costs = {size: measure(size, given) for size in given.sizes}
    first, last = costs[given.sizes[0]]["lrnotes"], costs[given.sizes[-1]]["lrnotes"]
    print(
        f"a note at {given.sizes[-1]} costs {last / first:.2f} of one at {given.sizes[0]}"
    )
    print(f"the resolver takes {time_resolver(given.sizes[-1]):.2f} µs a link")


if __name__ == "__main__":
    main()
