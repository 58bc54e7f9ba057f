"""What one page asks of the processors of its Markdown instance, and the next does not."""

from __future__ import annotations

from typing import Any

from markdown.util import Registry


class Changes:
    """Processors and attributes that are there for one page alone."""

    def __init__(self) -> None:
        """Begin with none."""
        self._added: list[tuple[Registry[Any], str]] = []
        self._set: list[tuple[Any, str, Any]] = []

    def add(
        self, registry: Registry[Any], processor: Any, name: str, priority: float
    ) -> None:
        """Register a processor."""
        registry.register(processor, name, priority)
        self._added.append((registry, name))

    def set(self, changed: Any, name: str, value: Any) -> None:
        """Set an attribute of another's processor."""
        self._set.append((changed, name, getattr(changed, name)))
        setattr(changed, name, value)

    def undo(self) -> None:
        """Leave all as it was."""
        for registry, name in self._added:
            registry.deregister(name)
        for changed, name, value in self._set:
            setattr(changed, name, value)
        self._added, self._set = [], []
