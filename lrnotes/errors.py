"""The errors that lrnotes raises; what an author can mend is a `model.Problem` instead.

    LrnotesError
    ├── SettingsError     a setting that does not exist or has a bad value
    ├── ProjectError      no lrnotes project here, or a file that cannot be read
    ├── CacheError        a cache folder that cannot be written
    └── EngineError       the server of workers did not start or went away

Each says in one line where, what, and what to do.
"""

from __future__ import annotations

from lrnotes.model import Place


class LrnotesError(Exception):
    """Something that stops a command, told in one line."""

    def __init__(
        self, what: str, *, place: Place | None = None, hint: str = ""
    ) -> None:
        """Keep the three parts; the message is ``place: what; hint``."""
        self.what, self.place, self.hint = what, place, hint
        start = f"{place}: " if place else ""
        tail = f"; {hint}" if hint else ""
        super().__init__(f"{start}{what}{tail}")


class SettingsError(LrnotesError):
    """A setting that does not exist or has a bad value."""


class ProjectError(LrnotesError):
    """No lrnotes project here, or a file of it that cannot be read."""


class CacheError(LrnotesError):
    """A cache folder that cannot be written."""


class EngineError(LrnotesError):
    """The server of workers did not start or went away."""
