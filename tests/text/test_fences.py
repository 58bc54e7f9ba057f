"""Executed fences: found in their containers, or reported."""

import pytest

from lrnotes.model import Place
from lrnotes.text.fences import find_fences

FIXTURE_FILE = "fences.md"
COMMONMARK_FILE = "fences_commonmark.md"


def describe(fences, problems):
    lines = []
    for fence in fences:
        cell = fence.cell
        is_own = fence.session or cell.title
        session = f"{fence.session}#{fence.index} {cell.title}" if is_own else ""
        lines.append(f"run {fence.start}-{fence.end} {fence.prefix!r} {session}")
        for offset, line in enumerate(cell.source.split("\n")):
            lines.append(f"  {cell.place.line + offset}: {line}")
    lines += [
        f"{each.kind} {each.place.line}: {each.what}; {each.hint}" for each in problems
    ]
    return "\n".join(line.rstrip() for line in lines)


def test_a_text_reads_as_its_fixture_says(case):
    text, expected = case

    assert describe(*find_fences(text, "docs/a.md", lists="markdown")) == expected


def test_a_text_reads_otherwise_where_lists_follow_commonmark(commonmark_case):
    text, expected = commonmark_case

    assert describe(*find_fences(text, "docs/a.md")) == expected


def test_places_count_from_the_line_on_which_the_text_begins():
    text = "Text.\n\n```python exec\nx = 1\n```\n\n~~~python exec\n"

    fences, problems = find_fences(text, "docs/a.md", first_line=10)

    assert (fences[0].start, fences[0].end) == (3, 5)
    assert fences[0].cell.place == Place("docs/a.md", 13)
    assert [problem.place for problem in problems] == [Place("docs/a.md", 16)]


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_other_line_ends_stay_out_of_the_source(end):
    text = end.join(["- item", "", "    ```py exec", "    a", "", "    b", "    ```"])

    ((fence,), problems) = find_fences(text, "docs/a.md")

    assert (fence.cell.source, fence.cell.place.line, problems) == ("a\n\nb", 4, ())


def test_separators_that_end_no_line_in_markdown_end_none_here():
    ((fence,), _) = find_fences(
        "a\u2028b\x0cc\n```python exec\nx = '\x85'\n```\n", "docs/a.md"
    )

    assert (fence.start, fence.cell.source) == (2, "x = '\x85'")


def test_tabs_are_cut_as_columns_and_kept_in_the_code():
    text = "- item\n\n\t```python exec\n\tif x:\n\t\ty = '\t'\n    z\n\t```\n"

    ((fence,), problems) = find_fences(text, "docs/a.md")

    assert (fence.cell.source, problems) == ("if x:\n\ty = '\t'\nz", ())
    assert fence.prefix == "\t"


def test_exec_without_a_fence_is_a_word():
    text = "Text with exec and `python exec`.\n"

    assert find_fences(text, "docs/a.md") == ((), ())


def test_containers_may_nest_deeper_than_anyone_reads():
    deep = "> " * 400
    text = f"{deep}```python exec\n{deep}x\n{deep}```\n"

    fences, problems = find_fences(text, "docs/a.md")

    assert fences == ()
    assert [problem.kind for problem in problems] == ["hidden-fence"]


def test_elements_may_nest_deeper_than_anyone_reads():
    text = "<div markdown>\n" * 400 + "```python exec\nx\n```\n" + "</div>\n" * 400

    fences, problems = find_fences(text, "docs/a.md")

    assert fences == ()
    assert [problem.kind for problem in problems] == ["hidden-fence"]
