"""Read the info string of a fence: its language, its options, and who reads it."""

from __future__ import annotations

import functools
import re
from typing import Literal

from msgspec import Struct

LANGUAGES = ("python", "py")
"""The languages that run."""

Given = tuple[str, str | None]
"""A key and its value; None for a bare word."""

_INFO = re.compile(
    r"""(?x)
    (?:[ \t]*\.?(?P<language>[\w#.+-]+)(?=[ \t]|$))?
    (?:
        [ \t]*\{(?P<attributes>.*)\}
        |
        (?P<options>(?:
            [ \t]*[a-zA-Z][a-zA-Z0-9_]*
            (?:=(?:(?P<quote>["']).*?(?P=quote)|[^\s"'`={}]+))?
            (?=[ \t]|$)
        )+)
    )?
    [ \t]*"""
)
_OPTION = re.compile(
    r"""(?x)[ \t]*(?P<key>[a-zA-Z][a-zA-Z0-9_]*)
    (?:=(?:"(?P<double>.*?)"|'(?P<single>.*?)'|(?P<word>[^\s"'`={}]+)))?"""
)
_ATTRIBUTE = re.compile(
    r"""(?x)[ ]*(?:
    (?P<key>[^ =}]+)=(?:"(?P<double>.*?)"|'(?P<single>.*?)'|(?P<word>[^ =}]+))
    |(?P<bare>[^ =}]+))"""
)
_STOCK = {
    "hl_lines": re.compile(r"\d+(?:-\d+)?(?:[ \t]+\d+(?:-\d+)?)*$"),
    "linenums": re.compile(r"\d+"),
    "title": re.compile(""),
    "title_mode": re.compile(""),
}
"""What superfences reads after a language without our help."""

_ON, _OFF = ("on", "true", "yes", "1"), ("off", "false", "no", "0")


class Info(Struct, frozen=True):
    """An info string, taken apart."""

    language: str = ""
    given: tuple[Given, ...] = ()
    """Options in the order in which they stand."""
    unread: str = ""
    """The part that is not well formed; empty where all of it is."""
    is_known: bool = True
    """Whether superfences, told of ``exec``, takes the line for a fence."""

    @property
    def execution(self) -> Literal["", "on", "off", "unclear"]:
        """Whether the fence asks to be run; empty where it does not say."""
        values = [value for key, value in self.given if key == "exec"]
        if not values:
            return ""
        word = (values[0] or "on").lower()
        if word in _ON:
            return "on"
        return "off" if word in _OFF else "unclear"

    @property
    def is_python(self) -> bool:
        """Whether the language is one that runs."""
        return self.language in LANGUAGES


@functools.lru_cache(256)
def read_info(text: str) -> Info:
    """Return an info string taken apart."""
    match = _INFO.fullmatch(text)
    if match is None:
        return _read_loosely(text)
    language = match["language"] or ""
    if match["attributes"]:
        return _read_attributes(language, match["attributes"])
    given, quoted, rest = _read_options(match["options"] or "")
    info = Info(language, given, rest)
    if info.is_python and info.execution:
        return info
    is_known = quoted and all(
        key in _STOCK and _STOCK[key].match(key if value is None else value)
        for key, value in given
    )
    return Info(language, given, rest, is_known)


def _read_loosely(text: str) -> Info:
    """Read what superfences does not read; enough to say what the author wanted."""
    words = text.replace("{", " ").replace("}", " ").replace(",", " ").split()
    wants = any(re.match(r"exec\b", word) for word in words)
    language = words[0].lstrip(".") if words else ""
    given: tuple[Given, ...] = (("exec", None),) if wants else ()
    return Info(language, given, text.strip(), is_known=False)


def _read_options(text: str) -> tuple[tuple[Given, ...], bool, str]:
    """Return the options, whether all values are quoted, and what is left over."""
    given: list[Given] = []
    quoted, position = True, 0
    while match := _OPTION.match(text, position):
        value = match["double"] if match["single"] is None else match["single"]
        if match["word"] is not None:
            value, quoted = match["word"], False
        given.append((match["key"], value))
        position = match.end()
    return tuple(given), quoted, text[position:].strip()


def _read_attributes(language: str, text: str) -> Info:
    """Read ``.python exec title="x"``, as it stands between braces."""
    given: list[Given] = []
    text, position = text.replace("\t", "    "), 0
    while match := _ATTRIBUTE.match(text, position):
        position = match.end()
        bare = match["bare"]
        if bare is None:
            values = (match["double"], match["single"], match["word"])
            given.append((match["key"], next(v for v in values if v is not None)))
        elif bare.startswith("."):
            language = language or bare[1:]
        elif not bare.startswith("#"):
            given.append((bare, None))
    rest = text[position:].strip()
    bare_stock = {key for key, value in given if value is None} & {
        "hl_lines",
        "linenums",
    }
    info = Info(language, tuple(given), rest)
    if bare_stock and not (info.is_python and info.execution):
        return Info(language, tuple(given), rest, is_known=False)
    return info
