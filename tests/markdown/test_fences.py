"""Executed fences become slots; what was not planned is shown as code and reported."""

import re

import pytest
from markdown import Markdown

from lrnotes.markdown.context import Index
from lrnotes.markdown.defaults import EXTENSIONS
from lrnotes.markdown.extension import LrnotesExtension
from lrnotes.model import Cell, Fragment, Note, Place
from lrnotes.text.fences import find_fences

PAGE = "docs/home.md"


def plan(build_index, text, **fragments):
    """Return an index in which the text's fences were found and have run."""
    index = build_index(text, PAGE)
    fences, _ = find_fences(text, PAGE)
    index.notes = {PAGE: Note(PAGE, text, fences=fences)}
    index.fragments = {
        f"{PAGE}#{at}|all": Fragment(f'<div class="cell">RUN {at}</div>')
        for at, _ in enumerate(fences)
    } | fragments
    return index


@pytest.fixture
def show(convert, build_index):
    def show_page(text, shown=None, **fragments):
        index = plan(build_index, text, **fragments)
        html, problems, _ = convert(shown or text, PAGE, index)
        # Line numbers of the highlighter say nothing here.
        html = re.sub(r'<a id="__codelineno[^>]*></a>|<span></span>', "", html)
        return re.sub(r"</?span[^>]*>", "", html), problems

    return show_page


def test_a_fence_is_replaced_by_what_its_cell_shows(show):
    html, problems = show("before\n\n```python exec\nx = 1\n```\n\nafter")

    assert html == '<p>before</p>\n<div class="cell">RUN 0</div>\n<p>after</p>'
    assert problems == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- item\n\n    ```python exec\n    x\n    ```\n\n    more",
         '<ul>\n<li>\n<p>item</p>\n<div class="cell">RUN 0</div>\n<p>more</p>\n</li>\n</ul>'),
        ("!!! note\n    ~~~py exec\n    x\n    ~~~",
         '<div class="admonition note">\n<p class="admonition-title">Note</p>\n'
         '<div class="cell">RUN 0</div>\n</div>'),
        ("> quote\n>\n> ```python exec\n> x\n> ```\n>\n> more",
         '<blockquote>\n<p>quote</p>\n<div class="cell">RUN 0</div>\n<p>more</p>\n'
         "</blockquote>"),
        ("a\n\n```python exec\nx\n```\n\n```python exec\nx\n```",
         '<p>a</p>\n<div class="cell">RUN 0</div>\n<div class="cell">RUN 1</div>'),
    ],
)  # fmt: skip
def test_a_fence_in_a_container_stays_in_it(show, text, expected):
    html, problems = show(text)

    assert html == expected
    assert problems == ()


def test_a_fence_right_after_a_paragraph_ends_it(show):
    html, _ = show("text\n```python exec\nx\n```\nmore")

    assert html == '<p>text</p>\n<div class="cell">RUN 0</div>\n<p>more</p>'


def test_tabs_and_blank_lines_with_spaces_do_not_part_a_fence_from_its_plan(show):
    html, problems = show("```python exec\nif x:\n\ty = 1\n   \n\tz = 2\n```")

    assert html == '<div class="cell">RUN 0</div>'
    assert problems == ()


def test_a_fence_that_came_later_is_shown_as_code_and_reported(show):
    late = 'x\n\n```python exec title="T"\n#| label: a\ny = 2\n```'
    html, problems = show("x", late)

    assert html == (
        '<p>x</p>\n<div class="highlight">T<pre><code>y = 2\n</code></pre></div>'
    )
    assert [str(each) for each in problems] == [
        "docs/home.md:4: this fence was not in the note's own text, so it was not run; "
        "write it in the note, or show it without exec"
    ]


@pytest.mark.parametrize(
    "info",
    ["python exec", 'python exec="on" session="b"', "{.python exec}", "py exec slow",
     'python exec="off"', 'python exec caption="c" alt="a"'],
)  # fmt: skip
def test_without_an_index_every_exec_fence_is_highlighted_code(info):
    md = Markdown(
        extensions=[*EXTENSIONS, LrnotesExtension()], extension_configs=EXTENSIONS
    )
    html = md.convert(f"a\n\n```{info}\nimport torch\n```")

    assert '<div class="highlight"><pre>' in html
    assert '<span class="kn">import</span>' in html


def test_an_exec_fence_inside_a_longer_fence_is_text(show):
    text = "````md\n```python exec\nx\n```\n````"

    assert show(text)[0] == (
        '<div class="highlight"><pre><code>```python exec\nx\n```\n</code></pre></div>'
    )


def test_a_planned_fence_that_has_not_run_is_shown_as_code(convert, build_index):
    text = "```python exec\nx = 1\n```"
    index = plan(build_index, text)
    index.fragments = {}
    html, problems, _ = convert(text, PAGE, index)

    assert '<div class="highlight">' in html
    assert problems == ()


def test_printed_markdown_means_what_it_means_in_the_note(show):
    printed = (
        "| a |\n|---|\n| [[NAG]] |\n\n```python exec\nz\n```\n\n## Heading\n\n"
        "note[^1] `{python} steps`\n\n[^1]: Foot [[Nestrov]]."
    )
    fragments = {f"{PAGE}#0|all": Fragment("<div>\x02md0\x03</div>", (printed,))}
    text = "# Heading\n\na[^1]\n\n```python exec\nx\n```\n\n[^1]: own"
    html, problems = show(text, **fragments)

    assert '<a class="lrn-link" href="nesterov-momentum.md">NAG</a>' in html
    assert "<code>z\n</code>" in html
    assert [str(each) for each in problems] == [
        'docs/home.md:6: no note named "Nestrov"; nearest: Nesterov, nesterov-momentum'
    ]


def test_the_page_keeps_its_own_footnotes_and_headings(show):
    printed = "## Heading\n\nnote[^1]\n\n[^1]: Foot."
    fragments = {f"{PAGE}#0|all": Fragment("<div>\x02md0\x03</div>", (printed,))}
    text = "# Heading\n\na[^1]\n\n```python exec\nx\n```\n\n[^1]: own"
    html, _ = show(text, **fragments)
    ids = re.findall(r'id="([^"]+)"', html)

    assert sorted(ids) == sorted(set(ids))


def test_a_place_in_the_scanned_text_is_the_fence_s_own():
    fences, _ = find_fences("a\n\n```python exec\nx\n```", PAGE)

    assert fences[0].cell == Cell(
        "code", "", "x", Place(PAGE, 4), fences[0].cell.options
    )
    assert Index().fragments == {}


def test_a_slot_stays_in_its_footnote(show):
    html, _ = show(
        "a[^1]\n\n[^1]: body\n\n    ```python exec\n    x\n    ```\n\n    more"
    )

    note = html[html.index('<div class="footnote">') :]
    assert '<div class="cell">RUN 0</div>' in note
    assert "<p>more" in note
