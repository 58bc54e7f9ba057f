"""The grammar of wiki-links: ``[[target#fragment|text]]``, ``![[…]]`` for an embed."""

from __future__ import annotations

import re

from msgspec import Struct

WIKI = r"(!?)\[\[([^\[\]\n]+)\]\]"
"""Pattern of a wiki-link: mark of an embed, inside."""

# Python-Markdown writes an escaped character as its number between STX and ETX.
_BAR = re.compile(r"\\?\||\x02124\x03")
_SIZE = re.compile(r"(\d+)(?:x(\d+))?")


class Wiki(Struct, frozen=True):
    """The parts of a wiki-link, trimmed."""

    target: str
    fragment: str = ""
    """What follows the first ``#``."""
    text: str | None = None
    """What follows the first ``|``; None where there is none."""
    is_embed: bool = False

    @property
    def shown(self) -> str:
        """The text of a link without ``|``: ``Page > Heading``."""
        if not self.fragment:
            return self.target
        parts = [part.strip() for part in self.fragment.split("#")]
        return " > ".join(part for part in (self.target, *parts) if part)


def read_wiki(inside: str, *, is_embed: bool = False) -> Wiki | None:
    """Return the parts of what stands between the brackets; None for nothing."""
    bar = _BAR.search(inside) if "|" in inside or "\x02" in inside else None
    name = inside[: bar.start()] if bar else inside
    text = inside[bar.end() :].strip() if bar else None
    target, _, fragment = name.partition("#")
    wiki = Wiki(target.strip(), fragment.strip(), text or None, is_embed)
    return wiki if wiki.target or wiki.fragment or wiki.text else None


def read_sizes(text: str) -> tuple[str, dict[str, str]]:
    """Return the alternative text and the sizes of ``alt|300x200``, in this order."""
    parts = _BAR.split(text)
    size = _SIZE.fullmatch(parts[-1].strip())
    if not size:
        return text, {}
    width, height = size.groups()
    sizes = {"width": width, "height": height} if height else {"width": width}
    return "|".join(parts[:-1]).strip(), sizes
