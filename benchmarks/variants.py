"""Which snippets to change, and how they fare with something changed in them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from forked import Fate, run_changed

from lrnotes.model import Script
from lrnotes.project import Project
from lrnotes.settings import find_layout


def read_arguments(description: str, **numbers: tuple[int, str]) -> argparse.Namespace:
    """Return the arguments of the two commands; ``numbers``: name to default, help."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", help="snippets; all with claims by default")
    parser.add_argument("--project", type=Path, default=Path(), help="the project")
    for name, (default, text) in numbers.items():
        parser.add_argument(f"--{name}", type=int, default=default, help=text)
    return parser.parse_args()


def read_project(folder: Path) -> Project:
    """Return the project that holds a folder."""
    layout = find_layout(folder.resolve())
    if layout is None:
        sys.exit(f"no lrnotes project in {folder}")
    return Project.read(layout)


def choose(project: Project, names: Sequence[str]) -> Iterator[Script]:
    """Yield the snippets with claims, all or the named ones."""
    for script in project.of_kind("snippet"):
        is_named = not names or Path(script.path).stem in {Path(n).stem for n in names}
        if is_named and any(cell.is_claim for cell in script.code):
            yield script


def run_variants(
    project: Project,
    script: Script,
    changes: Sequence[tuple[int, str]],
    limit: float,
    wanted: set[str],
) -> Iterator[tuple[int, Fate]]:
    """Run a script with each change, and yield the fates; see `forked.run_changed`."""
    root = project.layout.root
    folders = root, root / project.layout.settings.snippets
    return run_changed(script, folders, changes, limit, wanted)


def time_unchanged(project: Project, script: Script) -> float:
    """Return the CPU seconds of a script as it stands; it has to pass."""
    unchanged = [(0, script.code[0].source)]
    [(_, whole)] = run_variants(project, script, unchanged, 600, set())
    if not whole.passed:
        raise RuntimeError(f"{script.path}: unchanged, it fails: {whole}")
    return whole.seconds
