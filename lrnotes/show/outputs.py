"""Outputs to HTML: printed text, values, figures, in the order in which they came."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from html import escape
from pathlib import PurePosixPath
from urllib.parse import quote

from msgspec import Struct

from lrnotes.model import Output, Script
from lrnotes.show.captions import fill_alt, fill_caption, is_figure
from lrnotes.show.markup import balance
from lrnotes.show.parts import Parts
from lrnotes.show.streams import cap_text, plain_text, stream_html, without_control
from lrnotes.show.svg import themed
from lrnotes.show.sweeps import sweep_html
from lrnotes.show.view import CellView, slug

# A larger table goes into a file of its own, where there is one to link to.
_INLINE_TABLE = 400
_UNSAFE = re.compile(r"[^\w,.:;=/()+\n-]+", re.ASCII)
"""What may not stand in an address; an end of line is seen to by itself."""
IMAGES = ("image/png", "image/jpeg", "image/gif", "image/webp")


class Shown(Struct, frozen=True):
    """The outputs of a cell."""

    html: str
    tools: str = ""
    """Links that belong to the last figure, for the line under the cell."""


def show_outputs(view: CellView, parts: Parts) -> Shown:
    """Return the outputs in order; the caption stands under the last figure."""
    outcome = view.outcome
    outputs = tuple(enumerate(outcome.outputs if outcome else ()))
    figures = [index for index, output in outputs if is_figure(output)]
    if view.cell.options.frames and len(figures) > 1:
        return _sweep(view, parts, figures)
    pieces = []
    tools = ""
    for index, output in outputs:
        if not is_figure(output):
            pieces.append(_output(view, output, index, parts))
            continue
        is_last = index == figures[-1]
        body = _svg(view, output, index) + (_caption(view, parts) if is_last else "")
        pieces.append(_figure(view, body, output.name))
        links = _links(view, output)
        if is_last:
            tools = links
        elif links:
            pieces.append(f'<div class="lrn-under">{tools_html(links)}</div>')
    return Shown("".join(pieces), tools)


def tools_html(links: str) -> str:
    """Return the group of small links under a figure; empty where there are none."""
    if not links:
        return ""
    return f'<span class="lrn-tools" data-search-exclude>{links}</span>'


def figure_files(outputs: Sequence[Output]) -> dict[str, str]:
    """Return name and content of each file that `Links.files` must hold."""
    tables = {
        _file_name(output.table, "csv"): output.table
        for output in outputs
        if len(output.table) > _INLINE_TABLE
    }
    drawings = (_drawing(output) for output in outputs if is_figure(output))
    return tables | {_file_name(drawing, "svg"): drawing for drawing in drawings}


def download_name(script: Script, index: int, label: str, ending: str) -> str:
    """Return a telling file name for a download."""
    cell = script.code[index]
    stem = PurePosixPath(script.path).stem
    names = (stem, cell.names[0] if cell.names else f"cell {index + 1}", label)
    return f"{'-'.join(slug(name) for name in names if name)[:80]}.{ending}"


def _sweep(view: CellView, parts: Parts, figures: Sequence[int]) -> Shown:
    """Return all figures as the frames of one, after what else was shown."""
    outputs = view.outcome.outputs if view.outcome else ()
    pieces = [
        _output(view, output, index, parts)
        for index, output in enumerate(outputs)
        if index not in figures
    ]
    frames = [
        (
            outputs[index].name,
            _svg(view, outputs[index], index)
            + tools_html(_links(view, outputs[index])),
        )
        for index in figures
    ]
    body = sweep_html(view, frames) + _caption(view, parts)
    return Shown("".join(pieces) + _figure(view, body, ""))


def _figure(view: CellView, body: str, label: str) -> str:
    name = download_name(view.script, view.index, label, "svg")
    return (
        f'<figure class="lrn-plot" data-lrn-name="{escape(name)}" data-search-exclude>'
        f"{body}</figure>"
    )


def _caption(view: CellView, parts: Parts) -> str:
    caption = fill_caption(view)
    return f"<figcaption>{parts.add_inline(caption)}</figcaption>" if caption else ""


def _svg(view: CellView, output: Output, index: int) -> str:
    cell = view.cell
    title = re.sub(r"(?i)^claim:\s*", "", cell.title) or cell.options.label or "Figure"
    title = f"{title}: {output.name}" if output.name else title
    svg = _drawing(output)
    try:
        return themed(svg, f"{view.uid}-{index}", plain_text(title), fill_alt(view))
    except ValueError:
        return f"<pre>{escape(cap_text(plain_text(svg)))}</pre>"


def _drawing(output: Output) -> str:
    return without_control(output.data["image/svg+xml"])


def _links(view: CellView, output: Output) -> str:
    """Return the links to a figure's data and, where there is a folder, its drawing."""
    links = []
    if output.table:
        name = download_name(view.script, view.index, output.name, "csv")
        links.append(
            f'<a href="{_table_href(view, output.table)}" download="{escape(name)}"'
            ' title="the plotted data as CSV">data</a>'
        )
    if view.links.files:
        file = _file_name(_drawing(output), "svg")
        links.append(
            f'<a href="{escape(view.links.files)}{file}"'
            ' title="the drawing by itself">SVG</a>'
        )
    return " ".join(links)


def _output(view: CellView, output: Output, index: int, parts: Parts) -> str:
    data = output.data
    if output.kind == "stream":
        return _stream(view, output, parts)
    if "text/html" in data:
        return f'<div class="lrn-html">{balance(cap_html(data["text/html"]))}</div>'
    if "image/svg+xml" in data:
        return f'<div class="lrn-html">{balance(_svg(view, output, index))}</div>'
    for kind in IMAGES:
        if kind in data:
            return _image(view, output, kind)
    for kind in ("text/latex", "text/markdown"):
        if kind in data:
            return f'<div class="lrn-html">{parts.add_block(data[kind])}</div>'
    text = data.get("text/plain") or next(iter(data.values()), "")
    return f'<pre class="lrn-stream">{stream_html(text)}</pre>' if text else ""


def _stream(view: CellView, output: Output, parts: Parts) -> str:
    text = output.data.get("text/plain", "")
    if not text:
        return ""
    if view.cell.options.output == "markdown" and output.name != "stderr":
        return f'<div class="lrn-printed">{parts.add_block(plain_text(text))}</div>'
    name = ' data-lrn-stream="stderr"' if output.name == "stderr" else ""
    return f'<pre class="lrn-stream"{name}>{stream_html(text)}</pre>'


def _image(view: CellView, output: Output, kind: str) -> str:
    content = re.sub(r"[^A-Za-z0-9+/=]", "", output.data[kind])
    size = ""
    if output.width and output.height:
        size = f' width="{output.width:.0f}" height="{output.height:.0f}"'
    alt = escape(fill_alt(view) or plain_text(output.data.get("text/plain", "")))
    return (
        f'<figure class="lrn-plot" data-search-exclude><img class="lrn-picture"{size}'
        f' src="data:{kind};base64,{content}" alt="{alt}"></figure>'
    )


def cap_html(markup: str, limit: int = 400_000) -> str:
    """Return the markup, or a notice where it is too long to be cut in the middle."""
    if len(markup) <= limit:
        return markup
    return f"<p>… {len(markup):,} characters of HTML left out …</p>"


def _file_name(content: str, ending: str) -> str:
    return f"{hashlib.sha256(content.encode()).hexdigest()[:16]}.{ending}"


def _table_href(view: CellView, table: str) -> str:
    if view.links.files and len(table) > _INLINE_TABLE:
        return f"{escape(view.links.files)}{_file_name(table, 'csv')}"
    # Numbers and commas may stand as they are: `quote` would look at each by itself.
    quoted = _UNSAFE.sub(lambda found: quote(found[0]), table).replace("\n", "%0A")
    return f"data:text/csv;charset=utf-8,{quoted}"
