"""What a finished page need not bring along: it is left out, or waits beside the page."""

from __future__ import annotations

import json
import re

ROWS = "assets/lrnotes/claims-table.js"
"""The script that holds a long table of claims, from the site's root."""

_TEX = re.compile(
    r'(<span class="katex-mathml"><math\b[^>]*>)<semantics>((?:(?!</math>).)*)'
    r"<annotation\b[^>]*>[^<]*</annotation></semantics>(?=</math>)",
    re.DOTALL,
)
_INDENT = re.compile(r">\s*\n\s*<")
_LITERAL = re.compile(
    r"(<(?:pre|script|style|textarea)\b.*?</(?:pre|script|style|textarea)>)", re.DOTALL
)
_TABLE = re.compile(
    r'(<div class="lrn-verification" data-lrn-table="\d+")>\s*'
    r"(<table>.*?</table>)\s*(?=</div>)",
    re.DOTALL,
)


def slim(html: str) -> str:
    """Return a whole page without what no reader of it sees or hears.

    That is the indentation between a theme's tags, around the article that authors
    wrote; and the TeX of formulas: of their three forms browsers draw one and speak
    another, and the page's twin holds the third.
    """
    if "katex-mathml" in html:
        html = _TEX.sub(r"\1\2", html)
    before, mark, rest = html.partition("<article")
    written, end, after = rest.rpartition("</article>")
    if not mark or not end:
        return html
    return f"{_unindent(before)}{mark}{written}{end}{_unindent(after)}"


def _unindent(html: str) -> str:
    parts = _LITERAL.split(html)
    parts[::2] = [_INDENT.sub(">\n<", part) for part in parts[::2]]
    return "".join(parts)


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
