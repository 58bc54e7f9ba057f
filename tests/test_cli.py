"""The command line on small real projects."""

import json

import click
import pytest
from click.testing import CliRunner

from lrnotes.cli import commands

CODE = "# %% a\nimport steps\nprint(steps.COUNT)\n"
FILES = {
    "docs/index.md": "# Home\n\n[[Nowhere]]\n",
    "snippets/a.py": CODE,
    "snippets/steps.py": "COUNT = 1\n",
}


def test_status_says_why_a_script_is_stale(make_site):
    site = make_site(FILES)
    never = site.command("lrnotes", "status", "--json")
    site.command("lrnotes", "run")
    fresh = site.command("lrnotes", "status")
    site.write({"snippets/steps.py": "COUNT = 2\n"})
    stale = site.command("lrnotes", "status", "--json")

    assert never.returncode == 1
    assert json.loads(never.stdout)[0]["state"] == "never run"
    assert fresh.returncode == 0, fresh.stdout
    assert stale.returncode == 1
    (row,) = json.loads(stale.stdout)
    assert row["state"] == "stale"
    assert row["reasons"] == ["snippets/steps.py changed"]


def test_run_runs_a_named_script_and_exits_with_its_fate(make_site):
    site = make_site(FILES | {"snippets/b.py": "# %% b\n1 / 0\n"})

    good = site.command("lrnotes", "run", "a")
    bad = site.command("lrnotes", "run", "snippets/b.py")

    assert good.returncode == 0, good.stderr
    assert bad.returncode == 1
    assert bad.stdout.startswith('snippets/b.py:2: "b" failed: ZeroDivisionError')


def test_an_unknown_name_is_answered_with_the_nearest(make_site):
    answer = make_site(FILES).command("lrnotes", "run", "snippets/aa.py")

    assert answer.returncode == 2
    assert 'no script named "snippets/aa.py"; nearest: snippets/a.py' in answer.stderr


def test_check_lists_findings_and_runs_nothing(make_site):
    site = make_site(FILES)

    answer = site.command("lrnotes", "check", "--format", "json")

    assert answer.returncode == 1
    (finding,) = json.loads(answer.stdout)
    assert finding["kind"] == "unresolved-link"
    assert (finding["path"], finding["line"]) == ("docs/index.md", 3)
    assert not (site.root / ".lrnotes" / "results").exists()


def test_a_folder_that_is_no_project_is_answered_in_one_line(make_site):
    site = make_site(FILES, config="site_name: test\n")

    answer = site.command("lrnotes", "status")

    assert answer.returncode == 2
    assert answer.stderr.startswith("lrnotes: no lrnotes project here; ")
    assert "Traceback" not in answer.stderr


def test_a_notebook_holds_the_recorded_outputs(make_site):
    nbformat = pytest.importorskip("nbformat")
    site = make_site(FILES)
    site.command("lrnotes", "run")

    answer = site.command("lrnotes", "notebook", "a")

    book = nbformat.reads(answer.stdout, 4)
    nbformat.validate(book)
    (cell,) = book.cells
    assert cell.outputs[0].text == "1\n"


def test_pruning_keeps_what_the_project_needs(make_site):
    site = make_site(FILES)
    site.command("lrnotes", "run")
    site.write({"snippets/a.py": CODE.replace("COUNT)", "COUNT + 1)")})
    site.command("lrnotes", "run")

    pruned = site.command("lrnotes", "prune")

    assert pruned.returncode == 0, pruned.stderr
    assert not pruned.stdout.startswith("0 files")
    assert site.command("lrnotes", "status").returncode == 0
    assert site.command("lrnotes", "prune").stdout.startswith("0 files")


@pytest.mark.parametrize("name", sorted(commands.commands))
def test_each_command_has_help_with_an_example_that_its_parser_takes(name):
    told = CliRunner().invoke(commands, [name, "--help"])

    assert told.exit_code == 0
    (example,) = [line for line in told.output.splitlines() if "Example: " in line]
    program, command, *words = example.partition("Example: ")[2].split()
    assert (program, command) == ("lrnotes", name)
    commands.commands[name].make_context(name, words)


@pytest.mark.parametrize("words", [["nothing"], ["status", "--nothing"], ["notebook"]])
def test_wrong_usage_exits_with_two(words):
    assert (
        CliRunner().invoke(commands, words).exit_code == click.UsageError.exit_code == 2
    )
