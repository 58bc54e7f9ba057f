import pytest

from lrnotes.model import Heading
from lrnotes.vault.names import compare_heading, find_heading, fold


def test_folding_is_composition_then_lower_case():
    assert fold("Cafe\u0301 NOTE") == "café note"


@pytest.mark.parametrize(
    ("heading", "fragment"),
    [
        ("The  critical—rate", "the critical rate"),
        ("What is it?", "what is it"),
        ("snake_case, really", "snake case really"),
        (r"Rate \eta of \(x\)", r"Rate $\eta$ of $x$"),
        ("Café", "CAFE\u0301"),
    ],
)
def test_headings_that_read_the_same_are_equal(heading, fragment):
    assert compare_heading(heading) == compare_heading(fragment)


def test_headings_without_a_word_are_compared_as_they_are():
    assert compare_heading("???") != compare_heading("!!!")


HEADINGS = (
    Heading(1, "Note", "note"),
    Heading(2, "Theory", "theory"),
    Heading(3, "Proof", "proof"),
    Heading(2, "Practice", "practice"),
    Heading(4, "Proof", "proof_1"),
    Heading(2, "Theory", "theory_1"),
    Heading(3, "Example", "example"),
)


@pytest.mark.parametrize(
    ("fragment", "id"),
    [
        ("proof", "proof"),
        ("Theory", "theory"),
        ("Practice#Proof", "proof_1"),
        ("Note#Practice#Proof", "proof_1"),
        ("Theory#Example", "example"),
        (" Practice # Proof ", "proof_1"),
    ],
)
def test_a_path_of_headings_picks_the_one_below(fragment, id):
    assert find_heading(HEADINGS, fragment).id == id


@pytest.mark.parametrize("fragment", ["", "#", "Proof#Theory", "Practice#Example"])
def test_a_heading_that_is_not_there_is_not_found(fragment):
    assert find_heading(HEADINGS, fragment) is None
