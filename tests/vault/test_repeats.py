"""What notes say twice."""

from lrnotes.model import Heading, Note, Record
from lrnotes.vault.repeats import MOST_NOTES, find_moulds, find_repeats

LONG = "The rate scales the gradient and never the loss itself."


def repeats(**texts):
    notes = [Note(f"docs/{name}.md", text) for name, text in texts.items()]
    return [(str(each.place), each.what) for each in find_repeats(notes)]


def test_a_sentence_said_twice_is_found_at_its_later_place():
    found = repeats(a=f"Begin.\n{LONG} More.", b=f"# B\n\nOther. {LONG}")

    assert found == [("docs/b.md:3", f'"{LONG}" stands at docs/a.md:2 too')]


def test_a_paragraph_said_twice_is_found_once():
    text = f"{LONG} And then some more words that follow it."

    assert repeats(a=text, b=f"Intro.\n\n{text.replace('and', '*and*')}") == [
        ("docs/b.md:3", "this paragraph stands at docs/a.md:1 too")
    ]


def test_short_sentences_may_recur():
    assert repeats(a="Not at all. Look again.", b="Not at all. Look again.") == []


def test_a_heading_of_many_notes_is_a_mould():
    records = [
        Record(
            f"docs/{at}.md",
            headings=(Heading(2, "Sources", "s"), Heading(2, "In practice", "p")),
        )
        for at in range(MOST_NOTES + 1)
    ]

    assert list(find_moulds(records[:-1])) == []
    assert [each.place.path for each in find_moulds(records)] == [
        each.path for each in records
    ]
