"""See which files a script opens and which folders it lists, through audit events."""

# ruff: noqa: PTH112, PTH116, PTH118
# Paths are text here: this runs at every open, and a Path costs ten times as much.

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from contextlib import suppress
from importlib.util import source_from_cache
from pathlib import Path
from types import FrameType
from typing import Any

from lrnotes.run.digest import digest_file, digest_listing
from lrnotes.run.findings import Findings
from lrnotes.run.places import Places

Handler = Callable[[FrameType, tuple[Any, ...]], None]

PROCESSES = (
    "it starts processes, and what they read is not recorded; name their files in deps="
)
_FRESH = os.O_TRUNC | os.O_EXCL
_FORKS = ("os.fork", "os.forkpty")
_STARTS = ("subprocess.Popen", "os.posix_spawn", "os.spawn", "os.system", "os.exec")


class FileWatch:
    """Hears the interpreter's audit events; a hook cannot be taken off again."""

    def __init__(self, findings: Findings, places: Places) -> None:
        """Keep where to report."""
        self.findings, self.places = findings, places
        self._stamps: dict[str, tuple[int, int, int]] = {}
        self._appended: dict[str, str] = {}
        self._handlers: dict[str, Handler] = {
            "open": self._open,
            "os.listdir": self._list,
            "os.scandir": self._list,
            "os.mkdir": self._make,
            "os.rename": self._rename,
            "os.link": self._link,
            "os.symlink": self._link,
        }
        self._handlers |= dict.fromkeys(_FORKS, self._fork)
        self._handlers |= dict.fromkeys(_STARTS, self._spawn)

    def start(self) -> None:
        """Hear from now on."""
        pick, findings = self._handlers.get, self.findings

        def hear(event: str, args: tuple[Any, ...]) -> None:
            handler = pick(event)
            if handler is None or not findings.is_listening:
                return
            with findings.paused():
                try:
                    handler(sys._getframe(1), args)
                except Exception as error:
                    # The script must not fail by being watched.
                    findings.remark(f"{event} was not recorded: {error!r}")

        sys.addaudithook(hear)
        self._watch_saves()

    def _watch_saves(self) -> None:
        """Hear of `torch.save` too: it opens its file where no event tells of it.

        Where a later torch does it otherwise, what is saved and loaded again counts as
        an input, which is safe.
        """
        torch = sys.modules.get("torch.serialization")
        writer: Any = getattr(torch, "_open_zipfile_writer_file", None)
        if writer is None:
            return
        real, findings, places = writer.__init__, self.findings, self.places

        def watched_init(opener: Any, name: Any, *rest: Any, **named: Any) -> None:
            kept = findings.is_listening and places.name(os.fsdecode(name))
            if kept:
                findings.wrote(kept)
            real(opener, name, *rest, **named)

        writer.__init__ = watched_init

    def read(self, name: str) -> None:
        """Keep a file, or its absence, as it is at this moment."""
        before = self._appended.get(name)
        if before is None and self.findings.is_own(name):
            return
        path = os.path.join(self.places.root, name)
        stamp = _stamp(path)
        if name in self._stamps and self._stamps[name] == stamp:
            return
        digest = digest_file(path) if before is None else before
        if digest == "folder":
            self._keep_listing(name)
            return
        known = self.findings.digest("file", name)
        if known is not None and known != digest:
            self.findings.replace("file", name, "changed while the script ran")
            self.findings.remark(f"{name} changed while the script ran")
        self._stamps[name] = stamp
        self.findings.add("file" if digest else "absent", name, digest)

    def _open(self, frame: FrameType, args: tuple[Any, ...]) -> None:
        path, _, flags = args
        if isinstance(path, int) or _is_removal(frame):
            return
        name = self._name(path, frame)
        if not name:
            return
        changes = flags & (os.O_WRONLY | os.O_RDWR)
        if not changes:
            self.read(name)
        elif flags & _FRESH:
            self._appended.pop(name, None)
            self.findings.wrote(name)
        elif changes & os.O_RDWR:
            self.read(name)
            self.findings.wrote(name)
        else:
            self._append(name)

    def _append(self, name: str) -> None:
        """Keep what stood in a file; it counts once the script reads the file too."""
        if not self.findings.is_own(name) and name not in self._appended:
            path = os.path.join(self.places.root, name)
            self._appended[name] = digest_file(path)
            self.findings.wrote(name)

    def _name(self, path: Any, frame: FrameType) -> str:
        """Return the name of a path that counts when it is used from ``frame``."""
        text = os.fsdecode(path)
        if text.endswith(".pyc") and "__pycache__" in text:
            # The source stands for its compiled form.
            with suppress(ValueError):
                text = source_from_cache(text)
        name = self.places.name(text)
        if not name.startswith("/") or self.places.is_project(frame):
            return "" if name.startswith(("/proc/", "/dev/", "/sys/")) else name
        return "" if self.places.is_system(name) else name

    def _list(self, frame: FrameType, args: tuple[Any, ...]) -> None:
        path = "." if args[0] is None else args[0]
        if isinstance(path, int) or _is_importlib(frame) or _is_removal(frame):
            return
        name = self._name(path, frame)
        if name:
            self._keep_listing(name)

    def _keep_listing(self, name: str) -> None:
        if name.startswith("/") and self.findings.is_own(f"{name}/"):
            return
        digest = digest_listing(Path(self.places.root), name)
        self.findings.add("listing", f"{name}/", digest)

    def _make(self, _frame: FrameType, args: tuple[Any, ...]) -> None:
        # The event comes first: `exist_ok` on a folder that is there makes nothing.
        if not os.path.lexists(args[0]):
            name = self.places.name(os.fsdecode(args[0]))
            if name:
                self.findings.made(name)

    def _rename(self, _frame: FrameType, args: tuple[Any, ...]) -> None:
        source, target = (self.places.name(os.fsdecode(path)) for path in args[:2])
        if source:
            self.read(source)
        if target:
            self.findings.wrote(target)
            if os.path.isdir(args[0]):
                self.findings.made(target)

    def _link(self, _frame: FrameType, args: tuple[Any, ...]) -> None:
        name = self.places.name(os.fsdecode(args[1]))
        if name:
            self.findings.wrote(name)

    def _fork(self, _frame: FrameType, _args: tuple[Any, ...]) -> None:
        self.findings.remark(PROCESSES)

    def _spawn(self, frame: FrameType, _args: tuple[Any, ...]) -> None:
        if self.places.is_project(frame):
            self.findings.remark(PROCESSES)


def _is_importlib(frame: FrameType) -> bool:
    """Whether the import system, or a search for distributions, looks around."""
    filename = frame.f_code.co_filename
    return "importlib" in filename and ("<frozen" in filename or "metadata" in filename)


def _is_removal(frame: FrameType) -> bool:
    """Whether a tree is being removed, which reads nothing."""
    code = frame.f_code
    return "rmtree" in code.co_name and code.co_filename == shutil.__file__


def _stamp(path: str) -> tuple[int, int, int]:
    try:
        found = os.stat(path)
    except OSError:
        return (0, 0, 0)
    return (found.st_mtime_ns, found.st_size, found.st_ino)
