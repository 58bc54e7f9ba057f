"""Addresses as Jekyll writes them: ``{{site.url}}/page.html``."""

from __future__ import annotations

import posixpath
import re
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from lrnotes.markdown.conversion import Conversion
from lrnotes.markdown.targets import relative_url

_OLD = re.compile(
    r"(?:\{\{-?\s*(?:site|page)\.[\w.]+[^{}]*\}\})+/?(?P<path>[^#?]*)(?P<end>.*)"
)
_VARIABLE = re.compile(r"\{\{-?\s*(?:site|page)\.[\w.]+[^{}]*\}\}|\{:[^{}\n]*\}")

_LITERAL = ("code", "pre", "script")


def read_old_address(conversion: Conversion, element: Element, name: str) -> bool:
    """Give an old address its new form, or none; return whether it was one."""
    url = element.get(name, "")
    found = _OLD.fullmatch(url)
    if not found:
        return False
    path = unquote(found["path"])
    target = _find(conversion, path)
    conversion.meet(url)
    if target:
        page = relative_url(conversion.index.page_of(target), conversion.host)
        element.set(name, page + found["end"])
        stem = posixpath.basename(target).removesuffix(".md")
        new = f"![[{stem}]]" if name == "src" else f"[[{stem}]]"
        what = f'"{url}" is an address of Jekyll'
        conversion.report("old-form", url, what, f"write {new}")
        return True
    what = f'no file named "{path}"'
    near = conversion.index.vault.nearest(_stem(path))
    hint = f"nearest: {', '.join(near)}" if near else ""
    conversion.report("unresolved-link", url, what, hint)
    _mark_unresolved(element, what, path)
    return True


def remove_variables(root: Element, conversion: Conversion) -> None:
    """Take variables of Jekyll and leftover attributes of kramdown out of the text."""
    for element in root.iter():
        is_literal = element.tag in _LITERAL or "arithmatex" in element.get("class", "")
        for part in ("tail",) if is_literal else ("text", "tail"):
            text = getattr(element, part) or ""
            for found in _VARIABLE.findall(text):
                conversion.meet(found)
                if found.startswith("{:"):
                    what, hint = f"{found} belongs to nothing here", "remove it"
                else:
                    what = f"{found} is a variable of Jekyll"
                    hint = "write what it stood for"
                conversion.report("old-form", found, what, hint)
            if "{" in text:
                setattr(element, part, _VARIABLE.sub("", text))


def _find(conversion: Conversion, path: str) -> str:
    """Return the file that an old path meant: by permalink, else by name."""
    for note in conversion.index.notes.values():
        permalink = str(note.meta.get("permalink", "")).strip("/")
        if permalink and permalink == path.strip("/"):
            return note.path
    vault = conversion.index.vault
    for name in (path, _stem(path), posixpath.basename(path)):
        resolution = vault.resolve(name, conversion.path) if name else None
        if resolution and resolution.path:
            return resolution.path
    return ""


def _stem(path: str) -> str:
    return posixpath.basename(path.strip("/")).removesuffix(".html")


def _mark_unresolved(element: Element, what: str, path: str) -> None:
    if element.tag == "img":
        element.text = element.get("alt") or posixpath.basename(path)
    element.tag = "span"
    element.attrib.clear()
    element.attrib.update({"class": "lrn-unresolved", "title": what})
