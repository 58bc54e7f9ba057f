"""The graph, the feed and the sitemap of small real sites."""

import gzip
import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from urllib.parse import urljoin

import jsonschema
import pytest

import lrnotes

SCHEMAS = Path(lrnotes.__file__).parent / "schemas"

NOTES = {
    "docs/index.md": "# Home\n\n[[rate]], [[b]], [[nowhere]]. A home is named.\n",
    "docs/b.md": "---\ndate: 2024-05-01\n---\n# B & *more*\n\nFirst words of B: [[rate]].\n",
    "docs/deep/rate.md": (
        "---\nrequires: [b]\ndate: 2023-01-01\nupdated: 2024-06-01T10:00:00+02:00\n"
        "aliases: [eta]\ntags: [x]\n---\n# Rate\n\nThe Home is named. [[s.py]]\n"
    ),
    "docs/alone.md": "# Alone\n\nThis names Home.\n",
    "snippets/s.py": "# %% claim: yes\nassert 1 < 2\n",
}
AT = "https://example.org/notes/"
CONFIG = f"site_name: The <notes>\nsite_url: {AT}\nplugins: [lrnotes]\n"


@pytest.fixture(scope="module", params=["mkdocs", "material"])
def site(request, make_shared_site):
    site = make_shared_site(NOTES, f"{CONFIG}theme: {request.param}\n")
    built = site.build()
    assert built.returncode == 0, built.stderr
    return site


def local(page):
    found = re.search(
        r'<details class="lrn-fold lrn-local".*?</details>', page, re.DOTALL
    )
    return found[0] if found else ""


def test_a_note_shows_its_neighbours_and_the_way_to_the_whole_graph(site):
    shown = local(site.page("deep/rate"))

    assert 'data-lrn-graph="docs/deep/rate.md"' in shown
    assert "Graph: 3 neighbours" in shown
    assert '<a href="../../b/"><title>B &amp; more: linked both ways</title>' in shown
    assert '<a href="../../"><title>Home: links here</title>' in shown
    assert '<a href="../../snippets/s/" class="lrn-code">' in shown
    assert '<a href="../../graph/">The whole graph</a>' in shown


def test_a_note_without_neighbours_has_no_graph(site):
    assert local(site.page("alone")) == ""


def test_the_page_of_the_graph_draws_all_notes_and_lists_who_stands_alone(site):
    page = site.page("graph")

    assert page.count("<circle r=") == 4
    assert page.count('href="../deep/rate/" transform') == 1
    alone = page[page.index("Standing alone") : page.index("All notes")]
    assert re.findall(r'<a href="([^"]*)"', alone) == ["../alone/"]
    assert "data-lrn-random>A random note" in page
    assert "assets/lrnotes/graph.css" in page
    assert "assets/lrnotes/graph.css" not in site.page("b")


def test_the_data_hold_nodes_edges_and_the_count_of_links_to_nothing(site):
    data = json.loads((site.root / "site/assets/lrnotes/graph.json").read_text("utf-8"))
    names = [node["path"] for node in data["nodes"]]
    edges = {(names[a], names[b]): kinds for a, b, kinds in data["edges"]}

    assert edges["docs/deep/rate.md", "docs/b.md"] == ["requires"]
    assert edges["docs/deep/rate.md", "snippets/s.py"] == ["uses-snippet"]
    assert edges["docs/b.md", "docs/deep/rate.md"] == ["link"]
    assert data["unresolved"] == 1
    sections = {node["path"]: node["section"] for node in data["nodes"]}
    assert sections["docs/deep/rate.md"] == "Deep"
    assert sections["snippets/s.py"] == "Snippets"


def test_the_graph_names_what_is_not_written_yet_when_asked(make_site):
    notes = {
        "docs/index.md": "# Home\n\n[[b]] [[not <yet>]] [x](lost.md)\n",
        "docs/b.md": "# B\n\n[[Not <yet>]] ![[lost.md]]\n",
    }
    site = make_site(notes, "site_name: t\nplugins: [{lrnotes: {graph_names: true}}]\n")
    assert site.build().returncode == 0

    page = site.page("graph")
    told = page[page.index("Not written yet") : page.index("All notes")]
    assert re.findall(r"<li>(.*?)</li>", told) == [
        'lost.md: <a href="../">Home</a>, <a href="../b/">B</a>',
        'not &lt;yet&gt;: <a href="../">Home</a>, <a href="../b/">B</a>',
    ]
    data = json.loads((site.root / "site/assets/lrnotes/graph.json").read_text("utf-8"))
    assert [each["from"] for each in data["missing"]] == [[0, 1], [0, 1]]
    schema = json.loads((SCHEMAS / "graph.json").read_text("utf-8"))
    jsonschema.Draft202012Validator(schema).validate(data)


def test_the_home_page_shows_no_mentions_without_a_link(site):
    assert "without a link" not in site.page("index")


def test_a_note_may_hide_its_graph(make_site):
    hidden = "---\nhide: [graph]\n---\n# A\n\n[[b]]\n"
    site = make_site({"docs/index.md": hidden, "docs/b.md": "# B\n"})

    assert site.build("--strict").returncode == 0
    assert local(site.page("index")) == ""
    assert local(site.page("b")) != ""


def test_a_note_at_the_address_of_the_graph_is_reported(make_site):
    site = make_site(
        {"docs/index.md": "# A\n", "docs/graph.md": "# Mine\n\n[[index]]\n"}
    )
    built = site.build()

    assert (
        "docs/graph.md:1: this address belongs to a page that is made here"
        in built.stderr
    )
    assert "Mine" in site.page("graph")
    assert "lrn-ring" not in site.page("graph")


def test_a_folder_with_one_note_has_no_graph(make_site):
    site = make_site({"docs/index.md": "# A\n"})

    assert site.build("--strict").returncode == 0
    assert not (site.root / "site/graph").exists()


def addresses(site):
    tree = ET.parse(site.root / "site/sitemap.xml")
    return [
        each.text
        for each in tree.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")
    ]


def test_the_sitemap_names_each_page_once_by_its_canonical_address(site):
    found = addresses(site)

    assert len(found) == len(set(found))
    for address in found:
        page = site.page(address.removeprefix(AT).strip("/") or "index")
        assert f'<link rel="canonical" href="{address}"' in page
        assert 'http-equiv="refresh"' not in page
    pages = ["", "b/", "alone/", "deep/rate/", "snippets/s/", "graph/", "verification/"]
    assert {urljoin(AT, each) for each in [*pages, "tags/", "tags/x/"]} == set(found)
    assert (site.root / "site/deep/eta/index.html").exists()
    packed = (site.root / "site/sitemap.xml.gz").read_bytes()
    assert gzip.decompress(packed) == (site.root / "site/sitemap.xml").read_bytes()


def test_the_feed_holds_the_notes_with_a_date_newest_first(site):
    feedparser = pytest.importorskip("feedparser")
    text = (site.root / "site/feed.xml").read_text("utf-8")
    feed = feedparser.parse(text)

    assert not feed.bozo
    assert feed.version == "atom10"
    assert feed.feed.title == "The <notes>"
    assert [each.title for each in feed.entries] == ["B & more", "Rate"]
    assert [each.link for each in feed.entries] == [f"{AT}b/", f"{AT}deep/rate/"]
    assert feed.entries[0].summary == "First words of B: rate."
    assert feed.entries[1].updated == "2024-06-01T10:00:00+02:00"
    for page, start in (("index", "."), ("deep/rate", "../..")):
        title = 'title="The &lt;notes&gt;"'
        link = f'<link rel="alternate " type="application/atom+xml" {title} href="{start}/feed.xml">'
        assert link in site.page(page)


def test_without_an_address_of_the_site_there_is_no_feed_and_this_is_said_once(
    make_site,
):
    site = make_site({"docs/index.md": "---\ndate: 2024-01-01\n---\n# A\n"})
    built = site.command("mkdocs", "build")

    assert built.stderr.count("no feed tells of them; set site_url") == 1
    assert not (site.root / "site/feed.xml").exists()
    assert "feed.xml" not in site.page("index")
