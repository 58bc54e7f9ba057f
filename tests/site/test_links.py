"""Every address in the built site leads somewhere, from wherever the site lies."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from posixpath import dirname, normpath
from urllib.parse import unquote, urlsplit

import pytest


@dataclass
class Page(HTMLParser):
    """Ids and addresses of one page."""

    ids: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.ids += [found["id"]] if found.get("id") else []
        self.ids += [found["name"]] if tag == "a" and found.get("name") else []
        if tag != "base":
            self.addresses += filter(None, (found.get("href"), found.get("src")))


@pytest.fixture(scope="module")
def read(site: Path, pages: list[str]) -> dict[str, Page]:
    """Return what each page holds, but not that for wrong addresses: it is shown
    anywhere, so it names its files from the root of a server."""
    found: dict[str, Page] = {}
    for name in pages:
        if name != "404.html":
            found[name] = Page()
            found[name].feed((site / name).read_text("utf-8"))
    return found


def test_ids_stand_once_on_a_page(read: dict[str, Page]) -> None:
    twice = {
        name: sorted({each for each in page.ids if page.ids.count(each) > 1})
        for name, page in read.items()
        if len(set(page.ids)) < len(page.ids)
    }
    assert twice == {}


def test_no_address_depends_on_where_the_site_lies(read: dict[str, Page]) -> None:
    rooted = [
        (name, address)
        for name, page in read.items()
        for address in page.addresses
        if address.startswith("/")
    ]
    assert rooted == []


def leads(site: Path, read: dict[str, Page], name: str, address: str) -> bool:
    """Return whether an address on page ``name`` leads to a file and a place in it."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        return True
    path = unquote(parts.path)
    target = normpath(f"{dirname(name)}/{path}".lstrip("/")) if path else name
    if (site / target).is_dir():
        target = normpath(f"{target}/index.html")
    if not (site / target).is_file():
        return False
    # What a page of another kind holds is not read, and a redirect holds no places.
    places = read[target].ids if target in read and parts.fragment else None
    return places is None or unquote(parts.fragment) in places


def test_every_address_leads_to_a_file_and_a_place_in_it(
    site: Path, read: dict[str, Page]
) -> None:
    broken = [
        (name, address)
        for name, page in read.items()
        for address in dict.fromkeys(page.addresses)
        if not leads(site, read, name, address)
    ]
    assert broken == []


def test_a_list_of_all_notes_stands_where_programs_look_for_it(
    site: Path, read: dict[str, Page]
) -> None:
    text = (site / "llms.txt").read_text("utf-8")
    addresses = [
        address.removeprefix("./") for address in re.findall(r"\]\((\S+)\)", text)
    ]

    assert text.startswith("# Learning rate notes\n\n> ")
    assert {"momentum.html", "verification.html", "snippets/momentum.html"} <= set(
        addresses
    )
    assert [each for each in addresses if each.lstrip("/") not in read] == []
