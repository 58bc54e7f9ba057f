"""Captions hold values; what is missing stands out and is reported at its cell."""

import pytest

from lrnotes.model import Outcome, Place, Problem
from lrnotes.show.captions import figure_problems, fill_alt, fill_caption
from lrnotes.show.view import CellView


@pytest.fixture
def view(make):
    def make_view(caption, alt="", **scalars):
        cell = make.cell(caption=caption, alt=alt, line=7)
        result = make.result(Outcome("passed", (make.figure(),)), **scalars)
        return CellView(make.script(cell), 0, result)

    return make_view


@pytest.mark.parametrize(
    ("caption", "shown"),
    [
        ("After {steps} steps {ratio:.1%} is left.", "After 60 steps 0.3% is left."),
        ("{{ratio}} and {{{steps}}}", "{ratio} and {60}"),
        ("no value {} {1} { steps }", "no value {} {1} { steps }"),
        (r"$\frac{a}{b}$ at {steps}", r"$\frac{a}{b}$ at 60"),
        (r"$\eta = {ratio:.2g}$", r"$\eta = 0.0025$"),
        ("costs $5 and {steps} $", "costs $5 and 60 $"),
    ],
)
def test_a_caption_is_filled(view, caption, shown):
    assert fill_caption(view(caption, steps=60, ratio=0.0025341)) == shown


def test_a_value_is_text_whatever_it_holds(view):
    shown = fill_caption(view("{word}", word="*a* [[b]] <c> `d` $e_f$"))

    assert shown == (
        "&#42;a&#42; &#91;&#91;b&#93;&#93; &#60;c&#62; &#96;d&#96; &#36;e&#95;f&#36;"
    )


def test_a_missing_value_stands_out_with_its_reason(view):
    assert fill_caption(view("was {ratoi:.1%}")) == (
        'was <span class="lrn-unresolved" title="no top-level scalar named '
        '&quot;ratoi&quot;">ratoi</span>'
    )


def test_alternative_text_is_plain(view):
    assert fill_alt(view("", "{a} & {b} {{c}}", a=1)) == "1 & b {c}"


def test_missing_values_and_alternative_text_are_reported_at_the_cell(view):
    found = view("{ratoi} {steps:.1q}", "", steps=60)
    hint = "double the braces of what is no value"
    place = Place("snippets/momentum.py", 7)

    assert figure_problems(found.script, 0, found.result) == (
        Problem("unresolved-value", place, 'no top-level scalar named "ratoi"', hint),
        Problem("unresolved-value", place, 'format ".1q" does not fit int', hint),
        Problem(
            "missing-alt",
            place,
            "this figure has no alternative text",
            "add a line #| alt: …",
        ),
    )


def test_a_described_figure_has_no_problem(view):
    found = view("{steps}", "Falls.", steps=60)

    assert figure_problems(found.script, 0, found.result) == ()


def test_a_script_that_failed_has_said_so_already(make):
    script = make.script(make.cell(caption="{x}"))
    result = make.result(Outcome("failed"))

    assert figure_problems(script, 0, result) == ()
