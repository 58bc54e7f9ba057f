"""The order in which notes are read follows from what they require."""

import pytest

from lrnotes.model import Note
from lrnotes.vault.names import Vault
from lrnotes.vault.reading import Reading, read_requirements

REQUIRES = {
    "adam.md": ["momentum.md", "limit.md"],
    "momentum.md": ["descent.md"],
    "limit.md": ["descent.md"],
    "descent.md": ["rate.md"],
    "rate.md": [],
}


def test_what_a_note_requires_is_found_by_name_alias_and_link():
    notes = {
        "docs/rate.md": Note("docs/rate.md", "", {}, "Rate", ("step size",)),
        "docs/deep/descent.md": Note("docs/deep/descent.md", "", {"requires": "rate"}),
        "docs/adam.md": Note(
            "docs/adam.md",
            "",
            {"requires": ["[[descent]]", "Step Size", "no such note", "adam"]},
        ),
    }
    vault = Vault.build((note.path, note.aliases) for note in notes.values())

    assert read_requirements(notes, vault) == {
        "docs/rate.md": [],
        "docs/deep/descent.md": ["docs/rate.md"],
        "docs/adam.md": ["docs/deep/descent.md", "docs/rate.md"],
    }


def test_a_note_knows_what_comes_before_and_after_it():
    reading = Reading(
        {
            f"docs/{path}": [f"docs/{each}" for each in REQUIRES[path]]
            for path in REQUIRES
        },
        "docs",
    )

    assert reading.before("adam.md") == ["momentum.md", "limit.md"]
    assert reading.after("descent.md") == ["momentum.md", "limit.md"]
    assert reading.after("adam.md") == reading.before("nobody.md") == []


@pytest.mark.parametrize(
    ("given", "way"),
    [
        ("adam limit momentum", "rate descent momentum limit adam"),
        ("limit momentum", "rate descent limit momentum"),
        ("descent descent rate", "rate descent"),
        ("unknown rate", "unknown rate"),
    ],
)
def test_the_way_to_notes_holds_all_they_require_in_order(given, way):
    paths = [f"{name}.md" for name in given.split()]

    assert Reading(REQUIRES).way(paths) == [f"{name}.md" for name in way.split()]


def test_a_circle_of_requirements_still_has_a_way():
    circle = Reading({"a.md": ["b.md"], "b.md": ["c.md"], "c.md": ["a.md"]})

    assert circle.way(["a.md", "b.md"]) == ["c.md", "b.md", "a.md"]
