from lrnotes.model import Note, Place, Problem
from lrnotes.vault.clashes import find_clashes
from lrnotes.vault.names import Vault


def find(**notes):
    read = [
        Note(
            f"docs/{name}.md",
            f"---\naliases: [{', '.join(given)}]\n---\n",
            aliases=given,
        )
        for name, given in notes.items()
    ]
    return find_clashes(read, Vault.build((note.path, note.aliases) for note in read))


def test_an_alias_of_two_notes_is_reported_at_both():
    assert find(a=("rate",), bb=("x", "Rate")) == (
        Problem(
            "alias-clash",
            Place("docs/a.md", 2, 11),
            'the alias "rate" also belongs to docs/bb.md',
            "links with it go to docs/a.md",
        ),
        Problem(
            "alias-clash",
            Place("docs/bb.md", 2, 14),
            'the alias "Rate" also belongs to docs/a.md',
            "links with it go to docs/a.md",
        ),
    )


def test_an_alias_that_is_another_notes_name_is_reported():
    assert find(a=("B",), b=()) == (
        Problem(
            "alias-clash",
            Place("docs/a.md", 2, 11),
            'the alias "B" is the name of docs/b.md',
            "links with it go to that file",
        ),
    )


def test_an_alias_equal_to_its_own_notes_name_is_fine():
    assert find(a=("A",)) == ()
