"""Share out accelerators: one job each at a time."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager


class Slots:
    """The accelerators of one kind."""

    def __init__(self, count: int) -> None:
        """Begin with all of them free."""
        self.free = set(range(count))
        self.changed = threading.Condition()

    @contextmanager
    def take(self, wanted: int | None = None) -> Iterator[int]:
        """Wait for one, or for a certain one, and hold it."""
        with self.changed:
            self.changed.wait_for(lambda: self._choose(wanted) is not None)
            index = self._choose(wanted)
            assert index is not None, "one is free"
            self.free.discard(index)
        try:
            yield index
        finally:
            with self.changed:
                self.free.add(index)
                self.changed.notify_all()

    def _choose(self, wanted: int | None) -> int | None:
        if wanted is None:
            return min(self.free, default=None)
        return wanted if wanted in self.free else None


def show_one(
    kind: str, index: int, environment: Mapping[str, str] = os.environ
) -> dict[str, str]:
    """Return the variables by which a job sees one accelerator only, as number 0."""
    if kind != "cuda":
        return {}
    visible = environment.get("CUDA_VISIBLE_DEVICES", "").split(",")
    numbers = [each.strip() for each in visible if each.strip()]
    return {"CUDA_VISIBLE_DEVICES": numbers[index] if numbers else str(index)}
