"""Markdown of the pages that are made from data: a snippet's own, and Verification."""

from __future__ import annotations

import json
import posixpath
import re
from collections import Counter
from collections.abc import Sequence
from html import escape
from textwrap import shorten

from msgspec import Struct

from lrnotes.model import Result, Script
from lrnotes.show.cells import snippet_title
from lrnotes.show.evidence import (
    claim_mark,
    claim_title,
    claim_verdict,
    nearest_evidence,
    operands,
)
from lrnotes.show.parts import literal_markdown
from lrnotes.show.provenance import format_date, format_environment, format_seconds
from lrnotes.show.streams import plain_text

# A bar or a line's end would break the row of the table that they stand in.
_MARKED = re.compile(r"(\$[^$`|\s](?:[^$`|\n]*[^$`|\s])?\$|`[^`|\n]+`)")


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


class ClaimRow(Struct, frozen=True):
    """A claim of the site."""

    script: Script
    index: int
    """Which code cell of the script, from 0."""
    page: str
    """Its cell, from the docs folder: ``snippets/momentum.md#tenth``."""
    result: Result | None = None
    mentions: tuple[Mention, ...] = ()
    """The sentences that link it."""


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


def verification_page(
    rows: Sequence[ClaimRow], path: str = "verification.md", title: str = "Verification"
) -> str:
    """Return the Markdown of the page that lists every claim with its outcome."""
    counts = Counter(claim_verdict(row.result, row.index) for row in rows)
    verdicts = ", ".join(
        f"{counts[verdict]} {verdict}"
        for verdict in ("passed", "failed", "not run")
        if counts[verdict] or verdict == "passed"
    )
    noun = "claim" if len(rows) == 1 else "claims"
    # Material gives the room of its table of contents to the table.
    lines = [*front_matter(title, "hide: [toc]"), f"# {title}", ""]
    if not rows:
        return "\n".join([*lines, "This site makes no claims yet.", ""])
    lines += [
        f"{len(rows)} {noun}: {verdicts}. Each is a cell of code that asserts a "
        "sentence, with a margin; what is shown was measured when that cell last ran.",
        "",
        '<div class="lrn-verification" data-lrn-table markdown="block">',
        "",
        "| outcome | claim | sentence | compared | margin | device | seconds | date |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
        *(_claim_row(path, row) for row in rows),
        "",
        "</div>",
        "",
    ]
    return "\n".join(lines)


# The claim that a row links to shows all of it.
_SHOWN = 80


def _claim_row(path: str, row: ClaimRow) -> str:
    result = row.result
    evidence = nearest_evidence(result, row.index)
    sentences = "<br>".join(
        (f"{_phrase(each.phrase)}: " if each.phrase else "")
        + page_link(path, each.path, each.title)
        for each in row.mentions
    )
    cells = [
        claim_mark(claim_verdict(result, row.index)),
        page_link(path, row.page, claim_title(row.script, row.index)),
        sentences or "no sentence links it",
        _code(shorten(operands(evidence), _SHOWN, placeholder=" …"))
        if evidence
        else "",
        _code(plain_text(evidence.margin)) if evidence else "",
        literal_markdown(format_environment(result.environment)) if result else "",
        f"{result.outcomes[row.index].seconds:.2f}" if result else "",
        literal_markdown(format_date(result.date)) if result else "",
    ]
    return f"| {' | '.join(cells)} |"


def _phrase(text: str) -> str:
    """Return the words of a link as their note shows them: maths and code stay such."""
    pieces = _MARKED.split(text)
    marked = (
        piece if at % 2 else literal_markdown(piece) for at, piece in enumerate(pieces)
    )
    return "".join(marked)


def _code(text: str) -> str:
    return f"<code>{literal_markdown(' '.join(text.split()))}</code>" if text else ""


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
