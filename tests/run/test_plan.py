"""Equal code, equal key, wherever it stands and however it is laid out."""

import ast
import io
import tokenize

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from lrnotes.model import Cell, Options, Place, Script
from lrnotes.run.plan import figure_salt, make_plan, wanted_device
from lrnotes.settings import Settings

CODE = '''\
import math

lr, steps = 0.4, 60
name = "sgd"


def descend(point, momentum=0.9):
    """Return the path."""
    path = [point]
    for step in range(steps):
        point = point - lr * point**2 + momentum
        path.append(point)
        if point > 10 and step != 3:
            break
    return path


first = f"{name} {descend(1.0)[-1]:.3g}"
assert math.isfinite(descend(1.0)[-1]), "diverged"
'''


def make_script(*sources, path="docs/a.md", kind="note", line=1, **options):
    cells = tuple(
        Cell("code", "", source, Place(path, line + index), Options(**options))
        for index, source in enumerate(sources)
    )
    return Script(path, cells, kind=kind)


def key(script, settings=None):
    return make_plan(script, settings or Settings()).key


def tokens(source):
    return list(tokenize.generate_tokens(io.StringIO(source).readline))


SKIPPED = (
    *(tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE),
    *(tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER),
)
WORDS = [token for token in tokens(CODE) if token.type not in SKIPPED]
ENDS = [token.start for token in tokens(CODE) if token.type == tokenize.NEWLINE]
KEY = key(make_script(CODE))


def change_token(index, other):
    """Return the code with one token written otherwise."""
    token = WORDS[index]
    lines = CODE.splitlines(keepends=True)
    (row, start), (end_row, end) = token.start, token.end
    assert row == end_row
    line = lines[row - 1]
    lines[row - 1] = line[:start] + other + line[end:]
    return "".join(lines)


def same_code(one, other):
    try:
        return ast.dump(ast.parse(one)) == ast.dump(ast.parse(other))
    except SyntaxError:
        return False


@given(
    st.integers(0, len(WORDS) - 1),
    st.sampled_from(
        ["x", "beta_2", "0.41", "7", "'adam'", "+", "-", "*", "<", "not", "("]
    ),
)
def test_any_changed_token_changes_the_key(index, other):
    changed = change_token(index, other)

    assert (key(make_script(changed)) == KEY) == same_code(changed, CODE)


COMMENT = st.text(
    st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\r\n\f"),
    max_size=20,
).map(lambda text: f"# {text}")


@given(st.data())
def test_comments_and_blank_lines_do_not_change_the_key(data):
    lines = CODE.splitlines()
    row, _ = data.draw(st.sampled_from(ENDS))
    lines[row - 1] += "   " + data.draw(COMMENT)
    after = data.draw(st.sampled_from([row for row, _ in ENDS]))
    lines.insert(after, data.draw(st.sampled_from(["", "\n\n", "    # deeper", "# |"])))

    assert key(make_script("\n".join(lines))) == KEY


@given(
    st.sampled_from(["docs/b.md", "docs/deep/c.md", "snippets/d.py"]),
    st.integers(1, 500),
    st.text(max_size=10),
)
def test_path_line_title_and_prose_do_not_change_the_key(path, line, text):
    code = Cell("code", text.replace(":", ""), CODE, Place(path, line))
    prose = Cell("text", text, text, Place(path, line + 99))

    assert key(Script(path, (prose, code, prose), session=text)) == KEY


@pytest.mark.parametrize(
    "other",
    [
        CODE.replace("\n", "\r\n"),
        CODE.replace('"sgd"', "'sgd'"),
        CODE.replace("steps = 0.4, 60", "steps = (0.4, 60)"),
        CODE.replace("import math\n", "import math;\n"),
        f"#| caption: A figure\n#| alt: Two curves\n#| fold: true\n\n{CODE}",
    ],
)
def test_formatting_does_not_change_the_key(other):
    assert key(make_script(other)) == KEY


@pytest.mark.parametrize(
    "other",
    [
        CODE.replace("Return the path.", "Return the steps."),
        CODE.replace("60", "60.0"),
        CODE.replace("break", "continue"),
        CODE.replace('"diverged"', '"gone"'),
        f"{CODE}lr;",
    ],
)
def test_docstrings_types_and_statements_change_the_key(other):
    assert key(make_script(other)) != KEY


def test_a_semicolon_that_hides_the_last_value_changes_the_key():
    assert key(make_script("1 + 1")) != key(make_script("1 + 1;  # hidden"))


def test_cell_boundaries_change_the_key():
    assert key(make_script("a = 1\nb = 2")) != key(make_script("a = 1", "b = 2"))
    assert key(make_script("a = 1")) != key(make_script("a = 1", "# nothing"))


def test_a_claim_is_another_cell_than_a_plain_one():
    cell = Cell("code", "a tenth", "assert 0.1 < 1", Place("docs/a.md"))
    claim = replace(cell, title="claim: a tenth")
    other = replace(cell, title="claim: ten times less")

    plain, first, second = (
        key(Script("docs/a.md", (each,))) for each in (cell, claim, other)
    )
    assert plain != first
    assert first == second


@pytest.mark.parametrize(
    "options",
    [
        {"raises": "ValueError"},
        {"device": "cpu"},
        {"needs": "cuda"},
        {"deps": ("data/*.csv",)},
        {"frames": "learning rate"},
        {"output": "markdown"},
    ],
)
def test_options_that_change_results_change_the_key(options):
    assert key(make_script(CODE, **options)) != KEY


def test_options_that_change_only_the_page_do_not_change_the_key():
    options = {
        "label": "a", "title": "b", "show": (), "fold": True, "caption": "c",
        "alt": "d", "default": "e", "timeout": 5.0, "slow": True, "hl_lines": "1",
        "linenums": "1", "session": "f",
    }  # fmt: skip

    assert key(make_script(CODE, **options)) == KEY


def test_script_options_count_once_and_in_any_order():
    first = make_script("a = 1", "b = 2", deps=("x", "y"))
    second = make_script("a = 1", "b = 2", deps=("y", "x", "y"))

    assert key(first) == key(second)


def test_a_cell_that_does_not_parse_counts_as_it_stands():
    assert key(make_script("a = = 1")) != key(make_script("a = = 1 "))
    assert key(make_script("a = = 1")) == key(make_script("a = = 1", path="docs/b.md"))
    assert key(make_script("'\0'")) != key(make_script("'\0' "))


def test_a_cell_too_deep_for_the_parser_has_a_key():
    deep = "(" * 500 + "1" + ")" * 500

    assert key(make_script(deep)) == key(make_script(deep))


@pytest.mark.parametrize("code", ["print(__file__)", "import sys\nsys.argv[0]"])
def test_a_snippet_that_sees_its_own_path_has_the_path_in_its_key(code):
    one, other = (
        make_script(code, path=path, kind="snippet")
        for path in ("snippets/a.py", "snippets/b.py")
    )

    assert key(one) != key(other)


def test_equal_snippets_and_notes_share_a_key():
    assert key(make_script(CODE, path="snippets/a.py", kind="snippet")) == KEY


def test_code_that_can_show_its_own_lines_counts_as_it_stands():
    code = "import inspect\nprint(inspect.currentframe().f_lineno)"

    assert key(make_script(code)) != key(make_script(f"# moved\n{code}"))


def test_the_folder_of_imports_is_in_the_key():
    assert key(make_script(CODE), Settings(snippets="code")) != KEY
    assert key(make_script(CODE), Settings(threads=4, timeout=1.0)) == KEY


def test_figures_of_one_plan_have_different_salts_and_equal_ones_equal():
    salts = [figure_salt(KEY, cell, figure) for cell in range(3) for figure in range(3)]

    assert len(set(salts)) == 9
    assert salts[4] == figure_salt(KEY, 1, 1)


@pytest.mark.parametrize(
    ("option", "variable", "setting", "expected"),
    [
        ("", "", "auto", "auto"),
        ("", "", "cuda:1", "cuda:1"),
        ("", "cuda", "cpu", "cuda"),
        ("cpu", "cuda", "auto", "cpu"),
        ("cpu", "lint", "auto", "lint"),
    ],
)
def test_the_device_is_asked_for_in_order(
    option, variable, setting, expected, monkeypatch
):
    monkeypatch.setenv("LRNOTES_DEVICE", variable)
    script = make_script("a = 1", device=option)

    assert wanted_device(script, Settings(device=setting)) == expected
