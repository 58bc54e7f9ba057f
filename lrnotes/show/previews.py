"""What a link shows of its target before it is followed: a script for each page."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from msgspec import Struct, field

_FIGURE = re.compile(r'<svg[^>]* class="lrn-figure".*?</svg>', re.DOTALL)
_IDS = re.compile(r'(\bid="|\bhref="#|\burl\(#|\baria-\w+="|&quot;#)')
_LARGEST = 24_000
"""Characters of a figure that a preview may bring along."""


class Preview(Struct, frozen=True):
    """What is told of one page."""

    title: str
    lead: str = ""
    """HTML of its first paragraph."""
    figure: str = ""
    """Its first figure, as SVG; empty where there is none, or only a large one."""
    parts: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Id of a heading or a block to the HTML of its name, which may be empty, and of
    what stands there."""


def lead_figure(page: str) -> str:
    """Return the first figure of a page, with ids of its own."""
    found = _FIGURE.search(page) if 'class="lrn-figure"' in page else None
    if found is None or len(found[0]) > _LARGEST:
        return ""
    # The page that shows the preview may hold the same figure.
    return _IDS.sub(lambda mark: f"{mark[1]}lrn-p-", found[0])


def preview_script(preview: Preview) -> str:
    """Return the script that tells a preview: browsers fetch no data from disk."""
    data = {
        "t": preview.title,
        "h": preview.lead,
        "f": preview.figure,
        "s": preview.parts,
    }
    told = json.dumps(
        {key: value for key, value in data.items() if value},
        ensure_ascii=False,
        separators=(",", ":"),
    )
    return f"lrnPreview={told};\n"


def preview_name(url: str) -> str:
    """Return the script of the page at a URL, from the folder of previews."""
    stem = url.removeprefix("./").removesuffix("index.html").removesuffix(".html")
    return f"{stem.strip('/') or 'index'}.js"
