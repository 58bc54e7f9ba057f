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


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("It fell to at most `{bowl.py} loss:.0%`.", ".0% up"),
        ("At least `{bowl.py} n:.1f` times.", ".1f down"),
        ("at least by a factor of `{bowl.py} n:.3g`", ".3g down"),
        ("`{bowl.py} n:.2f` or more, in all five.", ".2f down"),
        ("The ratio is `{python} n:.1f` at most.", ".1f up"),
        ("It [[bowl.py#a|lies within `{bowl.py} n:.1%`]] of it.", ".1% up"),
        ("no more than\n`{bowl.py} n:.2g` times", ".2g up"),
        ("at most `{bowl.py} n:.2g down` times", ".2g up"),
        ("not less than `{bowl.py} n:.2g` times", ".2g down"),
    ],
)
def test_a_bound_that_may_be_rounded_past_what_was_measured_is_found(text, hint):
    problems = check_support(Note("docs/a.md", f"# A\n\n{text}"), [SNIPPET])
    assert [(each.kind, each.hint) for each in problems] == [
        ("rounded-bound", f"write it as :{hint}")
    ]


@pytest.mark.parametrize(
    "text",
    [
        "It fell to at most `{bowl.py} loss:.0% up`.",
        "`{bowl.py} n:.2f down` or more, in all five.",
        "At least `{bowl.py} count` of them, `{bowl.py} share:.0%`.",
        "At least once, and then `{bowl.py} share:.0%` of the time in all.",
        "No rate is more than `{bowl.py} n:.2g` times another.",
        "It holds up to `{bowl.py} n:.2g` only, a limit.",
        "At most five. `{bowl.py} share:.0%` is left.",
        "More of it: `{bowl.py} share:.0%`.",
        "``at most `{bowl.py} n:.1f` ``",
        "It is `{bowl.py} n:.1f`, at most as good as before.",
    ],
)
def test_a_bound_that_is_rounded_outwards_and_what_is_none_is_passed_over(text):
    assert list(check_support(Note("docs/a.md", text), [SNIPPET])) == []
