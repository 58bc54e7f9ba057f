import pytest

from lrnotes.model import Record
from lrnotes.text.notes import scan_note
from lrnotes.vault.backlinks import find_orphans
from lrnotes.vault.names import Vault
from lrnotes.vault.requires import check_requirements


def check(**required):
    notes = {
        f"docs/{name}.md": scan_note(
            f"docs/{name}.md", f"---\ntags: [b]\nrequires: {needs}\n---\n# T\n"
        )
        for name, needs in required.items()
    }
    vault = Vault.build([(path, ()) for path in notes])
    return [f"{each.kind} {each}" for each in check_requirements(notes, vault)]


@pytest.mark.parametrize(
    "notes",
    [
        {"a": "[b]", "b": "[c]", "c": "[]"},
        {"a": "[b, c]", "b": "[c]", "c": ""},
        {"a": "'[[b]]'", "b": ""},
    ],
)
def test_a_ladder_of_notes_is_fine(notes):
    assert check(**notes) == []


def test_a_missing_note_is_named_with_its_place_and_the_nearest():
    assert check(a="[momentun]", momentum="") == [
        'unresolved-requirement docs/a.md:3:12: no note named "momentun", which this '
        "one requires; nearest: momentum"
    ]


def test_circles_are_reported_once_each():
    found = check(a="[b]", b="[c, a]", c="[b]", d="[a, d]")

    assert [each.partition("other: ")[2].partition(";")[0] for each in found] == [
        "docs/b.md -> docs/c.md -> docs/b.md",
        "docs/a.md -> docs/b.md -> docs/a.md",
        "docs/d.md -> docs/d.md",
    ]


def test_orphans_are_notes_that_nobody_links_to(read_notes):
    texts = {
        "docs/index.md": "[[a]]",
        "docs/a.md": "![[b]] [[a]]",
        "docs/b.md": "",
        "docs/c.md": "[[c]] `[[d]]`",
        "docs/d.md": "",
    }
    records, _ = read_notes(texts)
    notes = {path: scan_note(path, text) for path, text in texts.items()}

    found = [each.place.path for each in find_orphans(records, notes)]

    assert found == ["docs/c.md", "docs/d.md"]
    assert not list(find_orphans({"docs/a.md": Record("docs/a.md")}, {}))
