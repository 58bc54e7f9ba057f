"""Links to pages whose address on the site is known while the linking page is read."""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element

from markdown.treeprocessors import Treeprocessor

from lrnotes.markdown.conversion import Conversion
from lrnotes.markdown.targets import relative_url
from lrnotes.vault.urls import relative_url as url_from

_PLACED = "data-lrn-url"


def page_address(conversion: Conversion, page: str) -> dict[str, str]:
    """Return the attributes that lead to a page, given by its path from the root.

    MkDocs looks at every address anew, which costs it as much as the rest of a link;
    one that has been resolved already is kept from it until it has passed.
    """
    url = _find_url(conversion, page)
    if url is None:
        return {"href": relative_url(page, conversion.host)}
    return {"href": "", _PLACED: url}


def _find_url(conversion: Conversion, page: str) -> str | None:
    """Return the address that MkDocs would give; None where it is left to say so."""
    processors, index = conversion.md.treeprocessors, conversion.index
    is_page = page.endswith((".md", ".ipynb")) and index.is_inside_docs(page)
    if "relpath" not in processors or not is_page:
        return None
    relpath: Any = processors["relpath"]
    file = relpath.files.get_file_from_path(index.vault.inside(page))
    if file is None or file.inclusion.is_excluded():
        return None
    return url_from(file.url, relpath.file.url)


class UrlTreeprocessor(Treeprocessor):
    """Gives links the addresses that were kept for them."""

    def run(self, root: Element) -> None:
        """Set the address of each such link below ``root``."""
        for element in root.iter("a"):
            url = element.attrib.pop(_PLACED, None)
            if url is not None:
                element.set("href", url)
