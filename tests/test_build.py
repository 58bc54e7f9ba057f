"""The MkDocs door on small real sites."""

import json
import re

import pytest

# A script leaves a line behind each time it runs, in a way that records nothing.
MARK = "import os as _os; _fd = _os.open('ran.txt', _os.O_APPEND | _os.O_CREAT | _os.O_WRONLY); _os.write(_fd, b'{} '); _os.close(_fd)\n"


def fence(name: str, code: str, info: str = "") -> str:
    return f"```python exec {info}\n{code}{MARK.format(name)}```\n"


def test_a_fence_shows_its_code_and_what_it_prints(make_site):
    site = make_site({"docs/index.md": "# A\n\n```python exec\nprint(6 * 7)\n```\n"})

    built = site.build("--strict")

    assert built.returncode == 0, built.stderr
    text = re.sub(r"<[^>]+>", "", site.page("index"))
    assert "print(6 * 7)" in text
    assert "42" in text


def test_a_second_build_runs_nothing_and_imports_no_torch(make_site):
    site = make_site({"docs/index.md": "# A\n\n" + fence("a", "print(1)\n")})
    first = site.build("--strict")
    assert first.returncode == 0, first.stderr
    assert site.ran() == ["a"]

    second = site.build("--strict", PYTHONPROFILEIMPORTTIME="1")

    assert second.returncode == 0
    assert site.ran() == []
    imported = set(re.findall(r"\| +([a-z]+)$", second.stderr, re.MULTILINE))
    assert "mkdocs" in imported
    heavy = {"torch", "matplotlib", "numpy", "rich", "nbconvert"}
    assert imported & heavy == set()
    # Of a live reload, and of what starts workers.
    assert imported & {"watchdog", "concurrent"} == set()


def test_editing_a_fence_runs_its_session_only(make_site):
    two = "# A\n\n" + fence("a", "x = 1\n", 'session="a"') + "\n"
    site = make_site({"docs/index.md": two + fence("b", "y = 1\n", 'session="b"')})
    site.build()
    assert site.ran() == ["a", "b"]

    site.write({"docs/index.md": two + fence("b", "y = 2\n", 'session="b"')})
    site.build()

    assert site.ran() == ["b"]


def test_a_comment_prose_or_file_name_runs_nothing(make_site):
    note = "# A\n\n" + fence("a", "x = 1\n")
    site = make_site({"docs/index.md": "# Home\n", "docs/a.md": note})
    site.build()
    site.ran()

    (site.root / "docs/a.md").unlink()
    changed = "# B\n\nMore prose.\n\n" + fence("a", "# a remark\nx  =  1\n")
    site.write({"docs/b.md": changed})
    site.build()

    assert site.ran() == []


def test_editing_a_module_runs_exactly_its_dependents(make_site):
    user = "# %% use\nimport steps\nprint(steps.COUNT)\n" + MARK.format("user")
    other = "# %% other\nprint(1)\n" + MARK.format("other")
    site = make_site(
        {
            "docs/index.md": "# Home\n",
            "snippets/steps.py": "COUNT = 3\n",
            "snippets/user.py": user,
            "snippets/other.py": other,
        }
    )
    site.build()
    assert site.ran() == ["other", "user"]

    site.write({"snippets/steps.py": "COUNT = 3  # a remark\n"})
    site.build()
    assert site.ran() == []

    site.write({"snippets/steps.py": "COUNT = 4\n"})
    site.build()
    assert site.ran() == ["user"]


def test_editing_a_data_file_runs_its_reader(make_site):
    code = "print(open('data.csv').read())\n"
    note = "# A\n\n" + fence("reader", code, 'session="r"') + fence("other", "1\n")
    site = make_site({"docs/index.md": note, "data.csv": "1,2"})
    site.build()
    site.ran()

    site.write({"data.csv": "1,3"})
    site.build()

    assert site.ran() == ["reader"]


CLAIMS = """\
# %% the ratio
ratio = 0.5

# %% claim: less than a tenth
#| label: tenth
assert ratio < 0.1

# %% claim: positive
#| label: positive
assert ratio > 0
"""

CLAIM_NOTE = "# A\n\nIt is [[c.py#tenth|a tenth]] and [[c.py#positive|positive]].\n"


@pytest.mark.parametrize("quiet", [(), ("-q",)])
def test_a_broken_claim_fails_every_strict_build(make_site, quiet):
    site = make_site({"docs/index.md": CLAIM_NOTE, "snippets/c.py": CLAIMS})

    first = site.build("--strict", *quiet)
    second = site.build("--strict", *quiet)

    assert (first.returncode, second.returncode) == (1, 1)


def test_a_broken_claim_is_shown_and_the_others_still_report(make_site):
    site = make_site({"docs/index.md": CLAIM_NOTE, "snippets/c.py": CLAIMS})

    built = site.build()

    assert built.returncode == 0
    assert "snippets/c.py:6: " in built.stderr
    page = site.page("index")
    assert "lrn-failed" in page
    assert "lrn-passed" in page
    assert "lrn-failure" in site.page("snippets/c")


def test_a_failing_fence_is_a_red_box_with_the_line_of_the_note(make_site):
    note = "# A\n\n> quoted\n>\n> ```python exec\n> x = 1\n> x / 0\n> ```\n"
    site = make_site({"docs/index.md": note})

    built = site.build()

    assert built.returncode == 0
    assert "docs/index.md:7: " in built.stderr
    assert "ZeroDivisionError" in site.page("index")
    assert "docs/index.md:7" in site.page("index")


def test_an_unresolved_link_is_reported_with_the_nearest_name(make_site):
    site = make_site(
        {"docs/index.md": "# A\n\nSee [[Nestrov]].\n", "docs/nesterov.md": "# N\n"}
    )

    built = site.build("--strict")

    assert built.returncode == 1
    assert 'docs/index.md:3:5: no note named "Nestrov"; nearest: nesterov' in (
        built.stderr
    )


def test_old_permalinks_lead_to_their_notes(make_site):
    note = "---\npermalink: /learning-rate.html\n---\n# Rate\n"
    site = make_site({"docs/index.md": "# A\n", "docs/rate.md": note})

    site.build("--strict")

    page = (site.root / "site/learning-rate.html").read_text(encoding="utf-8")
    assert 'url=rate/"' in page


def test_a_project_without_code_or_links_is_built_as_before(make_site):
    site = make_site({"docs/index.md": "# A\n\nPlain *text*.\n"})

    built = site.build("--strict")

    assert built.returncode == 0, built.stderr
    assert "<em>text</em>" in site.page("index")


def test_a_notebook_is_linked_by_its_name_and_its_prose_links_on(make_site):
    pytest.importorskip("mkdocs_jupyter")
    cell = {"metadata": {}, "id": "a"}
    source = ["# Steps\n", "\n", "See [[index]] and $x^2$."]
    notebook = {
        "cells": [
            {**cell, "cell_type": "markdown", "source": source},
            {
                **cell,
                "id": "b",
                "cell_type": "code",
                "source": ["6 * 7"],
                "outputs": [],
                "execution_count": None,
            },
        ],
        "metadata": {"language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    site = make_site(
        {
            "docs/index.md": "# A\n\n[[steps]]\n",
            "docs/steps.ipynb": json.dumps(notebook),
        },
        "site_name: t\nplugins: [lrnotes, mkdocs-jupyter: {include: ['*.ipynb']}]\n",
    )

    built = site.build("--strict")

    assert built.returncode == 0, built.stderr
    assert 'href="steps/"' in site.page("index")
    page = site.page("steps")
    assert 'href="../"' in page
    assert ">42<" in page.replace("\n", "")
    assert 'class="katex' in page
    assert "lrnprose" not in page


def test_verification_names_the_sentence_that_links_a_claim(make_site):
    note = (
        "# My note\n\n```python exec\nx = 1\n```\n\n```python exec\n"
        '#| title: "claim: It\'s one"\nassert x == 1\n```\n\n'
        "And [[#claim: It's one|one it is]].\n"
    )
    site = make_site({"docs/index.md": note})

    assert site.build("--strict").returncode == 0

    text = re.sub(r"<[^>]+>", "", site.page("verification"))
    assert "one it is: My note" in text


def test_a_large_table_of_a_fence_is_a_file_of_its_own(make_site):
    drawing = (
        "import matplotlib.pyplot as plt\n"
        "plt.plot(range(900), [at * 1.5 for at in range(900)]);\n"
    )
    site = make_site({"docs/deep/index.md": f"# A\n\n{fence('a', drawing)}"})

    built = site.build("--strict", "-q")

    assert built.returncode == 0, built.stderr
    tables = re.findall(r'href="([^"]+\.csv)"', site.page("deep"))
    assert len(tables) == 1
    rows = (site.root / "site/deep" / tables[0]).read_text("utf-8").splitlines()
    assert rows[1:3] == ["line 1,0,0", "line 1,1,1.5"]
