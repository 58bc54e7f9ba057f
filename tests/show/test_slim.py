"""What a finished page leaves out, and what waits beside it."""

import json

from lrnotes.show.slim import slim, take_table

TABLE = "<table>\n<tr><td>β</td></tr>\n</table>"


def test_a_formula_keeps_what_is_drawn_and_what_is_spoken():
    spoken = "<math><semantics><mi>β</mi>{}</semantics></math>"
    tex = '<annotation data-search-exclude encoding="application/x-tex">\\beta</annotation>'

    assert slim(f"<p>{spoken.format(tex)}</p>") == "<p><math><mi>β</mi></math></p>"


def test_the_indentation_between_tags_goes_and_a_space_stays():
    page = "<nav>\n\n    <a>one</a>\n      <a>two</a>  <a>\n  three</a></nav>"

    assert slim(page) == "<nav>\n<a>one</a>\n<a>two</a>  <a>\n  three</a></nav>"


def test_what_is_printed_as_it_stands_keeps_its_lines():
    code = "<pre><b>if</b>\n    <b>x</b></pre>\n  <p>and</p>\n  <textarea>\n <i></textarea>"

    assert slim(f"<a>\n  <b>\n{code}\n   <i>\n  </i>") == f"<a>\n<b>\n{code}\n<i>\n</i>"


def test_a_long_table_of_claims_comes_when_it_is_asked_for():
    page = f'<h1>V</h1><div class="lrn-verification" data-lrn-table="472">\n{TABLE}\n</div><p>'

    left, script = take_table(page)

    assert left == (
        '<h1>V</h1><div class="lrn-verification" data-lrn-table="472" data-lrn-waits>'
        "</div><p>"
    )
    assert json.loads(script.removeprefix("lrnClaims=").removesuffix(";\n")) == TABLE


def test_a_short_table_stays_in_its_page():
    page = (
        f'<div class="lrn-verification" data-lrn-table="data-lrn-table">{TABLE}</div>'
    )

    assert take_table(page) == (page, "")
