"""Digests of what a run can depend on; the recorder and the checker share them."""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import os
import platform
import re
import stat
import sys
import warnings
from collections.abc import Iterable
from functools import lru_cache
from importlib import metadata
from pathlib import Path

from lrnotes.model import Dependency

IGNORED_NAMES = frozenset({".git", "__pycache__", ".lrnotes", ".DS_Store"})
"""Entries that never count in a listing."""

# Code that names one of these can show its own lines or text, so both count.
_LINE_WORDS = re.compile(
    r"lineno|getsource|co_positions"
    r"|'(?:[\w.]+\.)?(?:inspect|traceback|linecache|_getframe|currentframe)"
    r"(?:\.[\w.]+)?'"
    r"|'(?:print_exc|format_exc|print_stack|format_stack|stack_info|findCaller)'"
)

_VERSION = re.compile(r"^Version: *(\S+) *$", re.MULTILINE)


def shorten(data: bytes) -> str:
    """Return the digest of some bytes, as dependencies keep it."""
    return hashlib.sha256(data).hexdigest()[:32]


@lru_cache(maxsize=4096)
def normalise(source: str) -> str:
    """Return what of some code decides what it does: its syntax tree as text.

    Code that does not parse, or that can show its own lines, counts as it stands.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
        text = ast.dump(tree, annotate_fields=False)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return f"as it stands: {source}"
    return f"{text}\n{source}" if _LINE_WORDS.search(text) else text


def digest_module(data: bytes) -> str:
    """Return ``SYNTAX/BYTES``, two digests of a module's source.

    Equal bytes spare the parsing; other bytes of equal syntax are the same module.
    """
    try:
        text = normalise(importlib.util.decode_source(data))
    except (SyntaxError, UnicodeDecodeError):
        return f"{shorten(data)}/{shorten(data)}"
    # A lone surrogate in a literal is legal.
    return f"{shorten(text.encode('utf-8', 'surrogatepass'))}/{shorten(data)}"


def digest_file(path: str | Path) -> str:
    """Return the digest of a file's content; empty where there is no file."""
    try:
        mode = Path(path).stat().st_mode
        if not stat.S_ISREG(mode):
            # A pipe would never end.
            return "folder" if stat.S_ISDIR(mode) else "special"
        with Path(path).open("rb", buffering=0) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()[:32]
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except (OSError, ValueError):
        return "unreadable"


def digest_listing(root: Path, folder: str) -> str:
    """Return the digest of a folder's entries; empty where there is no folder."""
    try:
        with os.scandir(root / folder) as entries:
            names = [
                f"{entry.name}/" if entry.is_dir() else entry.name
                for entry in entries
                if entry.name not in IGNORED_NAMES
            ]
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except OSError:
        return "unreadable"
    return _digest_names(names)


def match_pattern(root: Path, pattern: str) -> list[str]:
    """Return the files under ``root`` that a pattern of ``deps=`` names.

    A folder stands for all that is in it.
    """
    found: set[Path] = set()
    for path in root.glob(pattern):
        found.update(path.rglob("*") if path.is_dir() else (path,))
    names = (path.relative_to(root) for path in found if path.is_file())
    return sorted(
        name.as_posix() for name in names if IGNORED_NAMES.isdisjoint(name.parts)
    )


def digest_pattern(root: Path, pattern: str) -> str:
    """Return the digest of the names that a pattern matches."""
    return _digest_names(match_pattern(root, pattern))


def digest_variable(value: str | None) -> str:
    """Return the digest of a variable; empty where it is not set.

    The value itself may be a secret and is not kept.
    """
    if value is None:
        return ""
    return shorten(value.encode("utf-8", "surrogateescape"))


def digest_distribution(name: str) -> str:
    """Return a distribution's version; empty where it is not installed.

    One that came from a folder or a repository may change under one version, so the
    digest of its record follows.
    """
    try:
        found = metadata.distribution(name)
    except (metadata.PackageNotFoundError, ValueError):
        return ""
    origin = found.read_text("direct_url.json")
    if origin is None:
        return read_version(found)
    record = found.read_text("RECORD") or ""
    return f"{read_version(found)} {shorten((origin + record).encode())}"


def read_version(found: metadata.Distribution) -> str:
    """Return a version without parsing the whole description that comes with it."""
    version = _VERSION.search(found.read_text("METADATA") or "")
    return version[1] if version else found.version


@lru_cache(maxsize=64)
def digest_preloaded(name: str) -> str:
    """Return the digest of a distribution as it was when this process began."""
    return digest_distribution(name)


def runtime_facts(threads: int) -> Iterable[Dependency]:
    """Yield what a run depends on besides its device and its inputs."""
    python = f"{sys.implementation.name} {platform.python_version()}"
    yield Dependency("runtime", "Python", python)
    yield Dependency("runtime", "platform", f"{sys.platform} {platform.machine()}")
    yield Dependency("runtime", "torch build", _torch_build())
    yield Dependency("runtime", "threads", str(threads))


def device_fact(kind: str, name: str) -> Dependency:
    """Return the device as a dependency."""
    return Dependency("runtime", "device", f"{kind} {name}".strip())


def _torch_build() -> str:
    """Return the commit and toolkits that torch was built from."""
    try:
        path = Path(str(metadata.distribution("torch").locate_file("torch/version.py")))
        text = path.read_text(encoding="utf-8")
    except (metadata.PackageNotFoundError, OSError, UnicodeDecodeError):
        return ""
    facts = re.findall(
        r"^(git_version|cuda|hip|rocm|xpu|debug)\b[^=]*= *(.+)$", text, re.MULTILINE
    )
    shown = [
        f"{name} {value.strip(chr(39))[:12]}"
        for name, value in facts
        if value not in ("None", "False")
    ]
    return ", ".join(shown) or shorten(text.encode())


def _digest_names(names: Iterable[str]) -> str:
    return shorten("\0".join(sorted(names)).encode("utf-8", "surrogateescape"))
