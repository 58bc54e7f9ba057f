"""Every address in the built site leads somewhere, from wherever the site lies."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from posixpath import dirname, normpath
from urllib.parse import unquote, urlsplit

import pytest
from cmarkgfm import github_flavored_markdown_to_html
from selectolax.lexbor import LexborHTMLParser


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


def test_lychee_finds_no_broken_link_either(site: Path) -> None:
    beside = Path(sys.executable).parent
    program = shutil.which("lychee", path=f"{beside}{os.pathsep}{os.environ['PATH']}")
    if program is None:
        pytest.skip("lychee is not installed: it is in the extra `test`")
    quietly = ("--no-progress", "--format", "json")
    done = subprocess.run(
        [
            program,
            "--offline",
            "--include-fragments",
            *quietly,
            "--root-dir",
            site,
            site,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 2), done.stderr
    said = json.loads(done.stdout)

    assert said["error_map"] == {}
    assert said["successful"] > 10_000


def test_no_citation_stands_in_brackets_of_its_own(site: Path) -> None:
    twice = [
        (path.name, found[0])
        for path in site.rglob("*.html")
        for found in re.finditer(
            r".{30}\(<span class=\"lrn-citation\">\(.*?</span>", path.read_text("utf-8")
        )
    ]
    assert twice == []


def test_a_list_of_all_notes_stands_where_programs_look_for_it(
    site: Path, read: dict[str, Page]
) -> None:
    text = (site / "llms.txt").read_text("utf-8")
    addresses = [
        address.removeprefix("./").lstrip("/")
        for address in re.findall(r"\]\((\S+)\)", text)
    ]

    assert text.startswith("# Learning rate notes\n\n> ")
    assert {"momentum.md", "verification.html", "snippets/momentum.html"} <= set(
        addresses
    )
    assert [each for each in addresses if not (site / each).is_file()] == []


def test_each_note_has_a_twin_whose_headings_and_links_are_its_own(
    site: Path, read: dict[str, Page]
) -> None:
    linked = re.compile(r'<link rel="alternate " type="text/markdown" href="([^"]+)">')
    found = {name: linked.search((site / name).read_text("utf-8")) for name in read}
    twins = {name: link[1] for name, link in found.items() if link}
    assert {"index.html", "momentum.html", "squared-absolute-huber.html"} <= set(twins)
    assert not any(name.startswith(("snippets/", "tags/")) for name in twins)
    lost, broken = {}, []
    for name, twin in twins.items():
        html = github_flavored_markdown_to_html((site / twin).read_text("utf-8"))
        page = LexborHTMLParser((site / name).read_text("utf-8"))
        ours = page.css("article > h2[id], article .jp-MarkdownCell h2[id]")
        theirs = LexborHTMLParser(html).css("h2")
        lost[name] = len(ours) - len(theirs)
        broken += [
            (twin, address)
            for address in re.findall(r'(?:href|src)="([^"]*)"', html)
            if not address.startswith("#") and not leads(site, read, twin, address)
        ]
    assert broken == []
    assert {name: count for name, count in lost.items() if count > 0} == {}
    home = (site / "index.md").read_text("utf-8")
    assert re.search(r"### New to training\n\n.+\n\n +1\. \[.+\]\(.+\.md\)\n", home)
