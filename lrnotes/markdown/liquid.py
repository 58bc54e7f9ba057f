"""Tags of Jekyll: ``{% include … %}``, ``{% highlight … %}`` and their like."""

from __future__ import annotations

import re

from lrnotes.markdown.conversion import Conversion
from lrnotes.text.literal import blank_literals

_TAG = re.compile(
    r"(?s:\{%-?\s*comment\s*-?%\}.*?\{%-?\s*endcomment\s*-?%\})"
    r"|(?s:\{::comment\}.*?\{:/(?:comment)?\})"
    r"|\{%-?\s*(?P<end>end)?(?P<name>feed_meta|gist|highlight|include|include_cached"
    r"|include_relative|raw|seo|toc)\b\s*(?P<language>[\w+-]*)[^{}\n]*%\}"
)


def remove_tags(conversion: Conversion, text: str) -> str:
    """Return the text without such tags, which are reported; code becomes a fence.

    ``link`` and ``post_url`` stay: they are addresses.
    """
    if "{%" not in text and "{::" not in text:
        return text
    found = list(_TAG.finditer(blank_literals(text, conversion.index.lists)))
    opened = None
    for tag in found:
        if tag["name"] == "highlight":
            opened = None if tag["end"] else tag
        raw = text[tag.start() : tag.end()].partition("\n")[0]
        conversion.meet(raw)
        hint = (
            "write a fence" if tag["name"] == "highlight" else "write what it stood for"
        )
        if tag["name"] is None:
            hint = "write %% before and after what is hidden"
        conversion.report("old-form", raw, f"{raw} is a tag of Jekyll", hint)
    for tag in reversed(found):
        new = ""
        if tag["name"] == "highlight" and opened is None:
            new = "```" if tag["end"] else f"```{tag['language']}"
        text = text[: tag.start()] + new + text[tag.end() :]
    return text
