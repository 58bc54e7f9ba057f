"""A file's new name, and how links say what they said before."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from urllib.parse import quote, unquote

from msgspec import Struct

from lrnotes.vault.fold import fold
from lrnotes.vault.names import Vault
from lrnotes.vault.quoting import quote_at, write_scalar

_WIKI = re.compile(r"(!?\[\[\s*)([^#|\[\]\n]*?)(\s*(?:\\?\||#|\]\]))")
_REQUIRES = re.compile(r"^requires[ \t]*:.*(?:\r?\n(?:[ \t-].*|[ \t]*))*", re.MULTILINE)

_SPARED = (".md", ".ipynb")
"""Endings that a link may leave out."""


class Rename(Struct, frozen=True):
    """What a rename does to names; paths are from the project root."""

    old: str
    new: str
    before: Vault
    vault: Vault
    """As it will be."""

    def find(self, name: str, source: str) -> str | None:
        """Return the file that a name has meant in the note ``source``."""
        return self.before.resolve(name, source).path

    def after(self, path: str) -> str:
        """Return the path that a file will have."""
        return self.new if path == self.old else path

    def wiki(self, raw: str, resolved: str, source: str) -> str:
        """Return how a wiki-link to ``resolved`` in the note ``source`` is written."""
        found = _WIKI.match(raw)
        if not found or not found[2]:
            return raw
        name = self.name(found[2], resolved, source)
        return f"{found[1]}{name}{raw[found.end(2) :]}"

    def name(self, written: str, resolved: str, source: str) -> str:
        """Return the name of a file for the note ``source``, in the style of before."""
        path, here = self.after(resolved), self.after(source)
        for name in (written, *self._names(written, path, here)):
            if self.vault.resolve(name, here).path == path:
                return name
        return written

    def _names(self, written: str, path: str, here: str) -> Iterator[str]:
        inside, ending = self.vault.inside(path), posixpath.splitext(path)[1]
        is_short = ending in _SPARED and not written.lower().endswith(ending)
        ends = [len(ending), 0] if is_short else [0]
        for end in ends:
            full = inside[: len(inside) - end]
            if written.startswith(("./", "../")):
                way = posixpath.relpath(path, posixpath.dirname(here) or ".")
                way = way[: len(way) - end]
                yield way if way.startswith("../") else f"./{way}"
            if written.startswith("/"):
                yield f"/{full}"
            parts = full.split("/")
            depth = written.strip("/").count("/")
            for count in (depth, *range(len(parts))):
                yield "/".join(parts[-1 - count :])
            yield f"/{full}"

    def address(self, written: str, resolved: str, source: str) -> str:
        """Return the address of a Markdown link, in the style of before.

        ``written`` stands between the parentheses, angle brackets included.
        """
        is_pointed = written.startswith("<")
        path, mark, fragment = written.strip("<>").partition("#")
        here, wanted = self.after(source), self.after(resolved)
        folder, plain = posixpath.dirname(here), unquote(path)
        was = posixpath.normpath(posixpath.join(posixpath.dirname(source), plain))
        if posixpath.normpath(posixpath.join(folder, plain)) == wanted:
            return written
        # One that was right for every reader of Markdown stays so.
        if was != resolved and self._find(plain, folder, here) == wanted:
            return written
        way = posixpath.relpath(wanted, folder or ".")
        if not is_pointed:
            way = quote(way, safe="/()'!,;@+=~")
        return f"<{way}{mark}{fragment}>" if is_pointed else f"{way}{mark}{fragment}"

    def _find(self, path: str, folder: str, here: str) -> str | None:
        """Return the file that an address names: at its place, else by its name."""
        place = posixpath.normpath(posixpath.join(folder, path))
        if place in self.vault.paths.get(fold(place), ()):
            return place
        return self.vault.resolve(path, here).path


def require_anew(head: str, names: dict[str, str]) -> str:
    """Return front matter with other names under ``requires:``."""

    def rename(block: re.Match[str]) -> str:
        text = block[0]
        for old, new in names.items():
            pattern = rf"(?<=[\s\[,'\"]){re.escape(old)}(?=[\s\],'\"]|$)"
            places = [found.span() for found in re.finditer(pattern, text)]
            for start, end in reversed(places):
                name = write_scalar(new, quote_at(text, start))
                text = text[:start] + name + text[end:]
        return text

    return _REQUIRES.sub(rename, head)


def add_redirect(text: str, address: str) -> str:
    """Return a note's text whose front matter keeps an old address of it."""
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    text = text.removeprefix("\ufeff")
    end = "\r\n" if "\r\n" in text.partition("\n")[0] + "\n" else "\n"
    head = re.match(r"---[ \t]*\r?\n(?:.*?\n)?(?=(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z))",
                    text, re.DOTALL)  # fmt: skip
    if head is None:
        return f"{mark}---{end}redirects: [{address}]{end}---{end}{text}"
    if address in re.findall(r"[^\s\[\],]+", head[0]):
        return mark + text
    listed = re.search(r"^redirects:[ \t]*", head[0], re.MULTILINE)
    if listed is None:
        line = f"redirects: [{address}]{end}"
        return mark + head[0] + line + text[head.end() :]
    rest = head[0][listed.end() :]
    if rest.startswith("["):
        at = listed.end() + 1
        return f"{mark}{text[:at]}{address}, {text[at:]}"
    if rest[:1] in ("\r", "\n"):
        item = re.match(r"\r?\n([ \t]*- )", rest)
        lead = item[1] if item else "  - "
        at = listed.end()
        return f"{mark}{text[:at]}{end}{lead}{address}{text[at:]}"
    scalar = rest.partition("\n")[0].rstrip("\r")
    at = listed.end() + len(scalar)
    return f"{mark}{text[: listed.end()]}[{address}, {scalar}]{text[at:]}"
