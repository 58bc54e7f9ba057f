import pytest

from lrnotes.vault.mentions import find_mentions

TARGET = "docs/gradient-descent.md"


@pytest.fixture
def find(read_notes):
    """Return a function: the mentions of gradient-descent in the prose of a note."""

    def find_in(text, aliases=("GD",)):
        names = {TARGET: aliases, "docs/lr.md": ("η", "learning rate")}
        _, pages = read_notes({"docs/a.md": text, TARGET: "# T", "docs/lr.md": ""})
        return find_mentions(pages, names).get(TARGET, [])

    return find_in


def test_a_name_in_prose_is_found_with_its_sentence(find):
    found = find("---\ntags: [a]\n---\nOne. Plain *Gradient descent* is slow. Two.")

    assert [
        [(piece.html, piece.is_marked) for piece in each.quote] for each in found
    ] == [[("Plain ", False), ("Gradient descent", True), (" is slow.", False)]]


@pytest.mark.parametrize(
    "text",
    [
        "[[gradient-descent]] [[x|gradient descent]] [gradient descent](x.md)",
        "`gradient descent` $gradient descent$",
        "```\ngradient descent\n```\n\n    gradient descent\n",
        "<!-- gradient descent --> <b title='gradient descent'>x</b>",
        "<pre>gradient descent</pre>\n\nx %%gradient descent%%",
        "# Gradient descent\n\n---\n",
        "gradients descent, gradient and descent",
        "a gradient. Descent follows",
        "https://x.y/gradient-descent",
        "---\ntitle: gradient descent\n---\n",
        "GD is too short to tell",
    ],
)
def test_what_is_no_prose_or_no_name_is_not_found(find, text):
    assert find(text) == []


def test_an_alias_is_found_too(find):
    found = find("By steepest descent.", aliases=["Steepest descent"])

    assert [piece.html for piece in found[0].quote if piece.is_marked] == [
        "steepest descent"
    ]


def test_a_sentence_is_given_once(find):
    found = find("Gradient descent is gradient descent. More gradient descent.")

    assert [sum(piece.is_marked for piece in each.quote) for each in found] == [2, 1]


def test_a_mention_leads_to_the_heading_above_it(find):
    found = find("# A\n\n## Two words\n\nBy gradient descent.")

    assert [piece.anchor for piece in found[0].quote if piece.is_marked] == [
        "two-words"
    ]


def test_the_longest_name_wins(read_notes):
    _, pages = read_notes({"docs/a.md": "The learning rate finder helps."})
    names = {"docs/learning-rate.md": (), "docs/learning-rate-finder.md": ()}

    assert list(find_mentions(pages, names)) == ["docs/learning-rate-finder.md"]


def test_a_note_does_not_mention_itself(read_notes):
    path = "docs/momentum.md"
    _, pages = read_notes({path: "Momentum is momentum."})

    assert find_mentions(pages, {path: ()}) == {}
