"""Markdown links to files of the vault: ``[text](Some%20note.md#Heading text)``."""

from __future__ import annotations

import posixpath
import re
from typing import Any
from urllib.parse import quote, unquote, urlsplit
from xml.etree.ElementTree import Element

from markdown.treeprocessors import Treeprocessor
from markdown.util import STX

from lrnotes.markdown.conversion import Conversion
from lrnotes.markdown.jekyll import read_old_address, remove_variables
from lrnotes.markdown.targets import relative_url
from lrnotes.model import Link
from lrnotes.vault.fold import fold

# What no slug holds: such a fragment is the text of a heading.
_HEADING_TEXT = re.compile(r"[^\w:-]|[A-Z]")
_NAME = re.compile(r"[\s<>|]|://")
_ENDING = re.compile(r"(?:/|\.\w{1,5})$")
_HOST = re.compile(r"(?:www\.)?(?:[\w-]+\.)+[a-z]{2,}(?=/)", re.IGNORECASE)
_NOT_OURS = re.compile(r"\b(?:lrn-|footnote-|headerlink|toclink)")


OWN_PAGES = ("verification.md", "graph.md")
"""Pages that are made for a whole site, from the docs folder."""


class AddressTreeprocessor(Treeprocessor):
    """Records Markdown links to notes, and finds those that name no place."""

    def __init__(self, conversion: Conversion) -> None:
        """Work for one conversion."""
        super().__init__(conversion.md)
        self.conversion = conversion

    def run(self, root: Element) -> None:
        """Read the address of each link and image that the author wrote."""
        if not self.conversion.path:
            return
        for element in list(root.iter()):
            name = {"a": "href", "img": "src"}.get(element.tag)
            if not name or _NOT_OURS.search(element.get("class", "")):
                continue
            is_old = "{" in element.get(name, "") and read_old_address(
                self.conversion, element, name
            )
            if not is_old:
                self._read(element, name)
        if self.conversion.has_variables:
            remove_variables(root, self.conversion)

    def _read(self, element: Element, name: str) -> None:
        written = element.get(name, "")
        parts = _split(written)
        if parts is None:
            return
        path, fragment = parts
        target = self._find(path) if path else self.conversion.path
        if path:
            self._move(element, name, target or self._written(path), fragment)
        if target is None:
            if name == "href" and (path.endswith(".md") or self._is_dead(path)):
                self._leave_unresolved(element, path, fragment)
            return
        if path and self.conversion.index.is_inside_docs(target):
            text = "".join(element.itertext()) if name == "href" else ""
            link = Link(path, path, unquote(fragment), text, name == "src", target)
            self.conversion.found.links.append(link)
            if name == "href":
                self.conversion.anchor(element, target)
        is_link = name == "href" and target.endswith(".md")
        if is_link and _HEADING_TEXT.search(unquote(fragment)):
            _mark(element, target, fragment, written)

    def _leave_unresolved(self, element: Element, path: str, fragment: str) -> None:
        """Show the text of a link to a note that nothing here is."""
        conversion = self.conversion
        vault = conversion.index.vault
        if not vault.paths:
            return
        raw = element.get("href", "")
        conversion.meet(raw)
        link = Link(raw, path, unquote(fragment), "".join(element.itertext()))
        conversion.found.links.append(link)
        what = f'no note named "{path}"'
        near = vault.nearest(path.removesuffix(".md"))
        hint = f"nearest: {', '.join(near)}" if near else ""
        if _HOST.match(path):
            hint = f"write https://{path} for a page of another site"
        conversion.report("unresolved-link", raw, what, hint)
        element.tag = "span"
        element.attrib.clear()
        element.attrib.update({"class": "lrn-unresolved", "title": what})

    def _is_dead(self, path: str) -> bool:
        """Return whether no builder makes a page of that address.

        It is the name of a note, or another site's address without its scheme.
        """
        host = _HOST.match(path)
        if host:
            folder = self._written(host[0])
            known = self.conversion.index.vault.paths
            return not any(each.startswith(f"{fold(folder)}/") for each in known)
        return bool(_NAME.search(path)) and not _ENDING.search(path)

    def _move(self, element: Element, name: str, target: str, fragment: str) -> None:
        """Write the address anew where the one that was written leads elsewhere."""
        conversion = self.conversion
        written = self._written(unquote(element.get(name, "").partition("#")[0]))
        if target == written and conversion.host == conversion.path:
            return
        page = conversion.index.page_of(target)
        moved = relative_url(page, conversion.host)
        element.set(name, f"{moved}#{fragment}" if fragment else moved)

    def _written(self, path: str) -> str:
        """Return the path that an address has from the project root, as it stands."""
        folder = posixpath.dirname(self.conversion.path)
        return posixpath.normpath(posixpath.join(folder, path))

    def _find(self, path: str) -> str | None:
        """Return the file that an address names: at its place, else by its name."""
        vault = self.conversion.index.vault
        written = self._written(path)
        if written in vault.paths.get(fold(written), ()) or self._is_built(written):
            return written
        if path.endswith(("/", ".html")):
            return None
        return vault.resolve(path, self.conversion.path).path

    def _is_built(self, path: str) -> bool:
        """Return whether a page stands there that no author wrote."""
        index, processors = self.conversion.index, self.conversion.md.treeprocessors
        inside = index.vault.inside(path)
        if path in index.pages or inside in OWN_PAGES:
            return True
        if path in map(index.page_of, index.cells):
            return True
        if "relpath" not in processors or not index.is_inside_docs(path):
            return False
        files: Any = getattr(processors["relpath"], "files", None)
        return files is not None and files.get_file_from_path(inside) is not None


def _split(url: str) -> tuple[str, str] | None:
    """Return the path and the fragment of a relative address; None for any other."""
    if not url or url[0] in "/\\" or STX in url:
        return None
    try:
        scheme, host, path, query, fragment = urlsplit(url)
    except ValueError:
        return None
    return None if scheme or host or query else (unquote(path), fragment)


def _mark(element: Element, target: str, fragment: str, written: str) -> None:
    """Leave the heading to the last step, when all headings are known."""
    url = element.get("href", "")
    element.set("href", url.partition("#")[0])
    element.set("data-lrn-md", f"{target}#{quote(unquote(fragment), safe=' ')}")
    element.set("data-lrn-raw", written)
