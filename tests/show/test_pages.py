"""Pages of ours are plain Markdown that builders turn into links and tables."""

import re

import msgspec
import pytest
import yaml
from markdown import Markdown

from lrnotes.model import Evidence
from lrnotes.show.pages import Mention, SnippetPage, snippet_page
from lrnotes.show.verification import ClaimRow, verification_page


def convert(text):
    body = text.split("---\n", 2)[2]
    return Markdown(extensions=["tables", "attr_list", "md_in_html"]).convert(body)


def test_a_snippet_page_has_title_run_downloads_all_of_it_and_its_notes(script, result):
    page = SnippetPage(
        "snippets/momentum.md",
        script,
        result,
        (Mention("optim/momentum.md", "Momentum [fast]"),),
        ("snippets/momentum.py", "snippets/momentum.ipynb"),
    )

    assert (
        snippet_page(page)
        == """\
---
title: "Momentum in a ravine"
---

# Momentum in a ravine

<p class="lrn-quiet" data-search-exclude>snippets/momentum.py · 5 cells · ran in 3.1 s \
on cpu · torch 2.13.0</p>

[momentum.py](<momentum.py>){ download="momentum.py" } · [momentum.ipynb]\
(<momentum.ipynb>){ download="momentum.ipynb" }
{ .lrn-downloads }

![[snippets/momentum.py]]

## Notes that use it

- [Momentum &#91;fast&#93;](<../optim/momentum.md>)
"""
    )


def test_a_snippet_without_prose_or_run_is_named_like_its_file(make, parse):
    script = make.script(make.cell(), path="snippets/a_b.py")
    text = snippet_page(SnippetPage("snippets/a_b.md", script))

    assert yaml.safe_load(text.split("---\n")[1]) == {"title": "a_b.py"}
    assert parse(convert(text)).css_first("h1").text() == "a_b.py"
    assert "1 cell · not run" in text


def test_a_site_without_claims_says_so():
    assert "This site makes no claims yet." in verification_page([])


@pytest.fixture
def table(script, result, parse):
    mentions = (
        Mention("momentum.md", "Momentum", "a *tenth* of | it"),
        Mention("folder/My note.md", "My note"),
    )
    rows = [
        ClaimRow(script, 1, "snippets/momentum.md#tenth", result, mentions),
        ClaimRow(script, 1, "snippets/momentum.md#tenth"),
    ]
    return parse(convert(verification_page(rows)))


def test_verification_counts_the_outcomes(table):
    assert (
        table.css_first("#here > p").text().startswith("2 claims: 1 passed, 1 not run.")
    )


def test_verification_lists_each_claim_with_its_evidence(table):
    rows = [[cell.text() for cell in row.css("td")] for row in table.css("tbody tr")]

    assert rows == [
        [
            "✓ passed",
            "a tenth",
            "a *tenth* of | it: MomentumMy note",
            "0.00253 < 0.1",
            "0.0975",
            "cpu · torch 2.13.0",
            "0.00",
            "2026-11-23",
        ],
        ["? not run", "a tenth", "no sentence links it", "", "", "", "", ""],
    ]


def test_what_was_compared_is_short_in_the_table(script, result, parse):
    tensor = f"Tensor (9,) float64 cpu [{', '.join(['0.193253'] * 9)}]"
    evidence = Evidence("close(a, b)", 1, True, tensor, "close", tensor, "0 of 1e-9")
    outcomes = list(result.outcomes)
    outcomes[1] = msgspec.structs.replace(outcomes[1], evidence=(evidence,))
    long = msgspec.structs.replace(result, outcomes=tuple(outcomes))
    page = parse(convert(verification_page([ClaimRow(script, 1, "a.md#x", long)])))

    compared = page.css("tbody td")[3].text()

    assert compared.startswith("Tensor (9,) float64 cpu [0.193253, ")
    assert compared.endswith(" …")
    assert len(compared) <= 80


def test_verification_links_claims_and_notes_as_markdown_pages(table):
    assert [node.attributes["href"] for node in table.css("td a")] == [
        "snippets/momentum.md#tenth",
        "momentum.md",
        "folder/My note.md",
        "snippets/momentum.md#tenth",
    ]


def test_maths_and_code_in_a_sentence_stay_maths_and_code(script, result):
    phrase = r"below $\eta\lambda_1$ for `lr_*`, not $5 or $ 6 $ or $|x|$"
    row = ClaimRow(script, 1, "a.md#x", result, (Mention("b.md", "B", phrase),))
    text = verification_page([row])

    assert r"below $\eta\lambda_1$ for `lr_*`, not &#36;5 or &#36; 6 &#36; or " in text
    assert "&#36;&#124;x&#124;&#36;: [B]" in text


def test_the_table_can_be_found_by_the_script_that_sorts_it(table):
    mark = table.css_first("[data-lrn-table]")

    assert mark.css_first("table") is not None


def test_hostile_titles_and_operands_stay_in_their_cells(make):
    bad = "</td></table>|`*_[x](y)\n# h"
    script = make.script(make.cell(title=f"claim: {bad}"))
    row = ClaimRow(script, 0, "a.md#x", None, (Mention("b.md", bad, bad),))

    html = convert(verification_page([row]))

    assert len(re.findall("<tr>", html)) == 2
    assert html.count("<td") == 8


@pytest.fixture
def many(make, script, result):
    """Return the rows of a site with more claims than a page tells of one by one."""
    other = make.script(make.cell(title="claim: it falls"), path="docs/home.md")
    mention = Mention("home.md", "Home", "it falls")
    rows = [ClaimRow(script, 1, "snippets/momentum.md#tenth", result)] * 60
    rows += [ClaimRow(script, 1, "snippets/momentum.md#tenth", None, (mention,))]
    return rows + [ClaimRow(other, 0, "home.md#falls", result, (mention,))] * 50


def test_a_page_of_many_claims_says_first_what_did_not_pass_and_where_it_was_measured(
    many, parse
):
    page = parse(convert(verification_page(many)))
    broken, whole = page.css(".lrn-verification")

    assert (
        "Measured 2026-11-23, on cpu · torch 2.13.0. The scripts that hold them ran"
        in (page.text())
    )
    assert [row.css_first("td").text() for row in broken.css("tbody tr")] == [
        "? not run"
    ]
    assert "data-lrn-table" not in broken.attributes
    assert whole.attributes["data-lrn-table"] == "111"
    assert len(whole.css("tbody tr")) == 111


def test_a_page_of_many_claims_tells_of_each_script_and_leads_to_its_page(many, parse):
    page = parse(convert(verification_page(many)))
    rows = [
        [cell.text() for cell in row.css("td")]
        for row in page.css("table")[-1].css("tbody tr")
    ]

    assert rows == [
        ["? not run 1✓ passed 60", "Momentum in a ravine", "Home", "3.1"],
        ["✓ passed 50", "Home", "", "3.1"],
    ]
    links = [link.attributes["href"] for link in page.css("table")[-1].css("td a")]
    assert links == ["snippets/momentum.md", "home.md", "home.md"]


def test_where_all_claims_passed_none_is_told_of_apart(many, parse):
    page = parse(convert(verification_page([*many[:60], *many[61:]])))

    assert len(page.css(".lrn-verification")) == 1
    assert "did not pass" not in page.text()


def list_scripts(script, results, parse):
    """Return the parts of the table of scripts, of each its rows, with their header."""
    rows = [
        ClaimRow(named, 1, f"snippets/s{at:02}.md#tenth", result)
        for at, result in enumerate(results)
        for named in [msgspec.structs.replace(script, path=f"snippets/s{at:02}.py")]
        for _ in range(5)
    ]
    page = parse(convert(verification_page(rows)))
    return [
        [[cell.text() for cell in row.css("th, td")] for row in part.css("tr")]
        for part in page.css(".lrn-part table")
    ]


def test_many_scripts_are_listed_in_parts_with_a_header_each(script, result, parse):
    parts = list_scripts(script, [result] * 30, parse)

    assert [len(part) for part in parts] == [13, 13, 7]
    head = ["outcome", "script", "notes", "seconds"]
    assert all(first == head for first, *_ in parts)
    assert [row[0] for _, *rows in parts for row in rows] == ["✓ passed 5"] * 30


def test_scripts_of_several_dates_are_listed_with_them(script, result, parse):
    later = msgspec.structs.replace(result, date="2026-11-24T10:11:12Z")
    [part, *_] = list_scripts(script, [result, later] * 12, parse)

    assert part[0][-1] == "date"
    assert [row[-1] for row in part[1:3]] == ["2026-11-23", "2026-11-24"]
