"""Cost of executing one site, for lrnotes and its peers in one run: a table and a chart.

    python benchmarks/exec.py [--rounds 3] [--pages 12] [--only NAME ...]
        [--mkdocs PYTHON] [--sphinx PYTHON] [--json FILE] [--chart FILE.svg]

Each tool gets the site of ``workload.py`` in its own markup and builds it as whole
processes: cold, with nothing changed, then after one edit each of a block, prose, the
shared module, a data file, an installed package and a variable that names a device.  The
blocks log that they ran, so the table also tells who ran more than must run and who
published stale pages.

``--mkdocs`` and ``--sphinx`` name the Python of an environment that holds the peers of
that kind (``make peers`` makes both); those that are not installed there are left out,
with a line.  A cell is the median of the rounds: CPU seconds of the process and all that
it waited for; rounds interleave the tools, so that a busy machine hits all alike.
Memory is the peak of the proportional set sizes, summed over the processes.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from chart import draw_chart
from meter import Reading, measure
from tools import Tool, make_tools
from workload import SCENARIOS, Workload, edit_block, make_workload, put

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


def run(command: list[str], root: Path, work: Workload) -> Reading:
    """Measure a command in the folder of a site that has just been written."""
    work.write(root)
    variables = {
        "PYTHONPATH": f"{root / 'snippets'}:{root / 'packages'}",
        "BENCH_LOG": str(root / "ran.txt"),
        "BENCH_DATA": str(root / "data/points.csv"),
        "BENCH_DEVICE": work.device,
        "NO_MKDOCS_2_WARNING": "1",
        "OMP_NUM_THREADS": "1",
        "MPLBACKEND": "agg",
    }
    return measure(command, root, variables)


def find_runs(root: Path) -> Counter[str]:
    log = root / "ran.txt"
    names = log.read_text().split() if log.exists() else []
    log.unlink(missing_ok=True)
    return Counter(names)


def take_round(tool: Tool, python: str, root: Path, pages: int) -> None:
    work = make_workload(pages)
    for scenario, edit in SCENARIOS.items():
        wanted = edit(work)
        tool.write(root, work)
        reading = run([python, "-m", *tool.command], root, work)
        tool.readings.setdefault(scenario, []).append(reading)
        ran = find_runs(root)
        stale = len(wanted - ran.keys()) if tool.runs else 0
        note = f"{ran.total()} run" + f", {stale} STALE" * bool(stale)
        tool.notes[scenario] = reading.complaint or note


def take_limits(python: str, root: Path, pages: int) -> Iterator[tuple[str, float]]:
    """Yield what no tool can do without: all blocks, one, the imports alone."""
    work = make_workload(pages)
    put(root / "one.py", ONE_PROCESS)
    edited = edit_block(work)
    chosen = {
        "one process": work.blocks,
        "import and one block": [each for each in work.blocks if each.name in edited],
    }
    for name, blocks in chosen.items():
        put(root / "blocks.json", json.dumps([block.code for block in blocks]))
        yield name, run([python, "one.py", "blocks.json"], root, work).cpu


def is_there(python: str, module: str) -> bool:
    code = f"import importlib.util, sys; sys.exit(not importlib.util.find_spec({module!r}))"
    return subprocess.run([python, "-c", code], check=False).returncode == 0


def print_table(tools: list[Tool], limits: dict[str, float]) -> None:
    heads = [*SCENARIOS, "cold, wall s", "cold, MiB", "no-op, MiB"]
    print("| CPU s (blocks run) | " + " | ".join(heads) + " |")
    print("|---" * (len(heads) + 1) + "|")
    for tool in tools:
        cells = [
            f"{tool.median(name, 'cpu'):.2f} ({tool.notes[name]})" for name in SCENARIOS
        ]
        cells.append(f"{tool.median('cold', 'wall'):.1f}")
        cells += [f"{tool.median(name, 'memory'):.0f}" for name in ("cold", "no-op")]
        print(f"| {tool.name} | " + " | ".join(cells) + " |")
    for name, seconds in limits.items():
        print(f"| {name} | {seconds:.2f} |" + " |" * (len(heads) - 1))


def print_ratios(tools: list[Tool], limits: dict[str, float]) -> None:
    """Print each budget beside what came of it."""
    by_name = {tool.name: tool for tool in tools}
    if not {"plain", "lrnotes"} <= by_name.keys():
        return
    ours, plain = by_name["lrnotes"], by_name["plain"]
    cpu = {name: ours.median(name, "cpu") for name in SCENARIOS}
    base, (one, block) = plain.median("no-op", "cpu"), limits.values()
    memory = ours.median("no-op", "memory") - plain.median("no-op", "memory")
    one_block = cpu["one block"] / (base + block)
    print(f"""
cold CPU / (one process + plain) = {cpu["cold"] / (one + base):.2f} (at most 1.2)
no-op CPU - plain = {cpu["no-op"] - base:.2f} s (at most 0.2 + 0.002 a note)
no-op memory - plain = {memory:.0f} MiB (at most 38)
one block CPU / (plain + import and one block) = {one_block:.2f} (at most 1.15)
cold memory = {ours.median("cold", "memory"):.0f} MiB (at most 1229)""")
    wall = ours.median("cold", "wall")
    bounds = {"markdown-exec": 0.8, "mkdocs-jupyter": 0.17, "myst-nb": 0.17}
    for name, tool in by_name.items():
        if name not in ("plain", "lrnotes"):
            most = f" (at most {bounds[name]})" if name in bounds else ""
            print(
                f"cold wall / {name} = {wall / tool.median('cold', 'wall'):.2f}{most}"
            )


def choose_tools(only: list[str], pythons: dict[str, str]) -> list[Tool]:
    """Return the tools that are wanted and installed."""
    chosen = []
    for tool in make_tools():
        if only and tool.name not in only:
            continue
        if is_there(pythons[tool.kind], tool.module):
            chosen.append(tool)
        else:
            print(f"{tool.name}: not installed, left out")
    return chosen


def as_data(tools: list[Tool], limits: dict[str, float]) -> dict[str, object]:
    """Return all that was measured, for machines."""
    rows = {
        tool.name: {
            name: {
                "cpu": tool.median(name, "cpu"),
                "wall": tool.median(name, "wall"),
                "memory": tool.median(name, "memory"),
                "note": tool.notes[name],
            }
            for name in SCENARIOS
        }
        for tool in tools
        if tool.readings
    }
    return {"tools": rows, "limits": limits}


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--pages", type=int, default=12)
    parser.add_argument("--only", nargs="*", default=[], metavar="NAME")
    parser.add_argument("--mkdocs", default=sys.executable, metavar="PYTHON")
    parser.add_argument("--sphinx", default=sys.executable, metavar="PYTHON")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--chart", type=Path, metavar="FILE.svg")
    return parser.parse_args()


def main() -> None:
    options = read_options()
    pythons = {
        "ours": sys.executable,
        "mkdocs": options.mkdocs,
        "sphinx": options.sphinx,
    }
    tools = choose_tools(options.only, pythons)
    taken: dict[str, list[float]] = {}
    for at in range(options.rounds):
        with tempfile.TemporaryDirectory() as scratch:
            for name, cpu in take_limits(sys.executable, Path(scratch), options.pages):
                taken.setdefault(name, []).append(cpu)
        for tool in tools:
            with tempfile.TemporaryDirectory() as scratch:
                root = Path(scratch).resolve()
                take_round(tool, pythons[tool.kind], root, options.pages)
                shutil.rmtree(root / "site", ignore_errors=True)
            print(f"round {at + 1}: {tool.name}", file=sys.stderr, flush=True)
            limits = {name: statistics.median(cpu) for name, cpu in taken.items()}
            if options.json:
                # After each tool, so that a run that is stopped has not been in vain.
                text = json.dumps(as_data(tools, limits), indent=1)
                options.json.write_text(text, encoding="utf-8")
    print_table(tools, limits)
    print_ratios(tools, limits)
    if options.chart:
        draw_chart(as_data(tools, limits), options.chart)


if __name__ == "__main__":
    main()
