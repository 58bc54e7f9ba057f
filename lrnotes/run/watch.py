"""Follow one worker: collect what it prints and answers, say how it ended."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import IO

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from lrnotes.errors import EngineError
from lrnotes.model import Environment, Failure, Outcome, Output
from lrnotes.run.deaths import explain_death
from lrnotes.run.job import PRINTED, Answer, Job
from lrnotes.run.launch import START_TIMEOUT
from lrnotes.run.running import Running

_GRACE = 2.0
"""Seconds that a worker has to end itself, at its line or at its end."""


class Account(Struct, frozen=True):
    """All that a worker said."""

    outcomes: tuple[Outcome, ...]
    """Of the cells that ran; fewer than the script has where one of them stopped it."""
    end: Answer | None
    """None where the process died before its end."""
    problems: tuple[str, ...] = ()
    environment: Environment | None = None
    seconds: float = 0.0
    kept: tuple[Answer, ...] = ()
    """One for each copy of the script that stands still."""


class Printed(threading.Thread):
    """Reads one stream to its end, cell by cell, and keeps the start of each."""

    def __init__(self, stream: IO[bytes], token: str) -> None:
        """Begin to read."""
        super().__init__(daemon=True)
        self.stream, self.mark = stream, f"\0{token}\n".encode()
        self.cells: list[tuple[bytes, int]] = []
        """Of each cell: what is kept, and how many bytes there were."""
        self.start()

    def run(self) -> None:
        """Cut the stream at the marks."""
        with self.stream:
            self._read()

    def _read(self) -> None:
        kept, length, rest = bytearray(), 0, b""
        while data := self.stream.read1(65536):  # type: ignore[attr-defined]
            *whole, rest = (rest + data).split(self.mark)
            for part in whole:
                _keep(kept, part)
                self.cells.append((bytes(kept), length + len(part)))
                kept, length = bytearray(), 0
            # A mark may be cut in two.
            safe = len(rest) - len(self.mark) + 1
            if safe > 0:
                _keep(kept, rest[:safe])
                length += safe
                rest = rest[safe:]
        _keep(kept, rest)
        self.cells.append((bytes(kept), length + len(rest)))

    def text(self, cell: int) -> tuple[str, int]:
        """Return what a cell printed, decoded, and how many bytes were dropped."""
        kept, length = self.cells[cell] if cell < len(self.cells) else (b"", 0)
        return kept.decode("utf-8", "replace"), length - len(kept)


def _keep(kept: bytearray, part: bytes) -> None:
    kept += part[: max(PRINTED - len(kept), 0)]


def follow(running: Running, job: Job, before: Sequence[Outcome] = ()) -> Account:
    """Give a worker its job; return all that it said when it is gone.

    ``before`` are the outcomes of the cells that a paused copy has behind it.
    """
    printed = [Printed(running.out, job.token), Printed(running.err, job.token)]
    deadline = _Deadline(running)
    deadline.set(START_TIMEOUT)
    answers: list[Answer] = []
    kept: list[Answer] = []
    dump: list[str] = []
    try:
        _give(running.job, job)
        with running.answers as lines:
            for line in lines:
                answer = _read(line)
                if answer is None:
                    dump.append(line.decode("utf-8", "replace"))
                    continue
                if answer.paused:
                    kept.append(answer)
                    continue
                answers.append(answer)
                if answer.is_end:
                    deadline.set(_GRACE)
                elif answer.outcome is None:
                    deadline.set(job.timeout + _GRACE)
        status = running.wait()
    except BaseException:
        running.kill()
        raise
    finally:
        deadline.cancel()
    for stream in printed:
        # Only something that escaped our killing can hold a stream open still.
        stream.join(_GRACE)
    if not answers:
        said = printed[1].text(0)[0].strip().splitlines()
        raise EngineError("a worker did not start", hint=said[-1] if said else "")
    death = explain_death(None if deadline.has_struck else status, job, dump)
    account = _tell(answers, printed, len(job.cells) - len(before), death)
    return replace(account, outcomes=(*before, *account.outcomes), kept=tuple(kept))


def _tell(
    answers: Sequence[Answer], printed: Sequence[Printed], cells: int, death: Failure
) -> Account:
    """Put together what was answered and what was printed, cell by cell."""
    outcomes = [answer.outcome for answer in answers if answer.outcome is not None]
    end = answers[-1] if answers[-1].is_end else None
    if end is None:
        # It died in the cell after those that answered, or past the last of them.
        del outcomes[cells - 1 :]
        outcomes.append(Outcome("failed", failure=death))
    problems = [*end.problems] if end else []
    for index, outcome in enumerate(outcomes):
        outputs = []
        for name, stream in zip(("stdout", "stderr"), printed, strict=True):
            text, dropped = stream.text(index)
            if dropped:
                notice = f"{dropped:,} more bytes were printed and are not kept"
                problems.append(f"cell {index + 1}: {notice}")
                text = f"{text}\n… {notice}\n"
            if text:
                outputs.append(Output("stream", name, {"text/plain": text}))
        shown = (*outputs, *outcome.outputs)
        outcomes[index] = replace(outcome, outputs=shown)
    return Account(
        tuple(outcomes),
        end,
        tuple(problems),
        answers[0].environment,
        sum(outcome.seconds for outcome in outcomes),
    )


class _Deadline:
    """Kills a worker that does not end in time."""

    def __init__(self, running: Running) -> None:
        self.running = running
        self.timer: threading.Timer | None = None
        self.has_struck = False

    def set(self, seconds: float) -> None:
        """Give it so many seconds from now."""
        self.cancel()
        self.timer = threading.Timer(seconds, self._strike)
        self.timer.daemon = True
        self.timer.start()

    def cancel(self) -> None:
        if self.timer is not None:
            self.timer.cancel()

    def _strike(self) -> None:
        self.has_struck = True
        self.running.kill()


def _give(stream: IO[bytes], job: Job) -> None:
    try:
        with stream:
            stream.write(msgspec.json.encode(job))
    except BrokenPipeError:
        # It died before it read; its status tells.
        return


def _read(line: bytes) -> Answer | None:
    """Return an answer; None for what is none: a dying interpreter's last words."""
    try:
        return msgspec.json.decode(line, type=Answer)
    except msgspec.DecodeError:
        return None
