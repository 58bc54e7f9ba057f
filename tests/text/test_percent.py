"""Snippets in py:percent cells."""

import ast

import jupytext
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lrnotes.text.percent import read_snippet

FIXTURE_FILE = "percent.md"


def describe(script, problems):
    if script is None:
        return "plain module"
    lines = []
    for cell in script.cells:
        options = [f"label={cell.options.label}"] if cell.options.label else []
        options += ["slow"] if cell.options.slow else []
        head = f'{cell.kind} {cell.place.line} "{cell.title}"'
        lines.append(" ".join([head, *options]))
        lines += [f"  {line}" for line in cell.source.split("\n")]
    lines += [
        f"{each.kind} {each.place.line}: {each.what}; {each.hint}" for each in problems
    ]
    return "\n".join(line.rstrip() for line in lines)


def test_a_snippet_reads_as_its_fixture_says(case):
    text, expected = case
    expected = "\n".join(line.rstrip() for line in expected.split("\n"))

    assert describe(*read_snippet("snippets/a.py", text)) == expected


def test_a_snippet_is_named_by_its_path():
    script, _ = read_snippet("snippets/a.py", "# %% a\nx\n")

    assert (script.name, script.kind, script.session) == (
        "snippets/a.py",
        "snippet",
        "",
    )


@pytest.mark.parametrize("mark", ["\ufeff", ""])
def test_windows_files_read_like_others(mark):
    text = '# %% a\n#| label: x\ny = """\nz\n"""\n\n# %% [md]\n# t\n'

    windows = read_snippet("a.py", mark + text.replace("\n", "\r\n"))

    assert windows == read_snippet("a.py", text)


# Where the formats agree: jupytext reads brackets, braces and key=value in a title as
# its own, keeps blank lines in cells, takes any prose before the first mark, and lets a
# fence mark in comments hold the marks of cells down to the next one; here, as for
# editors, a cell ends at the next mark whatever its prose leaves open.
WORDS = ["claim:", "loss", "a", "tenth,", "é", "why?", "don't", "2", "x-y", "(b)"]
TITLES = st.lists(st.sampled_from(WORDS), max_size=4).map(" ".join)
CODE = st.sampled_from(
    [
        "x = 1",
        "if x:\n    y = 2\n\n    z",
        '"""\n# %% no\n"""',
        "# comment",
        "#| fold: true",
    ]
)
PROSE = (
    st.text(alphabet="ab *`_#é", min_size=1, max_size=12)
    .map(lambda text: text.strip())
    .filter(lambda text: "```" not in text)
)
CELLS = st.one_of(
    st.tuples(st.just("code"), TITLES, st.lists(CODE, min_size=1, max_size=3)),
    st.tuples(st.just("text"), st.just(""), st.lists(PROSE, min_size=1, max_size=3)),
)


def write(cells):
    lines = []
    for kind, title, content in cells:
        lines.append(f"# %% {'[markdown]' if kind == 'text' else title}".rstrip())
        for part in content:
            lines.append(f"# {part}".rstrip() if kind == "text" else part)
        lines.append("")
    return "\n".join(lines)


@settings(max_examples=150, deadline=None)
@given(st.lists(CELLS, min_size=1, max_size=5))
def test_cells_and_titles_are_those_of_jupytext(cells):
    text = write(cells)

    script, _ = read_snippet("a.py", text)
    notebook = jupytext.reads(text, fmt="py:percent")

    assert [
        ("text" if cell.cell_type == "markdown" else "code",
         " ".join(cell.metadata.get("title", "").split()),
         cell.source.strip())
        for cell in notebook.cells
    ] == [
        (cell.kind, " ".join(cell.title.split()), cell.source.strip())
        for cell in script.cells
    ]  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(CELLS, min_size=1, max_size=5))
def test_each_line_of_a_code_cell_stands_where_its_place_says(cells):
    lines = write(cells).split("\n")
    for cell in read_snippet("a.py", write(cells))[0].code:
        source = cell.source.split("\n")

        assert lines[cell.place.line - 1 :][: len(source)] == source


@settings(max_examples=150, deadline=None)
@given(st.lists(CELLS, min_size=1, max_size=5))
def test_the_cells_together_are_the_program(cells):
    text = write(cells)
    together = "\n".join(cell.source for cell in read_snippet("a.py", text)[0].code)

    assert ast.dump(ast.parse(together)) == ast.dump(ast.parse(text))


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="#% [markdown]\"'\n|:x\\=({", max_size=60))
def test_no_text_is_too_odd_to_be_read(text):
    script, _ = read_snippet("a.py", f"# %% a\n{text}")

    assert script.cells[0].place.line >= 1
