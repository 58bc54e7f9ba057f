"""The pytest door: items, names, lines, and what a failure shows."""

from importlib.util import find_spec
from xml.etree import ElementTree

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


BROKEN = CLAIMS.replace("assert ratio > 0", "assert ratio > 1")


def test_only_what_failed_runs_again(project):
    project.write("snippets/c.py", CLAIMS)
    project.write("docs/a.md", NOTE)
    project.runpytest_subprocess("-q").assert_outcomes(passed=5, failed=1)

    again = project.runpytest_subprocess("--lf", "-q")

    again.assert_outcomes(failed=1)
    again.stdout.fnmatch_lines(["lrnotes: 1 scripts executed"])
    project.write("snippets/c.py", CLAIMS.replace("< 0.1", "< 0.9"))
    project.runpytest_subprocess("--lf", "-q").assert_outcomes(passed=1)


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_a_first_failure_ends_the_run_when_asked(project, workers):
    project.write("docs/a.md", "```python exec\n1 / 0\n```\n")
    late = "import time\n\ntime.sleep(1)\nopen('late-{}.txt', 'w')\n"
    for number in range(6):
        code = late.format(number)
        project.write(f"docs/b{number}.md", f"```python exec\n{code}```\n")

    result = project.runpytest_subprocess("-x", *workers, *OPTIONS)

    assert result.parseoutcomes()["failed"] == 1
    assert len(list(project.path.glob("late-*.txt"))) < 6


def test_the_report_for_machines_names_the_notes_line(project):
    project.write("docs/a.md", NOTE)
    project.write("snippets/c.py", CLAIMS)

    project.runpytest_subprocess(
        "--junitxml=junit.xml", "-o", "junit_family=xunit1", *OPTIONS
    )

    cases = ElementTree.parse(project.path / "junit.xml").iter("testcase")
    told = {(case.get("file"), case.get("name")): case.get("line") for case in cases}
    # Lines from 0, as pytest counts them there; of the cell's first line.
    assert told == {
        ("docs/a.md", "the start"): "3",
        ("docs/a.md", "cell 2"): "16",
        ("docs/a.md", "b/cell 1"): "12",
        ("snippets/c.py", "the ratio"): "1",
        ("snippets/c.py", "claim: less than a tenth"): "4",
        ("snippets/c.py", "claim: positive"): "8",
    }


@pytest.mark.skipif(find_spec("torch") is None, reason="could not import torch")
def test_verifying_recorded_results_imports_no_torch(project):
    # Importing it here would break it: the fixture forgets what was imported.
    project.write("docs/a.md", "```python exec\nimport torch\ntorch.ones(2)\n```\n")
    project.makeconftest(
        "import sys\n"
        "def pytest_sessionfinish(session):\n"
        "    heavy = {'torch', 'matplotlib', 'numpy'} & sys.modules.keys()\n"
        "    print('heavy modules:', sorted(heavy))\n"
    )
    project.runpytest_subprocess(*OPTIONS).assert_outcomes(passed=1)

    result = project.runpytest_subprocess(
        "--lrnotes-cached", "-s", "-p", "no:hypothesispytest", *OPTIONS
    )

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*heavy modules: []*"])
    result.stdout.fnmatch_lines(["*0 scripts executed, 1 recorded results*"])


def test_a_changed_script_runs_where_recorded_results_are_accepted(project):
    project.write("docs/a.md", NOTE)
    project.write("snippets/c.py", CLAIMS.replace("< 0.1", "< 0.9"))
    project.runpytest_subprocess(*OPTIONS).assert_outcomes(passed=6)
    project.write("snippets/c.py", BROKEN)

    result = project.runpytest_subprocess("--lrnotes-cached", *OPTIONS)

    result.assert_outcomes(passed=4, failed=2)
    result.stdout.fnmatch_lines(
        ["*1 scripts executed, 2 recorded results still valid*"]
    )


FOREIGN = {
    "conftest.py": (
        "import pytest\n\n\n@pytest.fixture(autouse=True)\ndef theirs():\n    yield\n"
    ),
    "src/theirs.py": "def double(x):\n    return 2 * x\n",
    "tests/conftest.py": "def pytest_itemcollected(item):\n    item.add_marker('own')\n",
    "tests/test_theirs.py": (
        "import theirs\n\n\ndef test_double(theirs_value=3):\n"
        "    assert theirs.double(theirs_value) == 6\n"
    ),
    "pyproject.toml": (
        "[tool.pytest.ini_options]\n"
        'pythonpath = ["src"]\nmarkers = ["own: theirs"]\n'
        'python_files = ["test_*.py", "[a-d].py"]\n'
    ),
}


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_a_foreign_project_keeps_its_tests_conftest_and_coverage(project, workers):
    pytest.importorskip("pytest_cov")
    for folder in ("src", "tests"):
        project.mkdir(folder)
    for name, text in FOREIGN.items():
        project.write(name, text)
    project.write("docs/a.md", NOTE)
    project.write("snippets/c.py", CLAIMS.replace("< 0.1", "< 0.9"))
    # Python's own collector asks for this file; it must not be imported as a module.
    project.write("snippets/d.py", "# %% test\nimport nothing_of_this_name\n")

    result = project.runpytest_subprocess(
        "--cov=theirs", "--cov-report=term", *workers, *OPTIONS
    )

    result.assert_outcomes(passed=7, failed=1)
    result.stdout.fnmatch_lines(
        ["*snippets/d.py:2: ModuleNotFoundError: No module named*"]
    )
    result.stdout.fnmatch_lines(["src/theirs.py *100%*"])


def test_a_foreign_folder_without_a_project_costs_nothing(pytester):
    pytester.makefile(".yml", mkdocs="site_name: test\nplugins: [search]\n")
    pytester.makefile(".md", a=NOTE)
    pytester.makepyfile("def test_one(): pass")
    pytester.makeconftest(
        "import sys\n"
        "def pytest_sessionfinish(session):\n"
        "    ours = [name for name in sys.modules if name.startswith('lrnotes.')]\n"
        "    print('ours:', sorted(ours))\n"
    )

    result = pytester.runpytest_subprocess("-s", *OPTIONS)

    result.assert_outcomes(passed=1)
    (line,) = [line for line in result.outlines if "ours: " in line]
    assert line.endswith(
        "['lrnotes.errors', 'lrnotes.model', 'lrnotes.pytest_plugin', 'lrnotes.settings']"
    )
    assert not (pytester.path / ".lrnotes").exists()
