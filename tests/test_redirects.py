import pytest

from lrnotes.model import Note
from lrnotes.redirects import find_redirects, redirect_page, relative_url

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
