"""Every row of the old notes has its place, and every place exists."""

from pathlib import Path

import yaml

from lrnotes.check import find_problems
from lrnotes.model import Place
from lrnotes.project import Project
from lrnotes.settings import find_layout

ROOT = Path(__file__).parents[1]
ROWS = yaml.safe_load((ROOT / "tests" / "seed_rows.yml").read_text("utf-8"))
OLD_ADDRESSES = [
    "learning-rate",
    "hyperparameters",
    "cost-function",
    "optimizers",
    "backpropagation",
    "overfitting",
]


def test_every_row_is_covered_or_named_as_open():
    wanted = [
        *(f"L{number}" for number in range(1, 19)),
        *(f"T{number}" for number in range(1, 24)),
        *(f"C{number}" for number in range(1, 34)),
    ]

    assert sorted([*ROWS["covered"], *ROWS["open"]]) == sorted(wanted)


def test_every_place_of_a_row_exists():
    layout = find_layout(ROOT)
    docs = ROOT / layout.docs
    pages = {
        path.relative_to(docs).as_posix(): (
            path.read_text("utf-8") if path.suffix in (".md", ".ipynb") else ""
        )
        for path in docs.rglob("*")
        if path.is_file()
    }
    links = "\n\n".join(
        f"[[{target}|{row}]]"
        for row, target in ROWS["covered"].items()
        if not target.startswith("#")
    )
    project = Project.read(layout, {**pages, "rows.md": links})

    found = [
        each.what
        for each in find_problems(project)
        if each.place.path == Place("docs/rows.md").path
        and each.kind.startswith(("unresolved", "ambiguous"))
    ]

    assert found == []


def test_every_tag_of_a_row_is_that_of_a_note():
    layout = find_layout(ROOT)
    notes = Project.read(layout).notes.values()
    given = {tag for note in notes for tag in note.tags}
    tags = {
        tag.removeprefix("#")
        for target in ROWS["covered"].values()
        if target.startswith("#")
        for tag in target.split()
    }

    assert len(tags) == 6
    assert tags <= given


def test_the_old_addresses_are_those_of_notes():
    assert [
        name for name in OLD_ADDRESSES if not (ROOT / f"docs/{name}.md").is_file()
    ] == []
