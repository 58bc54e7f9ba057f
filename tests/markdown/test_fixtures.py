"""Every fixture file: title, Markdown, HTML; the last with the problems found."""

import os
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent / "fixtures"


def read(path):
    """Yield title, input and expected text; blocks are parted by lines of one dot."""
    parts = path.read_text(encoding="utf-8").split("\n.\n")
    for at in range(0, len(parts) - 1, 3):
        yield parts[at].strip(), parts[at + 1], parts[at + 2].strip("\n")


CASES = [
    pytest.param(path, title, text, expected, id=f"{path.stem}: {title}")
    for path in sorted(FOLDER.glob("*.md"))
    for title, text, expected in read(path)
]


def render(convert, text, page):
    html, problems, _ = convert(text, page)
    return "\n".join([html, *(f"!! {each.kind} {each}" for each in problems)])


@pytest.mark.parametrize(("path", "title", "text", "expected"), CASES)
def test_a_note_reads_as_its_fixture_says(convert, path, title, text, expected):
    # A first line such as `page: docs/folder/My note.md` names another page.
    page, _, rest = text.partition("\n")
    is_named = page.startswith("page: ")
    name = page.removeprefix("page: ") if is_named else "docs/home.md"
    actual = render(convert, rest if is_named else text, name)
    if os.environ.get("UPDATE_FIXTURES"):
        update(path, title, text, actual)

    assert actual == expected or os.environ.get("UPDATE_FIXTURES")


def update(path, title, text, actual):
    blocks = [
        "\n.\n".join([each, given, actual if each == title else expected])
        for each, given, expected in read(path)
    ]
    path.write_text("\n.\n\n".join(blocks) + "\n.\n", encoding="utf-8")
