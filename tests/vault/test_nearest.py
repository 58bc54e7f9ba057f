import random
import string
from pathlib import Path

from lrnotes.text.notes import scan_note
from lrnotes.vault.fold import fold
from lrnotes.vault.names import Vault
from lrnotes.vault.nearest import nearest

NAMES = [
    "momentum",
    "nesterov-momentum",
    "learning-rate",
    "gradient-descent",
    "Hyperparameters",
    "cost-function",
    "critical-learning-rate",
    "batch-size",
    "warmup",
    "cosine-schedule",
    "weight-decay",
    "adam",
    "adamw",
    "rmsprop",
    "adagrad",
    "sharpness",
    "edge-of-stability",
    "linear-scaling-rule",
    "saddle-points",
    "learning-rate-finder",
    "cyclical-learning-rates",
    "noise-scale",
    "loss-landscape",
    "Lion",
    "Muon",
    "hypergradient-descent",
    "line-search",
    "second-order-methods",
    "natural-gradient",
]


def test_a_name_is_found_by_a_typo_in_one_of_its_words():
    assert nearest("Nestrov", NAMES) == ["nesterov-momentum"]


def test_names_in_other_words_are_not_offered():
    assert nearest("completely different", NAMES) == []


def test_spaces_and_dashes_are_the_same_mistake():
    assert nearest("gradient descent", NAMES)[0] == "gradient-descent"


def edits(name, chance):
    at = chance.randrange(len(name))
    letter = chance.choice(string.ascii_lowercase)
    yield name[:at] + name[at + 1 :]
    yield name[:at] + letter + name[at:]
    yield name[:at] + letter + name[at + 1 :]
    if at:
        yield name[: at - 1] + name[at] + name[at - 1] + name[at + 1 :]


def test_one_edit_is_undone_by_the_first_suggestion():
    chance = random.Random(0)
    typos = [
        (typo, name)
        for name in NAMES
        if len(name) > 4
        for _ in range(5)
        for typo in edits(name, chance)
        if typo not in NAMES
    ]
    right = sum(nearest(typo, NAMES)[:1] == [name] for typo, name in typos)

    assert right >= 0.95 * len(typos)


def test_a_vault_offers_paths_where_names_are_shared_and_aliases_too():
    vault = Vault.build([("docs/a/Note.md", ["Remark"]), ("docs/b/Note.md", [])])

    assert vault.nearest("Nose") == ["a/Note", "b/Note"]
    assert vault.nearest("Remarc") == ["Remark"]


def test_one_edit_is_undone_among_the_names_of_this_site():
    root = Path(__file__).parents[2]
    notes = {
        path.relative_to(root).as_posix(): scan_note("a.md", path.read_text("utf-8"))
        for path in sorted((root / "docs").rglob("*.md"))
    }
    snippets = [
        path.relative_to(root).as_posix() for path in (root / "snippets").glob("*.py")
    ]
    vault = Vault.build(
        ((path, note.aliases) for path, note in notes.items()), (), snippets
    )
    chance = random.Random(1)
    known = {fold(name) for name in vault.shown}
    typos = [
        (typo, name)
        for name in vault.shown
        if len(name) > 4
        for _ in range(2)
        for typo in edits(name, chance)
        if fold(typo) not in known
    ]
    right = sum(
        [fold(each) for each in vault.nearest(typo)[:1]] == [fold(name)]
        for typo, name in typos
    )

    assert len(typos) > 200
    assert right >= 0.95 * len(typos)
