"""Highlighted code whose top-level names tell what they held."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape

from pygments.formatters.html import HtmlFormatter
from pygments.lexers.python import PythonLexer
from pygments.token import _TokenType

from lrnotes.model import Name
from lrnotes.show.bindings import find_names
from lrnotes.show.streams import plain_text, without_control

# What the formatter writes for a token type of ours, such as `Token.Name.Lrn3`.
_MARKED = re.compile(r'class="(n\w*) \1-Lrn(\d+)"')

_BRACKETS = {ord("<"): "&lt;", ord(">"): "&gt;"}
_HEAD = '<div class="highlight">'


def code_html(
    source: str,
    names: Sequence[Name] = (),
    *,
    title: str = "",
    hl_lines: str = "",
    linenums: str = "",
) -> str:
    """Return the code as Material's highlighter would, with its names marked.

    A marked name is ``<span class="n lrn-name" data-lrn="3">``; what name 3 held stands
    in ``data-lrn-names`` of the block, once.
    """
    source = without_control(source)
    first = int(linenums.split(maxsplit=1)[0]) if _is_number(linenums) else 0
    formatter = HtmlFormatter(
        cssclass="highlight",
        wrapcode=True,
        hl_lines=line_numbers(hl_lines),
        linenos="table" if first else False,
        linenostart=first or 1,
    )
    tokens = PythonLexer(stripnl=False).get_tokens(source)
    pieces = _Pieces()
    formatter.format(_mark(tokens, source, names), pieces)
    html = _MARKED.sub(r'class="\1 lrn-name" data-lrn="\2"', "".join(pieces.text))
    head = '<div class="language-python highlight"'
    if "data-lrn=" in html:
        table = [
            [plain_text(text) for text in (name.name, name.summary, name.value)]
            for name in names
        ]
        text = json.dumps(table, ensure_ascii=False, separators=(",", ":"))
        head += f" data-lrn-names='{single_quoted(text)}'"
    bar = f'<span class="filename">{escape(title, quote=False)}</span>' if title else ""
    # A highlighter of the theme would write the code anew, without our marks.
    html = html.replace("<code>", '<code class="nohighlight">', 1)
    return f"{head}>{bar}{html.rstrip().removeprefix(_HEAD)}"


def line_numbers(text: str) -> list[int]:
    """Return the lines that ``1 3-5`` names; what is no number names none."""
    lines: list[int] = []
    for part in re.split(r"[\s,]+", text.strip("[]\"' ")):
        first, _, last = part.partition("-")
        if _is_number(first):
            end = int(last) if _is_number(last) else int(first)
            lines.extend(range(int(first), min(end, 10_000) + 1))
    return lines


def single_quoted(text: str) -> str:
    """Return the text for an attribute in single quotes, where JSON stays short."""
    return text.replace("&", "&amp;").replace("'", "&#39;").translate(_BRACKETS)


def _is_number(text: str) -> bool:
    start = text.split()[:1]
    return bool(start) and start[0].isdecimal() and len(start[0]) < 7


def _mark(
    tokens: Iterable[tuple[_TokenType, str]], source: str, names: Sequence[Name]
) -> Iterator[tuple[_TokenType, str]]:
    """Give each use of a recorded name a token type of its own."""
    rows = {name.name: row for row, name in enumerate(names)}
    uses = find_names(source) if rows else {}
    offset = 0
    for kind, text in tokens:
        row = rows.get(text, -1) if uses.get(offset) == text else -1
        offset += len(text)
        yield (getattr(kind, f"Lrn{row}"), text) if row >= 0 else (kind, text)


class _Pieces:
    """What the formatter writes into."""

    def __init__(self) -> None:
        self.text: list[str] = []

    def write(self, text: str) -> None:
        """Keep one more piece."""
        self.text.append(text)
