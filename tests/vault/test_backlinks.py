import re

import pytest

from lrnotes.vault.backlinks import Backlink, find_backlinks
from lrnotes.vault.sentences import plain_text


@pytest.fixture
def find(read_notes):
    """Return a function: the backlinks of b from a note with this text."""

    def find_from(text):
        records, pages = read_notes({"docs/a.md": text, "docs/b.md": "# B\n"})
        return find_backlinks(records, pages).get("docs/b.md", [])

    return find_from


def sentence(backlink):
    return "".join(piece.html for piece in backlink.quote)


def marked(backlink):
    return [(p.html, p.anchor) for p in backlink.quote if p.is_marked]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two has [[b]] in it. Three.", "Two has b in it."),
        ("# T\n\nFirst [[b|words]] here.\n\nSecond.", "First words here."),
        ("- item with *some* [[b]]\n- other", "item with some b"),
        ("> quoted\n> with [[b]] here", "quoted with b here"),
        ("the `code` and [x](https://y.z) of [[b]]", "the code and x of b"),
        ("a `<i>` & [[b]]", "a &lt;i&gt; &amp; b"),
        ("| a | see [[b\\|text]] |\n|---|---|\n| c | d |", "see text"),
        ("1. **Bold** — [[b]]!\n\n    more", "Bold — b!"),
        ("Is it [[b]]? Yes. \"No.\"", "Is it b?"),
        ("Take e.g. Adam or [[b]]. Then stop.", "Take e.g. Adam or b."),
        ("![[img.png]] with [[b]][^1] {.x}\n\n[^1]: Foot.", "img.png with b {.x}"),
        ("---\ntags: [a]\n---\nSee [[b]] here.", "See b here."),
        ("- one\n\t- two [[b]]\n\t-\tthree", "two b"),
        ("See [text](b.md) there.", "See text there."),
        ("## About [[b]]", "About b"),
        ("Text.[^1]\n\n[^1]: A foot of [[b]].", "A foot of b."),
        ("> [!note] On [[b]]\n> Text.", "On b"),
    ],
)  # fmt: skip
def test_the_sentence_around_a_link_is_kept(find, text, expected):
    assert [sentence(each) for each in find(text)] == [expected]


def test_the_phrase_is_marked_where_it_is_linked(find):
    found = find("A b, `[[b]]` and [[b]]. Then [[b|that]] and again [[b]].")

    assert [marked(each) for each in found] == [
        [("b", "lrn-link-1")],
        [("that", "lrn-link-2"), ("b", "lrn-link-3")],
    ]
    assert found[0].quote[0].html == "A b, [[b]] and "


@pytest.mark.parametrize(
    "text",
    [
        "`[[b]]`",
        "```\n[[b]]\n```",
        "    [[b]]",
        "<!-- [[b]] -->",
        "<pre>[[b]]</pre>",
        "$[[b]]$",
        "%% [[b]] %%",
        "\\[[b]]",
        "See [[a]] and [[#x]].\n\n## x",
        "[[nobody]]",
    ],
)
def test_what_is_no_link_to_another_note_is_no_backlink(find, text):
    assert find(text) == []


def test_maths_is_kept_as_maths(find):
    shown = sentence(find("At $2/\\lambda$ there is [[b]].")[0])

    assert re.sub(r"<[^>]+>", "", shown) == "At 2/λ there is b."
    assert shown.startswith("At <math>")
    assert "annotation" not in shown


def test_a_long_sentence_is_cut_around_its_link(find):
    found = find("word " * 100 + "[[b]] " + "more " * 100)
    shown = sentence(found[0])

    assert len(shown) <= 260
    assert " b " in shown
    assert shown.startswith("… ")
    assert shown.endswith(" …")
    assert marked(found[0]) == [("b", "lrn-link-1")]


def test_properties_and_embeds_are_backlinks_without_a_sentence(find):
    text = '---\nup: "[[b]]"\n---\n![[b]]\n'

    assert set(find(text)) == {
        Backlink("docs/a.md", (), "property"),
        Backlink("docs/a.md", (), "embed"),
    }


def test_what_an_embedded_note_links_is_said_there_only(read_notes):
    records, pages = read_notes(
        {"docs/a.md": "![[c]]", "docs/b.md": "B", "docs/c.md": "C: [[b]]."}
    )

    found = find_backlinks(records, pages)["docs/b.md"]

    assert [each.source for each in found] == ["docs/c.md"]


def test_plain_text_keeps_what_is_shown():
    assert (
        plain_text("## A **b** [[c|d]] `e` ==f== <u>g</u> h_i ^j") == "A b d e f g h_i"
    )
