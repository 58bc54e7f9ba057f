"""Notes: what their text alone tells."""

import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lrnotes.text.notes import scan_note, split_front_matter

FIXTURE_FILE = "notes.md"


def describe(note):
    lines = [f"title {note.title}"]
    lines += [f"alias {alias}" for alias in note.aliases]
    lines += [f"tag {tag}" for tag in note.tags]
    for script in note.scripts:
        places = " ".join(str(cell.place.line) for cell in script.cells)
        lines.append(f"script {script.name}: {places}")
    for each in note.problems:
        hint = f"; {each.hint}" if each.hint else ""
        lines.append(f"{each.kind} {each.place.line}: {each.what}{hint}")
    return "\n".join(lines)


def test_a_note_reads_as_its_fixture_says(case):
    text, expected = case

    assert describe(scan_note("docs/my-note.md", text)) == expected


def test_windows_files_with_a_mark_in_front_read_like_others():
    text = "---\naliases: [a]\n---\n\n# T\n\n```python exec\nx = 1\n```\n"

    plain = scan_note("docs/a.md", text)
    windows = scan_note("docs/a.md", "\ufeff" + text.replace("\n", "\r\n"))

    assert describe(windows) == describe(plain)
    assert windows.fences == plain.fences


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("---\na: 1\n---\nText", ("a: 1\n", "Text", 4)),
        ("---  \na: 1\n...\n\nText", ("a: 1\n", "\nText", 4)),
        ("---\n---\nText", ("", "Text", 3)),
        ("---\na: 1\n---", ("a: 1\n", "", 3)),
        ("---\r\na: 1\r\n---\r\nText", ("a: 1\r\n", "Text", 4)),
        ("\ufeffText", (None, "Text", 1)),
        ("---\na: 1\nText", (None, "---\na: 1\nText", 1)),
        (" ---\na: 1\n---\n", (None, " ---\na: 1\n---\n", 1)),
        ("---\na: x---\n---\nText", ("a: x---\n", "Text", 4)),
        ("", (None, "", 1)),
    ],
)
def test_front_matter_ends_at_its_second_rule(text, parts):
    assert split_front_matter(text) == parts


def test_fences_are_counted_in_the_text_below_the_front_matter():
    note = scan_note("docs/a.md", "---\na: 1\n---\n\n```python exec\nx\n```\n")
    (fence,) = note.fences

    assert (fence.start, fence.end, fence.cell.place.line) == (2, 4, 6)


def test_all_fields_of_the_front_matter_are_kept():
    text = "---\nlayout: default\n1: [2, {a: 2020-01-01}]\n---\n"

    assert scan_note("docs/a.md", text).meta == {
        "layout": "default",
        "1": [2, {"a": "2020-01-01"}],
    }


@settings(max_examples=200, deadline=None)
@given(
    st.text(alphabet="ab:[]{}&*!'\"\n-?>|%@,#\x00 <=~`$.", max_size=60),
    st.text(alphabet="# =-\n`~<!>ab[]|(){}*_$", max_size=60),
)
def test_no_note_is_too_odd_to_be_scanned(front, body):
    note = scan_note("docs/a.md", f"---\n{front}\n---\n{body}")

    assert note.title
    assert pickle.loads(pickle.dumps(note)) == note


def test_a_fence_inside_a_comment_is_not_run():
    fence = "```python exec\nx = {}\n```\n"
    text = fence.format(1) + "\n%%\n" + fence.format(2) + "%%\n\n" + fence.format(3)

    note = scan_note("docs/a.md", text)

    assert [(each.cell.source, each.index) for each in note.fences] == [
        ("x = 1", 0),
        ("x = 3", 1),
    ]
    assert len(note.scripts[0].cells) == 2


def test_percent_signs_in_code_are_no_comment():
    text = "```python exec\n%%time\n```\n\n```python exec\n%%time\n```\n"

    assert len(scan_note("docs/a.md", text).fences) == 2
