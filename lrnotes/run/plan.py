"""Give a script its content address: equal code and options, equal key."""

from __future__ import annotations

import ast
import functools
import hashlib
import json
import os
import re
from pathlib import Path

from lrnotes.model import Cell, Plan, Script
from lrnotes.run.digest import normalise
from lrnotes.run.hardware import LINT
from lrnotes.run.silence import is_silent
from lrnotes.settings import Settings

ENGINE_SCHEMA = 1
"""Raised whenever the engine itself comes to give other results for equal scripts."""

# By these a snippet can see its own path.
_OWN_PATH = re.compile(r"'(?:__file__|argv|orig_argv)'")


def make_plan(script: Script, settings: Settings) -> Plan:
    """Return the plan of a script, whose key says what it does and not where it is."""
    cells = [_essence(cell) for cell in script.code]
    options = script.options
    parts: list[object] = [
        ENGINE_SCHEMA,
        _style_digest(),
        # The folder that imports are looked for in.
        settings.snippets,
        [options.device, options.needs, sorted(set(options.deps))],
        cells,
    ]
    code = "\n".join(str(cell[0]) for cell in cells)
    if script.kind == "snippet" and _OWN_PATH.search(code):
        parts.append(script.path)
    return Plan(script, _address(parts), _address(parts[2:]), _style_digest())


@functools.cache
def _style_digest() -> str:
    """Return the digest of the house style, in which every figure is drawn."""
    assets = Path(__file__).parents[1] / "assets"
    style = (assets / "lrnotes.mplstyle").read_bytes()
    font = (assets / "fonts" / "figure.ttf").read_bytes()
    return hashlib.sha256(style + font).hexdigest()


def wanted_device(script: Script, settings: Settings) -> str:
    """Return the device to ask the worker for: ``auto``, ``cpu``, ``cuda:1``, ``lint``.

    The script's own option comes first, then ``LRNOTES_DEVICE``, then the setting;
    ``lint`` holds for every script, as it looks at the code and not at the hardware.
    """
    if is_linting():
        return LINT
    asked = os.environ.get("LRNOTES_DEVICE", "")
    return script.options.device or asked or settings.device


def is_linting() -> bool:
    """Whether scripts run to find implicit host access, on the CPU."""
    return os.environ.get("LRNOTES_DEVICE") == LINT


def figure_salt(key: str, cell: int, figure: int) -> str:
    """Return the ``svg.hashsalt`` of a figure, which no position counts in."""
    return _address([key, cell, figure])


def _is_silent(source: str) -> bool:
    if ";" not in source:
        return False
    try:
        return is_silent(ast.parse(source), source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False


def _essence(cell: Cell) -> tuple[str, bool, bool, str, str, str]:
    """Return what of a cell decides what it does and shows."""
    options = cell.options
    return (
        normalise(cell.source),
        _is_silent(cell.source),
        cell.is_claim,
        options.raises,
        options.frames,
        options.output,
    )


def _address(parts: list[object]) -> str:
    text = json.dumps(parts, ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()
