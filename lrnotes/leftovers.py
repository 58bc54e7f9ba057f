"""What a rename leaves as it is: names in code and raw HTML, and addresses of pages."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from lrnotes.model import Place
from lrnotes.project import Project
from lrnotes.text.literal import blank_literals
from lrnotes.vault.names import fold
from lrnotes.vault.renames import Rename

_HTML = re.compile(
    r"""<[a-zA-Z][^<>]*?\b(?:href|src)\s*=\s*(?:"([^"<>]+)"|'([^'<>]+)')"""
)
_PAGE = re.compile(
    r"\]\(\s*((?![/#]|\w+:)[^\s()<>#?]*(?:/|\.html))(?:[#?][^\s()]*)?[\s)]"
)
"""A relative address of a page as the builder names it."""
_IMPORT = re.compile(r"^[ \t]*(?:import|from)[ \t]+[^#\n]*", re.MULTILINE)
_WIKI = re.compile(r"!?\[\[([^#|\[\]\n\\]*)[^\[\]\n]*\]\]")


def find_leftovers(project: Project, rename: Rename) -> list[str]:
    """Return a line for each name that a rename leaves behind, by place."""
    found = [*_in_html(project, rename), *_in_code(project, rename)]
    found += _in_imports(project, rename)
    found += _of_pages(project, rename)
    return [f"{place}: {what}; mend it by hand" for place, what in sorted(found)]


def _in_html(project: Project, rename: Rename) -> Iterator[tuple[Place, str]]:
    """Yield addresses in raw HTML that name the file, or that its new folder breaks.

    An address of the built page goes on working: a redirect stands there.
    """
    files = {fold(path) for path in project.vault.paths}
    folder = posixpath.dirname(rename.old)
    is_elsewhere = posixpath.dirname(rename.new) != folder
    for path, note in project.notes.items():
        for tag in _HTML.finditer(note.text):
            url = tag[1] or tag[2]
            parts = urlsplit(url)
            if parts.scheme or parts.netloc or not parts.path or url.startswith("/"):
                continue
            place = posixpath.join(posixpath.dirname(path), unquote(parts.path))
            target = posixpath.normpath(place)
            is_left = path == rename.old and is_elsewhere and fold(target) in files
            if target == rename.old or is_left:
                line = note.text.count("\n", 0, tag.start()) + 1
                yield Place(path, line), f'"{url}" in raw HTML is not rewritten'


def _of_pages(project: Project, rename: Rename) -> Iterator[tuple[Place, str]]:
    """Yield addresses of built pages in a note that goes to another folder."""
    note = project.notes.get(rename.old)
    if note is None or posixpath.dirname(rename.old) == posixpath.dirname(rename.new):
        return
    for link in _PAGE.finditer(
        blank_literals(note.text, project.layout.settings.lists)
    ):
        line = note.text.count("\n", 0, link.start()) + 1
        yield Place(note.path, line), f'"{link[1]}" is not rewritten'


def _in_code(project: Project, rename: Rename) -> Iterator[tuple[Place, str]]:
    """Yield wiki-links in code whose output is Markdown."""
    for script in project.scripts.values():
        for cell in script.code:
            if cell.options.output != "markdown":
                continue
            for number, line in enumerate(cell.source.split("\n")):
                for link in _WIKI.finditer(line):
                    name = link[1].strip()
                    path = name and project.vault.resolve(name, script.path).path
                    if path == rename.old and not line.lstrip().startswith("#"):
                        place = Place(script.path, cell.place.line + number)
                        yield place, f"{link[0]} in code is not rewritten"


def _in_imports(project: Project, rename: Rename) -> Iterator[tuple[Place, str]]:
    """Yield imports of a snippet that is renamed, in cells and in plain modules."""
    folder = project.layout.settings.snippets
    old = PurePosixPath(rename.old)
    if old.suffix != ".py" or not old.is_relative_to(folder):
        return
    module = ".".join(old.relative_to(folder).with_suffix("").parts)
    named = re.compile(rf"(?<![\w.]){re.escape(module)}(?!\w)")
    for path, first, code in _code(project):
        for line in _IMPORT.finditer(code):
            if named.search(line[0]):
                number = first + code.count("\n", 0, line.start())
                yield Place(path, number), f"the import of {module} is not rewritten"


def _code(project: Project) -> Iterator[tuple[str, int, str]]:
    """Yield the path, the first line and the text of each piece of code."""
    for script in project.scripts.values():
        for cell in script.code:
            yield script.path, cell.place.line, cell.source
    known = {script.path for script in project.scripts.values()}
    root = project.layout.root
    for file in sorted((root / project.layout.settings.snippets).rglob("*.py")):
        path = file.relative_to(root).as_posix()
        if path not in known:
            yield path, 1, file.read_text("utf-8", errors="replace")
