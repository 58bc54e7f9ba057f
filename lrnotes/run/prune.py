"""Delete from the cache what no wanted key needs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from lrnotes.run.files import ASIDE, read_bytes
from lrnotes.run.stored import MANIFEST, NAMED, decode

_ABANDONED = 3600.0  # seconds after which nobody still writes a file


class Pruned(Struct, frozen=True):
    """What `Cache.prune` deleted."""

    files: int
    bytes: int


def prune(folder: Path, keys: set[str]) -> Pruned:
    """Delete the manifests of other keys, and the contents that nothing refers to."""
    doomed, needed = _sort_manifests(folder, keys)
    doomed += [
        path for path in _files(folder / "contents") if _digest(path) not in needed
    ]
    doomed += [path for path in _files(folder / "names") if _key(path) not in keys]
    files = size = 0
    for path in (*doomed, *_abandoned(folder)):
        try:
            found = path.stat().st_size
            path.unlink()
        except FileNotFoundError:
            continue
        files, size = files + 1, size + found
    return Pruned(files, size)


def _sort_manifests(folder: Path, keys: set[str]) -> tuple[list[Path], set[str]]:
    """Return the manifests to delete, and the digests that the others refer to."""
    doomed: list[Path] = []
    needed: set[str] = set()
    for path in _files(folder / "keys"):
        found = decode(read_bytes(path), MANIFEST)
        if found is None or found.key not in keys:
            doomed.append(path)
        else:
            for run in found.runs:
                needed.update((run.result, *run.figures))
    return doomed, needed


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix != ASIDE:
            yield path


def _abandoned(folder: Path) -> Iterator[Path]:
    """Yield what a killed build left half written."""
    for path in folder.rglob(f"*{ASIDE}"):
        if time.time() - path.stat().st_mtime > _ABANDONED:
            yield path


def _digest(path: Path) -> str:
    return path.parent.name + path.name


def _key(path: Path) -> str:
    found = decode(read_bytes(path), NAMED)
    return found.key if found is not None else ""
