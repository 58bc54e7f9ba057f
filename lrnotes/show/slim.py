"""What a finished page need not bring along: it is left out, or waits beside the page."""

from __future__ import annotations

import json
import re

ROWS = "assets/lrnotes/claims-table.js"
"""The script that holds a long table of claims, from the site's root."""

_TEX = re.compile(r"<annotation\b[^>]*>[^<]*</annotation>|</?semantics>")
_INDENT = re.compile(r">\s*\n\s*<")
_PRINTED = re.compile(r"<(?:pre|textarea)\b")
_TABLE = re.compile(
    r'(<div class="lrn-verification" data-lrn-table="\d+")>\s*'
    r"(<table>.*?</table>)\s*(?=</div>)",
    re.DOTALL,
)


def slim(html: str) -> str:
    """Return a whole page without what no reader of it sees or hears.

    That is the indentation between its tags, and the TeX of formulas: of their three
    forms browsers draw one and speak another, and the page's twin holds the third.
    """
    if "<annotation" in html:
        html = _TEX.sub("", html)
    start = _PRINTED.search(html)
    if start is None:
        return _unindent(html)
    first, last = start.start(), max(map(html.rfind, ("</pre>", "</textarea>")))
    return _unindent(html[:first]) + html[first:last] + _unindent(html[last:])


def _unindent(html: str) -> str:
    return _INDENT.sub(">\n<", html)


def take_table(html: str) -> tuple[str, str]:
    """Return a page without its long table of claims, and the script that brings it.

    Browsers fetch no data from disk, so it is a script.  The second part is empty where
    there is no such table; short ones stay where they are.
    """
    found = _TABLE.search(html) if 'data-lrn-table="' in html else None
    if found is None:
        return html, ""
    told = json.dumps(found[2], ensure_ascii=False)
    page = f"{html[: found.start()]}{found[1]} data-lrn-waits>{html[found.end() :]}"
    return page, f"lrnClaims={told};\n"
