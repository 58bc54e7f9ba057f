"""Digest recorded dependencies as they are now, without importing what they name."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from importlib.machinery import (
    EXTENSION_SUFFIXES,
    SOURCE_SUFFIXES,
    PathFinder,
    all_suffixes,
)
from pathlib import Path, PurePosixPath

from lrnotes.model import Dependency, Environment
from lrnotes.run.digest import (
    digest_distribution,
    digest_file,
    digest_listing,
    digest_module,
    digest_pattern,
    digest_variable,
    runtime_facts,
    shorten,
)
from lrnotes.run.files import read_bytes
from lrnotes.run.hosts import Devices
from lrnotes.settings import Layout, Settings

PRELOADED = ("matplotlib", "numpy", "torch")
"""The distributions that every run depends on."""

_SUFFIXES = ("", *all_suffixes())


class Checker:
    """Answers what a dependency's digest is now; remembers it for one build."""

    def __init__(
        self, root: Path, settings: Settings, folder: Path | None = None
    ) -> None:
        """Keep where the project and its cache folder are (by default as `Layout`)."""
        self.root, self.settings = root, settings
        self.folder = folder or Layout(root, "", "", settings).cache
        self.devices = Devices(self.folder)
        self._digests: dict[tuple[str, str], str] = {}
        self._entries: dict[PurePosixPath, frozenset[str]] = {}
        self._modules: dict[str, bytes | None] = {}

    def current(self, dependency: Dependency, device: str = "auto") -> str:
        """Return the digest now; ``device`` is what `wanted_device` gave."""
        if dependency.kind == "module":
            return self._current_module(dependency)
        if dependency.kind == "runtime" and dependency.name == "device":
            return self.devices.fact(device)
        at = (dependency.kind, dependency.name)
        if at not in self._digests:
            self._digests[at] = self._digest(dependency)
        return self._digests[at]

    def knows(self, device: str) -> bool:
        """Whether a worker has told, on this host, what ``device`` is.

        Where it has not, no stored result can hold: ask a worker and `learn`.
        """
        return bool(self.devices.fact(device))

    def learn(self, device: str, environment: Environment) -> None:
        """Remember what ``device`` (as wanted) turned out to be on this host.

        Raise CacheError where that cannot be kept; it holds for this checker all the
        same.
        """
        self.devices.learn(device, environment)

    def _digest(self, dependency: Dependency) -> str:
        name = dependency.name
        match dependency.kind:
            case "file":
                return digest_file(self.root / name)
            case "listing":
                is_folder = name.endswith("/")
                digest = digest_listing if is_folder else digest_pattern
                return digest(self.root, name)
            case "environment":
                return digest_variable(os.environ.get(name))
            case "distribution":
                return digest_distribution(name)
            case "absent":
                return self._find_absent(name)
            case _:
                facts = runtime_facts(self.settings.threads)
                self._digests |= {(each.kind, each.name): each.digest for each in facts}
                return self._digests.get((dependency.kind, name), "")

    def _current_module(self, dependency: Dependency) -> str:
        """Return the recorded digest itself where the module's syntax is the same."""
        name, recorded = dependency.name, dependency.digest
        rival = self._find_rival(name)
        if rival:
            return f"hidden by {rival}"
        data = self._read_module(name)
        if data is None:
            return ""
        if recorded.endswith(f"/{shorten(data)}"):
            return recorded
        at = (dependency.kind, name)
        if at not in self._digests:
            self._digests[at] = digest_module(data)
        syntax = self._digests[at].partition("/")[0]
        return recorded if recorded.startswith(f"{syntax}/") else self._digests[at]

    def _read_module(self, name: str) -> bytes | None:
        if name not in self._modules:
            self._modules[name] = read_bytes(self.root / name)
        return self._modules[name]

    def _find_rival(self, name: str) -> str:
        """Return what Python would now import in place of a module's file."""
        path = PurePosixPath(name)
        folder, stem = path.parent, path.stem
        rivals = [folder / f"{stem}{suffix}" for suffix in EXTENSION_SUFFIXES]
        if stem != "__init__" and stem in self._list(folder):
            rivals += [folder / stem / f"__init__{each}" for each in all_suffixes()]
        return next((str(each) for each in rivals if self._is_there(each)), "")

    def _find_absent(self, name: str) -> str:
        """Return what is there now of a file or module that was not; or nothing."""
        if name.startswith("import "):
            module = name.removeprefix("import ")
            outside = [path for path in sys.path if self._is_outside(path)]
            return module if PathFinder.find_spec(module, outside) else ""
        found = (PurePosixPath(f"{name}{suffix}") for suffix in _SUFFIXES)
        return next((str(each) for each in found if self._is_there(each)), "")

    def _is_there(self, path: PurePosixPath) -> bool:
        # The entries answer for most; a link that leads nowhere is listed too.
        return path.name in self._list(path.parent) and (self.root / path).exists()

    def _list(self, folder: PurePosixPath) -> frozenset[str]:
        if folder not in self._entries:
            try:
                entries = frozenset(
                    each.name for each in (self.root / folder).iterdir()
                )
            except OSError:
                entries = frozenset()
            self._entries[folder] = entries
        return self._entries[folder]

    def _is_outside(self, path: str) -> bool:
        """Whether an entry of ``sys.path`` holds no code of the project."""
        real = Path(path).resolve()
        prefix = Path(sys.prefix)
        installed = real.is_relative_to(prefix) and prefix.is_relative_to(self.root)
        return installed or not real.is_relative_to(self.root)


def find_hiding_modules(folder: Path, known: Iterable[str] = ()) -> list[str]:
    """Return the files in a folder of snippets that hide a module others rely on.

    ``known`` are the names of more such modules, besides those of the standard library
    and of the distributions that are always loaded.
    """
    names = {*sys.stdlib_module_names, *PRELOADED, *known}
    try:
        entries = sorted(folder.iterdir())
    except OSError:
        return []
    return [
        entry.name
        for entry in entries
        if entry.name.partition(".")[0] in names
        and (entry.suffix in SOURCE_SUFFIXES or (entry / "__init__.py").exists())
    ]
