"""Numbers and comparisons, with and without support."""

import pytest

from lrnotes.model import Cell, Note, Place, Script
from lrnotes.vault.prose import read_prose
from lrnotes.vault.support import check_support

SNIPPET = Script(
    "snippets/bowl.py",
    (Cell("code", "", "lr, steps = 0.05, 1_200  # 77\n", Place("snippets/bowl.py")),),
    "snippet",
)


def find(text):
    """Return line and kind of what is found in a note that shows one snippet."""
    problems = check_support(Note("docs/a.md", text), [SNIPPET])
    return [
        (each.place.line, each.kind.removeprefix("unsupported-")) for each in problems
    ]


@pytest.mark.parametrize(
    "text",
    [
        "The loss fell by 37 per cent.",
        "- item\n- The loss fell by 37 per cent.\n",
        "> [!note] A remark\n> It took 77 steps.\n",
        "| a | b |\n|---|---|\n| 3.5 | x |\n",
        "It fell to 1e-9.",
        "A link backs one sentence, [[bowl.py#a|this]]. It fell by 37.",
    ],
)
def test_a_number_that_nothing_backs_is_found(text):
    assert "number" in [kind for _, kind in find(text)]


@pytest.mark.parametrize(
    "text",
    [
        "It [[bowl.py#falls|fell by 37 per cent]].",
        "It fell by 37 per cent, as [[other#^proof-a|proved]].",
        "They report 37 per cent [@who2020, §3].",
        "After `{bowl.py} n` steps and 37 more.",
        "A rate of 0.05 and 1,200 steps.",
        "Will it take 37 steps?",
        "One is 1, two are 2, none is 0.",
        "`37` and $37$ and\n\n    37\n\n```\n37\n```\n",
        "> [!note] Faster by 37\n> Is it?\n",
        "# 37 ways\n\n1. first\n37. last\n",
        "[a](page37.md) and <https://x.y/37> ^block-37",
        "> [!proof] Of 37\n> All 37 are equal.\n>\n> And 38.\n",
        "ResNet50 has layers, and section v1.2b too.",
    ],
)
def test_a_number_that_is_backed_or_none_is_passed_over(text):
    assert find(text) == []


def test_a_comparison_asks_for_support_in_its_paragraph():
    assert find(
        "Momentum is faster.\n\nIs it slower? [[bowl.py#a|So]] it is better."
    ) == [(1, "comparison")]


def test_a_problem_stands_at_the_line_of_its_sentence():
    text = "---\ntitle: 5\n---\n\n# Head\n\nFirst.\nThen it took 77 steps.\n"

    assert find(text) == [(8, "number")]


def test_paragraphs_come_with_their_callout():
    text = "One. Two.\n\n> [!question] Open\n> Three.\n>\n> Four.\n\nFive.\n"

    assert [(each.callout, each.line) for each in read_prose(text)] == [
        ("", 1),
        ("question", 3),
        ("question", 6),
        ("", 8),
    ]
