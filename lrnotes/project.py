"""From disk to results: the pipeline that every door calls."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lrnotes.model import Note, Place, Plan, Problem, Result, Script
from lrnotes.run.cache import Cache
from lrnotes.run.fingerprint import Checker, find_hiding_modules
from lrnotes.run.plan import make_plan
from lrnotes.settings import Layout
from lrnotes.show.failures import failure_message, failure_place
from lrnotes.text.notebook import read_notebook
from lrnotes.text.notes import scan_note
from lrnotes.text.percent import read_snippet
from lrnotes.vault.clashes import find_clashes
from lrnotes.vault.names import Vault
from lrnotes.vault.requires import check_requirements

if TYPE_CHECKING:
    from lrnotes.run.engine import Engine
    from lrnotes.run.progress import Progress


@dataclass(slots=False)
class Project:
    """A folder of notes and snippets, as read at one moment, and its results."""

    layout: Layout
    notes: dict[str, Note] = field(default_factory=dict)
    """By path from the project root."""
    scripts: dict[str, Script] = field(default_factory=dict)
    """By name: sessions of notes, notebooks, snippets."""
    vault: Vault = field(default_factory=Vault)
    problems: list[Problem] = field(default_factory=list)
    """What reading found."""
    results: dict[str, Result] = field(default_factory=dict)
    """By script name; what has not run is missing."""
    remarks: list[str] = field(default_factory=list)
    """What the engine has to say of the whole run."""

    @classmethod
    def read(cls, layout: Layout, pages: Mapping[str, str] | None = None) -> Project:
        """Read a project from disk.

        ``pages`` gives the docs folder as a builder sees it, path below the docs
        folder to text of each note and notebook, and to the empty string of every
        other file; without it the folder itself is listed.
        """
        project = cls(layout)
        found = _list_docs(layout) if pages is None else pages
        for name, text in found.items():
            path = f"{layout.docs}/{name}"
            if name.endswith(".md"):
                project._add_note(scan_note(path, text, layout.settings.lists))
            elif name.endswith(".ipynb"):
                script, problems = read_notebook(path, text)
                project._add_script(script, problems)
        for path, text in _list_snippets(layout, project.problems):
            project._add_script(*read_snippet(path, text))
        project._check_modules()
        # A notebook is no Markdown file, so its name alone finds it as an alias does.
        notebooks = [
            (each.path, (Path(each.path).stem,)) for each in project.of_kind("notebook")
        ]
        project.vault = Vault.build(
            [
                *((note.path, note.aliases) for note in project.notes.values()),
                *notebooks,
            ],
            [f"{layout.docs}/{name}" for name in found],
            [script.path for script in project.of_kind("snippet")],
            layout.docs,
        )
        project.problems += find_clashes(list(project.notes.values()), project.vault)
        project.problems += check_requirements(project.notes, project.vault)
        return project

    def _add_note(self, note: Note) -> None:
        self.notes[note.path] = note
        self.problems += note.problems
        self.scripts |= {script.name: script for script in note.scripts}

    def _add_script(self, script: Script | None, problems: Iterable[Problem]) -> None:
        self.problems += problems
        if script is not None:
            self.scripts[script.name] = script

    def _check_modules(self) -> None:
        folder = self.layout.root / self.layout.settings.snippets
        for name in find_hiding_modules(folder):
            place = Place(f"{self.layout.settings.snippets}/{name}")
            what = f"{name} hides the module of that name from every script"
            self.problems.append(Problem("bad-option", place, what, "rename the file"))

    def of_kind(self, kind: str) -> Iterator[Script]:
        """Yield the scripts of a kind: note, notebook or snippet."""
        return (script for script in self.scripts.values() if script.kind == kind)

    def scripts_of(self, path: Path) -> tuple[Script, ...]:
        """Return the scripts of a file; none for a file outside the project."""
        try:
            name = path.resolve().relative_to(self.layout.root).as_posix()
        except ValueError:
            return ()
        return tuple(each for each in self.scripts.values() if each.path == name)

    # --- running ---------------------------------------------------------------

    @cached_property
    def cache(self) -> Cache:
        """The recorded results."""
        return Cache(self.layout.cache)

    @cached_property
    def checker(self) -> Checker:
        """What dependencies are now, as first looked up since the project was read."""
        return Checker(self.layout.root, self.layout.settings, self.layout.cache)

    @cached_property
    def _plans(self) -> dict[str, Plan]:
        return {}

    def plan(self, script: Script) -> Plan:
        """Return a script's plan."""
        if script.name not in self._plans:
            self._plans[script.name] = make_plan(script, self.layout.settings)
        return self._plans[script.name]

    def make_engine(self, progress: Progress | None = None) -> Engine:
        """Return an engine over this project's cache; its user closes it."""
        from lrnotes.run.engine import Engine

        return Engine(self.layout.root, self.layout.settings, self.cache, progress)

    def run(
        self, engine: Engine, names: Sequence[str] | None = None, *, fresh: bool = False
    ) -> None:
        """Bring results up to date: all scripts or the named ones."""
        wanted = list(self.scripts) if names is None else list(names)
        plans = {name: self.plan(self.scripts[name]) for name in wanted}
        found = engine.run(list(plans.values()), fresh=fresh)
        self.remarks = list(engine.remarks)
        first: dict[str, Plan] = {}
        for name, plan in plans.items():
            ran, result = first.setdefault(plan.key, plan), found[plan.key]
            if not result.passed and _sources(ran) != _sources(plan):
                # A failure points at lines, and comments, which make lines differ,
                # are not in the key.
                result = engine.run([plan], fresh=fresh)[plan.key]
            self.results[name] = result

    def load(self) -> None:
        """Take the recorded results that are still valid; run nothing."""
        for name, script in self.scripts.items():
            result = self.cache.find(self.plan(script), self.checker)
            if result is not None:
                self.results[name] = result

    def failures(self) -> list[Problem]:
        """Return a problem for each failing cell, at the line at fault."""
        return [
            problem
            for name, result in self.results.items()
            for problem in _failures(self.scripts[name], result)
        ]

    def status(self) -> list[dict[str, Any]]:
        """Return a row for each script; see ``docs`` of ``lrnotes status --json``."""
        return [self._status_row(script) for script in self.scripts.values()]

    def _status_row(self, script: Script) -> dict[str, Any]:
        plan = self.plan(script)
        state, reasons = self.cache.explain(plan, self.checker)
        last = self.cache.last(plan)
        return {
            "name": script.name,
            "source": script.path,
            "state": state,
            "reasons": reasons,
            "key": plan.key,
            "seconds": self.cache.seconds(plan),
            "device": last.environment.device if last else None,
        }


def _sources(plan: Plan) -> list[str]:
    return [cell.source for cell in plan.script.code]


def _failures(script: Script, result: Result) -> Iterator[Problem]:
    for at, outcome in enumerate(result.outcomes):
        if outcome.failure is not None:
            place = failure_place(script, at, outcome.failure)
            message = failure_message(script, at, outcome.failure)
            what = message.removeprefix(f"{place}: ")
            yield Problem("failed-cell", place, what)


def _list_docs(layout: Layout) -> dict[str, str]:
    """Return the docs folder's files: notes and notebooks with text, others empty."""
    docs = layout.root / layout.docs
    found: dict[str, str] = {}
    for folder, folders, names in os.walk(docs):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if name.startswith("."):
                continue
            path = Path(folder, name)
            key = path.relative_to(docs).as_posix()
            readable = name.endswith((".md", ".ipynb")) and _is_inside(path, layout)
            found[key] = _read_text(path) if readable else ""
    return found


def _list_snippets(
    layout: Layout, problems: list[Problem]
) -> Iterator[tuple[str, str]]:
    folder = layout.root / layout.settings.snippets
    for path in sorted(folder.rglob("*.py")):
        name = path.relative_to(layout.root).as_posix()
        if any(part.startswith((".", "__pycache__")) for part in path.parts):
            continue
        if not _is_inside(path, layout):
            what = "this file lies outside the project"
            problems.append(Problem("outside-project", Place(name), what))
            continue
        yield name, _read_text(path)


def _is_inside(path: Path, layout: Layout) -> bool:
    """Whether a file lies in the project once its links are followed."""
    return path.resolve().is_relative_to(layout.root)


def _read_text(path: Path) -> str:
    return path.read_bytes().decode("utf-8-sig", errors="replace")
