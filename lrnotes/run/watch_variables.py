"""See which environment variables the project's code reads."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from types import CodeType, FrameType
from typing import Any

from lrnotes.run.digest import digest_variable
from lrnotes.run.findings import Findings
from lrnotes.run.places import Places

COPIED = (
    "the whole environment was copied, and no variable of it is recorded; "
    "read by name what the result depends on"
)


class VariableWatch:
    """Stands between `os.environ` and its readers; `os.getenv` and ``in`` end there."""

    def __init__(
        self, findings: Findings, places: Places, ours: Iterable[str] = ()
    ) -> None:
        """Keep where to report; ``ours`` are variables that the engine itself set."""
        self.findings, self.places = findings, places
        self._ours = set(ours)
        self._copying: set[tuple[CodeType, int]] = set()
        self._environ = type(os.environ)
        self._read = self._environ.__getitem__

    def start(self) -> None:
        """Wrap reading, iterating and changing, for the rest of the process."""
        environ: Any = self._environ
        read, walk = environ.__getitem__, environ.__iter__
        write, delete = environ.__setitem__, environ.__delitem__

        def getitem(mapping: Any, key: Any) -> Any:
            if self.findings.is_listening:
                self._note(key, sys._getframe(1))
            return read(mapping, key)

        def iterate(mapping: Any) -> Iterator[Any]:
            if self.findings.is_listening:
                self._note_copy(sys._getframe(1))
            return walk(mapping)  # type: ignore[no-any-return]

        def setitem(mapping: Any, key: Any, value: Any) -> None:
            write(mapping, key, value)
            self._forget(key)

        def delitem(mapping: Any, key: Any) -> None:
            delete(mapping, key)
            self._forget(key)

        environ.__getitem__, environ.__iter__ = getitem, iterate
        environ.__setitem__, environ.__delitem__ = setitem, delitem

    def _note(self, key: Any, frame: FrameType) -> None:
        found = self.places.nearest(frame)
        if found is not None:
            if self.places.owner(found.f_code.co_filename) != "project":
                return
            if (found.f_code, found.f_lasti) in self._copying:
                return
        if not isinstance(key, (str, bytes)):
            return
        name = os.fsdecode(key)
        if name not in self._ours:
            self.findings.add("environment", name, digest_variable(self._value(name)))

    def _note_copy(self, frame: FrameType) -> None:
        """Remark a copy, and let the reads that it makes at that place go unseen."""
        found = self.places.nearest(frame)
        if found is None or not self.places.is_project(found):
            return
        self._copying.add((found.f_code, found.f_lasti))
        self.findings.remark(COPIED)

    def _value(self, name: str) -> str | None:
        try:
            return self._read(os.environ, name)
        except KeyError:
            return None

    def _forget(self, key: Any) -> None:
        """From now on the variable is what the script itself made of it."""
        if self.findings.is_listening and isinstance(key, (str, bytes)):
            self._ours.add(os.fsdecode(key))
