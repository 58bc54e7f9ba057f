"""Knowledge around a note, on small real sites."""

import html
import json
import re

import pytest

NOTES = {
    "docs/index.md": "# Home\n\nFirst [[deep/rate|the rate]], then rest. Or [x](b.md).\n",
    "docs/b.md": "# Second\n\nA learning rate is named. `[[rate]]` is code.\n",
    "docs/deep/rate.md": (
        "---\naliases: [learning rate]\n---\n# Rate & more\n\nBack to [[index]].\n"
    ),
    "docs/alone.md": "---\nhide: [backlinks]\n---\n# Alone\n",
    "docs/c.md": ("# C\n\n[[alone]] and [[rate]]: `rate`. ^one\n\n- an item ^item\n"),
}


def section(page):
    found = re.search(r'<section class="lrn-around".*?</section>', page, re.DOTALL)
    return found[0] if found else ""


@pytest.fixture(scope="module", params=["true", "false"])
def site(request, make_shared_site):
    config = f"site_name: t\nuse_directory_urls: {request.param}\nplugins: [search, lrnotes]\n"
    site = make_shared_site(NOTES, config)
    built = site.build("--strict")
    assert built.returncode == 0, built.stderr
    site.flat = request.param == "false"
    return site


def test_a_note_shows_who_links_to_it_with_the_sentence(site):
    shown = section(site.page("deep/rate"))

    url = "../index.html" if site.flat else "../../"
    assert f'<a href="{url}">Home</a><p>First <a href="{url}#lrn-link-1">' in shown
    assert "<mark>the rate</mark></a>, then rest.</p>" in shown
    assert 'id="lrn-link-1"' in site.page("index")


def test_mentions_are_folded_and_code_is_none(site):
    shown = section(site.page("deep/rate"))

    linked, _, folded = shown.partition("<details")
    assert "Second" not in linked
    assert "1 mention without a link" in folded
    assert ">learning rate</mark>" in folded


def test_markdown_links_are_backlinks_too(site):
    assert "Or <a href=" in section(site.page("b"))


def test_a_title_is_escaped(site):
    assert ">Rate &amp; more</a>" in section(site.page("index"))


def test_a_note_may_hide_its_backlinks(site):
    assert section(site.page("alone")) == ""


def test_search_does_not_read_what_others_say(site):
    index = json.loads((site.root / "site/search/search_index.json").read_text("utf-8"))
    texts = {each["location"]: each["text"] for each in index["docs"]}
    there = [text for place, text in texts.items() if place.startswith("deep/rate")]

    assert there
    assert not [text for text in there if "then rest" in text or "Linked" in text]


def test_a_page_of_ours_has_no_backlinks(make_site):
    site = make_site(
        {"docs/index.md": "# A\n\n[[s.py]]\n", "snippets/s.py": "# %% a\nx = 1\n"}
    )

    assert site.build("--strict").returncode == 0
    assert section(site.page("snippets/s")) == ""


TAGGED = {
    "docs/index.md": "---\ntags: [Optim/Adam, plain]\n---\n# Home\n\nIt costs $x$: `#code` is none.\n",
    "docs/b.md": "# Second\n\nThis is #optim and #deep/er, see #plain.\n",
}


@pytest.mark.parametrize("urls", ["true", "false"])
def test_tags_have_pages_that_nest_and_notes_lead_to_them(make_site, urls):
    config = f"site_name: t\nuse_directory_urls: {urls}\nplugins: [lrnotes]\n"
    site = make_site(TAGGED, config)

    built = site.build("--strict")

    assert built.returncode == 0, built.stderr
    parent = site.page("tags/optim")
    assert re.findall(r"<li><a [^>]*>(Home|Second)</a>", parent) == [
        "Second",
        "Home",
    ]
    assert "This is #optim and #deep/er, see #plain.</span>" in html.unescape(parent)
    assert re.search(r"<h2[^>]*>#Optim/Adam<", html.unescape(parent))
    assert (
        "Second"
        not in site.page("tags/optim/adam").split("All tags")[0].split("<h1")[-1]
    )
    listed = html.unescape(site.page("tags/index" if urls == "false" else "tags"))
    assert re.search(r">#optim</a> 2\b", listed)
    assert "code" not in re.findall(r">#([\w/]+)</a>", listed)
    url = "tags/plain/" if urls == "true" else "tags/plain.html"
    assert f'<a class="lrn-tag" href="{url}">#plain</a></li>' in site.page("index")
    up = "../" if urls == "true" else ""
    assert f'see <a class="lrn-tag" href="{up}{url}">#plain</a>' in site.page("b")


def test_a_written_page_takes_the_place_of_a_tag_s(make_site):
    notes = TAGGED | {"docs/tags.md": "# Mine\n", "docs/tags/plain.md": "# Plain\n"}
    site = make_site(notes)

    built = site.build("--strict")

    assert built.returncode == 0, built.stderr
    assert "Mine" in site.page("tags")
    assert "<h1" in site.page("tags/plain")
    assert 'id="plain">Plain' in site.page("tags/plain")


def test_search_reads_a_note_s_names_and_the_page_does_not_show_them(site):
    index = json.loads((site.root / "site/search/search_index.json").read_text("utf-8"))
    place = "deep/rate.html" if site.flat else "deep/rate/"
    entry = next(each for each in index["docs"] if each["location"] == place)

    assert entry["text"].startswith("Rate & more · rate · learning rate")
    assert "· rate ·" not in site.page("deep/rate")


def test_each_note_has_a_script_that_previews_it(site):
    text = (site.root / "site/assets/lrnotes/previews/deep/rate.js").read_text("utf-8")
    told = json.loads(text.removeprefix("lrnPreview=").removesuffix(";\n"))

    assert told["t"] == "Rate & more"
    assert told["h"] == "Back to index."
    assert told["s"] == {"rate-more": ["Rate &amp; more", "Back to index."]}
    assert (site.root / "site/assets/lrnotes/previews/index.js").exists()


def test_a_preview_tells_each_named_block(site):
    text = (site.root / "site/assets/lrnotes/previews/c.js").read_text("utf-8")
    told = json.loads(text.removeprefix("lrnPreview=").removesuffix(";\n"))

    assert told["s"]["^one"] == ["", "alone and rate: rate."]
    assert told["s"]["^item"] == ["", "an item"]


def test_a_page_describes_itself_by_its_first_words(make_site):
    pytest.importorskip("material")
    notes = {
        "docs/index.md": "# Home\n\nThe first words.\n",
        "docs/a.md": '# A\n\nA "rate" & [[b|a *link*]]: $x < 1$.\n\n## Part\n\nMore.\n',
        "docs/b.md": "---\ndescription: Its own words.\n---\n# B\n\nText.\n",
        "docs/c.md": "# C\n",
        "docs/d.md": f"# D\n\n{'long ' * 60}\n",
    }
    config = "site_name: t\nsite_description: All of it.\ntheme: material\n"
    site = make_site(notes, f"{config}plugins: [lrnotes]\n")
    assert site.build("--strict").returncode == 0

    told = {
        name: html.unescape(re.findall(r'name="description" content="(.*?)">', page)[0])
        for name in ("index", "a", "b", "c", "d")
        for page in [site.page(name)]
    }
    assert told == {
        "index": "All of it.",
        "a": 'A "rate" & a link: ….',
        "b": "Its own words.",
        "c": "All of it.",
        "d": " ".join(["long"] * 32) + "…",
    }
