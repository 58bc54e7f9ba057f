"""Claim links: a phrase, the mark of its outcome, and the evidence behind it."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement

from markdown.util import AtomicString

from lrnotes.markdown.context import Claim
from lrnotes.markdown.conversion import Conversion
from lrnotes.markdown.targets import relative_url

_SAID = {
    "passed": "holds in this build",
    "failed": "fails in this build",
    "unknown": "not run in this build",
}


def claim_element(
    conversion: Conversion, script: str, at: int, text: str
) -> tuple[Element, Element]:
    """Return a phrase with its mark, and the link inside it.

    The link leads to the evidence on the page of the cell, so it works without scripts;
    the mark opens the same evidence in place.
    """
    key = f"{script}#{at}"
    claim = conversion.index.claims.get(key, Claim())
    shell = Element("span", {"class": "lrn-support"})
    link = SubElement(shell, "a", claim_address(conversion, script, at, claim))
    link.set("class", f"lrn-claim lrn-{claim.status}")
    link.set("data-lrn-claim", key)
    link.text = text
    mark = SubElement(shell, "sup", {"class": f"lrn-mark lrn-{claim.status}"})
    said = _SAID[claim.status]
    if claim.html:
        conversion.found.claims.setdefault(key, claim)
        number = list(conversion.found.claims).index(key) + 1
        opener = {
            "type": "button",
            "popovertarget": f"lrn-evidence-{number}",
            "aria-label": f"{said}: show the evidence",
        }
        SubElement(mark, "button", opener)
    else:
        SubElement(mark, "span", {"role": "img", "aria-label": said})
    return shell, link


def claim_address(
    conversion: Conversion, script: str, at: int, claim: Claim
) -> dict[str, str]:
    """Return the attributes that lead to a cell: its page, and its place there."""
    index = conversion.index
    page, _, anchor = claim.href.partition("#")
    page = page or index.page_of(script.partition("::")[0])
    anchor = anchor or index.anchor(script, at)
    # The builder would look for the anchor before the cell's HTML is in the page.
    address = "" if page == conversion.host else relative_url(page, conversion.host)
    return {"href": address, "data-lrn-at": anchor}


def append_evidence(root: Element, conversion: Conversion) -> None:
    """Put the evidence of the page's claim links at its end, closed."""
    for number, claim in enumerate(conversion.found.claims.values(), 1):
        place = {
            "class": f"lrn-evidence lrn-{claim.status}",
            "id": f"lrn-evidence-{number}",
            "popover": "",
            "data-search-exclude": "",
        }
        popover = SubElement(root, "div", place)
        popover.text = AtomicString(conversion.md.htmlStash.store(claim.html))
