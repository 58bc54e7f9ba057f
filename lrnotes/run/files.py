"""Write files whole or not at all, and read them whatever their state."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from lrnotes.errors import CacheError

ASIDE = ".aside"
"""Suffix of a file that is being written."""


def write_aside(path: Path, data: bytes) -> None:
    """Write a file beside its place and rename it; raise CacheError where refused.

    A reader, or a run after a power cut, sees the old content or the new one.
    """
    aside = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}{ASIDE}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside.write_bytes(data)
        aside.replace(path)
    except OSError as error:
        with suppress(OSError):
            aside.unlink()
        raise refusal(path.parent, error) from error


def refusal(folder: Path, error: OSError) -> CacheError:
    """Return the error of a cache folder that cannot be written."""
    reason = error.strerror or str(error)
    return CacheError(
        f"results cannot be kept in {folder} ({reason})",
        hint="give LRNOTES_CACHE a folder that can be written",
    )


def read_bytes(path: Path) -> bytes | None:
    """Return a file's content, or None where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError:
        return None
