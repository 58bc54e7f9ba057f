"""Record what a script uses while it runs, inside the worker's child."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from contextlib import AbstractContextManager
from functools import lru_cache
from importlib.machinery import PathFinder
from pathlib import Path, PurePosixPath

from lrnotes.model import Dependency, Environment
from lrnotes.run.digest import (
    device_fact,
    digest_distribution,
    digest_file,
    digest_pattern,
    digest_preloaded,
    match_pattern,
    runtime_facts,
)
from lrnotes.run.distributions import canonical, find_owners
from lrnotes.run.findings import Findings
from lrnotes.run.places import Places
from lrnotes.run.watch_files import PROCESSES, FileWatch
from lrnotes.run.watch_imports import ImportWatch, forget_finders
from lrnotes.run.watch_variables import VariableWatch


def warm(root: Path, preloaded: Iterable[str], cache: Path, threads: int) -> None:
    """Look up, before any fork, what is the same for every script.

    This is also the moment at which the preloaded distributions are what their
    metadata says; an upgrade under a running server changes only the metadata.
    """
    forget_finders(_find_places(root, cache))
    _find_facts(threads)
    for name in preloaded:
        digest_preloaded(name)


@lru_cache(maxsize=1)
def _find_places(root: Path, cache: Path) -> Places:
    return Places(root, (cache,))


@lru_cache(maxsize=1)
def _find_facts(threads: int) -> tuple[Dependency, ...]:
    return tuple(runtime_facts(threads))


class Recorder:
    """Sees the files, listings, modules, variables and distributions a script uses.

    One for each child; it cannot be taken off again.  Cells must be compiled under
    filenames that start with ``<cell ``, and the child's ``sys.path`` must be final.
    """

    def __init__(
        self,
        root: Path,
        preloaded: Iterable[str],
        environment: Environment,
        cache: Path,
        variables: Iterable[str] = (),
    ) -> None:
        """Keep what is known before the script runs.

        Args:
            root: the project's folder, resolved; also the working directory.
            preloaded: distributions that always count: torch, numpy, matplotlib.
            environment: the device, its name and the threads of this child.
            cache: the cache folder, of which nothing counts.
            variables: environment variables that the engine itself has set.
        """
        self.root = root
        self.preloaded = tuple(preloaded)
        self.environment = environment
        self.findings = Findings()
        self.places = _find_places(root, cache)
        self.files = FileWatch(self.findings, self.places)
        self.imports = ImportWatch(self.findings, self.places, self.files)
        self.variables = VariableWatch(self.findings, self.places, variables)

    def start(self) -> None:
        """Begin to record; the script's first line comes right after."""
        self.variables.start()
        self.imports.start()
        self.files.start()
        self.findings.is_open = True

    def declare(self, patterns: Iterable[str]) -> None:
        """Record the files that ``deps=`` names; called before the script runs."""
        with self.paused():
            for pattern in patterns:
                if Path(pattern).is_absolute() or ".." in PurePosixPath(pattern).parts:
                    self.findings.remark(f"deps: {pattern} leaves the project")
                    continue
                matches = match_pattern(self.root, pattern)
                if not matches:
                    self.findings.remark(f"deps: no file matches {pattern}")
                digest = digest_pattern(self.root, pattern)
                self.findings.add("listing", pattern, digest)
                for name in matches:
                    self.findings.add("file", name, digest_file(self.root / name))

    def paused(self) -> AbstractContextManager[None]:
        """Return a context in which this thread's doings are not the script's."""
        return self.findings.paused()

    def wrote(self, path: str | Path) -> None:
        """Keep that the script wrote a file, where Python itself could not see it."""
        name = self.places.name(str(path))
        if name:
            self.findings.wrote(name)

    def dependencies(self) -> tuple[Dependency, ...]:
        """Stop recording and return what was used, sorted, each once."""
        self.findings.is_open = False
        for name in self.preloaded:
            self.findings.add("distribution", name, digest_preloaded(name))
        for name in self._used_distributions():
            self.findings.add("distribution", name, digest_distribution(name))
        machine = self.environment
        facts = _find_facts(machine.threads)
        for fact in (*facts, device_fact(machine.device, machine.device_name)):
            self.findings.add(fact.kind, fact.name, fact.digest)
        self._remark_overwritten()
        return self.findings.dependencies()

    def has_left_nothing(self) -> bool:
        """Whether the script has so far changed no file and started no process."""
        return not self.findings.has_effects and PROCESSES not in self.findings.remarks

    def written(self) -> tuple[str, ...]:
        """Return the files that the script wrote, as dependencies are named."""
        return self.findings.written

    def remarks(self) -> tuple[str, ...]:
        """Return what a writer should know; goes into ``Result.problems``."""
        return self.findings.remarks

    def _used_distributions(self) -> list[str]:
        """Return the distributions of imported modules; keep those not installed."""
        found: set[str] = set()
        always = {canonical(name) for name in self.preloaded}
        for module in sorted(self.imports.asked | self.imports.added):
            if canonical(module) in always or module in sys.stdlib_module_names:
                continue
            folder = self._site_folder(module)
            if folder is None:
                continue
            owners = find_owners(module, folder)
            found.update(owners)
            if not owners:
                self._keep_files(module)
        return sorted(found)

    def _keep_files(self, module: str) -> None:
        """Record the files of a library that belongs to no distribution."""
        for name, loaded in tuple(sys.modules.items()):
            file = getattr(loaded, "__file__", None)
            if name.partition(".")[0] != module or not file:
                continue
            if self.places.owner(file) == "library":
                self.findings.add("file", file, digest_file(Path(file)))

    def _site_folder(self, module: str) -> Path | None:
        """Return the library folder that holds a module; note an absent module."""
        loaded = sys.modules.get(module)
        spec = getattr(loaded, "__spec__", None)
        if loaded is None:
            outside = [path for path in sys.path if self._is_outside(path)]
            spec = PathFinder.find_spec(module, outside)
            if spec is None and module in self.imports.asked:
                self._note_absent(module)
        places = list(getattr(spec, "submodule_search_locations", None) or ())
        origin = getattr(spec, "origin", None)
        if not places and origin in (None, "built-in", "frozen"):
            return None
        folder = Path(places[0] if places else str(origin)).parent
        return None if self.places.name(str(folder)) else folder

    def _note_absent(self, module: str) -> None:
        mine = [path for path in sys.path if not self._is_outside(path)]
        if PathFinder.find_spec(module, mine) is None:
            self.findings.add("absent", f"import {module}")

    def _is_outside(self, path: str) -> bool:
        return not self.places.is_inside(path)

    def _remark_overwritten(self) -> None:
        """Say which inputs the script itself replaced: it can never be fresh."""
        written = set(self.findings.written)
        for each in self.findings.dependencies():
            if each.kind not in ("file", "absent") or each.name not in written:
                continue
            if digest_file(self.root / each.name) != each.digest:
                self.findings.remark(
                    f"it reads {each.name} and then writes it, so it is never fresh"
                )
