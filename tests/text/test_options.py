"""Options of cells: `#|` lines and info strings."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lrnotes.model import Cell, Options, Place
from lrnotes.text.options import KNOWN, read_options, shown_source

FIXTURE_FILE = "options.md"
PLACE = Place("docs/a.md", 10)


def describe(options, problems):
    plain = Options()
    lines = [
        f"{name}={getattr(options, name)!r}"
        for name in KNOWN
        if getattr(options, name) != getattr(plain, name)
    ]
    return "\n".join(
        [*lines, *(f"{p.place.line}: {p.what}; {p.hint}" for p in problems)]
    )


def test_options_read_as_the_fixture_says(case):
    text, expected = case
    # A first line may give an info string, or say that the cell is not the first.
    head, _, rest = text.partition("\n")
    is_later = head == "later"
    info = head.removeprefix("info: ") if head.startswith("info: ") else ""
    source = rest if info or is_later else text

    actual = describe(*read_options(info, source, PLACE, first=not is_later))

    assert actual == expected


def test_every_problem_is_of_one_kind_and_in_the_file():
    _, problems = read_options("python exec no", "#| nope: 1\n", PLACE, first=True)

    assert {(each.kind, each.place.path) for each in problems} == {
        ("bad-option", "docs/a.md")
    }


def test_no_option_of_the_model_is_unknown():
    names = set(Options.__struct_fields__)
    info = " ".join(["python exec", *sorted(names)])

    _, problems = read_options(info, "", PLACE, first=True)

    assert not [each for each in problems if each.what.startswith("no option")]


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("x = 1\ny", "x = 1\ny"),
        ("#| label: a\n#| fold: true\nx = 1", "x = 1"),
        ("#| label: a\n\n\nx = 1", "\nx = 1"),
        ("\n#| label: a\nx = 1", "x = 1"),
        ("#| label: a", ""),
        ("x = 1\n#| label: a", "x = 1\n#| label: a"),
        ("", ""),
    ],
)
def test_readers_see_the_source_without_its_option_lines(source, shown):
    assert shown_source(Cell("code", "", source, PLACE)) == shown


@settings(max_examples=200, deadline=None)
@given(
    st.text(alphabet="{}.='\" pyexc#titlefold:", max_size=40),
    st.text(alphabet="#| ab:[]{}&*!'\"\n-?>%@,\x00", max_size=40),
)
def test_no_options_are_too_odd_to_be_read(info, source):
    options, problems = read_options(info, f"#| {source}", PLACE, first=True)

    assert isinstance(options, Options)
    assert all(each.place.line >= 9 for each in problems)
