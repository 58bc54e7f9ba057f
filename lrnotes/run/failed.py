"""Remember failures for the life of an engine, until one of their inputs changes."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from lrnotes.model import Plan, Result
from lrnotes.run.fingerprint import Checker
from lrnotes.run.plan import wanted_device
from lrnotes.settings import Settings

_Stamp = tuple[tuple[str, int, int], ...]


class _Entry(Struct, frozen=True):
    sources: tuple[str, ...]
    result: Result
    modules: _Stamp


class Failed:
    """The failures of one engine; they are never written to disk."""

    def __init__(self, root: Path, settings: Settings) -> None:
        """Start with none."""
        self.folder = root / settings.snippets
        self._entries: dict[str, _Entry] = {}

    def keep(self, plan: Plan, result: Result) -> None:
        """Remember a failure, or forget it when the script has passed."""
        if result.passed:
            self._entries.pop(plan.key, None)
        else:
            # A process that died could not tell what it had imported.
            stamp = () if result.dependencies else self._stamp()
            self._entries[plan.key] = _Entry(_sources(plan), result, stamp)

    def find(self, plan: Plan, checker: Checker) -> Result | None:
        """Return the failure if the same lines would meet the same inputs."""
        entry = self._entries.get(plan.key)
        # The key has no lines, and a failure points at them.
        if entry is None or entry.sources != _sources(plan):
            return None
        used = entry.result.dependencies
        if not used and entry.modules != self._stamp():
            return None
        device = wanted_device(plan.script, checker.settings)
        if any(checker.current(each, device) != each.digest for each in used):
            return None
        return entry.result

    def _stamp(self) -> _Stamp:
        """Return name, time and size of every module that a script may import."""
        found = []
        for path in sorted(self.folder.rglob("*.py")):
            try:
                status = path.stat()
            except OSError:
                continue
            found.append((str(path), status.st_mtime_ns, status.st_size))
        return tuple(found)


def _sources(plan: Plan) -> tuple[str, ...]:
    return tuple(cell.source for cell in plan.script.code)
