"""What a search reads of a page, alone and on small real sites."""

import json
import re

import pytest

from lrnotes.findable import leave_out


@pytest.mark.parametrize(
    ("page", "left"),
    [
        ("<p>a <b data-search-exclude>b</b> c</p>", "<p>a  c</p>"),
        ('<p>a <b class="x > y" data-search-exclude="">b</b></p>', "<p>a </p>"),
        ("<i data-search-exclude>a<i>b</i><i>c</i>d</i>e", "e"),
        ("<i data-search-exclude>a<b data-search-exclude>b</b></i>c", "c"),
        ("<i>a</i><i data-search-exclude>b</i><i>c</i>", "<i>a</i><i>c</i>"),
        ("<pre><span class='k'>if</span> <a>x</a></pre>", "<pre>if <a>x</a></pre>"),
        ("<p><span>a</span></p>", "<p><span>a</span></p>"),
    ],
)  # fmt: skip
def test_what_is_excluded_and_colours_of_code_are_left_out(page, left):
    assert leave_out(page) == left


@pytest.mark.parametrize(
    "page",
    [
        "<h2 data-search-exclude>the section is meant</h2><p>a</p>",
        "<p data-search-exclude>no end tag",
        '<p title="a data-search-exclude b">a</p>',
        "<p>&lt;b data-search-exclude>b</p>",
    ],
)
def test_what_only_looks_excluded_stays(page):
    assert leave_out(page) == page


NOTES = {
    "docs/index.md": (
        "---\naliases: [start]\ntags: [one]\n---\n# Home\n\nA share $\\beta$ of it.\n\n"
        "```python\nx = 1\n```\n\n"
        "## Out { data-search-exclude }\n\nUnseen.\n\n## In\n\nSeen.\n"
    ),
    "docs/b.md": "# Second\n\nSee [[start]].\n",
}
CONFIG = """site_name: t
theme: material
plugins: [search, lrnotes]
markdown_extensions: [attr_list]
"""
HOOK = """
def on_page_context(context, *, page, config, nav):
    page.content = page.content.replace("Seen.", "Seen by all.")
"""


def read_index(site):
    text = (site.root / "site/search/search_index.json").read_text("utf-8")
    return {each["location"]: each for each in json.loads(text)["docs"]}


@pytest.fixture(scope="module")
def site(make_shared_site):
    site = make_shared_site(NOTES, CONFIG)
    assert site.build("--strict").returncode == 0
    return site


def test_search_reads_a_formula_once_and_code_without_its_colours(site):
    read = read_index(site)[""]["text"]

    assert "A share β of it." in read
    assert "<pre><code>x = 1\n</code></pre>" in read


def test_search_reads_no_section_that_is_excluded(site):
    index = read_index(site)

    assert "#in" in index
    assert "Unseen" not in json.dumps(index)


def test_the_page_has_all_that_the_search_did_not_read(site):
    page = site.page("index")

    assert 'class="katex-html"' in page
    assert re.search(r'<span class="n">x</span>', page)
    assert "Unseen." in page
    assert ">#start<" not in page


def test_what_another_plugin_makes_of_a_page_is_kept(make_site):
    site = make_site({**NOTES, "hook.py": HOOK}, f"{CONFIG}hooks: [hook.py]\n")

    assert site.build("--strict").returncode == 0
    assert "Seen by all." in site.page("index")
    assert 'class="katex-html"' in site.page("index")
