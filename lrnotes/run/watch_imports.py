"""See which modules a script imports, from the project and from distributions."""

# ruff: noqa: PTH112, PTH118
# Paths are text here: this runs at every import, and a Path costs ten times as much.

from __future__ import annotations

import builtins
import importlib
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib.machinery import (
    BYTECODE_SUFFIXES,
    EXTENSION_SUFFIXES,
    SOURCE_SUFFIXES,
    ExtensionFileLoader,
    FileFinder,
    ModuleSpec,
    SourceFileLoader,
    SourcelessFileLoader,
)
from itertools import takewhile
from types import FrameType, ModuleType
from typing import Any

from lrnotes.run.digest import digest_module
from lrnotes.run.findings import Findings
from lrnotes.run.places import Places
from lrnotes.run.watch_files import FileWatch

STANDARD = sys.stdlib_module_names
_IMPORTERS = (__file__, importlib.__file__)


class ImportWatch:
    """Finds and loads the project's modules itself, so that it sees each of them."""

    def __init__(self, findings: Findings, places: Places, files: FileWatch) -> None:
        """Keep where to report."""
        self.findings, self.places, self.files = findings, places, files
        self.asked: set[str] = set()
        """Top-level names that code of the project asked for."""
        self._newest = ""

    def start(self) -> None:
        """Wrap importing, for the rest of the process."""
        self._newest = next(reversed(sys.modules))
        self._wrap_import()
        self._wrap_import_module()
        sys.meta_path.insert(0, Listener(self))
        sys.path_hooks.insert(0, self._make_finder)
        forget_finders(self.places)

    @property
    def added(self) -> set[str]:
        """Top-level names of the modules loaded since the start."""
        new = _newer_keys(sys.modules, self._newest)
        return {name.partition(".")[0] for name in new}

    def _wrap_import(self) -> None:
        real, places = builtins.__import__, self.places

        def watched_import(
            name: str,
            globals: Mapping[str, object] | None = None,
            locals: Mapping[str, object] | None = None,
            fromlist: Sequence[str] | None = (),
            level: int = 0,
        ) -> ModuleType:
            # A module that is there already raises no audit event.
            if level == 0:
                filename = sys._getframe(1).f_code.co_filename
                if filename[:1] == "<" or places.owner(filename) == "project":
                    self.ask(name)
            return real(name, globals, locals, fromlist, level)

        builtins.__import__ = watched_import

    def _wrap_import_module(self) -> None:
        real = importlib.import_module

        def watched_import_module(name: str, package: str | None = None) -> ModuleType:
            if not name.startswith("."):
                self.ask(name)
            return real(name, package)

        importlib.import_module = watched_import_module

    def ask(self, name: str) -> None:
        """Keep a top-level name where the project asks for it."""
        top = name.partition(".")[0]
        if top in STANDARD or top in self.asked or not self.findings.is_listening:
            return
        if self.places.is_project(sys._getframe(2)):
            self.asked.add(top)

    def _make_finder(self, path: str) -> FileFinder:
        if not self.places.is_inside(path) or not os.path.isdir(path or "."):
            raise ImportError("not a folder of the project", path=path)
        return ProjectFinder(self, path)

    def looked(self, folder: str, fullname: str, spec: ModuleSpec | None) -> None:
        """Keep what a folder of the project answered when asked for a module."""
        if not self.findings.is_listening:
            return
        last = fullname.rpartition(".")[2]
        name = self.places.name(os.path.join(folder, last))
        if not name:
            return
        if spec is None:
            # A file that hides a standard module is reported anyway, so those that
            # libraries import need not swell the record.
            if fullname not in STANDARD or self._is_importing(sys._getframe(2)):
                self._miss(name)
        elif spec.loader is None:
            # A folder without `__init__` gives way to any module of its name.
            self._miss(f"{name}/__init__", f"{name}.py")
        elif not isinstance(spec.loader, ProjectLoader) and spec.origin:
            self._miss(f"{name}/__init__", f"{name}.py")
            self.files.read(self.places.name(spec.origin))

    def _is_importing(self, frame: FrameType | None) -> bool:
        """Whether the import statement itself stands in code of the project."""
        while frame is not None:
            filename = frame.f_code.co_filename
            if filename[:7] != "<frozen" and filename not in _IMPORTERS:
                return self.places.owner(filename) == "project"
            frame = frame.f_back
        return False

    def _miss(self, *names: str) -> None:
        for name in names:
            if not self.findings.is_own(name):
                self.findings.add("absent", name)

    def loaded(self, path: str, data: bytes) -> None:
        """Keep a module of the project by the very bytes that run."""
        name = self.places.name(path)
        if name and self.findings.is_open and not self.findings.is_own(name):
            self.findings.add("module", name, digest_module(data))


def forget_finders(places: Places) -> None:
    """Have Python ask again who finds modules in the folders of the project."""
    known = sys.path_importer_cache
    for path in list(_newer_keys(known, places.newest_finder)):
        if places.is_inside(path):
            del known[path]
    places.newest_finder = next(reversed(known), "")


def _newer_keys(entries: dict[str, Any], newest: str) -> Iterator[str]:
    """Yield the keys that have come after one; all where that one is gone.

    A forked child pays for each page that it touches, so the thousands that the server
    has put there are left alone: a dict knows its newest keys.
    """
    return takewhile(newest.__ne__, reversed(entries))


class Listener:
    """Stands first among the finders, finds nothing, and sees who asks for what."""

    def __init__(self, watch: ImportWatch) -> None:
        """Keep where to report."""
        self.watch = watch

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, _target: Any = None
    ) -> None:
        """Return None, so that the next finder is asked."""
        if path is None:
            self.watch.ask(fullname)


class ProjectFinder(FileFinder):
    """Finds modules in one folder of the project and reports what it found."""

    def __init__(self, watch: ImportWatch, path: str) -> None:
        """Look for the kinds of modules that Python itself looks for, in its order."""
        loader = type("Loader", (ProjectLoader,), {"watch": watch})
        super().__init__(
            path,
            (ExtensionFileLoader, EXTENSION_SUFFIXES),
            (loader, SOURCE_SUFFIXES),
            (SourcelessFileLoader, BYTECODE_SUFFIXES),
        )
        self.watch = watch

    def find_spec(self, fullname: str, target: Any = None) -> ModuleSpec | None:
        """Return the module's spec, as any folder finder does."""
        spec = super().find_spec(fullname, target)
        self.watch.looked(self.path, fullname, spec)
        return spec


class ProjectLoader(SourceFileLoader):
    """Loads a module of the project from its source, never from a compiled form.

    A compiled form is trusted by time and size, and an edit can leave both alone.
    """

    watch: ImportWatch

    def path_stats(self, path: Any) -> Mapping[str, Any]:  # noqa: ARG002
        """Refuse, which makes Python read the source and write no compiled form."""
        raise OSError

    def get_code(self, fullname: str) -> Any:
        """Return the module's code; to read it is not to read a file."""
        with self.watch.findings.paused():
            return super().get_code(fullname)

    def source_to_code(  # type: ignore[override]
        self, data: Any, path: Any, *, _optimize: int = -1
    ) -> Any:
        """Return the code of the bytes, and report them."""
        if isinstance(data, bytes):
            self.watch.loaded(os.fsdecode(path), data)
        return super().source_to_code(data, path, _optimize=_optimize)
