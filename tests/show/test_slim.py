"""What a finished page leaves out, and what waits beside it."""

import json

from lrnotes.show.slim import slim, take_table

TABLE = "<table>\n<tr><td>β</td></tr>\n</table>"


def test_a_formula_keeps_what_is_drawn_and_what_is_spoken():
    spoken = '<span class="katex-mathml"><math>{}</math></span>'
    tex = '<annotation data-search-exclude encoding="application/x-tex">\\beta</annotation>'
    formula = f"<semantics><mi>β</mi>{tex}</semantics>"
    ours = spoken.format(formula)

    assert slim(f"{ours}, {ours}") == ", ".join([spoken.format("<mi>β</mi>")] * 2)


def test_an_author_s_own_formulas_and_indentation_stay():
    page = (
        "<article>\n  <p>\n    <i>a</i>\n</p>\n  <math><semantics><mi>x</mi>"
        "<annotation>x</annotation></semantics></math>\n  <b></b>\n</article>"
    )

    assert slim(page) == page


def test_the_indentation_between_a_theme_s_tags_goes_and_a_space_stays():
    nav = "<nav>\n\n    <a>one</a>\n      <a>two</a>  <a>\n  three</a></nav>"
    text = "<article>\n  <p>\n  <i>so</i></p>\n</article>"

    assert slim(f"{nav}{text}</div>\n  </div>") == (
        f"<nav>\n<a>one</a>\n<a>two</a>  <a>\n  three</a></nav>{text}</div>\n</div>"
    )


def test_what_a_theme_prints_or_runs_keeps_its_lines():
    code = "<pre><b>if</b>\n    <b>x</b></pre>"
    script = "<script>a = '>\\n'\n  <b</script>"

    assert slim(f"<a>\n  {code}\n  {script}\n  <i>\n  <b></b><article></article>") == (
        f"<a>\n  {code}\n  {script}\n  <i>\n<b></b><article></article>"
    )


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
