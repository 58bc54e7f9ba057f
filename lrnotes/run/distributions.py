"""Find which installed distribution a module came from."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path


def find_owners(module: str, folder: Path) -> list[str]:
    """Return the distributions that put a top-level module into a site folder.

    `importlib.metadata.packages_distributions` parses the metadata of all of them; here
    reading ends with the first that owns the module, where only one can.
    """
    is_shared = not (folder / module / "__init__.py").exists()
    found: list[str] = []
    for info in sorted(_records(folder), key=lambda info: _distance(info, module)):
        if _owns(info, module):
            found.append(_name(info))
            if not is_shared:
                break
    return found


def canonical(name: str) -> str:
    """Return a distribution's name as all its spellings compare."""
    return re.sub(r"[-_.]+", "-", name).lower()


@cache
def _records(folder: Path) -> tuple[Path, ...]:
    found = (folder.glob(f"*.{kind}") for kind in ("dist-info", "egg-info"))
    return tuple(sorted(info for each in found for info in each))


def _distance(info: Path, module: str) -> int:
    """Return how unlikely it is that the module came from here."""
    if canonical(_stem(info)) == canonical(module):
        return 0
    return 1 if f"\n{module}\n" in _read(info / "top_level.txt") else 2


def _owns(info: Path, module: str) -> bool:
    record = _read(info / "RECORD")
    if not record.strip():
        # Systems that install packages by other means leave no list of files.
        return _distance(info, module) < 2
    if f"\n{module}/" in record:
        return True
    return (
        re.search(rf"\n{re.escape(module)}\.[\w.-]*(?:py|so|pyd),", record) is not None
    )


@cache
def _read(path: Path) -> str:
    """Return a file's text between line ends; a lone one where it cannot be read."""
    try:
        return f"\n{path.read_text(encoding='utf-8')}\n"
    except (OSError, UnicodeDecodeError):
        return "\n"


def _stem(info: Path) -> str:
    return info.stem.partition("-")[0]


def _name(info: Path) -> str:
    """Return the distribution's name as its metadata spells it."""
    found = re.search(r"\nName: *(\S+)", _read(info / "METADATA"))
    return found[1] if found else _stem(info)
