"""Snippets with something changed in them, and how their claims fare."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from msgspec.structs import replace

from lrnotes.model import Result, Script
from lrnotes.project import Project
from lrnotes.run.cache import Cache
from lrnotes.run.engine import Engine
from lrnotes.run.plan import make_plan
from lrnotes.settings import Settings, find_layout


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
    """Return the project that holds a folder, with its recorded results."""
    layout = find_layout(folder.resolve())
    if layout is None:
        sys.exit(f"no lrnotes project in {folder}")
    project = Project.read(layout)
    project.load()
    return project


def choose(project: Project, names: Sequence[str]) -> Iterator[Script]:
    """Yield the snippets with claims, all or the named ones."""
    for script in project.of_kind("snippet"):
        is_named = not names or Path(script.path).stem in {Path(n).stem for n in names}
        if is_named and any(cell.is_claim for cell in script.code):
            yield script


def change_cell(script: Script, index: int, source: str) -> Script:
    """Return a script with other code in one of its code cells."""
    changed = replace(script.code[index], source=source)
    cells = (changed if cell is script.code[index] else cell for cell in script.cells)
    return replace(script, cells=tuple(cells))


def run_variants(
    project: Project, variants: Mapping[str, Script], timeout: float
) -> Iterable[tuple[str, Result]]:
    """Return each variant's name and result; nothing of the project's cache changes.

    ``timeout`` is in seconds, for each: a change may make a loop endless.
    """
    settings: Settings = replace(project.layout.settings, timeout=timeout)
    with tempfile.TemporaryDirectory() as folder:
        engine = Engine(project.layout.root, settings, Cache(Path(folder)))
        with engine:
            plans = {name: make_plan(each, settings) for name, each in variants.items()}
            found = engine.run(list(plans.values()))
        return [(name, found[plan.key]) for name, plan in plans.items()]


def broken_claims(script: Script, result: Result) -> list[str]:
    """Return the titles of the claims whose assertion failed."""
    return [
        cell.title
        for cell, outcome in zip(script.code, result.outcomes, strict=True)
        if cell.is_claim and outcome.status == "failed"
    ]
