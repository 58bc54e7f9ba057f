"""How much memory a script may add to the process that it finds."""

from __future__ import annotations

import sys
from pathlib import Path

if sys.platform.startswith("linux"):
    import resource


def limit_memory(size: int) -> None:
    """Let the script add so many bytes to what the process holds now."""
    if not size or not sys.platform.startswith("linux"):
        return
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    held = next(line for line in status.splitlines() if line.startswith("VmData:"))
    most = int(held.split()[1]) * 1024 + size
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (most, hard))


def lift_memory_limit() -> None:
    """Give room for the report on a script that ran out of memory."""
    if sys.platform.startswith("linux"):
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (hard, hard))
