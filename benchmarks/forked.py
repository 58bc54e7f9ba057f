"""Runs a script again and again with one cell changed, from where the change begins.

One process runs the script as it stands.  Before each changed cell it forks: the copy
goes on with the change, to the end or until nothing more can be learnt.  So torch is
imported once, and what stands before a change is computed once.  Cells that only draw
are passed over.
"""

from __future__ import annotations

import ast
import json
import os
import re
import resource
import signal
import sys
import traceback
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import asdict, dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

from lrnotes.model import Cell, Script
from lrnotes.run.limits import limit_memory

MEMORY = 3 << 30
"""Bytes that a changed script may add: a change may make a tensor endless."""


@dataclass(frozen=True)
class Fate:
    """What became of a changed script."""

    broken: tuple[str, ...] = ()
    """Titles of the claims that failed, as far as it ran."""
    error: str = ""
    """What ended it before its last cell; empty where nothing did."""
    seconds: float = 0.0
    """Of CPU time, from the changed cell on."""

    @property
    def passed(self) -> bool:
        """Whether nothing in the script noticed the change."""
        return not self.broken and not self.error


def warm_up(scripts: Iterable[Script]) -> None:
    """Import what scripts import, with one thread, so that forks are safe."""
    os.environ["OMP_NUM_THREADS"] = "1"
    if not any("torch" in cell.source for each in scripts for cell in each.code):
        return
    import matplotlib
    import torch

    matplotlib.use("agg")
    import matplotlib.pyplot

    torch.set_num_threads(1)
    # The first optimizer of a process imports for a second.
    torch.optim.SGD([torch.nn.Parameter(torch.zeros(()))])


def run_changed(
    script: Script,
    folders: tuple[Path, Path],
    changes: Sequence[tuple[int, str]],
    limit: float,
    wanted: Set[str] = frozenset(),
) -> Iterator[tuple[int, Fate]]:
    """Yield each change's position in ``changes`` and its fate, by cells.

    ``folders`` are the project's root and that of its snippets; a change is a code
    cell's index and its source.  ``limit`` is in seconds of CPU time, for each.  A
    copy stops at the first failed claim behind which none of the ``wanted`` stands that
    no change has broken yet.  Raises RuntimeError where the unchanged script fails.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _silence()
        _enter(script, *folders)
        _grow(script, changes, limit, set(wanted), writing)
    os.close(writing)
    failed = ""
    with os.fdopen(reading, encoding="utf-8") as lines:
        for line in lines:
            number, answer = json.loads(line)
            if number < 0:
                failed = answer["error"]
                continue
            yield number, Fate(**{**answer, "broken": tuple(answer["broken"])})
    _, status = os.waitpid(child, 0)
    if failed or status:
        raise RuntimeError(f"{script.path}: unchanged, it fails: {failed or status}")


def _silence() -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nothing, number)


def _enter(script: Script, root: Path, snippets: Path) -> None:
    """Make the process what the script expects."""
    os.chdir(root)
    sys.path.insert(0, str(snippets))
    sys.dont_write_bytecode = True
    module = ModuleType("__main__")
    module.__dict__["__file__"] = str(root / script.path)
    sys.modules["__main__"] = module


def _grow(
    script: Script,
    changes: Sequence[tuple[int, str]],
    limit: float,
    wanted: set[str],
    answers: int,
) -> NoReturn:
    """Run the script as it stands, with a branch at each change."""
    passed_over = find_drawings(script)
    left = len(changes)
    try:
        for index, cell in enumerate(script.code):
            for number, (at, source) in enumerate(changes):
                if at == index:
                    fate = _branch(script, at, source, limit, wanted)
                    wanted -= set(fate.broken)
                    _send(answers, number, fate)
                    left -= 1
            if not left:
                break
            if index not in passed_over:
                _run_cell(cell, cell.source)
    except BaseException as error:
        _send(answers, -1, Fate(error=_describe(error)))
    os._exit(0)


def _send(answers: int, number: int, fate: Fate) -> None:
    os.write(answers, f"{json.dumps([number, asdict(fate)])}\n".encode())


def _branch(
    script: Script, at: int, source: str, limit: float, wanted: set[str]
) -> Fate:
    """Run the changed cell and those after it in a copy of this process."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        limit_memory(MEMORY)
        signal.setitimer(signal.ITIMER_PROF, limit)
        signal.setitimer(signal.ITIMER_REAL, 20 * limit)
        fate = _go_on(script, at, source, wanted)
        os.write(writing, json.dumps(asdict(fate)).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        data = answer.read()
    _, status = os.waitpid(child, 0)
    if not data:
        return Fate(error=f"ended with status {status}", seconds=limit)
    found = json.loads(data)
    return Fate(**{**found, "broken": tuple(found["broken"])})


def _go_on(script: Script, at: int, source: str, wanted: set[str]) -> Fate:
    passed_over = find_drawings(script)
    broken: list[str] = []
    error = ""
    for index, cell in enumerate(script.code[at:], start=at):
        if index in passed_over:
            continue
        try:
            _run_cell(cell, source if index == at else cell.source)
        except BaseException as caught:
            if cell.is_claim:
                broken.append(cell.title)
            if not (cell.is_claim and isinstance(caught, AssertionError)):
                error = _describe(caught)
                break
            later = {each.title for each in script.code[index + 1 :]}
            if not later & wanted:
                break
    used = resource.getrusage(resource.RUSAGE_SELF)
    return Fate(tuple(broken), error, round(used.ru_utime + used.ru_stime, 3))


def _run_cell(cell: Cell, source: str) -> None:
    """Run one cell in ``__main__``; raises what it raises, unless that was announced."""
    namespace: dict[str, Any] = sys.modules["__main__"].__dict__
    try:
        exec(compile(source, f"<{cell.title}>", "exec"), namespace)
    except BaseException as error:
        names = {kind.__name__ for kind in type(error).__mro__}
        if cell.options.raises not in names:
            raise
    else:
        if cell.options.raises:
            raise RuntimeError(f"{cell.options.raises} was to be raised and was not")
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


def _describe(error: BaseException) -> str:
    return traceback.format_exception_only(error)[-1].strip()[:300]


def find_drawings(script: Script) -> set[int]:
    """Return the indices of code cells that draw, and that no later cell builds on."""
    found: set[int] = set()
    later: set[str] = set()
    for index in reversed(range(len(script.code))):
        cell = script.code[index]
        bound, read = names_of(cell.source)
        if (cell.options.caption or cell.options.alt) and not bound & later:
            found.add(index)
        else:
            later |= read
    return found


def names_of(source: str) -> tuple[set[str], set[str]]:
    """Return the names that code binds anywhere in it, and those that it reads."""
    bound: set[str] = set()
    read: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name):
            (read if isinstance(node.ctx, ast.Load) else bound).add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            bound.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            bound |= {re.split(r"\W", a.asname or a.name)[0] for a in node.names}
        elif isinstance(node, ast.Attribute | ast.Subscript) and isinstance(
            node.ctx, ast.Store
        ):
            # A part of something is set: whoever reads it reads what was bound.
            root = next(
                (each.id for each in ast.walk(node) if isinstance(each, ast.Name)), ""
            )
            bound.add(root)
    return bound, read
