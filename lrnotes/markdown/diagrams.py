"""Diagrams: ``mermaid`` fences, which a script draws in the reader's browser.

The script is the site's own copy, so that no other host is asked; without one the
diagram's source is shown and reported.
"""

from __future__ import annotations

import functools
import html
import re
from typing import Any

from lrnotes.markdown.conversion import Conversion
from lrnotes.markdown.embeds import file_url
from lrnotes.markdown.fences import read_superfences

_FENCE = re.compile(
    r"^[ \t>]*(?:(?:[-*+]|\d+[.)])[ \t]+)*(?:`{3,}|~{3,})[ \t]*mermaid\b", re.MULTILINE
)


def accept_diagrams(conversion: Conversion) -> None:
    """Let superfences hand us ``mermaid`` fences, unless the site has its own way."""
    entries = read_superfences(conversion)
    if entries and all(entry["name"] != "mermaid" for entry in entries):
        entry = {
            "name": "mermaid",
            "test": lambda language: language == "mermaid",
            "formatter": functools.partial(_show, conversion),
            "validator": lambda *_: True,
            "reset": None,
        }
        entries.insert(1, entry)


def _show(conversion: Conversion, src: str, *_: Any, **__: Any) -> str:
    """Return the source of a diagram, with the address of what draws it."""
    index = conversion.index
    script = index.diagrams and index.vault.resolve(f"/{index.diagrams}", "").path
    drawn = ""
    if script:
        drawn = f' data-lrn-diagram="{html.escape(file_url(conversion, script))}"'
    else:
        _report(conversion)
    # Material fetches a script from elsewhere for what has the class `mermaid`.
    source = html.escape(src, quote=False)
    return f'<pre class="lrn-diagram"{drawn}><code>{source}</code></pre>'


def _report(conversion: Conversion) -> None:
    if conversion.parent is not None:
        return
    found = _FENCE.search(conversion.places.text)
    raw = found[0].lstrip() if found else "mermaid"
    if conversion.meet(raw) > 1:
        # One finding tells of all diagrams of a page.
        return
    given = conversion.index.diagrams
    what = "nothing is set to draw mermaid diagrams, so their source is shown"
    if given:
        what = f"no file {given} in the docs folder draws this page's diagrams"
    hint = "put mermaid.min.js into the docs folder and name it under `mermaid:`"
    conversion.report("undrawn-diagram", raw, what, hint)
