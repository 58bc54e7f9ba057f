"""Small files beside the results and beside the pages of a site."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any


def load_formulas(cache: Path) -> dict[str, str]:
    """Return the rendered formulas; none where the file is missing or damaged."""
    try:
        found = json.loads((cache / "formulas.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {key: value for key, value in found.items() if isinstance(value, str)}


def save_formulas(cache: Path, formulas: Mapping[str, str], before: int) -> None:
    """Keep the formulas where there are more than ``before``, when they were read."""
    if len(formulas) > before:
        write_aside(cache / "formulas.json", json.dumps(formulas, ensure_ascii=False))


def write_aside(path: Path, text: str) -> None:
    """Write a file so that a reader meets the old one or the new one, never a half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        # A temporary file is its owner's alone; a site's files are everybody's.
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def write_report(cache: Path, report: Mapping[str, Any]) -> None:
    """Write ``report.json``, what the last run did, for machines."""
    write_aside(cache / "report.json", json.dumps(report, indent=1, ensure_ascii=False))


def write_beside(site: Path, files: Iterable[tuple[str, str]]) -> None:
    """Write the text of each file, by its name from the root of the site."""
    made: set[Path] = set()
    for name, text in files:
        path = site / name
        _make_folder(path.parent, made)
        path.write_bytes(text.encode())


def write_missing(site: Path, files: Iterable[tuple[str, str]]) -> None:
    """Write those files that would take no other's place, nor lie in a file."""
    made: set[Path] = set()
    for name, text in files:
        path = site / name
        with suppress(FileExistsError, NotADirectoryError):
            _make_folder(path.parent, made)
            with path.open("xb") as file:
                file.write(text.encode())


def _make_folder(folder: Path, made: set[Path]) -> None:
    # A vault has a file for each of its notes, and few folders.
    if folder not in made:
        folder.mkdir(parents=True, exist_ok=True)
        made.add(folder)
