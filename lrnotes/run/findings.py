"""Collect what a script was seen to use; safe with threads and with forks."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from lrnotes.model import Dependency


class Findings:
    """The dependencies, remarks and written files of one running script.

    There is no lock: each step is one operation on a dict or set, and a lock that
    another thread held while the script forks would never open again.
    """

    def __init__(self) -> None:
        """Start with nothing seen."""
        self.is_open = False
        self._digests: dict[tuple[str, str], str] = {}
        self._remarks: dict[str, None] = {}
        self._written: dict[str, None] = {}
        self._made: set[str] = set()
        self._thread = threading.local()

    @property
    def is_listening(self) -> bool:
        """Whether what this thread does now is the script's own doing."""
        return self.is_open and not getattr(self._thread, "is_paused", False)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Let what this thread does go unseen."""
        before = getattr(self._thread, "is_paused", False)
        self._thread.is_paused = True
        try:
            yield
        finally:
            self._thread.is_paused = before

    def add(self, kind: str, name: str, digest: str = "") -> None:
        """Keep a dependency as it was when it was first used."""
        self._digests.setdefault((kind, name), digest)

    def replace(self, kind: str, name: str, digest: str) -> None:
        """Keep a dependency as it is now known to have been."""
        self._digests[kind, name] = digest

    def digest(self, kind: str, name: str) -> str | None:
        """Return what is kept of a dependency."""
        return self._digests.get((kind, name))

    def remark(self, text: str) -> None:
        """Keep something that a writer should know, once."""
        self._remarks.setdefault(text)

    def wrote(self, name: str) -> None:
        """Keep that the script itself wrote a file."""
        self._written.setdefault(name)

    def made(self, folder: str) -> None:
        """Keep that the script itself made a folder."""
        self._made.add(folder)

    def is_own(self, name: str) -> bool:
        """Whether the script itself wrote a file or made a folder around it."""
        if name in self._written:
            return True
        return any(name.startswith(f"{folder}/") for folder in tuple(self._made))

    @property
    def has_effects(self) -> bool:
        """Whether the script wrote a file or made a folder."""
        return bool(self._written or self._made)

    @property
    def written(self) -> tuple[str, ...]:
        """The files that the script wrote, in order."""
        return tuple(self._written)

    @property
    def remarks(self) -> tuple[str, ...]:
        """The remarks, in order."""
        return tuple(self._remarks)

    def dependencies(self) -> tuple[Dependency, ...]:
        """Return what was used, sorted."""
        found = sorted(self._digests.copy().items())
        return tuple(Dependency(kind, name, d) for (kind, name), d in found)  # type: ignore[arg-type]
