"""Lines as Python-Markdown counts them, and cutting a container's marks off them."""

from __future__ import annotations

import re

TAB = 4
"""Columns of a tab stop, and of one level of indentation in Python-Markdown."""

SLOT = "\x02"
"""Stands for a whole fence in masked lines; never part of a note's own text."""

_LINE_END = re.compile(r"\r\n|\r|\n")


def split_lines(text: str) -> list[str]:
    """Return the lines without their ends; only CR, LF and CRLF end a line."""
    return _LINE_END.split(text) if "\r" in text else text.split("\n")


def normalise(text: str) -> list[str]:
    """Return the lines as Python-Markdown reads them.

    Tabs are expanded, lines of spaces are empty, and no control character is left that
    could be taken for a slot.
    """
    if "\x02" in text or "\x03" in text:
        text = text.replace("\x02", "").replace("\x03", "")
    if "\t" in text:
        text = text.expandtabs(TAB)
    return [line if line.strip(" ") else "" for line in split_lines(text)]


def indent_of(line: str) -> int:
    """Return how many spaces the line starts with."""
    return len(line) - len(line.lstrip(" "))


def cut_columns(line: str, width: int) -> str:
    """Return the line without its first ``width`` columns of spaces, tabs and ``>``.

    A tab that is cut in the middle leaves its remaining columns as spaces.
    """
    column = 0
    for index, char in enumerate(line):
        if column >= width or char not in "> \t":
            return " " * max(column - width, 0) + line[index:]
        column += TAB - column % TAB if char == "\t" else 1
    return " " * max(column - width, 0)
