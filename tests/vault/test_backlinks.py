import pytest

from lrnotes.model import Link, Note, Record
from lrnotes.vault.backlinks import Backlink, find_backlinks
from lrnotes.vault.sentences import plain_text


def find(text, *raws, **more):
    """Return the backlinks of b from a note with these links, in the order recorded."""
    links = tuple(Link(raw, "b", "", "", False, "docs/b.md") for raw in raws)
    record = Record("docs/a.md", links)
    return find_backlinks(
        {"docs/a.md": record}, {"docs/a.md": Note("docs/a.md", text, **more)}
    ).get("docs/b.md", ())


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("One. Two has [[b]] in it. Three.", "Two has b in it."),
        ("# T\n\nFirst [[b|words]] here.\n\nSecond.", "First words here."),
        ("- item with *some* [[b]]\n- other", "item with some b"),
        ("> quoted\n> with [[b]] here", "quoted with b here"),
        ("e.g. the `code` and [x](y.md) of [[b]]", "e.g. the code and x of b"),
        ("| a | see [[b\\|text]] |\n|---|---|\n| c | d |", "a see text"),
        ("1. **Bold** — [[b]]!\n\n    more", "Bold — b!"),
        ("Is it [[b]]? Yes. \"No.\"", "Is it b?"),
        ("![[img.png]] with [[b]][^1] {.x}", "with b"),
    ],
)  # fmt: skip
def test_the_sentence_around_a_link_is_kept(text, sentence):
    raw = next(
        each for each in ("[[b]]", "[[b|words]]", "[[b\\|text]]") if each in text
    )

    assert [each.sentence for each in find(text, raw)] == [sentence]


def test_each_link_has_its_number_and_its_own_sentence():
    text = "`[[b]]` is code. See [[b]] first. Then [[b|that]] and again [[b]]."

    assert find(text, "[[b]]", "[[b]]", "[[b|that]]") == (
        Backlink("docs/a.md", 1, "See b first.", "b"),
        Backlink("docs/a.md", 3, "Then that and again b.", "that"),
        Backlink("docs/a.md", 2, "Then that and again b.", "b"),
    )


def test_a_long_sentence_is_cut_around_its_link():
    text = "word " * 100 + "[[b]] " + "more " * 100
    sentence = find(text, "[[b]]")[0].sentence

    assert len(sentence) <= 244
    assert " b " in sentence
    assert sentence.startswith("… ")
    assert sentence.endswith(" …")


def test_a_note_s_links_to_itself_are_no_backlinks():
    link = Link("[[a]]", "a", "", "", False, "docs/a.md")
    records = {"docs/a.md": Record("docs/a.md", (link,))}

    assert find_backlinks(records, {"docs/a.md": Note("docs/a.md", "[[a]]")}) == {}


def test_a_link_that_is_not_in_the_text_has_no_sentence():
    assert find("nothing", "[[b]]") == (Backlink("docs/a.md", 1, "", "b"),)


def test_plain_text_keeps_what_is_shown():
    assert (
        plain_text("## A **b** [[c|d]] `e` ==f== <u>g</u> h_i ^j") == "A b d e f g h_i"
    )


def test_the_front_matter_is_no_part_of_a_sentence():
    text = "---\ntags: [a]\n---\nSee [[b]] here."

    assert [each.sentence for each in find(text, "[[b]]")] == ["See b here."]


def test_nested_and_tabbed_items_are_blocks():
    text = "- one\n\t- two [[b]]\n\t-\tthree"

    assert [each.sentence for each in find(text, "[[b]]")] == ["two b"]
