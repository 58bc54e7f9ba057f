import pytest

from lrnotes.model import Note
from lrnotes.vault.mentions import Mention, find_mentions


def find(text, **aliases):
    """Return the mentions of gradient-descent in the prose of a note."""
    target = "docs/gradient-descent.md"
    notes = {
        "docs/a.md": Note("docs/a.md", text),
        target: Note(target, "", aliases=tuple(aliases.get("aliases", ("GD",)))),
        "docs/lr.md": Note("docs/lr.md", "", aliases=("η", "learning rate")),
    }
    return find_mentions(notes).get(target, ())


def test_a_name_in_prose_is_found_with_its_sentence():
    assert find("---\ntags: [a]\n---\nOne. Plain *Gradient descent* is slow. Two.") == (
        Mention("docs/a.md", 4, "Plain Gradient descent is slow.", "Gradient descent"),
    )


@pytest.mark.parametrize(
    "text",
    [
        "[[gradient-descent]] [[x|gradient descent]] [gradient descent](x.md)",
        "`gradient descent` $gradient descent$",
        "```\ngradient descent\n```\n\n    gradient descent\n",
        "<!-- gradient descent --> <b title='gradient descent'>x</b>",
        "# Gradient descent\n\n---\n",
        "gradients descent, gradient and descent",
        "a gradient. Descent follows",
        "https://x.y/gradient-descent",
        "---\ntitle: gradient descent\n---\n",
        "GD is too short to tell",
    ],
)
def test_what_is_no_prose_or_no_name_is_not_found(text):
    assert find(text) == ()


def test_an_alias_is_found_too():
    assert [
        each.phrase
        for each in find("By steepest descent.", aliases=["Steepest descent"])
    ] == ["steepest descent"]


def test_a_sentence_is_given_once():
    assert (
        len(find("Gradient descent is gradient descent. More gradient descent.")) == 2
    )


def test_the_longest_name_wins():
    notes = {
        "docs/a.md": Note("docs/a.md", "The learning rate finder helps."),
        "docs/learning-rate.md": Note("docs/learning-rate.md", ""),
        "docs/learning-rate-finder.md": Note("docs/learning-rate-finder.md", ""),
    }

    assert list(find_mentions(notes)) == ["docs/learning-rate-finder.md"]


def test_a_note_does_not_mention_itself():
    path = "docs/momentum.md"

    assert find_mentions({path: Note(path, "Momentum is momentum.")}) == {}
