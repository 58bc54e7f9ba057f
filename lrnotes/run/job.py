"""What the engine and a worker say to each other as JSON: one job, many answers."""

from __future__ import annotations

import importlib
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, field

from lrnotes.errors import SettingsError
from lrnotes.model import Dependency, Environment, Outcome, Plan, Scalar

if TYPE_CHECKING:
    # The settings' reader is not needed in a worker.
    from lrnotes.settings import Settings

PRELOAD = (
    "torch",
    "torch.optim",
    "matplotlib.pyplot",
    "matplotlib.backends.backend_svg",
    "lrnotes.run.figures",
)
"""What a server can import before it forks; what is not installed is left out."""

LATER = {
    "torch": PRELOAD[:2],
    "figures": (*PRELOAD[2:], "lrnotes.run.figures:warm_up"),
    "labels": ("lrnotes.run.figures:warm_labels",),
    "optimizer": ("torch._dynamo", "torch.profiler._cupti_monitor"),
}
"""Of that, and besides, what it imports and calls only where a script will need it;
``module:function`` is called when it has been imported."""

PACKAGE = Path(__file__).parents[1]
STYLE = PACKAGE / "assets" / "lrnotes.mplstyle"
PRINTED = 1_000_000
"""Bytes that are kept of what a cell prints on one stream."""

NOISE = ("COLUMNS", "LINES", "FORCE_COLOR", "CLICOLOR_FORCE", "NO_COLOR", "PY_COLORS")
"""Variables set by terminals and runners, which change how libraries print; workers are
started without them."""


class JobCell(Struct, frozen=True):
    """One code cell, as the worker needs it."""

    source: str
    is_claim: bool = False
    raises: str = ""


class Job(Struct, frozen=True):
    """One script to run, or with no cells the question what device there is."""

    root: str
    cells: tuple[JobCell, ...] = ()
    path: str = ""
    """Path of a snippet from the root, its ``__file__``; empty for a note."""
    name: str = ""
    snippets: str = "snippets"
    device: str = "auto"
    device_name: str = ""
    """What a worker has told of the device before; empty in the question itself."""
    needs: str = ""
    deps: tuple[str, ...] = ()
    threads: int = 1
    memory: int = 0
    """Bytes that the script may add; 0 for no limit."""
    timeout: float = 120.0
    cache: str = ""
    """The cache folder, of which nothing counts as a dependency."""
    preload: tuple[str, ...] = PRELOAD
    environment: dict[str, str] = field(default_factory=dict)
    """The variables that the script sees."""
    token: str = ""
    """Marks the ends of cells in what is printed."""
    keep: bool = False
    """Whether a copy is to stand still after each cell, for later jobs."""


class Answer(Struct, frozen=True):
    """One line from the worker: ready, a cell's outcome, or the end."""

    index: int = -1
    """The cell; -1 for the line that says that the script begins."""
    outcome: Outcome | None = None
    is_end: bool = False
    paused: int = 0
    """The process of a copy that stands after the cell; its dependencies are those of
    all cells so far."""
    dependencies: tuple[Dependency, ...] = ()
    written: tuple[str, ...] = ()
    """The files that the script wrote, as dependencies are named."""
    problems: tuple[str, ...] = ()
    scalars: dict[str, Scalar] = field(default_factory=dict)
    environment: Environment | None = None
    devices: int = 0
    """How many accelerators there are."""
    seconds: float = 0.0


def split_preload(
    preload: Sequence[str],
) -> tuple[list[str], dict[str, Sequence[str]]]:
    """Return what is imported in any case, and what of `LATER` is about the others."""
    roots = {name.partition(".")[0] for name in preload}
    later: dict[str, Sequence[str]] = {
        need: modules
        for need, modules in LATER.items()
        if not roots.isdisjoint(name.partition(".")[0] for name in modules)
    }
    waits = {name for modules in later.values() for name in modules}
    return [name for name in preload if name not in waits], later


def import_named(text: str) -> None:
    """Import a module; of ``module:function``, call the function too."""
    name, _, function = text.partition(":")
    module = importlib.import_module(name)
    if function:
        getattr(module, function)()


def make_job(root: Path, plan: Plan, settings: Settings) -> Job:
    """Return the job that runs a plan's script; the device is still to be said."""
    script, options = plan.script, plan.script.options
    cells = (
        JobCell(cell.source, cell.is_claim, cell.options.raises) for cell in script.code
    )
    return Job(
        root=str(root),
        cells=tuple(cells),
        path=script.path if script.kind == "snippet" else "",
        name=script.path,
        snippets=settings.snippets,
        needs=options.needs,
        deps=options.deps,
        threads=settings.threads,
        memory=read_size(settings.memory),
        timeout=settings.timeout if options.timeout is None else options.timeout,
        environment=worker_environment(settings),
        token=os.urandom(12).hex(),
    )


def worker_environment(
    settings: Settings, given: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return the variables of worker processes: ours, with what makes runs equal."""
    taken = os.environ if given is None else given
    kept = {name: text for name, text in taken.items() if name not in NOISE}
    return kept | {
        "OMP_NUM_THREADS": str(settings.threads),
        "MKL_NUM_THREADS": str(settings.threads),
        # OpenBLAS starts its threads when it is loaded, and a server must have one.
        "OPENBLAS_NUM_THREADS": "1",
        # Sets of strings are printed in one order.
        "PYTHONHASHSEED": "0",
        "MPLBACKEND": "module://lrnotes.run.figures",
        "MATPLOTLIBRC": str(STYLE),
    }


OWN_VARIABLES = (
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "PYTHONHASHSEED",
    "MPLBACKEND",
    "MATPLOTLIBRC",
)
"""Variables that `worker_environment` sets."""


def read_size(text: str) -> int:
    """Return the bytes that ``2GB``, ``512 MiB`` or ``1e9`` mean; 0 for nothing."""
    if not text.strip():
        return 0
    match = re.fullmatch(r"\s*([0-9.]+(?:e[0-9]+)?)\s*([kmgt]?)(i?)b?\s*", text.lower())
    try:
        number, prefix, binary = match.groups() if match else ("", "", "")
        power = " kmgt".index(prefix or " ")
        return int(float(number) * (1024 if binary else 1000) ** power)
    except ValueError:
        raise SettingsError(
            f"memory is {text!r}", hint="such as 2GB or 512MB"
        ) from None
