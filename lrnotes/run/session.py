"""The cells of one script, one after the other, in one namespace."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from lrnotes.model import Environment, Failure, Outcome, Output
from lrnotes.run import capture
from lrnotes.run.compiling import compile_cell
from lrnotes.run.evidence import install
from lrnotes.run.failures import (
    describe_error,
    find_class,
    line_in,
    make_failure,
    stack_frames,
)
from lrnotes.run.hardware import Device
from lrnotes.run.job import Answer, Job, JobCell
from lrnotes.run.limits import lift_memory_limit
from lrnotes.run.record import Recorder
from lrnotes.run.scope import find_names, find_scalars
from lrnotes.run.witness import Witness

if TYPE_CHECKING:
    from lrnotes.run.hostaccess import HostAccess
    from lrnotes.run.pausing import Pauser


class Session:
    """Runs the cells of a job and sends an answer for each."""

    def __init__(
        self,
        job: Job,
        namespace: dict[str, Any],
        device: Device,
        record: Recorder,
        send: Callable[[Answer], None],
    ) -> None:
        """Take over the streams; nothing runs yet."""
        self.job, self.namespace, self.device = job, namespace, device
        self.record, self.send = record, send
        self.root, self.process = Path(job.root), os.getpid()
        self.streams = capture.Streams(job.token)
        self.witness = Witness()
        install(self.witness)
        self.futures = 0
        self.index = 0
        self.last_line = 1
        self.names: tuple[str, ...] = ()
        self.stray: BaseException | None = None
        """What ended a thread of the script and nobody else was told."""
        self.pauser: Pauser | None = None
        self.host: HostAccess | None = None
        """Looks on where scripts are linted for accelerators."""
        self.go_on: Callable[[Job, float], None] = lambda _job, _spent: None
        """Called with a new job, and the seconds spent before, in a copy that goes on."""
        self.hook, threading.excepthook = threading.excepthook, self._hear_thread
        self.began = self.started = time.perf_counter()

    def run(self) -> None:
        """Run the cells until one fails that stops the script."""
        refusal = self._refuse()
        is_clean = True
        # A copy that goes on has other cells from here on.
        while self.index < len(self.job.cells):
            self.began = time.perf_counter()
            outcome, goes_on = refusal or self._run_cell()
            self._answer(outcome)
            if not goes_on:
                return
            is_clean = is_clean and outcome.status == "passed"
            if self.pauser is not None and is_clean:
                self._pause(self.pauser)
            self.index += 1

    def _pause(self, pauser: Pauser) -> None:
        """Leave a copy that stands after this cell; in the copy, go on when asked to."""
        spent = time.perf_counter() - self.started
        job = pauser.pause(self.send, self.index)
        if job is not None:
            self.job, self.process = job, os.getpid()
            self.streams.token = job.token
            self.started = time.perf_counter() - spent
            self.go_on(job, spent)

    def _refuse(self) -> tuple[Outcome, bool] | None:
        """Return what becomes of every cell where the hardware is not what it needs."""
        if self.device.problem:
            failure = Failure("device", "device", self.device.problem)
            return Outcome("failed", failure=failure), False
        needs = self.job.needs
        if needs and needs.partition(":")[0] != self.device.kind:
            reason = f"needs {needs}; this ran on {self.device.kind}"
            return Outcome("skipped", reason=reason), True
        return None

    def _run_cell(self) -> tuple[Outcome, bool]:
        """Return the outcome of the next cell, and whether the script goes on."""
        cell = self.job.cells[self.index]
        self.witness.forget()
        self.last_line = 1
        self.names = ()
        if self.host is not None:
            self.host.begin(self.index)
        outputs, error = self._execute(cell)
        failure = None
        goes_on = True
        if error is not None:
            lift_memory_limit()
            capture.close_figures()
            if cell.raises and find_class(error, cell.raises):
                outputs.append(_show_error(error))
            else:
                failure = self._fail(error)
                goes_on = cell.is_claim and isinstance(error, AssertionError)
        elif cell.raises:
            failure, goes_on = _not_raised(cell.raises), False
        elif self.host is not None:
            failure = self.host.failure()
        return self._outcome(cell, outputs, failure), goes_on

    def _execute(self, cell: JobCell) -> tuple[list[Output], BaseException | None]:
        """Run a cell; return what it shows besides its streams, and what it raised."""
        outputs: list[Output] = []
        try:
            code = compile_cell(cell, self.index, self.futures, self.witness)
            self.futures, self.names = code.futures, code.names
            self.last_line = code.last_line
            exec(code.body, self.namespace)
            if code.last is not None:
                shown = capture.show_value(eval(code.last, self.namespace))
                outputs += [shown] if shown else []
            with self.record.paused():
                outputs += capture.take_figures()
            self._raise_stray()
        # Whatever a script raises is an outcome, SystemExit too.
        except BaseException as error:
            return outputs, error
        return outputs, None

    def _hear_thread(self, told: threading.ExceptHookArgs) -> None:
        """Print what ended a thread, as Python does, and keep it for the outcome."""
        self.hook(told)
        if not issubclass(told.exc_type, SystemExit):
            self.stray = told.exc_value

    def _raise_stray(self) -> None:
        stray, self.stray = self.stray, None
        if stray is not None:
            raise stray

    def _fail(self, error: BaseException) -> Failure:
        """Return the failure that an exception is, with the values in its assert."""
        failure = make_failure(
            error, self.index, self.root, self.device.kind, self.last_line
        )
        inside = [frame for frame in failure.frames if frame.path.startswith("<cell")]
        if isinstance(error, AssertionError) and inside:
            cell = int(inside[-1].path[6:-1])
            values = self.witness.values_at(cell, inside[-1].line)
            failure = replace(failure, values=values)
        return failure

    def _outcome(
        self, cell: JobCell, outputs: list[Output], failure: Failure | None
    ) -> Outcome:
        with self.record.paused():
            names = find_names(self.names, self.namespace)
        return Outcome(
            "failed" if failure else "passed",
            outputs=tuple(outputs),
            failure=failure,
            evidence=self.witness.evidence_of(self.index) if cell.is_claim else (),
            names=names,
            seconds=round(time.perf_counter() - self.began, 4),
        )

    def _answer(self, outcome: Outcome) -> None:
        if os.getpid() != self.process:
            # A fork that the script made: it has come to the end of its work.
            self.streams.flush()
            os._exit(0)
        self.streams.end_cell()
        self.send(Answer(self.index, outcome))

    def time_out(self, frame: Any) -> None:
        """Answer that the cell that runs now took too long, at the line it is on."""
        frames = stack_frames(frame, self.root)
        failure = Failure(
            "timeout",
            "timeout",
            f"the script was stopped after {self.job.timeout:g} s",
            line=line_in(self.index, frames) or 1,
            frames=frames,
        )
        seconds = round(time.perf_counter() - self.began, 4)
        self._answer(Outcome("failed", failure=failure, seconds=seconds))
        self.send(self.end(None))

    def end(self, environment: Environment | None) -> Answer:
        """Return the last answer: the scalars, and all that was used."""
        with self.record.paused():
            scalars = find_scalars(self.namespace)
        return Answer(
            is_end=True,
            scalars=scalars,
            dependencies=self.record.dependencies(),
            written=self.record.written(),
            problems=self.record.remarks(),
            environment=environment,
            seconds=round(time.perf_counter() - self.started, 4),
        )


def _show_error(error: BaseException) -> Output:
    """Return the error that a cell was meant to raise, as it would be printed."""
    text = f"{type(error).__qualname__}: {describe_error(error)}\n"
    return Output("stream", "stderr", {"text/plain": text})


def _not_raised(wanted: str) -> Failure:
    message = f"{wanted} was to be raised and was not"
    return Failure("not raised", wanted, message)
