"""Embeds: images and other media, snippets and their cells."""

from __future__ import annotations

import posixpath
import re
from xml.etree.ElementTree import Element, SubElement

from markdown.util import AtomicString

from lrnotes.markdown.conversion import Conversion, hint_nearest
from lrnotes.markdown.notes import show_note
from lrnotes.markdown.slots import fill_fragment
from lrnotes.markdown.targets import cell_names, find_cell, is_snippet, relative_url
from lrnotes.markdown.wiki import Wiki, read_sizes
from lrnotes.model import Fragment, Link

IMAGES = frozenset(["apng", "avif", "bmp", "gif", "jpeg", "jpg", "png", "svg", "webp"])
VIDEOS = frozenset(["m4v", "mkv", "mov", "mp4", "ogv", "webm"])
SOUNDS = frozenset(["3gp", "flac", "m4a", "mp3", "oga", "ogg", "opus", "wav"])
# About what a note's headings and blocks are called: enough for a hint.
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(.+?)[ \t#]*$", re.MULTILINE)
_BLOCK = re.compile(r"(?:^|\s)(\^[A-Za-z0-9-]+)[ \t]*$", re.MULTILINE)
PARTS = ("output", "code")
SLOT = "lrn-embed"
"""Class of what stands in a paragraph and must leave it."""


def embed_element(conversion: Conversion, wiki: Wiki, link: Link) -> Element:
    """Return the element that shows what an embed names."""
    ending = posixpath.splitext(link.resolved)[1].lower().lstrip(".")
    if ending in IMAGES:
        return _image(conversion, link)
    if ending in VIDEOS or ending in SOUNDS:
        return _player(conversion, link, "video" if ending in VIDEOS else "audio")
    if ending == "pdf":
        return _viewer(conversion, link)
    if is_snippet(link.resolved, conversion.index):
        return _snippet(conversion, link)
    if ending == "md":
        return _note(conversion, link)
    return _file_link(conversion, wiki, link)


def _image(conversion: Conversion, link: Link) -> Element:
    alt, sizes = read_sizes(link.text)
    source = relative_url(link.resolved, conversion.host)
    name = posixpath.basename(link.resolved)
    shown = {"class": "lrn-image", "src": source, "alt": alt or name}
    return Element("img", shown | sizes)


def _player(conversion: Conversion, link: Link, tag: str) -> Element:
    sizes = read_sizes(link.text)[1]
    player = _slot(conversion)
    address = _part_url(conversion, link)
    SubElement(player, tag, {"controls": "controls", "src": address, **sizes})
    return player


def _viewer(conversion: Conversion, link: Link) -> Element:
    sizes = read_sizes(link.text)[1]
    viewer = _slot(conversion)
    address = _part_url(conversion, link)
    name = posixpath.basename(link.resolved)
    place = {"class": "lrn-viewer", "src": address, "title": name, "loading": "lazy"}
    SubElement(viewer, "iframe", place | sizes)
    return viewer


def _file_link(conversion: Conversion, wiki: Wiki, link: Link) -> Element:
    address = relative_url(conversion.index.page_of(link.resolved), conversion.host)
    element = Element("a", {"class": "lrn-link", "href": address})
    element.text = wiki.text or AtomicString(wiki.shown)
    return element


def _part_url(conversion: Conversion, link: Link) -> str:
    """Return the address of a file, with the page or the moment that a link names."""
    address = file_url(conversion, link.resolved)
    return f"{address}#{link.fragment}" if link.fragment else address


def file_url(conversion: Conversion, path: str) -> str:
    """Return the address of a file on the built site; builders see to `a` and `img`."""
    address = relative_url(path, conversion.host)
    if "relpath" in conversion.md.treeprocessors:
        relpath = conversion.md.treeprocessors["relpath"]
        return str(relpath.path_to_url(address))  # type: ignore[attr-defined]
    return address


def _snippet(conversion: Conversion, link: Link) -> Element:
    if link.text and link.text not in PARTS:
        what = f'"{link.text}" is no part of a snippet'
        conversion.report("bad-option", link.raw, what, f"known: {', '.join(PARTS)}")
    part = link.text if link.text in PARTS else ""
    slot, index = _slot(conversion), conversion.index
    if not link.fragment and link.resolved not in index.cells:
        _say(slot, f"{link.resolved} is a module: it shows nothing", "lrn-notice")
        return slot
    for key in _keys(conversion, link, part):
        fragment = index.fragments.get(key)
        if fragment is None:
            what = f'"{link.fragment}"' if link.fragment else "a cell"
            _say(slot, f"{what} of {link.resolved} has not run", "lrn-notice")
        else:
            _append(slot, conversion, fragment)
    if not len(slot) and not slot.text:
        what = f'no cell named "{link.fragment}" in {link.resolved}'
        _say(slot, what, "lrn-unresolved")
        known = cell_names(link.resolved, conversion.index)
        hint = hint_nearest(link.fragment, known)
        conversion.report("unresolved-cell", link.raw, what, hint)
    return slot


def _note(conversion: Conversion, link: Link) -> Element:
    slot = _slot(conversion)
    if conversion.parent is None:
        conversion.embedded = link.raw
    html, reason = show_note(conversion, link.resolved, link.fragment)
    name = f"{link.resolved}#{link.fragment}" if link.fragment else link.resolved
    slot.set("class", f"{SLOT} lrn-note")
    slot.set("data-lrn-embed", name)
    slot.set("data-search-exclude", "")
    if not reason:
        slot.text = AtomicString(conversion.md.htmlStash.store(html))
    elif reason == "missing":
        _say(slot, _report_missing(conversion, link), "lrn-unresolved")
    else:
        _say(slot, reason, "lrn-notice")
        if link.resolved == conversion.host or conversion.parent is None:
            conversion.root.report("embed-cycle", conversion.root.embedded, reason)
    return slot


def _report_missing(conversion: Conversion, link: Link) -> str:
    kind = "block" if link.fragment.startswith("^") else "heading"
    what = f'no {kind} "{link.fragment}" in {link.resolved}'
    pattern = _BLOCK if kind == "block" else _HEADING
    note = conversion.index.notes.get(link.resolved)
    known = pattern.findall(note.text) if note else []
    hint = hint_nearest(link.fragment.rpartition("#")[2], known)
    conversion.report(f"unresolved-{kind}", link.raw, what, hint)
    return what


def _keys(conversion: Conversion, link: Link, part: str) -> list[str]:
    """Return the fragments that an embed shows; none for an unknown cell."""
    path, index = link.resolved, conversion.index
    if not link.fragment:
        if not part:
            return [path]
        return [f"{path}#{at}|{part}" for at in range(len(index.cells.get(path, ())))]
    cell = find_cell(path, link.fragment, index)
    return [f"{cell[0]}#{cell[1]}|{part or 'all'}"] if cell else []


def _slot(conversion: Conversion) -> Element:
    conversion.embeds += 1
    return Element("div", {"class": SLOT})


def _append(slot: Element, conversion: Conversion, fragment: Fragment) -> None:
    html = fill_fragment(conversion, fragment)
    slot.text = AtomicString((slot.text or "") + conversion.md.htmlStash.store(html))


def _say(slot: Element, what: str, name: str) -> None:
    notice = SubElement(slot, "p", {"class": name})
    notice.text = AtomicString(what)
