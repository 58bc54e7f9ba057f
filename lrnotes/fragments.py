"""Finished fragments of cells, made when a page first asks for one, or kept from before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from lrnotes.kept import digest_material, load_fragments, save_fragments
from lrnotes.model import Cell, Fragment, Problem, Script
from lrnotes.project import Project
from lrnotes.show.cells import cell_fragment, snippet_fragment
from lrnotes.show.view import CellView, Links, cell_anchors, slug

ROOT = "lrn-root:"
"""Start of an address from the site's root, until the page that shows it is known."""
FIGURES = "assets/lrnotes/figures"
"""Folder in the site for the figures and tables of fences, which have no page."""

NOTEBOOKS = "assets/lrnotes/notebooks"
"""Folder in the site for the executed notebooks whose pages stand among the notes."""

_PARTS = ("all", "code", "output")


def page_of(script: Script, docs: str) -> str:
    """Return the path of the Markdown page on which a script's cells stand."""
    if script.kind == "snippet":
        return f"{docs}/{PurePosixPath(script.path).with_suffix('.md')}"
    return script.path


def notebook_file(script: Script, docs: str) -> str:
    """Return where the site offers a notebook's executed copy, from its root."""
    return f"{NOTEBOOKS}/{script.path.removeprefix(f'{docs}/')}"


def anchors_of(script: Script) -> tuple[str, ...]:
    """Return the id of each code cell, which no heading of a page is likely to have."""
    stem = PurePosixPath(script.path).stem
    start = slug(stem) if script.kind == "snippet" else "cell"
    return tuple(
        f"{start}-{anchor.removeprefix('cell-')}" for anchor in cell_anchors(script)
    )


class Fragments(Mapping[str, Fragment]):
    """``SCRIPT#INDEX|PART`` or a snippet's path, to what the page shows there."""

    def __init__(self, project: Project, urls: Mapping[str, str]) -> None:
        """Keep what is needed; ``urls`` gives each page's URL by its path."""
        self.project, self.urls = project, urls
        self.sheets: dict[str, dict[str, Fragment]] = {}
        """The fragments of each script that was asked for."""
        self.materials: dict[str, str] = {}
        self.grown: set[str] = set()

    def __getitem__(self, key: str) -> Fragment:
        """Return a fragment; raise KeyError for a cell that does not exist."""
        name = key.rpartition("|")[0].rpartition("#")[0] or key
        sheet = self._sheet(self.project.scripts[name])
        if key not in sheet:
            sheet[key] = self._make(key)
            self.grown.add(name)
        return sheet[key]

    def keep(self) -> None:
        """Keep for the next build what this one made of passed scripts.

        Raise OSError where the folder refuses.
        """
        for name in sorted(self.grown):
            result, material = self.project.results.get(name), self.materials[name]
            if result and result.passed and material:
                folder = self.project.layout.cache
                save_fragments(folder, name, material, self.sheets[name])
        self.grown.clear()

    def _sheet(self, script: Script) -> dict[str, Fragment]:
        name = script.name
        if name not in self.sheets:
            self.materials[name] = digest_material(self._material(script))
            folder = self.project.layout.cache
            self.sheets[name] = load_fragments(folder, name, self.materials[name])
        return self.sheets[name]

    def _material(self, script: Script) -> tuple[object, ...]:
        """Return all that the views of a script's cells are made of."""
        project, docs = self.project, self.project.layout.docs
        problems = [each for each in project.problems if each.place.path == script.path]
        url = self.urls.get(page_of(script, docs), "")
        return script, project.results.get(script.name), problems, docs, url

    def __iter__(self) -> Iterator[str]:
        """Yield every key."""
        for name, script in self.project.scripts.items():
            if script.kind == "snippet":
                yield name
            for at in range(len(script.code)):
                yield from (f"{name}#{at}|{part}" for part in _PARTS)

    def __len__(self) -> int:
        """Return how many keys there are."""
        return sum(1 for _ in self)

    def _make(self, key: str) -> Fragment:
        if "|" not in key:
            script = self.project.scripts[key]
            if script.kind != "snippet":
                raise KeyError(key)
            return snippet_fragment(
                [self._view(script, at, "all") for at in range(len(script.code))]
            )
        cell, _, part = key.rpartition("|")
        name, _, number = cell.rpartition("#")
        script = self.project.scripts[name]
        at = int(number)
        if part not in _PARTS or at >= len(script.code):
            raise KeyError(key)
        return cell_fragment(self._view(script, at, part))

    def _view(self, script: Script, at: int, part: str) -> CellView:
        anchor = anchors_of(script)[at]
        return CellView(
            script,
            at,
            self.project.results.get(script.name),
            part,  # type: ignore[arg-type]
            uid=anchor,
            anchor=anchor,
            links=self._links(script, anchor),
            problems=self._problems(script.code[at]),
        )

    def _problems(self, cell: Cell) -> tuple[Problem, ...]:
        """Return what reading found wrong in a cell: from its first line to its last."""
        # The line above the source holds a fence's options.
        first = cell.place.line - 1
        last = first + cell.source.count("\n") + 1
        return tuple(
            problem
            for problem in self.project.problems
            if problem.kind in ("bad-option", "duplicate-title")
            and problem.place.path == cell.place.path
            and first <= problem.place.line <= last
        )

    def _links(self, script: Script, anchor: str) -> Links:
        """Return where a cell's code and data lie: the snippet's page and its files."""
        if script.kind != "snippet":
            return Links(files=f"{ROOT}{FIGURES}/")
        docs = self.project.layout.docs
        page = page_of(script, docs)
        stem = page.removeprefix(f"{docs}/").removesuffix(".md")
        return Links(
            f"{ROOT}{self.urls.get(page, '')}#{anchor}",
            f"{ROOT}{stem}/",
            (f"{ROOT}{stem}.py", f"{ROOT}{stem}.ipynb"),
        )
