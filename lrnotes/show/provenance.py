"""Where a result comes from: one quiet line that opens."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from html import escape

from lrnotes.model import Dependency, Environment, Result

_GROUPS = (
    ("files", ("module", "file", "listing")),
    ("looked for, absent", ("absent",)),
    ("environment", ("environment",)),
    ("packages", ("distribution",)),
)
_MOST = 40


def format_seconds(seconds: float) -> str:
    """Return a duration as one reads it: ``0.8 s``, ``12 s``, ``under 0.1 s``."""
    if seconds < 0.1:
        return "under 0.1 s"
    return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"


def format_environment(environment: Environment) -> str:
    """Return device and torch in a few words: ``cpu · torch 2.13.0``."""
    torch = f" · torch {environment.torch}" if environment.torch else ""
    return f"{environment.device}{torch}"


def format_date(date: str) -> str:
    """Return the day of an ISO date."""
    return date.partition("T")[0]


def device_line(environment: Environment) -> str:
    """Return the line that the run began with; on the CPU there is none."""
    if environment.device in ("", "cpu"):
        return ""
    return f'torch.set_default_device("{environment.device}")'


def provenance_html(
    result: Result, seconds: float, downloads: Sequence[str] = ()
) -> str:
    """Return the line under an output, opening to all that the result depends on.

    ``downloads`` are addresses of files that hold the code that ran.
    """
    where = format_environment(result.environment)
    line = f"ran in {format_seconds(seconds)} on {where}"
    rows = "".join(
        f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>"
        for name, value in _facts(result)
    )
    if downloads:
        links = " ".join(map(_download, downloads))
        rows += f'<dt>downloads</dt><dd class="lrn-sources">{links}</dd>'
    return (
        '<details class="lrn-provenance" data-search-exclude>'
        f"<summary>{escape(line)}</summary><dl>{rows}</dl></details>"
    )


def _facts(result: Result) -> list[tuple[str, str]]:
    where = result.environment
    threads = f"{where.threads} thread{'s' if where.threads != 1 else ''}"
    name = f" ({where.device_name})" if where.device_name else ""
    facts = [
        ("date", result.date.replace("T", " ").replace("Z", " UTC")),
        ("device", f"{where.device}{name}, {threads}"),
        ("run after", device_line(where)),
        ("script", format_seconds(result.seconds)),
        ("Python", where.python),
        ("torch", where.torch),
        ("matplotlib", where.matplotlib),
    ]
    for title, kinds in _GROUPS:
        names = [_name(each) for each in result.dependencies if each.kind in kinds]
        left_out = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
        facts.append((title, ", ".join(names[:_MOST]) + left_out))
    facts.append(("key", result.key[:16]))
    facts += [("remark", problem) for problem in result.problems]
    return [(name, value) for name, value in facts if value]


def _download(address: str) -> str:
    name = escape(posixpath.basename(address))
    return f'<a href="{escape(address)}" download="{name}">{name}</a>'


def _name(dependency: Dependency) -> str:
    if dependency.kind == "distribution":
        return f"{dependency.name} {dependency.digest}"
    return dependency.name
