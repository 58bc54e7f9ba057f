"""Read a snippet, a script in py:percent cells."""

from __future__ import annotations

import ast
import re
import tokenize
from collections.abc import Iterator

from msgspec import Struct, field

from lrnotes.model import Cell, Place, Problem, Script
from lrnotes.text.lines import split_lines
from lrnotes.text.names import find_duplicates
from lrnotes.text.options import read_options

_HEADER = re.compile(r"#\s*%%+(?:\s+(?P<rest>.*))?$")
_TEXT = re.compile(
    r"\[(?:markdown|md)\]\s*(?P<after>.*)|(?P<before>.*?)\s*\[(?:markdown|md)\]",
    re.IGNORECASE,
)
_TITLE = re.compile(r"#\|.*\btitle\b")
_QUOTES = re.compile(r"[rR]?(\"\"\"|''')")


class _Raw(Struct):
    """A cell as its lines stand in the file."""

    title: str = ""
    is_text: bool = False
    first: int = 1
    """Line of the file on which its content begins."""
    lines: list[str] = field(default_factory=list)

    def trim(self) -> None:
        """Drop the blank lines around the content."""
        while self.lines and not self.lines[-1].strip():
            self.lines.pop()
        while self.lines and not self.lines[0].strip():
            self.lines.pop(0)
            self.first += 1


def read_snippet(path: str, text: str) -> tuple[Script | None, tuple[Problem, ...]]:
    """Return the cells of a snippet, and what is wrong with them.

    A file without a ``# %%`` line is a plain module: there is no script then.
    """
    lines = split_lines(text.removeprefix("\ufeff"))
    headers = _find_headers(lines)
    if not headers:
        return None, ()
    cells: list[Cell] = []
    problems: list[Problem] = []
    for raw in _split(lines, headers):
        if raw.is_text:
            cells.append(Cell("text", raw.title, *_text_of(raw, path)))
            continue
        first = not any(cell.kind == "code" for cell in cells)
        cell, faults = _read_code(raw, path, first=first)
        cells.append(cell)
        problems += faults
    script = Script(path, tuple(cells), "snippet")
    problems += find_duplicates(script)
    return script, tuple(sorted(problems, key=lambda problem: problem.place))


def _find_headers(lines: list[str]) -> list[int]:
    """Return the indices of the lines that begin a cell, none inside a string."""
    found = [number for number, line in enumerate(lines) if _HEADER.match(line)]
    text = "\n".join(lines)
    if found and ('"""' in text or "'''" in text):
        inside = _find_strings(lines)
        return [number for number in found if number not in inside]
    return found


def _find_strings(lines: list[str]) -> set[int]:
    """Return the indices of the lines on which a string goes on."""
    inside: set[int] = set()
    source = iter(f"{line}\n" for line in lines)
    try:
        for token in tokenize.generate_tokens(lambda: next(source, "")):
            # From Python 3.12 on, an f-string is several tokens.
            if token.start[0] < token.end[0] and token.type != tokenize.NEWLINE:
                inside.update(range(token.start[0], token.end[0]))
    except (tokenize.TokenError, SyntaxError):
        pass
    return inside


def _split(lines: list[str], headers: list[int]) -> Iterator[_Raw]:
    """Yield the cells; what stands before the first header is one if it holds code."""
    head = _Raw(lines=lines[: headers[0]])
    head.trim()
    if any(line.strip() and not line.lstrip().startswith("#") for line in head.lines):
        head.is_text = _is_docstring(head.lines)
        yield head
    for start, end in zip(headers, [*headers[1:], len(lines)], strict=True):
        match = _HEADER.match(lines[start])
        title = (match["rest"] or "").strip() if match else ""
        text = _TEXT.fullmatch(title)
        if text:
            title = text["after"] or text["before"] or ""
        raw = _Raw(title, text is not None, start + 2, lines[start + 1 : end])
        raw.trim()
        yield from _part(raw) if text else [raw]


def _is_docstring(lines: list[str]) -> bool:
    try:
        body = ast.parse("\n".join(lines)).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return len(body) == 1 and ast.get_docstring(ast.Module(body, [])) is not None


def _part(raw: _Raw) -> Iterator[_Raw]:
    """Yield a text cell, and the code that stands below its comments as another."""
    size = len(raw.lines)
    if raw.lines and not _QUOTES.match(raw.lines[0]):
        size = next(
            (i for i, line in enumerate(raw.lines) if line and line[0] != "#"), size
        )
    yield _Raw(raw.title, True, raw.first, raw.lines[:size])
    if size < len(raw.lines):
        code = _Raw(first=raw.first + size, lines=raw.lines[size:])
        code.trim()
        yield code


def _text_of(raw: _Raw, path: str) -> tuple[str, Place]:
    """Return the Markdown of a text cell, and where its first line stands."""
    start, lines = 0, raw.lines
    while start < len(lines) and lines[start].startswith("#"):
        start += 1
    opening = _QUOTES.match(lines[start]) if start < len(lines) else None
    if opening:
        text = "\n".join(lines[start:])[opening.end() :]
        text = text.rstrip().removesuffix(opening[1])
        quoted = _Raw(first=raw.first + start, lines=text.split("\n"))
        quoted.trim()
        return "\n".join(quoted.lines), Place(path, quoted.first)
    plain = (line[1:].removeprefix(" ") for line in lines)
    return "\n".join(plain).rstrip(), Place(path, raw.first)


def _read_code(raw: _Raw, path: str, *, first: bool) -> tuple[Cell, list[Problem]]:
    place = Place(path, raw.first)
    source = "\n".join(raw.lines)
    options, faults = read_options("", source, place, first=first)
    problems = list(faults)
    if raw.title and options.title:
        what = "title is given twice, after the %% and as an option"
        titles = [i for i, line in enumerate(raw.lines) if _TITLE.match(line)]
        where = Place(path, raw.first + min(titles, default=0))
        problems.append(Problem("bad-option", where, what, "keep one of them"))
    return Cell("code", raw.title or options.title, source, place, options), problems
