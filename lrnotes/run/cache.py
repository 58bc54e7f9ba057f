"""Keep results on disk: a key leads to runs, a run's dependencies to its result.

The folder holds ``keys/`` (manifests), ``contents/`` (results and figures by digest),
``names/`` (the last key and duration of each script) and ``devices.json``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from lrnotes.model import Dependency, Plan, Result
from lrnotes.run.files import read_bytes, refusal, write_aside
from lrnotes.run.fingerprint import Checker
from lrnotes.run.plan import ENGINE_SCHEMA, wanted_device
from lrnotes.run.prune import Pruned, prune
from lrnotes.run.stored import (
    CACHE_SCHEMA,
    MANIFEST,
    NAMED,
    Contents,
    Manifest,
    Named,
    Run,
    address,
    decode,
    encode,
    read_result,
    write_result,
)

State = Literal["fresh", "stale", "never run"]

RUNS_KEPT = 16
"""Runs that a key keeps: branches, devices and environments take turns."""

_PATIENCE = 10.0  # seconds to wait for another build's lock


class Cache:
    """The results of fully passed runs; any damage in it is a miss."""

    def __init__(self, folder: Path) -> None:
        """Keep where the results are; nothing is made before something is stored."""
        self.folder = folder
        self.contents = Contents(folder / "contents")

    def find(self, plan: Plan, checker: Checker) -> Result | None:
        """Return the newest result whose every dependency holds, or None."""
        device = wanted_device(plan.script, checker.settings)
        for run in self._runs(plan):
            if not find_changed(run, checker, device):
                result = self._read(plan, run)
                if result is not None:
                    return result
        return None

    def last(self, plan: Plan) -> Result | None:
        """Return the newest result of a real run, whether or not it holds.

        For ``needs=``: where the hardware is missing, all cells were skipped.
        """
        results = (self._read(plan, run) for run in self._runs(plan))
        return next((each for each in results if each and _is_real(each)), None)

    def store(self, plan: Plan, result: Result) -> None:
        """Keep a fully passed result; raise CacheError where the folder refuses."""
        assert result.passed, "only passed results are kept"
        assert result.key == plan.key, "the result of another plan"
        self._make_folder()
        run = write_result(self.contents, result)
        with self._locked():
            others = (
                each
                for each in self._runs(plan)
                if each.dependencies != run.dependencies
            )
            runs = (run, *others)[:RUNS_KEPT]
            data = encode(Manifest(CACHE_SCHEMA, plan.key, runs))
            write_aside(self._manifest(plan.key), data)
        self.remember(plan, result.seconds)

    def remember(self, plan: Plan, seconds: float) -> None:
        """Keep a script's key and duration by its name; `store` does so itself.

        For failed runs, and for the other scripts of an equal key.
        """
        self._make_folder()
        name = plan.script.name
        key = (plan.key, ENGINE_SCHEMA, seconds, plan.code, plan.style)
        named = Named(CACHE_SCHEMA, name, *key)
        write_aside(self._name_file(name), encode(named))

    def explain(self, plan: Plan, checker: Checker) -> tuple[State, list[str]]:
        """Return the state of a script, and why it is stale."""
        runs = self._runs(plan)
        if not runs:
            return self._explain_unknown(plan)
        device = wanted_device(plan.script, checker.settings)
        changes = [find_changed(run, checker, device) for run in runs]
        if any(
            not changed and self._read(plan, run) is not None
            for run, changed in zip(runs, changes, strict=True)
        ):
            return "fresh", []
        nearest = min(changes, key=len)
        if not nearest:
            return "stale", ["its stored result is damaged"]
        return "stale", [_reason(each, now) for each, now in nearest]

    def seconds(self, plan: Plan) -> float | None:
        """Return how long the script took last, also before it was edited."""
        runs = self._runs(plan)
        if runs:
            return runs[0].seconds
        named = self._named(plan)
        return named.seconds if named else None

    def prune(self, keys: Iterable[str]) -> Pruned:
        """Delete all that these keys do not need."""
        if not self.folder.is_dir():
            return Pruned(0, 0)
        with self._locked():
            return prune(self.folder, set(keys))

    def _explain_unknown(self, plan: Plan) -> tuple[State, list[str]]:
        named = self._named(plan)
        if named is None:
            return "never run", []
        if named.engine != ENGINE_SCHEMA:
            return "stale", [f"engine schema {named.engine} -> {ENGINE_SCHEMA}"]
        if named.key != plan.key:
            is_restyled = named.style not in ("", plan.style)
            style = ["the style of figures changed"] * is_restyled
            is_edited = named.code != plan.code or not style
            return "stale", [*["its code changed"] * is_edited, *style]
        # A failed run leaves its name and no result; a damaged manifest looks alike.
        return "stale", ["it has no passed run"]

    def _runs(self, plan: Plan) -> tuple[Run, ...]:
        found = decode(read_bytes(self._manifest(plan.key)), MANIFEST)
        return found.runs if found is not None and found.key == plan.key else ()

    def _read(self, plan: Plan, run: Run) -> Result | None:
        result = read_result(self.contents, run)
        if result is None or result.key != plan.key or not result.passed:
            return None
        return result if len(result.outcomes) == len(plan.script.code) else None

    def _named(self, plan: Plan) -> Named | None:
        name = plan.script.name
        found = decode(read_bytes(self._name_file(name)), NAMED)
        return found if found is not None and found.name == name else None

    def _manifest(self, key: str) -> Path:
        return self.folder / "keys" / key[:2] / f"{key[2:]}.json"

    def _name_file(self, name: str) -> Path:
        return self.folder / "names" / f"{address(name.encode())[:32]}.json"

    def _make_folder(self) -> None:
        """Make the folder with a ``.gitignore`` that keeps all of it out of git."""
        ignore = self.folder / ".gitignore"
        if not ignore.exists():
            write_aside(ignore, b"*\n")

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Keep other builds from changing a manifest meanwhile.

        Where there are no locks, or another build hangs, all goes on without: at worst
        one of two runs is forgotten.
        """
        # Not at the top: a build with nothing to run stores nothing.
        from filelock import FileLock, Timeout

        lock = FileLock(self.folder / "lock")
        try:
            lock.acquire(timeout=_PATIENCE)
        except (Timeout, NotImplementedError):
            pass
        except OSError as error:
            raise refusal(self.folder, error) from error
        try:
            yield
        finally:
            lock.release()


def _is_real(result: Result) -> bool:
    return any(outcome.status != "skipped" for outcome in result.outcomes)


def find_changed(
    run: Run, checker: Checker, device: str
) -> list[tuple[Dependency, str]]:
    """Return the dependencies of a run that hold no longer, with what is there now."""
    pairs = ((each, checker.current(each, device)) for each in run.dependencies)
    return [(each, now) for each, now in pairs if now != each.digest]


def _reason(dependency: Dependency, now: str) -> str:
    """Return why a dependency no longer holds, in a few words."""
    name, before = dependency.name, dependency.digest
    match dependency.kind:
        case "module" | "file":
            hidden = f"is {now}" if now.startswith("hidden by") else "changed"
            text = f"{name} {hidden if now else 'is gone'}"
        case "listing":
            text = f"other files in {name}" if name[-1] == "/" else f"other {name}"
        case "environment":
            change = "changed" if before else "is set now"
            text = f"environment variable {name} {change if now else 'is not set'}"
        case "absent":
            is_import = name.startswith("import ")
            text = f"{now} {'is installed' if is_import else 'is there'} now"
        case "distribution":
            text = f"{name} {before or 'not installed'} -> {now or 'not installed'}"
        case "runtime":
            unknown = "not known yet" if name == "device" else "none"
            text = f"{name} {before or 'none'} -> {now or unknown}"
    return text
