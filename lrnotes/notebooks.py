"""Notebook pages: executed copies for their renderer, whose prose our extension reads."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import unquote

from markdown import Markdown
from msgspec.structs import replace

from lrnotes.fragments import FIGURES, ROOT, anchors_of, notebook_file
from lrnotes.markdown.context import Index
from lrnotes.markdown.defaults import add_extensions
from lrnotes.model import Cell, Fragment, Place, Problem, Script
from lrnotes.project import Project
from lrnotes.show.cells import code_block
from lrnotes.show.notebook import write_notebook
from lrnotes.show.view import CellView, Links
from lrnotes.store import write_aside
from lrnotes.text.options import shown_source
from lrnotes.vault.urls import relative_url

_HEADING = r"^#{1,6}[ \t].*$"
_BORDER = "lrnborder"
_SLOT = re.compile(r"<p>\s*lrnprose(\d+)x\s*</p>")
_SHOWN = re.compile(r"lrnshown(\d+)x")
_CODE = re.compile(
    r'<div class="highlight-ipynb[^>]*>\s*<pre>(?:(?!</pre>).)*?lrncode(\d+)x'
    r".*?</pre>\s*</div>",
    re.DOTALL,
)
_SOURCE = re.compile(r"lrncode(\d+)x")
_CELL = re.compile(r'id="cell-id=([^"]+)"')
_PAGE = re.compile(r'href="([^"#?:]+\.(?:md|ipynb))(#[^"]*)?"')


class NotebookPages:
    """Writes the copies and keeps the prose that belongs into their pages."""

    def __init__(self, project: Project, index: Index) -> None:
        """Keep the project and what its conversions need."""
        self.project, self.index = project, index
        self.prose: dict[str, list[str]] = {}
        self.shown: dict[str, list[str]] = {}
        """Captions and printed Markdown of each notebook, as HTML."""
        self.code: dict[str, list[CellView]] = {}
        self.anchors: dict[str, dict[str, str]] = {}
        names: list[str] = []
        self.options: dict[str, Any] = {}
        add_extensions(names, self.options, {})
        self.names = [name for name in names if name != "lrnotes"]
        self.options.pop("lrnotes")
        self.folder = project.layout.cache / "notebooks"
        """Where the copies lie."""
        self._spare: TemporaryDirectory[str] | None = None

    def write(self) -> list[Problem]:
        """Write an executed copy of every notebook; return what stood in the way."""
        copies = dict(self._make_copies())
        try:
            _put(self.folder, copies)
        except OSError as error:
            self._spare = TemporaryDirectory(prefix="lrnotes-")
            refused, self.folder = self.folder, Path(self._spare.name)
            _put(self.folder, copies)
            what = f"notebooks cannot be kept in {refused} ({error.strerror})"
            place = Place(self.project.layout.config)
            hint = "give LRNOTES_CACHE a folder that can be written"
            return [Problem("run-remark", place, what, hint)]
        return []

    def close(self) -> None:
        """Remove the copies that the cache has refused."""
        if self._spare is not None:
            self._spare.cleanup()

    def _make_copies(self) -> Iterator[tuple[str, str]]:
        """Yield path below the docs folder and text of each executed copy."""
        docs = self.project.layout.docs
        for script in self.project.of_kind("notebook"):
            result = self.project.results.get(script.name)
            copy, pieces = _split_prose(script)
            parts = _Parts()
            links = Links(
                files=f"{ROOT}{FIGURES}/",
                downloads=(f"{ROOT}{notebook_file(script, docs)}",),
            )
            text = write_notebook(
                copy, result, themed=True, fill=parts.take, links=links
            )
            self._convert(script.path, pieces, parts)
            book = json.loads(text)
            code = [cell for cell in book["cells"] if cell["cell_type"] == "code"]
            for at, cell in enumerate(code):
                cell["source"] = [f"lrncode{at}x"]
            ids = [cell["id"] for cell in code]
            self.anchors[script.path] = dict(zip(ids, anchors_of(script), strict=True))
            self.code[script.path] = [
                CellView(script, at, result) for at in range(len(code))
            ]
            text = json.dumps(book, ensure_ascii=False, indent=1)
            yield script.path.removeprefix(f"{docs}/"), f"{text}\n"

    def read(self, script: Script) -> None:
        """Convert a notebook's prose alone."""
        self._convert(script.path, _split_prose(script)[1], _Parts())

    def _convert(self, path: str, pieces: Sequence[str], parts: _Parts) -> None:
        """Keep the HTML of each piece and part; all are converted as one note.

        So they share footnotes, references and the evidence of their claims, which come
        at the end: the notebook's own prose is last.
        """
        ours = {"lrnotes": {"index": self.index, "page": path}}
        markdown = Markdown(
            extensions=[*self.names, "lrnotes"],
            extension_configs={**self.options, **ours},
        )
        html = markdown.convert(f"\n\n{_BORDER}\n\n".join([*parts.texts, *pieces]))
        made = re.split(rf"<p>{_BORDER}</p>", html)
        count = len(parts.texts)
        self.prose[path] = made[count:]
        self.shown[path] = [
            text.strip().removeprefix("<p>").removesuffix("</p>")
            if at in parts.inline
            else text
            for at, text in enumerate(made[:count])
        ]

    def fill(self, path: str, html: str, urls: Mapping[str, str]) -> str:
        """Return a rendered notebook with its prose in place and its cells named.

        ``urls`` gives the URL of each page by its path, as the builder has made them.
        """
        prose, anchors = self.prose.get(path, []), self.anchors.get(path, {})
        shown = self.shown.get(path, [])

        def fill_slot(texts: Sequence[str]) -> Callable[[re.Match[str]], str]:
            return lambda found: _PAGE.sub(
                lambda link: _make_url(path, link, urls), texts[int(found[1])]
            )

        def name_cell(found: re.Match[str]) -> str:
            return f'id="{anchors.get(found[1], f"cell-id={found[1]}")}"'

        code = self.code.get(path, [])
        html = _CODE.sub(lambda found: code_block(code[int(found[1])]), html)
        # A template of another make shows the code in its own way.
        html = _SOURCE.sub(
            lambda found: escape(shown_source(code[int(found[1])].cell)), html
        )
        html = _SHOWN.sub(fill_slot(shown), html)
        return _CELL.sub(name_cell, _SLOT.sub(fill_slot(prose), html))


class _Parts:
    """Collects what outputs hold of Markdown, and leaves slots in its place."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.inline: set[int] = set()

    def take(self, fragment: Fragment) -> str:
        """Return a fragment's HTML with slots for its parts."""
        html = fragment.html
        for at, part in enumerate(fragment.parts):
            number = len(self.texts)
            if at in fragment.inline:
                self.inline.add(number)
            self.texts.append(part)
            html = html.replace(f"\x02md{at}\x03", f"lrnshown{number}x")
        return html


def _put(folder: Path, texts: Mapping[str, str]) -> None:
    """Write files where they differ, so that unchanged ones keep their times."""
    for name, text in texts.items():
        path = folder / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            write_aside(path, text)


def _make_url(path: str, link: re.Match[str], urls: Mapping[str, str]) -> str:
    """Return the attribute with the page's URL in place of its source's path."""
    joined = posixpath.join(posixpath.dirname(path), unquote(link[1]))
    target = posixpath.normpath(joined)
    if target not in urls:
        return link[0]
    url = relative_url(urls[target], urls[path])
    return f'href="{url}{link[2] or ""}"'


def _split_prose(script: Script) -> tuple[Script, list[str]]:
    """Return the notebook with its headings alone, slots for its text, and the text.

    The renderer reads headings for its table of contents, and knows nothing of our
    syntax; so all else is converted here and put into the page afterwards.
    """
    pieces: list[str] = []
    cells: list[Cell] = []
    for cell in script.cells:
        if cell.kind == "code":
            cells.append(cell)
            continue
        kept: list[str] = []
        for part in re.split(rf"({_HEADING})", cell.source, flags=re.MULTILINE):
            if not part.strip():
                continue
            is_heading = part.startswith("#")
            kept.append(part if is_heading else f"lrnprose{len(pieces)}x")
            pieces.append(part)
        cells.append(replace(cell, source="\n\n".join(kept)))
    return replace(script, cells=tuple(cells)), pieces
