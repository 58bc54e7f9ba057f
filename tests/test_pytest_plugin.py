"""The pytest door: items, names, lines, and what a failure shows."""

import pytest

CONFIG = "site_name: test\nplugins: [lrnotes]\n"

NOTE = """\
# A

```python exec
#| title: the start
x = 2
```

Text.

- listed

    ```python exec session="b"
    print("from b")
    ```

```python exec
x + 1
```
"""

CLAIMS = """\
# %% the ratio
ratio = 0.5

# %% claim: less than a tenth
#| label: tenth
assert ratio < 0.1

# %% claim: positive
assert ratio > 0
"""

OPTIONS = ("-p", "no:cacheprovider", "-q")


@pytest.fixture
def project(pytester):
    pytester.makefile(".yml", mkdocs=CONFIG)
    for folder in ("docs", "snippets"):
        pytester.mkdir(folder)

    def write(name, text):
        (pytester.path / name).write_text(text, encoding="utf-8")

    pytester.write = write
    return pytester


def test_every_code_cell_is_a_named_item(project):
    project.write("docs/a.md", NOTE)
    project.write("snippets/c.py", CLAIMS)
    project.write("snippets/module.py", "COUNT = 1\n")

    result = project.runpytest_subprocess("--collect-only", *OPTIONS)

    assert [line for line in result.outlines if "::" in line] == [
        "docs/a.md::the start",
        "docs/a.md::cell 2",
        "docs/a.md::b/cell 1",
        "snippets/c.py::the ratio",
        "snippets/c.py::claim: less than a tenth",
        "snippets/c.py::claim: positive",
    ]


def test_a_broken_claim_is_named_with_its_line_and_values(project):
    project.write("snippets/c.py", CLAIMS)

    result = project.runpytest_subprocess(*OPTIONS)

    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(
        ["*snippets/c.py:6*", "*assert ratio < 0.1*", "*ratio*0.5*"]
    )
    result.stdout.fnmatch_lines(["*snippets/c.py::claim: less than a tenth*"])


def test_cells_after_a_failing_one_are_skipped_with_the_reason(project):
    project.write("docs/a.md", NOTE.replace("x = 2", "x = 2\n1 / 0"))

    result = project.runpytest_subprocess("-rs", *OPTIONS)

    result.assert_outcomes(passed=1, failed=1, skipped=1)
    result.stdout.fnmatch_lines(["*docs/a.md:6*"])
    result.stdout.fnmatch_lines(["SKIPPED*the start*"])


def test_a_label_selects_its_cell(project):
    project.write("snippets/c.py", CLAIMS)

    result = project.runpytest_subprocess("-k", "tenth", *OPTIONS)

    result.assert_outcomes(failed=1, deselected=2)


def test_slow_scripts_can_be_deselected(project):
    project.write("docs/a.md", "```python exec slow\n1\n```\n")
    project.write("docs/b.md", "```python exec\n1\n```\n")

    result = project.runpytest_subprocess("-m", "not slow", *OPTIONS)

    result.assert_outcomes(passed=1, deselected=1)


def test_collecting_imports_no_torch(project):
    project.write("docs/a.md", NOTE)
    project.makeconftest(
        "import sys\n"
        "def pytest_collection_finish(session):\n"
        "    assert 'torch' not in sys.modules\n"
        "    assert 'matplotlib' not in sys.modules\n"
    )

    result = project.runpytest_subprocess("--collect-only", *OPTIONS)

    assert result.ret == 0


def test_nothing_happens_where_there_is_no_project(pytester):
    pytester.makefile(".md", a=NOTE)
    pytester.makepyfile("def test_one(): pass")

    result = pytester.runpytest_subprocess(*OPTIONS)

    result.assert_outcomes(passed=1)


def test_a_recorded_result_is_accepted_when_asked_and_said_so(project):
    project.write("docs/a.md", NOTE)
    project.runpytest_subprocess(*OPTIONS).assert_outcomes(passed=3)

    result = project.runpytest_subprocess("--lrnotes-cached", *OPTIONS)

    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines(
        ["*0 scripts executed, 2 recorded results still valid*"]
    )


def test_a_script_that_gives_other_outputs_each_time_is_found(project):
    project.write("docs/a.md", "```python exec\nimport os\nos.urandom(8).hex()\n```\n")
    project.write("docs/b.md", "```python exec\n1\n```\n")

    result = project.runpytest_subprocess("--lrnotes-reproduce", *OPTIONS)

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*different outputs*"])


def test_two_workers_run_each_script_once(project):
    mark = (
        "import os as _os\n"
        "_fd = _os.open('ran.txt', _os.O_APPEND | _os.O_CREAT | _os.O_WRONLY)\n"
        "_os.write(_fd, b'ran ')\n"
    )
    cells = "".join(f"```python exec\nx{n} = {n}\n```\n\n" for n in range(8))
    project.write("docs/a.md", f"```python exec\n{mark}```\n\n{cells}")

    result = project.runpytest_subprocess("-n", "2", *OPTIONS)

    result.assert_outcomes(passed=9)
    assert (project.path / "ran.txt").read_text() == "ran "
