"""Markdown of the page that tells of every claim of a site."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from textwrap import shorten

from msgspec import Struct

from lrnotes.model import Result, Script
from lrnotes.show.cells import snippet_title
from lrnotes.show.evidence import (
    Verdict,
    claim_mark,
    claim_title,
    claim_verdict,
    nearest_evidence,
    operands,
)
from lrnotes.show.pages import Mention, front_matter, page_link
from lrnotes.show.parts import literal_markdown
from lrnotes.show.provenance import format_date, format_environment, format_seconds
from lrnotes.show.streams import plain_text

# A bar or a line's end would break the row of the table that they stand in.
_MARKED = re.compile(r"(\$[^$`|\s](?:[^$`|\n]*[^$`|\s])?\$|`[^`|\n]+`)")
_VERDICTS: tuple[Verdict, ...] = ("failed", "not run", "passed")
_AT_ONCE = 100
"""A page of more claims tells of them by script; their table may come on demand."""
_PART = 12
"""Scripts in a table."""
_SHOWN = 80
"""Characters of what was compared; the claim that a row links to shows all of it."""
_HEAD = (
    "| outcome | claim | sentence | compared | margin | device | seconds | date |",
    "| --- | --- | --- | --- | --- | --- | --- | --- |",
)


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


def verification_page(
    rows: Sequence[ClaimRow], path: str = "verification.md", title: str = "Verification"
) -> str:
    """Return the Markdown of the page that lists every claim with its outcome.

    It begins with what a reader asks first: how many hold, where and when they were
    measured, which do not.  A long table is marked with its length, so that it may be
    taken out of the page and brought when it is asked for.
    """
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
        *_measured(rows),
    ]
    table = ["", *_HEAD, *(_claim_row(path, row) for row in rows), "", "</div>", ""]
    if len(rows) <= _AT_ONCE:
        mark = '<div class="lrn-verification" data-lrn-table markdown="block">'
        return "\n".join([*lines, mark, *table])
    mark = (
        f'<div class="lrn-verification" data-lrn-table="{len(rows)}" markdown="block">'
    )
    lines += _broken(path, rows)
    return "\n".join([*lines, mark, *table, *_scripts(path, rows)])


def _measured(rows: Sequence[ClaimRow]) -> Iterator[str]:
    """Yield a line that says when, on what, and in how long the claims were measured."""
    results = [row.result for row in rows if row.result]
    if not results:
        return
    dates = sorted({format_date(each.date) for each in results})
    when = dates[0] if len(dates) == 1 else f"from {dates[0]} to {dates[-1]}"
    places = Counter(format_environment(each.environment) for each in results)
    where = ", ".join(
        literal_markdown(place) + (f" ({count} claims)" if len(places) > 1 else "")
        for place, count in places.most_common()
    )
    scripts = {each.key: each.seconds for each in results}
    took = format_seconds(sum(scripts.values()))
    yield f"Measured {when}, on {where}. The scripts that hold them ran for {took}."
    yield ""


def _broken(path: str, rows: Sequence[ClaimRow]) -> Iterator[str]:
    """Yield the claims that do not hold in a table of their own."""
    shown = [
        _claim_row(path, row)
        for verdict in ("failed", "not run")
        for row in rows
        if claim_verdict(row.result, row.index) == verdict
    ]
    if shown:
        yield from ("## What did not pass", "")
        yield from ('<div class="lrn-verification" markdown="block">', "")
        yield from (*_HEAD, *shown, "", "</div>", "", "## All claims", "")


def _scripts(path: str, rows: Sequence[ClaimRow]) -> Iterator[str]:
    """Yield tables of the scripts, whose pages show each claim with its evidence.

    There are several, since a table is laid out as a whole, however far below it ends.
    One date that all share is told above.
    """
    yield from ("## By script", "")
    is_dated = len({format_date(row.result.date) for row in rows if row.result}) > 1
    head = ["outcome", "script", "notes", "seconds", *(["date"] * is_dated)]
    groups = groupby(rows, lambda row: row.script.path)
    scripts = [_script_row(path, list(group), is_dated=is_dated) for _, group in groups]
    for start in range(0, len(scripts), _PART):
        yield from ('<div class="lrn-part" markdown="block">', "")
        yield f"| {' | '.join(head)} |"
        yield f"|{' --- |' * len(head)}"
        yield from (*scripts[start : start + _PART], "", "</div>", "")


def _script_row(path: str, rows: Sequence[ClaimRow], *, is_dated: bool) -> str:
    page, script = rows[0].page.partition("#")[0], rows[0].script
    result = rows[0].result
    counts = Counter(claim_verdict(row.result, row.index) for row in rows)
    notes = {each.path: each.title for row in rows for each in row.mentions}
    name = notes.get(page) or snippet_title(script) or posixpath.basename(script.path)
    cells = [
        "<br>".join(
            f"{claim_mark(verdict)} {counts[verdict]}"
            for verdict in _VERDICTS
            if counts[verdict]
        ),
        page_link(path, page, name),
        ", ".join(page_link(path, *each) for each in notes.items() if each[0] != page),
        f"{result.seconds:.1f}" if result else "",
    ]
    if is_dated:
        cells.append(literal_markdown(format_date(result.date)) if result else "")
    return f"| {' | '.join(cells)} |"


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
