"""Linux's ways to leave no process behind: adoption, and death with the parent."""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import fcntl
import os
import signal
import stat
import sys
import weakref
from collections.abc import Callable, Container, Iterator
from pathlib import Path
from typing import Any

_FORGOTTEN: list[object] = []
_SET_PARENT_DEATH_SIGNAL = 1
_SET_CHILD_SUBREAPER = 36


def count_threads() -> int:
    """Return how many threads this process has."""
    return sum(1 for _ in Path("/proc/self/task").iterdir())


def adopt_strays() -> None:
    """Become the parent of what children leave behind."""
    _control(_SET_CHILD_SUBREAPER, 1)


def disown_strays() -> None:
    """Leave what children leave behind to the next process that adopts it."""
    _control(_SET_CHILD_SUBREAPER, 0)


def die_with_parent(number: int) -> None:
    """Get a signal when the thread that started this process ends."""
    _control(_SET_PARENT_DEATH_SIGNAL, number)


def _control(option: int, value: int) -> None:
    ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)


def enter_child(server: int) -> None:
    """Give a new child its own session, its own strays, and the server's fate."""
    os.setsid()
    adopt_strays()
    die_with_parent(signal.SIGKILL)
    if os.getppid() != server:
        os._exit(70)
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGUSR1, signal.SIGTERM, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)


def find_open() -> Iterator[int]:
    """Yield the open descriptors, without the one that lists them."""
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208
        with contextlib.suppress(OSError):
            os.fstat(int(name))
            yield int(name)


def is_input(number: int) -> bool:
    """Whether a descriptor is a file on disk that can only be read."""
    mode = fcntl.fcntl(number, fcntl.F_GETFL) & os.O_ACCMODE
    return mode == os.O_RDONLY and stat.S_ISREG(os.fstat(number).st_mode)


def unshare_inputs() -> None:
    """Give a fork its own positions in the files that it has inherited open.

    Fonts are such: two forks that read one font would move each other's position.
    """
    for number in filter(is_input, find_open()):
        flags = os.O_RDONLY | os.O_CLOEXEC
        own = os.open(f"/proc/self/fd/{number}", flags)
        os.lseek(own, os.lseek(number, 0, os.SEEK_CUR), os.SEEK_SET)
        os.dup2(own, number, inheritable=os.get_inheritable(number))
        os.close(own)


def forget_exit_functions() -> None:
    """Leave to the server what is to be done at its end.

    A child would remove the server's temporary files, and wait for threads that a fork
    does not have.  What every process does stays.
    """
    atexit._clear()
    # The next finalizer registers again; those that are known are the server's.  They
    # are put aside: to free thousands would copy the pages that they stand on.
    finalize: Any = weakref.finalize
    _FORGOTTEN.append(finalize._registry)
    finalize._registry, finalize._registered_with_atexit = {}, False
    for module, name in (
        ("logging", "shutdown"),
        ("multiprocessing.util", "_exit_function"),
    ):
        if module in sys.modules:
            atexit.register(getattr(sys.modules[module], name))


def kill_strangers(find_kept: Callable[[], Container[int]]) -> None:
    """Kill all children but the kept ones, and theirs, as they come to be ours.

    Whoever is to be kept says so before it becomes our child, so the kept are asked for
    after the children have been listed.  A living job adopts its own strays, so only
    those of ended jobs arrive here.
    """
    while strangers := _find_strangers(find_kept):
        for each in strangers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)
        for each in strangers:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(each, 0)


def _find_strangers(find_kept: Callable[[], Container[int]]) -> list[int]:
    children = list(find_children())
    kept = find_kept()
    return [each for each in children if each not in kept]


def find_children() -> Iterator[int]:
    """Yield the processes whose parent is this one.

    The kernel's own list loses none while only its reader waits for children, as here.
    """
    lists = [path / "children" for path in Path("/proc/self/task").iterdir()]
    if not all(path.exists() for path in lists):
        yield from _search_children()
    for path in lists:
        with contextlib.suppress(OSError):
            yield from map(int, path.read_text(encoding="ascii").split())


def _search_children() -> Iterator[int]:
    """Yield the children where the kernel keeps no list."""
    for path in Path("/proc").iterdir():
        if path.name.isdigit():
            with contextlib.suppress(OSError):
                # The name, in brackets, may hold anything.
                stat = (path / "stat").read_text(errors="replace").rpartition(")")[2]
                if int(stat.split()[1]) == os.getpid():
                    yield int(path.name)


def reap_children() -> Iterator[tuple[int, int]]:
    """Yield process and status of each child that has ended."""
    while True:
        try:
            child, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not child:
            return
        yield child, status
