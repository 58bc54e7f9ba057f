"""Terms are defined where their reader has been."""

from lrnotes.model import Link, Note, Record
from lrnotes.vault.names import Vault
from lrnotes.vault.terms import find_undefined

BASE = Note("docs/base.md", "", meta={"defines": ["epoch", "loss surface"]})


def find(text, requires=(), links=()):
    """Return the findings in a note beside ``base`` and ``middle``, which needs it."""
    notes = {
        each.path: each
        for each in (
            BASE,
            Note("docs/middle.md", "", meta={"requires": "base"}),
            Note("docs/a.md", text, meta={"requires": list(requires)}),
        )
    }
    records = {
        "docs/a.md": Record(
            "docs/a.md", tuple(Link("", "", resolved=path) for path in links)
        )
    }
    vault = Vault.build([(path, ()) for path in notes])
    return [
        f"{each.place}: {each.what}; {each.hint}"
        for each in find_undefined(notes, records, vault)
    ]


def test_the_first_use_of_a_term_is_found():
    assert find("# A\n\nOne loss surface.\nTwo epochs, an epoch.") == [
        'docs/a.md:3: "loss surface" is used before anything defines it; '
        "link docs/base.md at its first use",
        'docs/a.md:4: "epochs" is used before anything defines it; '
        "link docs/base.md at its first use",
    ]


def test_a_reader_knows_what_is_linked_required_or_defined_here():
    assert find("An epoch.", links=["docs/base.md"]) == []
    assert find("An epoch.", requires=["middle"]) == []
    assert find("`epoch` $epoch$ [epoch](x.md)") == []


def test_a_cycle_of_requirements_ends():
    assert find("An epoch.", requires=["a"]) != []
