"""Markdown of the pages that are made from data: a snippet's own, and what all share."""

from __future__ import annotations

import json
import posixpath
from html import escape

from msgspec import Struct

from lrnotes.model import Result, Script
from lrnotes.show.cells import snippet_title
from lrnotes.show.parts import literal_markdown
from lrnotes.show.provenance import format_environment, format_seconds


class Mention(Struct, frozen=True):
    """A note that shows or links something."""

    path: str
    """Path of the note from the docs folder: ``optim/momentum.md``."""
    title: str
    """The note's title."""
    phrase: str = ""
    """The linked words; empty where there are none."""


class SnippetPage(Struct, frozen=True):
    """A snippet's own page."""

    path: str
    """Path of the page from the docs folder: ``snippets/momentum.md``."""
    script: Script
    result: Result | None = None
    notes: tuple[Mention, ...] = ()
    """The notes that use it."""
    downloads: tuple[str, ...] = ()
    """Files to download, from the docs folder: ``snippets/momentum.py``."""


def snippet_page(page: SnippetPage) -> str:
    """Return the Markdown of a snippet's page: title, all of it, downloads, notes."""
    name = posixpath.basename(page.script.path)
    title = snippet_title(page.script)
    lines = [
        *front_matter(title or name),
        f"# {title or literal_markdown(name)}",
        "",
        f'<p class="lrn-quiet" data-search-exclude>{escape(_run_line(page))}</p>',
        "",
    ]
    if page.downloads:
        links = [_download(page.path, path) for path in page.downloads]
        lines += [" · ".join(links), "{ .lrn-downloads }", ""]
    lines += [f"![[{page.script.path}]]", ""]
    if page.notes:
        lines += ["## Notes that use it", ""]
        lines += [
            f"- {page_link(page.path, note.path, note.title)}" for note in page.notes
        ]
        lines.append("")
    return "\n".join(lines)


def page_link(source: str, target: str, text: str) -> str:
    """Return a Markdown link between two pages, both from the docs folder."""
    path, mark, fragment = target.partition("#")
    # From a root of their own: the way between them asks nothing of the disk.
    relative = posixpath.relpath(f"/{path}", f"/{posixpath.dirname(source)}")
    return f"[{literal_markdown(text or target)}](<{relative}{mark}{fragment}>)"


def _download(source: str, target: str) -> str:
    name = posixpath.basename(target)
    return f"{page_link(source, target, name)}{{ download={json.dumps(name)} }}"


def _run_line(page: SnippetPage) -> str:
    path, count = page.script.path, len(page.script.code)
    cells = f"{path} · {count} {'cell' if count == 1 else 'cells'}"
    if page.result is None:
        return f"{cells} · not run"
    where = format_environment(page.result.environment)
    return f"{cells} · ran in {format_seconds(page.result.seconds)} on {where}"


def front_matter(title: str, *more: str) -> list[str]:
    """Return the lines that open a page of ours."""
    # JSON strings are YAML.
    return ["---", f"title: {json.dumps(title, ensure_ascii=False)}", *more, "---", ""]
