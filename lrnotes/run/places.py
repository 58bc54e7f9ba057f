"""Tell the project's files and code from those of libraries and of the system."""

# ruff: noqa: PTH100, PTH111, PTH118, PTH119, PTH120
# Paths are text here: this is asked at every open, and a Path costs ten times as much.

from __future__ import annotations

import os
import site
import sys
import sysconfig
import tempfile
from collections.abc import Iterable
from pathlib import Path
from types import FrameType
from typing import Literal

Owner = Literal["project", "library", "passing"]
"""Whose code a frame runs; ``passing`` is the standard library and our own wrappers,
which act for whoever called them."""

_PACKAGE = Path(__file__).parents[1]
_WRAPPERS = (
    *("watch_imports.py", "watch_variables.py", "watch_files.py"),
    *("witness.py", "sites.py"),
)
_SYSTEM = (
    *("/proc", "/sys", "/dev", "/etc", "/usr", "/bin", "/sbin", "/lib", "/lib64"),
    *("/run", "/var", "/System", "/Library"),
)


class Places:
    """Knows for one process where the project, the libraries and the system are."""

    def __init__(self, root: Path, ignored: Iterable[Path] = ()) -> None:
        """Look up the folders once; ``sys.path`` must be final."""
        self.root = os.path.realpath(root)
        self._spellings = {self.root, os.path.abspath(root)}
        self._standard = _standard_folders()
        self._libraries = _library_folders(self.root, self._standard)
        self._ignored = _spell(
            [self.root + "/.git", *map(str, ignored), str(_PACKAGE), *self._libraries]
        )
        self._system = _spell([*_SYSTEM, _temporary_folder(), sys.base_prefix])
        self._names: dict[str, str] = {}
        self._owners: dict[str, Owner] = {}
        self.newest_finder = ""
        """The newest path of which Python knows who finds modules in it."""

    def name(self, path: str) -> str:
        """Return how dependencies name a path; empty where it never counts.

        That is the path from the root, ``.`` for the root itself, and the absolute
        path outside the project.  A link keeps its own name: its content counts.
        """
        # The known ones are absolute and normal, whatever folder is the current one.
        if path in self._names:
            return self._names[path]
        if os.pardir in path:
            # A folder that is a link has another parent than its spelling says.
            folder, last = os.path.split(path)
            path = os.path.join(os.path.realpath(folder), last)
        path = os.path.abspath(path)
        name = self._names.get(path)
        if name is None:
            name = self._names[path] = self._find_name(path)
        return name

    def _find_name(self, path: str) -> str:
        folder, last = os.path.split(path)
        real = os.path.join(os.path.realpath(folder), last)
        for spelling in (path, real):
            if _is_within(spelling, self._ignored) or "/__pycache__/" in spelling:
                return ""
        for spelling in (path, real):
            for root in self._spellings:
                if _is_within(spelling, (root,)):
                    return Path(spelling).relative_to(root).as_posix()
        return path

    def is_inside(self, path: str) -> bool:
        """Whether a path lies in the project and counts."""
        name = self.name(path)
        return bool(name) and not name.startswith("/")

    def is_system(self, name: str) -> bool:
        """Whether a library that opens this file does so for itself.

        Fonts, caches and devices are meant; only code of the project that opens such a
        file itself depends on it.
        """
        home = os.path.expanduser("~")
        return _is_within(name, self._system) or name.startswith(f"{home}/.")

    def owner(self, filename: str) -> Owner:
        """Return whose code a file holds, by the name that its code objects carry."""
        owner = self._owners.get(filename)
        if owner is None:
            owner = self._owners[filename] = self._find_owner(filename)
        return owner

    def _find_owner(self, filename: str) -> Owner:
        if filename.startswith("<"):
            return "project" if filename.startswith("<cell ") else "passing"
        path = os.path.realpath(filename)
        if _is_within(path, (str(_PACKAGE),)):
            return "passing" if os.path.basename(path) in _WRAPPERS else "library"
        if _is_within(path, self._libraries) and not self._is_standard(path):
            return "library"
        if self._is_standard(path):
            return "passing"
        return "project" if _is_within(path, (self.root,)) else "library"

    def _is_standard(self, path: str) -> bool:
        return _is_within(path, self._standard) and "-packages/" not in path

    def nearest(self, frame: FrameType | None) -> FrameType | None:
        """Return the nearest frame outside the standard library, from ``frame`` up."""
        while frame is not None:
            if self.owner(frame.f_code.co_filename) != "passing":
                return frame
            frame = frame.f_back
        return None

    def is_project(self, frame: FrameType | None) -> bool:
        """Whether code of the project acts in ``frame``, itself or through others.

        A thread that runs the standard library alone was started by the project.
        """
        found = self.nearest(frame)
        return found is None or self.owner(found.f_code.co_filename) == "project"


def _standard_folders() -> tuple[str, ...]:
    paths = sysconfig.get_paths()
    found = [paths["stdlib"], paths["platstdlib"], os.path.dirname(os.__file__)]
    return _spell(found)


def _library_folders(root: str, standard: Iterable[str]) -> tuple[str, ...]:
    """Return where installed code is: site folders, and others with distributions."""
    paths = sysconfig.get_paths()
    found = [paths["purelib"], paths["platlib"], *standard]
    found += [*site.getsitepackages(), site.getusersitepackages()]
    if _is_within(sys.prefix, (root,)) and sys.prefix != root:
        found.append(sys.prefix)
    for entry in sys.path:
        if entry and not _is_within(os.path.realpath(entry), (root,)):
            folder = Path(entry)
            if any(folder.glob("*.dist-info")) or folder.suffix == ".zip":
                found.append(entry)
    return _spell(found)


def _temporary_folder() -> str:
    """Return where temporary files go, and leave the question open for the script."""
    before = tempfile.tempdir
    try:
        return tempfile.gettempdir()
    finally:
        tempfile.tempdir = before


def _spell(paths: Iterable[str]) -> tuple[str, ...]:
    """Return each path as written and with its links resolved."""
    both = [(os.path.abspath(path), os.path.realpath(path)) for path in paths]
    return tuple(dict.fromkeys(path for pair in both for path in pair))


def _is_within(path: str, folders: Iterable[str]) -> bool:
    return any(path == each or path.startswith(f"{each}/") for each in folders)
