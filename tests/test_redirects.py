import functools
import re
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote, urljoin
from urllib.request import url2pathname, urlopen

import pytest

from lrnotes.model import Note
from lrnotes.redirects import find_redirects, redirect_page
from lrnotes.vault.urls import relative_url

FLAT = {"docs/index.md": "index.html", "docs/a/rate.md": "a/rate.html"}
NESTED = {"docs/index.md": "./", "docs/a/rate.md": "a/rate/"}


@pytest.mark.parametrize(
    ("url", "source", "expected"),
    [
        ("b/", "a/", "../b/"),
        ("./", "a/", "../"),
        ("a/", "./", "a/"),
        ("", "a/b/", "../../"),
        ("a/b/", "a/", "b/"),
        ("a/", "a/b/", "../"),
        ("a/", "a/", "./"),
        ("", "", "./"),
        ("a.html", "b.html", "a.html"),
        ("x/a.html", "x/b.html", "a.html"),
        ("x/a.html", "y/b.html", "../x/a.html"),
        ("index.html", "x/b.html", "../index.html"),
    ],
)
def test_an_address_is_told_from_another_page(url, source, expected):
    assert relative_url(url, source) == expected


@pytest.mark.parametrize(
    ("urls", "addresses"),
    [
        (FLAT, {"a/lr.html", "a/step size.html", "old/place.html"}),
        (NESTED, {"a/lr/index.html", "a/step size/index.html", "old/place/index.html"}),
    ],
)
def test_aliases_lead_to_their_note(urls, addresses):
    aliases = ("lr", "step size", "old/place", "what?", "../x", "Rate")
    note = Note("docs/a/rate.md", "", aliases=aliases)

    found, problems = find_redirects([note], urls)

    assert found == dict.fromkeys(addresses, urls["docs/a/rate.md"])
    assert problems == []


def test_no_alias_overwrites_a_page_even_in_another_case():
    urls = {"docs/Momentum.md": "Momentum.html", "docs/b.md": "b.html"}
    notes = [Note("docs/Momentum.md", ""), Note("docs/b.md", "", aliases=("momentum",))]

    assert find_redirects(notes, urls) == ({}, [])


def test_a_permalink_that_differs_from_a_page_by_case_is_reported():
    urls = {"docs/a.md": "a/", "docs/b.md": "b/"}
    note = Note("docs/b.md", "", {"permalink": "/A/"})

    found, problems = find_redirects([note], urls)

    assert found == {}
    assert [each.what for each in problems] == [
        'the address "/A/index.html" belongs to docs/a.md already'
    ]


def test_a_redirect_names_the_canonical_address():
    page = redirect_page("lr.html", "rate.html", "https://x.y/rate.html")

    assert '<link rel="canonical" href="https://x.y/rate.html">' in page
    assert 'url=rate.html"' in page


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format, *args):
        pass


@pytest.fixture
def serve():
    """Return a function that serves a folder, for one test."""
    servers = []

    def start(folder):
        handler = functools.partial(Quiet, directory=str(folder))
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}/"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("urls", ["true", "false"])
def test_an_alias_with_spaces_answers_from_a_server_and_from_disk(
    make_site, serve, urls
):
    notes = {
        "docs/index.md": "[[step size]] [[é & (b)]]\n",
        "docs/my notes/rate.md": "---\naliases: [step size, é & (b)]\n---\n# Rate here\n",
    }
    config = f"site_name: t\nuse_directory_urls: {urls}\nplugins: [lrnotes]\n"
    site = make_site(notes, config)
    built = site.build("--strict")
    assert built.returncode == 0, built.stderr
    ending = "/" if urls == "true" else ".html"
    root = serve(site.root / "site")
    for alias in ("step size", "é & (b)"):
        address = f"my%20notes/{quote(alias)}{ending}"
        with urlopen(urljoin(root, address)) as answer:
            page = answer.read().decode()
        target = re.search(r'url=([^"]+)"', page)[1]

        with urlopen(urljoin(urljoin(root, address), target)) as answer:
            assert "Rate here" in answer.read().decode()
        file = urljoin(
            (site.root / "site" / "x").as_uri(),
            address + "index.html" * (urls == "true"),
        )
        there = url2pathname(urljoin(file, target).removeprefix("file://"))
        there += "index.html" if there.endswith("/") else ""
        assert "Rate here" in Path(there).read_text("utf-8")


def test_an_alias_leaves_a_file_of_its_name_alone(make_site):
    notes = {
        "docs/index.md": "---\naliases: [logo.svg, logo.svg/large, rate]\n---\n# Home\n",
        "docs/logo.svg": "<svg/>\n",
    }
    site = make_site(notes, "site_name: t\nplugins: [lrnotes]\n")

    built = site.build()

    assert built.returncode == 0, built.stderr
    assert 'the alias "logo.svg" is the name of docs/logo.svg' in built.stderr
    assert (site.root / "site/logo.svg").read_text() == "<svg/>\n"
    assert 'url=../"' in (site.root / "site/rate/index.html").read_text()
