"""Cost of building this site, beside the least that could do: prints a table.

    python benchmarks/site.py [--rounds 3]

Each row is a whole process (its children counted), CPU seconds, median of the rounds;
rounds interleave the rows, so that a busy machine hits all alike.

* plain: the same pages, theme and Markdown extensions, without our plugin;
* one process: every cell of the site in one warm Python, each figure saved once;
* cold: a build with an empty cache; nothing to run: the build after it.

A fixed loop of Python and one of torch are timed beside, in CPU seconds: on another
machine the rows grow and shrink with them.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml
from meter import make_environment

ROOT = Path(__file__).resolve().parents[1]


class _Loader(yaml.SafeLoader):
    pass


_Loader.add_multi_constructor("", lambda _loader, _suffix, _node: None)


def measure(command: list[str], **variables: str) -> tuple[float, float]:
    """Return wall and CPU seconds of a process and the children it waited for."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(
        command,
        cwd=ROOT,
        env=make_environment({"NO_MKDOCS_2_WARNING": "1", **variables}),
        check=True,
        capture_output=True,
    )
    after, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall - start, cpu


def write_plain(folder: Path) -> Path:
    """Write a configuration without our plugin, with the extensions that it adds."""
    from lrnotes.markdown.defaults import add_extensions

    config = yaml.load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"), _Loader)
    names: list[str] = []
    options: dict[str, object] = {}
    for each in config.get("markdown_extensions", []):
        name, given = next(iter(each.items())) if isinstance(each, dict) else (each, {})
        names.append(name)
        options[name] = given or {}
    add_extensions(names, options, {})
    config["markdown_extensions"] = [
        {name: options.get(name) or {}} for name in names if name != "lrnotes"
    ]
    config["plugins"] = ["search"]
    config.pop("nav", None)
    config.pop("watch", None)
    config["docs_dir"] = str(ROOT / "docs")
    config["theme"]["custom_dir"] = str(ROOT / "overrides")
    config["validation"] = {"links": {"not_found": "info"}}
    path = folder / "mkdocs.yml"
    path.write_text(yaml.safe_dump(config), encoding="utf-8")
    return path


def run_all_cells() -> None:
    """Run every cell of the site in this process, saving each figure once."""
    import io

    import matplotlib

    matplotlib.use("svg")
    import matplotlib.pyplot as plt
    import torch

    from lrnotes.project import Project
    from lrnotes.settings import find_layout

    torch.set_num_threads(1)
    layout = find_layout(ROOT)
    assert layout is not None
    sys.path.insert(0, str(ROOT / "snippets"))
    for script in Project.read(layout).scripts.values():
        namespace: dict[str, object] = {"__name__": "__main__"}
        # In one process a script's settings would reach the next.
        torch.set_default_dtype(torch.float32)
        matplotlib.rcdefaults()
        for cell in script.code:
            try:
                exec(compile(cell.source, script.name, "exec"), namespace)
            except Exception as error:
                if not cell.options.raises:
                    raise RuntimeError(f"{script.name}: {cell.title}") from error
            for number in plt.get_fignums():
                plt.figure(number).savefig(io.BytesIO(), format="svg")
            plt.close("all")


CALIBRATION = {
    "a Python loop": "total = 0\nfor each in range(20_000_000): total += each",
    "a torch loop": (
        "import torch\ntorch.set_num_threads(1)\nx = torch.ones(64, 64) / 64\n"
        "for _ in range(50_000): x = torch.tanh(x @ x)"
    ),
    "importing torch": "import torch",
}
"""Programs that are the same everywhere; the torch loop's row includes the import."""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--one-process", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one_process:
        run_all_cells()
        return
    found: dict[str, list[tuple[float, float]]] = {}
    for name, code in CALIBRATION.items():
        _, seconds = measure([sys.executable, "-c", code], OMP_NUM_THREADS="1")
        print(f"{name:<16}{seconds:23.2f} s CPU", flush=True)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        plain = write_plain(folder)
        build = [sys.executable, "-m", "mkdocs", "build", "-q", "-d", f"{folder}/site"]
        cache = {"LRNOTES_CACHE": f"{folder}/cache"}
        for _ in range(options.rounds):
            shutil.rmtree(folder / "cache", ignore_errors=True)
            rows = {
                "plain": ([*build, "-f", str(plain)], {}),
                "one process": ([sys.executable, __file__, "--one-process"], {}),
                "cold": (build, cache),
                "nothing to run": (build, cache),
            }
            for name, (command, variables) in rows.items():
                one = {"OMP_NUM_THREADS": "1"} if name == "one process" else {}
                found.setdefault(name, []).append(measure(command, **variables, **one))
    cpu = {name: statistics.median(c for _, c in all_) for name, all_ in found.items()}
    for name, runs in found.items():
        wall = statistics.median(w for w, _ in runs)
        print(f"{name:<16}{wall:8.2f} s wall{cpu[name]:8.2f} s CPU")
    ratio = cpu["cold"] / (cpu["one process"] + cpu["plain"])
    print(f"cold / (one process + plain) = {ratio:.2f}")


if __name__ == "__main__":
    main()
