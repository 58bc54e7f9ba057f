"""Old addresses that lead to notes: permalinks, redirects and aliases in front matter."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import quote, unquote

from lrnotes.model import Note, Place, Problem
from lrnotes.vault.fold import fold
from lrnotes.vault.urls import relative_url

KEYS = ("permalink", "redirect_from", "redirects")

_UNFIT = re.compile(r'[\\:*?"<>|#%\x00-\x1f]')
"""What no file of a site should have in its name."""


def find_redirects(
    notes: Sequence[Note], urls: Mapping[str, str]
) -> tuple[dict[str, str], list[Problem]]:
    """Return old address -> URL of its note, both from the site's root.

    ``urls`` maps a page's path to its URL.  An address that is a note's own needs no
    redirect; one that two notes claim, or that is another page's own, is reported.
    Addresses that differ by case alone are one: on some hosts they are one file.
    An alias leads to its note where that address is free; `vault.clashes` reports
    those that are names of other notes.
    """
    owners = {fold(_file(url)): path for path, url in urls.items()}
    found: dict[str, str] = {}
    problems: list[Problem] = []
    for note in notes:
        for address in _addresses(note) if note.path in urls else ():
            other = owners.setdefault(fold(address), note.path)
            if other != note.path:
                what = f'the address "/{address}" belongs to {other} already'
                problems.append(Problem("alias-clash", Place(note.path), what))
            elif fold(address) != fold(_file(urls[note.path])):
                found[address] = urls[note.path]
    for note in notes:
        for address in _alias_addresses(note, urls):
            if fold(address) not in owners:
                owners[fold(address)] = note.path
                found[address] = urls[note.path]
    return found, problems


def _file(url: str) -> str:
    """Return the file that a URL names, from the site's root."""
    url = unquote(url).removeprefix("./")
    return f"{url}index.html" if url.endswith("/") or not url else url


def _alias_addresses(note: Note, urls: Mapping[str, str]) -> Iterable[str]:
    """Yield the files that notes of the aliases' names would have."""
    url = urls.get(note.path)
    if url is None:
        return
    ending = ".html" if url.endswith(".html") else "/index.html"
    folder = _file(url).rpartition("/")[0]
    if not url.endswith(".html") and url.strip("./"):
        folder = folder.rpartition("/")[0]
    for alias in note.aliases:
        # An alias with a folder is a whole path, as for Obsidian Publish.
        parts = alias.strip("/").split("/")
        if _UNFIT.search(alias) or any(part.strip(". ") != part for part in parts):
            continue
        whole = "/".join(parts) if "/" in alias or not folder else f"{folder}/{alias}"
        yield whole + ending


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
