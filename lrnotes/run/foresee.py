"""Tell from their text which slow imports scripts will need."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path

_WORDS = {
    "torch": re.compile(r"\btorch\b"),
    # At an optimizer's first step torch imports its compiler, which takes nearly as
    # long as torch itself.
    "optimizer": re.compile(r"\boptim\b|\btorch\.compile\b"),
    "figures": re.compile(r"matplotlib|\bplt\b"),
    # Signs of powers and formulas: the reader of formulas takes long to get ready.
    "labels": re.compile(r"semilog|loglog|[\"'](?:sym)?log[\"']|\$"),
}
_IMPORTED = re.compile(r"^\s*(?:from|import)\s+(\w+)", re.MULTILINE)
_LIGHT = sys.stdlib_module_names | {"matplotlib", "numpy"}
"""What certainly imports no torch; of another library nobody can tell."""


def foresee(sources: Iterable[str], folder: Path) -> set[str]:
    """Return which needs code, or a module in ``folder`` that it names, speaks of.

    These are keys of `job.LATER`.  A wrong answer costs time and nothing else: each
    script imports what it needs.
    """
    unread = {path.stem: path for path in folder.glob("*.py")}
    light = _LIGHT | unread.keys()
    waiting = list(sources)
    found: set[str] = set()
    while waiting and len(found) < len(_WORDS):
        text = waiting.pop()
        found |= {need for need, words in _WORDS.items() if words.search(text)}
        if not light.issuperset(_IMPORTED.findall(text)):
            found.add("torch")
        for name in [name for name in unread if name in text]:
            waiting.append(unread.pop(name).read_text("utf-8", errors="replace"))
    return found if "figures" in found else found - {"labels"}
