"""Names to files: what the target of a link resolves to."""

from __future__ import annotations

import posixpath
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Literal

from msgspec import Struct, field

from lrnotes.model import Heading
from lrnotes.vault.fold import fold
from lrnotes.vault.nearest import NearNames

__all__ = ["Resolution", "Vault", "compare_heading", "find_heading", "fold"]

How = Literal["path", "name", "alias", "self", "unresolved", "outside"]

_NOT_WORD = re.compile(r"[\W_]+")


def compare_heading(text: str) -> str:
    """Return the form in which headings are compared: words parted by one space."""
    return _NOT_WORD.sub(" ", fold(text)).strip() or fold(text).strip()


def find_heading(headings: Sequence[Heading], fragment: str) -> Heading | None:
    """Return the heading that a fragment names; ``A#B`` is B somewhere below A.

    Where no headings lie so, ``C# basics`` is the name of one.
    """
    parts = [compare_heading(part) for part in fragment.split("#") if part.strip()]
    found = _find_below(headings, parts, 0, 0) if parts else None
    if found or len(parts) < 2:
        return found
    return _find_below(headings, [compare_heading(fragment)], 0, 0)


def _find_below(
    headings: Sequence[Heading], parts: list[str], start: int, above: int
) -> Heading | None:
    for at in range(start, len(headings)):
        heading = headings[at]
        if heading.level <= above:
            return None
        if compare_heading(heading.text) != parts[0]:
            continue
        if len(parts) == 1:
            return heading
        found = _find_below(headings, parts[1:], at + 1, heading.level)
        if found:
            return found
    return None


class Resolution(Struct, frozen=True):
    """What a target resolves to."""

    path: str | None
    """Path from the project root; None where nothing was found."""
    how: How
    candidates: tuple[str, ...] = ()
    """Every file that the target could have meant, the chosen one first."""


class Vault(Struct):
    """All notes, snippets and attachments by name; plain data, built once."""

    docs: str = "docs"
    """The docs folder; vault paths are relative to it."""
    paths: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Folded path from the project root to paths."""
    whole: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Folded vault path to paths."""
    endings: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Folded ending of a vault path, cut at a folder boundary, to paths; the shortest
    vault path first, then in alphabetical order."""
    aliases: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Folded alias to the notes that have it, the shortest vault path first."""
    shown: tuple[str, ...] = ()
    """Names to offer for an unresolved target."""
    _near: NearNames | None = None

    @classmethod
    def build(
        cls,
        notes: Iterable[tuple[str, Iterable[str]]],
        files: Iterable[str] = (),
        snippets: Iterable[str] = (),
        docs: str = "docs",
    ) -> Vault:
        """Return the vault of notes with their aliases, attachments and snippets.

        All paths are from the project root.
        """
        vault = cls("" if docs in ("", ".") else docs.strip("/"))
        named = {path: tuple(aliases) for path, aliases in notes}
        every = {*named, *files, *snippets}
        ordered = sorted(every, key=vault.rank)
        paths, whole, endings = _Groups(), _Groups(), _Groups()
        for path in ordered:
            inside = fold(vault.inside(path))
            paths.add(fold(path), path)
            whole.add(inside, path)
            endings.add(inside, path)
            cut = inside.find("/")
            while cut >= 0:
                endings.add(inside[cut + 1 :], path)
                cut = inside.find("/", cut + 1)
        aliases = _Groups()
        for path in ordered:
            for alias in dict.fromkeys(map(fold, named.get(path, ()))):
                aliases.add(alias, path)
        vault.paths, vault.whole = paths.frozen(), whole.frozen()
        vault.endings, vault.aliases = endings.frozen(), aliases.frozen()
        vault.shown = tuple(vault._names(ordered, named))
        return vault

    def _names(
        self, ordered: Sequence[str], named: dict[str, tuple[str, ...]]
    ) -> Iterable[str]:
        for path in ordered:
            inside = self.inside(path)
            name = posixpath.basename(inside)
            is_twin = len(self.endings[fold(name)]) > 1
            yield (inside if is_twin else name).removesuffix(".md")
            yield from named.get(path, ())

    def inside(self, path: str) -> str:
        """Return the vault path of a path from the project root."""
        return path.removeprefix(self.docs + "/") if self.docs else path

    def rank(self, path: str) -> tuple[int, str, str]:
        """Return the key that orders candidates: shortest vault path, then alphabet."""
        inside = self.inside(path)
        return len(inside), inside, path

    def nearest(self, name: str, count: int = 3) -> list[str]:
        """Return the names that look most like an unresolved one."""
        if self._near is None:
            self._near = NearNames(self.shown)
        return self._near.nearest(name, count)

    def resolve(self, target: str, source: str) -> Resolution:
        """Return what ``target`` means in the note ``source``."""
        if not target:
            return Resolution(source, "self", (source,))
        if target[0] in "./" and (target[0] == "/" or target.startswith(_RELATIVE)):
            return self._resolve_place(target, source)
        file = self._find_file(target, source)
        if file:
            return file
        found = self.aliases.get(fold(target))
        if found:
            return Resolution(found[0], "alias", found)
        leaves = ".." in target and self._leaves(target, source)
        return Resolution(None, "outside" if leaves else "unresolved")

    def _find_file(self, target: str, source: str) -> Resolution | None:
        for wanted in (target, target + ".md"):
            found = self.endings.get(fold(wanted))
            if found:
                return self._choose(wanted, found, source)
        # In Obsidian the vault is the project, so names may start with the docs folder.
        for wanted in (target, target + ".md"):
            found = self.paths.get(fold(wanted))
            if found:
                return Resolution(_spelled(found, wanted), "path", found)
        return None

    def _resolve_place(self, target: str, source: str) -> Resolution:
        if target[0] == "/":
            place = posixpath.normpath(target.lstrip("/") or ".")
            known = self.whole
        else:
            folder = posixpath.dirname(source)
            place = posixpath.normpath(posixpath.join(folder, target))
            known = self.paths
        if place == ".." or place.startswith("../"):
            return Resolution(None, "outside")
        for wanted in (place, place + ".md"):
            found = known.get(fold(wanted))
            if found:
                return Resolution(_spelled(found, wanted), "path", found)
        return Resolution(None, "unresolved")

    def _choose(self, wanted: str, found: tuple[str, ...], source: str) -> Resolution:
        how: How = "path" if "/" in wanted else "name"
        if len(found) == 1:
            return Resolution(found[0], how, found)
        exact = self.whole.get(fold(wanted))
        if exact:
            return Resolution(_spelled(exact, wanted), how, exact)
        best = self._own(wanted, source)
        if not best:
            best = self.whole[fold(self.inside(found[0]))]
        path = _spelled(best, wanted)
        others = tuple(each for each in found if each != path)
        return Resolution(path, how, (path, *others))

    def _own(self, wanted: str, source: str) -> tuple[str, ...]:
        """Return the files in the source's own folder that ``wanted`` may mean."""
        folder = posixpath.dirname(source)
        own = f"{folder}/{posixpath.basename(wanted)}"
        if not fold(own).endswith("/" + fold(wanted)):
            return ()
        found = self.paths.get(fold(own), ())
        return tuple(each for each in found if posixpath.dirname(each) == folder)

    def _leaves(self, target: str, source: str) -> bool:
        place = posixpath.join(posixpath.dirname(source), target)
        return (posixpath.normpath(place) + "/").startswith("../")


_RELATIVE = ("./", "../")


class _Groups:
    """Lists by key, in the order of adding."""

    def __init__(self) -> None:
        self.lists: dict[str, list[str]] = {}

    def add(self, key: str, path: str) -> None:
        self.lists.setdefault(key, []).append(path)

    def frozen(self) -> dict[str, tuple[str, ...]]:
        return {key: tuple(paths) for key, paths in self.lists.items()}


def _spelled(paths: tuple[str, ...], wanted: str) -> str:
    """Return the path that is spelled as wanted, of paths that fold to the same."""
    if len(paths) == 1:
        return paths[0]
    for form in (str, _compose):
        for path in paths:
            if ("/" + form(path)).endswith("/" + form(wanted)):
                return path
    return paths[0]


def _compose(name: str) -> str:
    return unicodedata.normalize("NFC", name)
