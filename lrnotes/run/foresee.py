"""Tell from their text whether scripts will need the slow half of torch's imports."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

_WORDS = re.compile(r"\boptim\b|\btorch\.compile\b")


def foresee_optimizer(sources: Iterable[str], folder: Path) -> bool:
    """Whether code, or a module in ``folder`` that it names, speaks of optimizers.

    At an optimizer's first step torch imports its compiler, which takes nearly as long
    as torch itself.  A wrong answer costs time and nothing else: the script imports
    what it needs, and so does every script.
    """
    unread = {path.stem: path for path in folder.glob("*.py")}
    waiting = list(sources)
    while waiting:
        text = waiting.pop()
        if _WORDS.search(text):
            return True
        for name in [name for name in unread if name in text]:
            waiting.append(unread.pop(name).read_text("utf-8", errors="replace"))
    return False
