"""The scanner against Python-Markdown, on notes that nobody would write by hand.

LRNOTES_EXAMPLES sets how many; a nightly run takes 20,000.
"""

import os
import re
import textwrap

import markdown
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from lrnotes.text.fences import find_fences

EXAMPLES = int(os.environ.get("LRNOTES_EXAMPLES", "250"))
checked = settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck)
)

# --- well-formed notes: containers in containers, four columns or `> ` each -----------

BODY = st.sampled_from(
    [
        "x@ = 1", "x@ = 1", "    y = 2", "", "# c", "- a", "> q", "!!! note", "<div>",
        "<!--", "-->", "$$", "1. a", "[^1]: x", "===", "    ", "</div>",
    ]
)  # fmt: skip
HEADS = st.sampled_from(
    [
        'python exec label="@"', 'py exec label="@"', '{.python exec label="@"}',
        '{ .py .annotate exec="on" label="@" }', 'python exec="off" label="@"',
    ]
)  # fmt: skip
SHOWN = [
    ["````text", "```python exec", "x", "```", "````"],
    ["~~~~", "~~~python exec", "x", "~~~", "~~~~"],
    ["```python", "x = 1", "```"],
    ["Text.", "", "    ```python exec", "    x", "    ```"],
]
TEXTS = [
    ["Some `code` and text."],
    ["## Heading"],
    ["| a | b |", "|---|---|", "| 1 | 2 |"],
    ["$$", "x = y", "$$"],
    ["***"],
]
LITERAL = [
    ["<!--", "```python exec", "x", "```", "-->"],
    ["<pre>", "```python exec", "x", "```", "</pre>"],
]


UNCLOSED = """\
- - text
    <pre>
    ```python exec label="3"
    ```
```python exec label="5"
```"""


@st.composite
def whole_fences(draw):
    mark = draw(st.sampled_from(["```", "~~~", "`````", "~~~~"]))
    body = draw(st.lists(BODY, max_size=4))
    return [mark + draw(HEADS), *body, mark]


def join(blocks):
    lines = []
    for block in blocks:
        lines += [*block, ""]
    return lines[:-1]


def indent(lines, prefix="    "):
    return [(prefix + line).rstrip() if line.strip() else "" for line in lines]


def quote(lines):
    return [f"> {line}".rstrip() for line in lines]


@st.composite
def containers(draw, inner):
    blocks = draw(st.lists(inner, min_size=1, max_size=3))
    kind = draw(st.sampled_from(["-", "1.", "!!!", "???", "===", ">", "[!"]))
    if kind in ("-", "1."):
        return join([[f"{kind} item", "", *indent(block)] for block in blocks])
    if kind == ">":
        return quote(["Said:", "", *join(blocks)])
    if kind == "[!":
        return quote(["[!note]- Title", *join(blocks)])
    head = {"!!!": '!!! note "T"', "???": "???+ tip", "===": '=== "Tab"'}[kind]
    return [head, "", *indent(join(blocks))]


def footnote(lines):
    return ["[^1]:", *indent(lines)] if lines[0] else ["[^1]: Foot."]


LEAVES = st.one_of(
    whole_fences(), whole_fences(), st.sampled_from(SHOWN), st.sampled_from(TEXTS)
)
NESTED = st.recursive(LEAVES, containers, max_leaves=8)
TOP = st.one_of(
    NESTED,
    NESTED,
    st.sampled_from(LITERAL),
    st.lists(NESTED, max_size=2).map(
        lambda inner: ['<div markdown="1">', "", *join(inner), "", "</div>"]
    ),
)


def number(lines):
    """Return a text in which each ``@`` is the number of its line, from 1."""
    split = "\n".join(lines).split("\n")
    return "\n".join(line.replace("@", str(at)) for at, line in enumerate(split, 1))


@st.composite
def tidy_notes(draw):
    blocks = draw(st.lists(TOP, min_size=1, max_size=4))
    parted = [part for block in blocks for part in (block, ["Between."])]
    if draw(st.booleans()):
        foot = draw(NESTED)
        parted += [["Text.[^1]"], ["[^1]: Foot.", "", *indent(foot)]]
    return number(join(parted))


# --- untidy notes: lines at any column, in any order ------------------------------------

PREFIXES = st.sampled_from(
    [
        "", "", "", "", " ", "  ", "   ", "    ", "    ", "     ", "      ", "        ",
        "            ", "> ", "> ", ">", ">  ", " > ", "> > ", ">> ", ">     ", "    > ",
        "- ", "* ", "1. ", "10. ", "   - ", "  - ", "    - ", "> - ", "\t", "\t\t", "- - ",
    ]
)  # fmt: skip
LINES = [
    "text", "text", "", "", "", "```", "```", "~~~", "````", "```text", "```js live",
    "x@ = 1", "x@ = 1", "!!! note", '!!! note "t"', "??? tip", '=== "A"', "[^1]: foot",
    "[^2]: foot", "# h", "---", "===", "| a | b |", "|---|---|", "[x]: http://u", "[y]:",
    "$$", "{: .c }", "a [^1] b", "1) x", "-", "#tag", "***",
    '```python exec label="@"', '~~~py exec label="@"', '````{.python exec label="@"}',
]  # fmt: skip
TAGS = [
    "<div>", "</div>", '<div markdown="1">', "<div markdown>", "<!--", "-->",
    "<!-- c -->", "<pre>", "</pre>", "<details>", "<summary>s</summary>", "</details>",
    "<span>", "</span>", "<p>", "<br>", "<hr>", "<b>x</b>", "a < b",
    '<section markdown="block">', "</section>", "<script>\nx\n</script>",
]  # fmt: skip


@st.composite
def untidy_notes(draw, tags=()):
    contents = st.sampled_from([*LINES, *tags])
    prefix, lines = "", []
    for _ in range(draw(st.integers(2, 9))):
        if draw(st.booleans()):
            prefix = draw(PREFIXES)
        if draw(st.integers(0, 2)):
            content = draw(contents)
            lines.append(prefix + content if content else "")
        else:
            prefix = "".join(" " if char in "-*1." else char for char in prefix)
            fence = draw(whole_fences().filter(lambda fence: "off" not in fence[0]))
            lines += [prefix + line for line in fence]
        prefix = "".join(" " if char in "-*1." else char for char in prefix)
        if lines[-1].endswith(("note", '"t"', "tip", '"A"', "foot")):
            prefix += "    " * draw(st.integers(0, 1))
    return number(lines)


# --- the properties ---------------------------------------------------------------------


def words(source):
    return [line.split() for line in textwrap.dedent(source).strip("\n").split("\n")]


def differences(text, shown_as_code, lists):
    """Return what the two readers see in different ways, and what is reported."""
    fences, problems = find_fences(text, "docs/a.md", lists=lists)
    try:
        shown, in_pre = shown_as_code(text)
    except (RuntimeError, ValueError):  # Python-Markdown cannot read the text
        assume(False)
    found = {str(fence.start): fence.cell.source for fence in fences}
    reported = {str(problem.place.line) for problem in problems}
    unclosed = min(
        (each.place.line for each in problems if each.kind == "unclosed-fence"),
        default=len(text),
    )
    wrong = {label for label in found if label not in shown}
    wrong |= {
        label
        for label, source in found.items()
        if label in shown and words(source) != words(shown[label])
    }
    dropped = {
        label
        for label in shown.keys() - found.keys() - reported - in_pre
        if int(label) < unclosed
        and 'exec="off"' not in text.split("\n")[int(label) - 1]
    }
    return wrong, dropped, problems


@checked
@given(tidy_notes())
def test_every_fence_of_a_tidy_note_is_code_for_both_and_nothing_is_reported(
    shown_as_code, lists, text
):
    assert differences(text, shown_as_code, lists) == (set(), set(), ())


@checked
@given(untidy_notes())
def test_what_runs_is_shown_as_code_and_what_is_not_run_is_reported(
    shown_as_code, lists, text
):
    assert differences(text, shown_as_code, lists)[:2] == (set(), set())


@checked
@given(untidy_notes(TAGS))
@example(UNCLOSED)
@example(UNCLOSED.replace("<pre>", "</pre>"))
@example(UNCLOSED.replace("<pre>", "<summary>s</summary>"))
def test_raw_html_hides_no_fence_that_runs(shown_as_code, lists, text):
    wrong, _, _ = differences(text, shown_as_code, lists)

    assert wrong == set()


def put_slots(text, lists):
    """Return the text with ``slot3.`` for a fence in line 3, as the extension does."""
    lines = text.split("\n")
    fences, _ = find_fences(text, "docs/a.md", lists=lists)
    for fence in reversed(fences):
        if lists == "commonmark":
            slot = f"{fence.prefix}slot{fence.start}."
            lines[fence.start - 1 : fence.end] = [slot]
            continue
        blank = fence.prefix.rstrip()
        around = (
            lines[fence.start - 2 : fence.start - 1],
            lines[fence.end : fence.end + 1],
        )
        before, after = (
            [blank] if any(x.strip("> ") for x in y) else [] for y in around
        )
        slot = f"{fence.prefix}slot{fence.start}."
        lines[fence.start - 1 : fence.end] = [*before, slot, *after]
    return "\n".join(lines), {f"slot{fence.start}." for fence in fences}


@checked
@given(st.one_of(tidy_notes(), untidy_notes()))
def test_a_slot_behind_the_prefix_stays_out_of_code(convert, lists, text):
    slotted, slots = put_slots(text, lists)
    try:
        html = convert(slotted)
    except (RuntimeError, ValueError):  # Python-Markdown cannot read the text
        assume(False)
    without_code = re.sub(r"(?s)<(code|pre)\b.*?</\1>", "", html)

    assert {slot for slot in slots if slot not in without_code} == set()


@checked
@given(untidy_notes(TAGS))
def test_each_line_of_a_cell_stands_where_its_place_says(text):
    lines = text.split("\n")
    for fence in find_fences(text, "docs/a.md")[0]:
        for offset, line in enumerate(fence.cell.source.split("\n")):
            stands = lines[fence.cell.place.line - 1 + offset]

            assert stands.expandtabs(4).rstrip().endswith(line.strip())


@checked
@given(untidy_notes(TAGS))
def test_line_ends_change_nothing_but_themselves(text):
    windows = find_fences(text.replace("\n", "\r\n"), "docs/a.md")

    assert windows == find_fences(text, "docs/a.md")


@checked
@given(tidy_notes())
def test_plain_fenced_code_shows_the_fences_that_no_container_holds(text):
    # It knows attribute lists alone, and fences at the first column alone.
    fences = [
        fence
        for fence in find_fences(text, "docs/a.md")[0]
        if not fence.prefix and "{" in text.split("\n")[fence.start - 1]
    ]
    shown = markdown.markdown(text, extensions=["fenced_code"])

    for fence in fences:
        assert f'label="{fence.start}"' not in shown


@checked
@given(st.text(alphabet="`~>- \t\n\r#|<!/div$[]^:1.=\"{}'exc py\x02", max_size=60))
def test_no_text_is_too_odd_to_be_scanned(text):
    fences, _ = find_fences(f"```python exec\n{text}\n```\n{text}", "docs/a.md")

    assert all(fence.start < fence.end for fence in fences)
