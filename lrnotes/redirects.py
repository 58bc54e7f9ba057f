"""Old addresses that lead to notes: permalinks, redirects and aliases in front matter."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from urllib.parse import quote

from lrnotes.model import Note, Place, Problem

KEYS = ("permalink", "redirect_from", "redirects")


def find_redirects(
    notes: Iterable[Note], urls: Mapping[str, str]
) -> tuple[dict[str, str], list[Problem]]:
    """Return old address -> URL of its note, both from the site's root.

    ``urls`` maps a note's path to its URL.  An address that is a note's own needs no
    redirect; one that two notes claim, or that is another note's own, is reported.
    """
    taken = {url: path for path, url in urls.items()}
    found: dict[str, str] = {}
    owners: dict[str, Note] = {}
    problems: list[Problem] = []
    for note in notes:
        if note.path not in urls:
            continue
        for address in _addresses(note):
            if urls[note.path] == address:
                continue
            other = taken.get(address) or (
                owners[address].path if address in owners else ""
            )
            if other:
                what = f'the address "/{address}" belongs to {other} already'
                problems.append(Problem("alias-clash", Place(note.path), what))
                continue
            found[address], owners[address] = urls[note.path], note
    return found, problems


def _addresses(note: Note) -> Iterable[str]:
    """Yield the note's other addresses as file paths in the site."""
    for key in KEYS:
        value = note.meta.get(key) or ()
        for each in (value,) if isinstance(value, str) else value:
            address = str(each).strip().lstrip("/")
            if not address or ".." in address.split("/"):
                continue
            if address.endswith("/"):
                address += "index.html"
            elif "." not in address.rpartition("/")[2]:
                address += "/index.html"
            yield address


def relative_url(url: str, source: str) -> str:
    """Return the address of ``url`` seen from the page ``source``; both from the root."""
    there, here = url.split("/"), source.split("/")
    shared = 0
    for one, other in zip(there[:-1], here[:-1], strict=False):
        if one != other:
            break
        shared += 1
    up = "../" * (len(here) - 1 - shared)
    return up + "/".join(there[shared:]) or "./"


def redirect_page(address: str, url: str, canonical: str = "") -> str:
    """Return the HTML of a page at ``address`` that sends its reader to ``url``."""
    target = html.escape(quote(relative_url(url, address), safe="/#%"))
    shown = html.escape(canonical or target)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<title>Moved</title>\n<link rel="canonical" href="{shown}">\n'
        f'<meta http-equiv="refresh" content="0; url={target}">\n'
        '<meta name="robots" content="noindex">\n</head>\n<body>\n'
        f'<p>This page is now at <a href="{target}">{target}</a>.</p>\n'
        "</body>\n</html>\n"
    )
