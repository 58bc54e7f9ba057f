"""What stands in a notebook's Markdown cells means what it means in a note."""

import json
import re

import pytest
from selectolax.lexbor import LexborHTMLParser

pytest.importorskip("mkdocs_jupyter")

CONFIG = """\
site_name: t
use_directory_urls: false
plugins: [lrnotes, mkdocs-jupyter: {include: ['*.ipynb'], execute: false}]
"""

PROSE = """\
# Steps

See [[a note]], [[a note#Far down|further down]], [[#What follows|below]] and ![[c.py#draw]]

It is [[c.py#tenth|a tenth]], namely `{c.py} ratio:.2f`; the notebook's own total is
`{python} total:.1f`, which [[#claim: it adds up|adds up]].

![[a note#Far down]]

[[Nowhere]]
"""

SNIPPET = """\
# %% draw
#| alt: A line.
import matplotlib.pyplot as plt

ratio = 0.05
plt.plot([1, 2]);

# %% claim: less than a tenth
#| label: tenth
assert ratio < 0.1
"""

CODE = """\
#| alt: Two bars of equal height.
#| caption: The total is {total:.1f}; see [[a note]].
import matplotlib.pyplot as plt

total = 1.5
print("drawn")
plt.bar([0, 1], [1, 1]);
"""

CLAIM = '#| title: "claim: it adds up"\nassert total == 1.5\n'

FAILING = "#| title: too far\n[][1]\n"


def make_notebook(*cells: tuple[str, str]) -> str:
    made = [
        {
            "cell_type": kind,
            "id": f"c{at}",
            "metadata": {},
            "source": source.splitlines(True),
        }
        | ({"outputs": [], "execution_count": None} if kind == "code" else {})
        for at, (kind, source) in enumerate(cells)
    ]
    metadata = {"language_info": {"name": "python"}}
    book = {"cells": made, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(book, indent=1)


@pytest.fixture(scope="module")
def built(make_shared_site):
    """Return the site, what its build said, and the notebook's page."""
    site = make_shared_site(
        {
            "docs/index.md": "# Home\n\n[[steps]], [[steps#What follows|its end]]\n",
            "docs/a note.md": "# A note\n\nText.\n\n## Far down\n\nThe deepest line.\n",
            "docs/deep/steps.ipynb": make_notebook(
                ("markdown", PROSE),
                ("code", CODE),
                ("code", CLAIM),
                ("markdown", "## What follows\n\nThe end."),
                ("code", FAILING),
            ),
            "snippets/c.py": SNIPPET,
        },
        CONFIG,
    )
    done = site.build()
    assert done.returncode == 0, done.stderr
    html = site.page("deep/steps")
    return site, done.stderr, LexborHTMLParser(html)


def links(page) -> dict[str, str]:
    return {a.text().strip(): a.attributes.get("href") or "" for a in page.css("a")}


def test_links_lead_to_pages_and_headings(built):
    site, _, page = built
    found = links(page)

    assert found["a note"] == "../a%20note.html"
    assert found["further down"] == "../a%20note.html#far-down"
    assert found["below"] == "#what-follows"
    assert page.css_first("#what-follows") is not None
    home = LexborHTMLParser(site.page("index"))
    assert links(home)["its end"] == "deep/steps.html#what-follows"


def test_embeds_show_what_they_name(built):
    _, _, page = built

    assert "The deepest line." in page.body.text()
    assert page.css_first('svg[aria-label="A line."], figure svg') is not None


def test_values_and_claims_carry_what_the_build_found(built):
    _, _, page = built
    text = re.sub(r"\s+", " ", page.body.text())

    assert "namely 0.05" in text
    assert "own total is 1.5" in text
    assert len(page.css(".lrn-passed")) >= 2


def test_figures_follow_the_theme_and_their_captions_are_converted(built):
    _, _, page = built
    (caption,) = [
        each for each in page.css("figcaption") if "The total is 1.5" in each.text()
    ]

    assert caption.css_first("a").attributes["href"] == "../a%20note.html"
    assert "var(--lrn-" in caption.parent.html
    assert "drawn" in page.body.text()


def test_in_the_code_names_tell_what_they_held(built):
    _, _, page = built
    block = page.css_first("#cell-1 .highlight[data-lrn-names]")
    names = {
        name: told for name, *told in json.loads(block.attributes["data-lrn-names"])
    }

    assert names["total"] == ["float", "1.5"]
    assert "total" in [name.text() for name in block.css(".lrn-name")]
    assert "#| alt" not in block.text()
    assert "lrncode" not in page.html


def test_below_a_figure_lie_its_data_its_drawing_and_the_executed_notebook(built):
    site, _, page = built
    under = page.css_first("#cell-1 .lrn-under")
    found = {a.text(): a.attributes["href"] for a in under.css("a")}

    assert found["data"].startswith("data:text/csv")
    assert "ran in " in under.text()
    for name in ("SVG", "steps.ipynb"):
        assert (site.root / "site/deep" / found[name]).is_file()
    executed = json.loads(
        (site.root / "site/deep" / found["steps.ipynb"]).read_text("utf-8")
    )
    assert "total = 1.5\n" in executed["cells"][1]["source"]
    assert executed["cells"][1]["outputs"]


def test_below_a_claim_stands_what_it_compared(built):
    _, _, page = built
    line = page.css_first("#cell-claim-it-adds-up .lrn-provenance > summary")

    assert "total == 1.5" in line.text() or "1.5 == 1.5" in line.text()


def test_faults_are_told_at_their_lines_in_the_file(built):
    site, said, page = built
    lines = (site.root / "docs/deep/steps.ipynb").read_text("utf-8").splitlines()
    number = next(at for at, line in enumerate(lines, 1) if "[][1]" in line)

    assert f"docs/deep/steps.ipynb:{number}" in said
    assert 'no note named "Nowhere"' in said
    assert page.css_first(".lrn-failure") is not None
    assert "lrnprose" not in page.html
