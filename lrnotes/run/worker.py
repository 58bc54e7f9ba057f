"""Run the cells of one script in one namespace and answer a line for each.

The job comes on standard input, the answers go to a descriptor of their own.  In a
child of the server this is called; elsewhere it is a process of its own,
``python -m lrnotes.run.worker FD [MODULE …]``, which imports these modules while it waits
for its job.
"""

from __future__ import annotations

import atexit
import builtins
import faulthandler
import os
import signal
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

import msgspec
from msgspec.structs import replace

from lrnotes.model import Environment
from lrnotes.run.exits import watch_exit
from lrnotes.run.fingerprint import PRELOADED
from lrnotes.run.hardware import (
    LINT,
    Device,
    choose_device,
    describe_environment,
    freshen_generators,
    set_device,
)
from lrnotes.run.hostaccess import HostAccess
from lrnotes.run.job import NOISE, OWN_VARIABLES, Answer, Job, import_named
from lrnotes.run.limits import limit_memory
from lrnotes.run.record import Recorder
from lrnotes.run.session import Session

if os.name == "posix":
    import fcntl


class Channel:
    """Sends answers, one JSON line each, on a descriptor that scripts do not meet."""

    def __init__(self, number: int) -> None:
        """Move the descriptor out of the way of scripts that close low ones."""
        self.number = move_high(number)
        self.is_sending = False

    def send(self, answer: Answer) -> None:
        """Send one answer."""
        data = msgspec.json.encode(answer) + b"\n"
        self.is_sending = True
        while data:
            data = data[os.write(self.number, data) :]
        self.is_sending = False


def move_high(number: int) -> int:
    """Move a descriptor to where scripts do not meet it, and cannot tell that it is."""
    if os.name != "posix":
        return number
    high = fcntl.fcntl(number, fcntl.F_DUPFD_CLOEXEC, 100)
    os.close(number)
    return high


def run_worker(
    number: int,
    started_with: Mapping[str, str],
    nursery: socket.socket | None = None,
) -> NoReturn:
    """Run the job on standard input; end the process when it is done.

    ``nursery`` is where copies that stand still are announced.
    """
    with open(0, "rb", closefd=False) as source:
        given = source.read()
    if not given:
        # The engine has ended, or has nothing to do for a process that stood ready.
        os._exit(0)
    job = msgspec.json.decode(given, type=Job)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    change_environment(started_with, job.environment)
    channel = Channel(number)
    if nursery is not None:
        nursery = socket.socket(fileno=move_high(nursery.detach()))
    # Its last words go where the answers go, not among what the script prints.
    faulthandler.enable(channel.number, all_threads=False)
    os.chdir(job.root)
    sys.dont_write_bytecode = True
    device = _prepare(job)
    environment = describe_environment(device, job.threads)
    if job.device_name:
        # A process without torch does not know it by itself.
        environment = replace(environment, device_name=job.device_name)
    if job.cells:
        run_script(job, channel, device, environment, nursery)
    else:
        channel.send(Answer(is_end=True, environment=environment, devices=device.count))
    leave()


def change_environment(before: Mapping[str, str], after: Mapping[str, str]) -> None:
    """Apply to this process what differs between two sets of variables."""
    for name in before.keys() | after.keys():
        if before.get(name) != after.get(name):
            if name in after:
                os.environ[name] = after[name]
            else:
                os.environ.pop(name, None)


def _prepare(job: Job) -> Device:
    """Make the process what the script expects; return its device."""
    folder = str(Path(job.root, job.snippets))
    if folder not in sys.path:
        sys.path.insert(0, folder)
    sys.argv = [job.path or job.name]
    text = "\n".join(cell.source for cell in job.cells)
    uses_torch = not job.cells or job.device not in ("cpu", "auto")
    for name in job.preload:
        # A fresh process imports what the script is about to import anyway, so that
        # the device can be set before the first cell.
        root = name.partition(".")[0]
        if root in text or (root == "torch" and uses_torch):
            _try_import(name)
    # A script that knows nothing of torch does not wait for it.
    asks = "torch" in sys.modules or job.device not in ("cpu", "auto")
    device = choose_device(job.device) if asks else Device()
    freshen_generators(job.threads)
    return device


def _try_import(name: str) -> None:
    try:
        import_named(name)
    except Exception:
        # The script will say so itself where it needs it.
        return


def run_script(
    job: Job,
    channel: Channel,
    device: Device,
    environment: Environment,
    nursery: socket.socket | None,
) -> None:
    """Run all cells, an answer each, and say at the end what was used."""
    unseen = (*OWN_VARIABLES, *NOISE)
    root, cache = Path(job.root), Path(job.cache)
    recorder = Recorder(root, PRELOADED, environment, cache, unseen)
    session = Session(job, make_main(job), device, recorder, channel.send)
    if job.deps:
        recorder.declare(job.deps)
    channel.send(Answer(environment=environment))
    if job.keep and nursery is not None:
        _keep_copies(session, nursery, recorder, channel, environment)
    _arm(job, session, channel)
    set_device(device)
    if job.device == LINT:
        session.host = HostAccess(root)
        session.host.start()
    limit_memory(job.memory)
    watch_exit(channel.number)
    if session.pauser is not None:
        session.pauser.begin(*session.streams.kept)
    recorder.start()
    session.run()
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, 0)
    channel.send(session.end(environment))


def _keep_copies(
    session: Session,
    nursery: socket.socket,
    recorder: Recorder,
    channel: Channel,
    environment: Environment,
) -> None:
    """Let a copy of the process stand still after each cell, to go on from."""
    # Not at the top: it needs what only Linux has.
    from lrnotes.run.pausing import Pauser

    session.pauser = Pauser(nursery, channel.number, recorder)

    def go_on(job: Job, spent: float) -> None:
        channel.send(Answer(environment=environment))
        watch_exit(channel.number)
        _arm(replace(job, timeout=max(job.timeout - spent, 0.001)), session, channel)

    session.go_on = go_on


def make_main(job: Job) -> dict[str, Any]:
    """Return the namespace of a new ``__main__``, as Python makes one."""
    module = ModuleType("__main__")
    module.__dict__["__builtins__"] = builtins
    if job.path:
        module.__dict__["__file__"] = str(Path(job.root, job.path))
    sys.modules["__main__"] = module
    return module.__dict__


def _arm(job: Job, session: Session, channel: Channel) -> None:
    """Have the script stopped at its line when its time is up."""
    if not hasattr(signal, "setitimer"):
        return

    def stop(_number: int, frame: Any) -> None:
        if channel.is_sending:
            # The engine kills what does not end by itself.
            return
        session.time_out(frame)
        os._exit(0)

    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, job.timeout)


def leave() -> NoReturn:
    """End at once, whatever threads are left; clear up temporary files first.

    The interpreter's own end takes as long as a tenth of its imports.
    """
    try:
        atexit._run_exitfuncs()
    finally:
        os._exit(0)


if __name__ == "__main__":
    if sys.path[0] == str(Path.cwd()):
        del sys.path[0]
    before = dict(os.environ)
    for module in sys.argv[2:]:
        _try_import(module)
    run_worker(int(sys.argv[1]), before)
