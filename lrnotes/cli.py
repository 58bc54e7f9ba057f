"""The command line; exit codes 0, 1 (findings), 2 (usage)."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lrnotes.errors import LrnotesError
from lrnotes.settings import find_layout

if TYPE_CHECKING:
    from lrnotes.model import Problem
    from lrnotes.project import Project

FOLDER = click.option(
    "--project",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path(),
    help="A folder inside the project; the current one by default.",
)
FORMAT = click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    help="How findings are printed.",
)


@click.group()
@click.version_option(package_name="lrnotes")
def commands() -> None:
    """Notes with wiki-links and executed, cached, tested code.

    \b
    Example: lrnotes status
    """


@commands.command()
@click.argument("names", nargs=-1)
@click.option("--fresh", is_flag=True, help="Run even what has a valid result.")
@FOLDER
def run(names: Sequence[str], fresh: bool, folder: Path) -> None:
    """Run the scripts that have no valid result, all or the named ones.

    A name is a file, or the end of one.

    \b
    Example: lrnotes run snippets/momentum.py
    """
    project = _read(folder)
    wanted = _choose(project, names)
    from lrnotes.run.progress import Progress

    with project.make_engine(Progress()) as engine:
        project.run(engine, wanted, fresh=fresh)
    problems = project.failures()
    _print(problems)
    for remark in project.remarks:
        click.echo(f"lrnotes: {remark}", err=True)
    sys.exit(1 if problems else 0)


@commands.command()
@click.option("--json", "as_json", is_flag=True, help="Print a list for machines.")
@FOLDER
def status(as_json: bool, folder: Path) -> None:
    """Say of each script: fresh, stale and why, never run.

    A script that failed is stale, as it has no passed run. What --json prints follows
    lrnotes/schemas/status.json.

    \b
    Example: lrnotes status --json
    """
    project = _read(folder)
    rows = project.status()
    if as_json:
        click.echo(json.dumps(rows, indent=2))
    else:
        for row in rows:
            reasons = f"  because {'; '.join(row['reasons'])}" if row["reasons"] else ""
            click.echo(f"{row['state']:<10}{row['name']}{reasons}")
    sys.exit(1 if any(row["state"] != "fresh" for row in rows) else 0)


@commands.command()
@FORMAT
@FOLDER
def check(form: str, folder: Path) -> None:
    """Check links, headings, claims, options and values; run nothing.

    \b
    Example: lrnotes check --format json
    """
    project = _read(folder)
    from lrnotes.check import find_problems

    problems = find_problems(project)
    if form == "json":
        click.echo(json.dumps([_as_row(project, each) for each in problems], indent=2))
    else:
        _print(problems)
        click.echo(f"{len(problems)} findings", err=True)
    loud = [each for each in problems if _level(project, each) in ("warn", "error")]
    sys.exit(1 if loud else 0)


@commands.command()
@click.argument("name")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Where to write.")
@FOLDER
def notebook(name: str, output: Path | None, folder: Path) -> None:
    """Write a script, with its valid result, as an executed notebook.

    \b
    Example: lrnotes notebook momentum -o momentum.ipynb
    """
    from lrnotes.show.notebook import write_notebook

    project = _read(folder)
    project.load()
    for chosen in _choose(project, [name]):
        text = write_notebook(project.scripts[chosen], project.results.get(chosen))
        if output is None:
            click.echo(text, nl=False)
        else:
            output.write_text(text, encoding="utf-8")


@commands.command()
@click.argument("old")
@click.argument("new")
@click.option("--dry-run", is_flag=True, help="Say what would change; change nothing.")
@FOLDER
def mv(old: str, new: str, dry_run: bool, folder: Path) -> None:
    """Rename a note, a snippet or a file; links to it go on working.

    A note answers at its old address too.

    OLD is a name as a link has it, or a path.  NEW without a folder stays beside OLD.

    \b
    Example: lrnotes mv momentum optimizers/heavy-ball --dry-run
    """
    from lrnotes.mv import plan_move

    project = _read(folder)
    move = plan_move(project, old, new)
    for line in move.lines():
        click.echo(line)
    if not dry_run:
        move.write(project.layout.root)


@commands.command()
@FOLDER
def prune(folder: Path) -> None:
    """Delete recorded results that no script of the project needs.

    \b
    Example: lrnotes prune
    """
    from lrnotes.kept import prune_fragments

    project = _read(folder)
    keys = [project.plan(script).key for script in project.scripts.values()]
    results = project.cache.prune(keys)
    fragments = prune_fragments(project.layout.cache, project.scripts)
    files, size = results.files + fragments.files, results.bytes + fragments.bytes
    click.echo(f"{files} files deleted, {size / 1e6:.1f} MB")


def _read(folder: Path) -> Project:
    from lrnotes.project import Project

    layout = find_layout(folder.resolve())
    if layout is None:
        raise LrnotesError(
            "no lrnotes project here",
            hint='name "lrnotes" under plugins: in mkdocs.yml',
        )
    return Project.read(layout)


def _choose(project: Project, names: Sequence[str]) -> list[str]:
    if not names:
        return list(project.scripts)
    chosen: list[str] = []
    for name in names:
        found = [each for each in project.scripts if _matches(each, name)]
        if not found:
            from lrnotes.vault.nearest import nearest

            near = nearest(name, project.scripts)
            hint = f"nearest: {', '.join(near)}" if near else ""
            raise LrnotesError(f'no script named "{name}"', hint=hint)
        chosen.extend(each for each in found if each not in chosen)
    return chosen


def _matches(script: str, name: str) -> bool:
    path = script.partition("::")[0]
    return name in (script, path, Path(path).name, Path(path).stem)


def _print(problems: Sequence[Problem]) -> None:
    for problem in problems:
        click.echo(str(problem))


def _level(project: Project, problem: Problem) -> str:
    return project.layout.settings.level(problem.kind)


def _as_row(project: Project, problem: Problem) -> dict[str, str | int]:
    return {
        "kind": problem.kind,
        "level": _level(project, problem),
        "path": problem.place.path,
        "line": problem.place.line,
        "column": problem.place.column,
        "what": problem.what,
        "hint": problem.hint,
    }


def main() -> None:
    """Run a command; tell an error of ours in one line and exit with 2."""
    try:
        commands()
    except LrnotesError as error:
        click.echo(f"lrnotes: {error}", err=True)
        sys.exit(2)
