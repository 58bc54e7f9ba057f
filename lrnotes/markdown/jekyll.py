"""What Jekyll writes: ``{{site.url}}/page.html``, ``{% link page.md %}``, ``{:.class}``."""

from __future__ import annotations

import posixpath
import re
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from markdown.extensions.attr_list import get_attrs_and_remainder

from lrnotes.markdown.conversion import Conversion
from lrnotes.markdown.targets import relative_url
from lrnotes.text.literal import literal_lines

_VALUE = r"\{\{-?\s*(?:site|page)\.[\w.]+[^{}]*\}\}"
_OLD = re.compile(
    rf"(?:{_VALUE})+/?(?P<path>[^#?{{]*)(?P<end>[#?].*)?"
    rf"|(?:{_VALUE})*/?\{{%-?\s*(?:link|post_url)\s+(?P<named>[^%]+?)\s*-?%\}}(?P<rest>.*)"
    r"|\{\{-?\s*(?P<quote>[\"'])(?P<quoted>[^\"']*)(?P=quote)\s*\|"
    r"\s*(?:relative|absolute)_url[^{}]*\}\}(?P<more>.*)"
)
_TAG = r"\{%-?\s*(?:link|post_url)\b[^{}]*%\}"
_VARIABLE = re.compile(rf"{_VALUE}|{_TAG}|\{{:[^{{}}\n]*\}}")
_ATTRIBUTES = re.compile(r"\{:([^{}:\n][^{}\n]*)\}")
_CONTENTS = re.compile(r"\{:\s*toc\b[^{}\n]*\}")
_BELOW_TABLE = re.compile(r"^[ >]*\|.*\n(?=[ >]*\{:[^{}\n]*\}[ ]*$)", re.MULTILINE)
_DATED = re.compile(r"\d{4}-\d\d-\d\d-")

_LITERAL = ("code", "pre", "script")


def part_attributes(text: str, lists: str) -> str:
    """Return the text with a blank line between a table and the attributes below it.

    kramdown gives them to the table; Python-Markdown would make a row of them.
    """
    if "{:" not in text or not (found := list(_BELOW_TABLE.finditer(text))):
        return text
    is_literal = literal_lines(text, lists)
    for each in reversed(found):
        if not is_literal[text.count("\n", 0, each.start())]:
            mark = each[0][: len(each[0]) - len(each[0].lstrip(" >"))].rstrip()
            text = f"{text[: each.end()]}{mark}\n{text[each.end() :]}"
    return text


def read_old_address(conversion: Conversion, element: Element, name: str) -> bool:
    """Give an old address its new form, or none; return whether it was one."""
    url = element.get(name, "")
    found = _OLD.fullmatch(url)
    if not found:
        return False
    path = unquote(found["path"] or found["named"] or found["quoted"] or "")
    end = found["end"] or found["rest"] or found["more"] or ""
    target = _find(conversion, path)
    conversion.meet(url)
    if target:
        page = relative_url(conversion.index.page_of(target), conversion.host)
        element.set(name, page + end)
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
    """Take what is Jekyll's alone out of the text: variables, tags, attributes."""
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in ("ul", "ol") and any(
                "toc" in item.attrib for item in child
            ):
                parent.remove(child)
                _report_contents(conversion)
            elif child.tag == "p" and _give_attributes(parent, child):
                parent.remove(child)
    for element in root.iter():
        is_literal = element.tag in _LITERAL or "arithmatex" in element.get("class", "")
        for part in ("tail",) if is_literal else ("text", "tail"):
            text = getattr(element, part) or ""
            for found in _VARIABLE.findall(text):
                _report_variable(conversion, found)
            if "{" in text:
                setattr(element, part, _VARIABLE.sub("", text))


def _report_variable(conversion: Conversion, found: str) -> None:
    conversion.meet(found)
    what, hint = f"{found} is a variable of Jekyll", "write what it stood for"
    if found.startswith("{%"):
        what = f"{found} is a tag of Jekyll"
    elif found.startswith("{:"):
        what, hint = f"{found} belongs to nothing here", "remove it"
    conversion.report("old-form", found, what, hint)


def _report_contents(conversion: Conversion) -> None:
    found = _CONTENTS.search(conversion.source)
    raw = found[0] if found else "{:toc}"
    conversion.meet(raw)
    what = f"{raw} asks Jekyll for a table of contents, which every page has here"
    conversion.report("old-form", raw, what, "remove it and its list")


def _give_attributes(parent: Element, child: Element) -> bool:
    """Give a paragraph of nothing but attributes to what stands above it."""
    found = _ATTRIBUTES.fullmatch((child.text or "").strip())
    at = list(parent).index(child)
    if not found or len(child) or not at:
        return False
    for name, value in get_attrs_and_remainder(found[1])[0]:
        if name == ".":
            names = (parent[at - 1].get("class", ""), value)
            parent[at - 1].set("class", " ".join(filter(None, names)))
        elif value is not None:
            parent[at - 1].set(name, value)
    return True


def _find(conversion: Conversion, path: str) -> str:
    """Return the file that an old path meant: by permalink, else by name."""
    for note in conversion.index.notes.values():
        permalink = str(note.meta.get("permalink", "")).strip("/")
        if permalink and permalink == path.strip("/"):
            return note.path
    vault = conversion.index.vault
    dated = _DATED.sub("", _stem(path))
    for name in (path, _stem(path), posixpath.basename(path), dated):
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
