"""Scan a note: front matter, title, aliases, tags, executed fences, scripts."""

from __future__ import annotations

import posixpath
import re
from collections import Counter

from msgspec.structs import replace

from lrnotes.model import Cell, Fence, Note, Place, Problem, Script
from lrnotes.text.fences import find_fences
from lrnotes.text.frontmatter import (
    FrontMatter,
    find_loose_name,
    read_front_matter,
    split_front_matter,
)
from lrnotes.text.lines import split_lines
from lrnotes.text.literal import (
    blank_literals,
    literal_lines,
    may_hold_literals,
)
from lrnotes.text.names import find_duplicates

__all__ = ["scan_note", "split_front_matter"]

_COMMENT = re.compile(r"(?<!\\)%%.*?%%", re.DOTALL)
_HEADING = re.compile(r"#[ \t]+(?P<text>.*?)[ \t]*(?:[ \t]#+[ \t]*)?$")
_UNDERLINE = re.compile(r"=+[ \t]*$")
_ATTRIBUTES = re.compile(r"[ \t]*\{[:.#][^{}]*\}[ \t]*$|[ \t]*\{ [^{}]*\}[ \t]*$")
_MARKUP = (
    (re.compile(r"!?\[\[(?:[^\[\]|]*\|)?([^\[\]|]*)\]\]"), r"\1"),
    (re.compile(r"!?\[([^\[\]]*)\]\([^()]*\)"), r"\1"),
    (re.compile(r"`+([^`]*)`+"), r"\1"),
    (re.compile(r"(?<![\\\w])(\*{1,3}|_{1,3}|==|~~)(?=\S)(.+?)(?<=\S)\1(?!\w)"), r"\2"),
    (re.compile(r"<[^<>]*>"), ""),
    (re.compile(r"\\([!-/:-@\[-`{-~])"), r"\1"),
)
"""What is marked up in a heading, and what is read of it."""


def scan_note(path: str, text: str, lists: str = "commonmark") -> Note:
    """Return what a note's text alone tells; whatever is wrong is a problem in it."""
    source, body, first_line = split_front_matter(text)
    front = _find_loose(body, path)
    if source is not None:
        front = read_front_matter(source, path)
    fences, faults = find_fences(body, path, first_line, lists)
    if fences and "%%" in body:
        fences = _outside_comments(fences, body, lists)
    scripts = _make_scripts(path, fences)
    repeated = [each for script in scripts for each in find_duplicates(script)]
    stem = posixpath.splitext(posixpath.basename(path))[0]
    return Note(
        path,
        text,
        meta=front.meta,
        title=front.title or _find_title(body, lists) or stem,
        aliases=front.aliases,
        tags=front.tags,
        fences=fences,
        scripts=scripts,
        problems=(*front.problems, *faults, *repeated),
    )


def _find_loose(body: str, path: str) -> FrontMatter:
    """Return no front matter, and a problem where MkDocs will see some nevertheless."""
    name, is_meant = find_loose_name(body)
    front = FrontMatter()
    if is_meant:
        what = f'the builder takes "{name}:" for metadata and does not show it'
        hint = (
            "write --- above and below such lines, or a blank line above to show them"
        )
        front.problems.append(Problem("old-form", Place(path, 1), what, hint))
    return front


def _find_title(body: str, lists: str) -> str:
    """Return the text of the first heading of level one."""
    lines = split_lines(body)
    literal: list[bool] | None = None
    for number, line in enumerate(lines):
        heading = _HEADING.match(line)
        text = heading["text"] if heading else ""
        if not text and number and _UNDERLINE.match(line):
            text = lines[number - 1].strip()
        if not text:
            continue
        # Nothing is literal before anything that could make it so.
        if literal is None and may_hold_literals("\n".join(lines[: number + 1])):
            literal = literal_lines(body, lists)
        if literal is None or not literal[number]:
            return _read_markup(text)
    return ""


def _read_markup(text: str) -> str:
    """Return a heading as it reads: without marks, addresses and attributes."""
    text = _ATTRIBUTES.sub("", text)
    for pattern, instead in _MARKUP:
        text = pattern.sub(instead, text)
    return text.strip()


def _outside_comments(
    fences: tuple[Fence, ...], body: str, lists: str
) -> tuple[Fence, ...]:
    """Return the fences that no ``%%`` comment holds, counted anew."""
    plain = blank_literals(body, lists)
    hidden = [
        range(plain.count("\n", 0, each.start()), plain.count("\n", 0, each.end()))
        for each in _COMMENT.finditer(plain)
    ]
    count: Counter[str] = Counter()
    kept = []
    for fence in fences:
        if not any(fence.start - 1 in lines for lines in hidden):
            kept.append(replace(fence, index=count[fence.session]))
            count[fence.session] += 1
    return tuple(kept)


def _make_scripts(path: str, fences: tuple[Fence, ...]) -> tuple[Script, ...]:
    """Return one script for each session, in order of their first fences."""
    sessions: dict[str, list[Cell]] = {}
    for fence in fences:
        sessions.setdefault(fence.session, []).append(fence.cell)
    return tuple(
        Script(path, tuple(cells), "note", session)
        for session, cells in sessions.items()
    )
