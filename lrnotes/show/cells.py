"""One executed cell as finished HTML: code, outputs, failure, provenance."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from lrnotes.model import Fragment, Script
from lrnotes.show.code import code_html
from lrnotes.show.evidence import evidence_line
from lrnotes.show.failures import failure_box, problem_notes, status_note
from lrnotes.show.outputs import Shown, show_outputs, tools_html
from lrnotes.show.parts import Parts
from lrnotes.show.provenance import provenance_html
from lrnotes.show.streams import plain_text
from lrnotes.show.view import CellView
from lrnotes.text.options import shown_source

_FIRST_HEADING = re.compile(r"\A\s*#[ \t]+[^\n]+\n?")


def cell_fragment(view: CellView) -> Fragment:
    """Return one cell, or the part of it that an embed asks for."""
    parts = Parts()
    return parts.fragment(_cell_html(view, parts))


def snippet_fragment(views: Sequence[CellView]) -> Fragment:
    """Return all of a snippet: its prose as parts, each code cell as its view says.

    The views are those of all its code cells, in order.  A first heading of level one
    is the title of the snippet's own page, so it is left out here.
    """
    parts = Parts()
    pieces = []
    ready = iter(views)
    is_first = True
    for cell in views[0].script.cells if views else ():
        if cell.kind == "code":
            pieces.append(_cell_html(next(ready), parts))
        else:
            source = _FIRST_HEADING.sub("", cell.source) if is_first else cell.source
            if source.strip():
                pieces.append(f'<div class="lrn-prose">{parts.add_block(source)}</div>')
        is_first = False
    return parts.fragment(f'<div class="lrn-snippet">{"".join(pieces)}</div>')


def snippet_title(script: Script) -> str:
    """Return the first heading of a snippet's prose; empty where there is none."""
    first = script.cells[0] if script.cells else None
    if first is None or first.kind != "text":
        return ""
    found = _FIRST_HEADING.match(first.source)
    return found[0].strip().strip("#").strip() if found else ""


def _cell_html(view: CellView, parts: Parts) -> str:
    outcome = view.outcome
    pieces = []
    if view.shows_code and shown_source(view.cell).strip():
        pieces.append(code_block(view))
    pieces += [problem_notes(view), status_note(view)]
    shown = show_outputs(view, parts) if view.shows_output else Shown("")
    pieces.append(shown.html)
    if outcome and outcome.failure:
        pieces.append(failure_box(view, outcome.failure))
    if view.shows_output:
        pieces.append(under_outputs(view, shown.tools, shows_code=view.shows_code))
    body = "".join(pieces)
    if not body:
        return ""
    anchor = f' id="{escape(view.anchor)}"' if view.anchor else ""
    return f'<div class="lrn-cell"{anchor}>{body}</div>'


def code_block(view: CellView, fold: str = "") -> str:
    """Return the code under its title; folded under it where the author says so."""
    options = view.cell.options
    title = plain_text(view.cell.title or options.title)
    if options.fold:
        fold = title or "code"
    outcome = view.outcome
    html = code_html(
        shown_source(view.cell),
        outcome.names if outcome else (),
        title="" if fold else title,
        hl_lines=options.hl_lines,
        linenums=options.linenums,
    )
    if not fold:
        return html
    summary = escape(fold, quote=False)
    return f'<details class="lrn-fold"><summary>{summary}</summary>{html}</details>'


def under_outputs(view: CellView, tools: str, *, shows_code: bool) -> str:
    """Return the quiet line under the outputs: evidence, provenance, data, code.

    ``tools`` are links of the last figure; with ``shows_code`` its code stands above.
    """
    outcome, result = view.outcome, view.result
    if outcome is None or result is None:
        return ""
    pieces = []
    if view.cell.is_claim and outcome.evidence:
        pieces.append(evidence_line(view.script, view.index, result))
    if outcome.outputs:
        files = view.links.downloads
        pieces.append(provenance_html(result, outcome.seconds, files))
    if not shows_code and view.links.page:
        tools = f'<a href="{escape(view.links.page)}">code</a> {tools}'
    pieces.append(tools_html(tools))
    if outcome.outputs and not shows_code and not view.links.page:
        # Hidden code stays one click away.
        pieces.append(code_block(view, fold="code"))
    body = "".join(pieces)
    if not body:
        return ""
    # Material leaves a block out up to the first end tag of its kind, so each part says
    # for itself that no search should find it.
    return f'<div class="lrn-under">{body}</div>'
