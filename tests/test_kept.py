"""Fragments are kept while all that they are made of is the same, and only then."""

import json
from types import SimpleNamespace

import pytest
from msgspec.structs import replace

from lrnotes import fragments, kept
from lrnotes.fragments import Fragments
from lrnotes.model import Cell, Options, Outcome, Output, Place, Problem, Result, Script

NAME = "snippets/steps.py"
KEY = f"{NAME}#0|all"


def make_cell(source="x = 1", line=1, **options):
    return Cell("code", "one step", source, Place(NAME, line), Options(**options))


def make_project(folder):
    output = Output("stream", "stdout", {"text/plain": "one\n"})
    result = Result(
        "ab" * 32, (Outcome("passed", (output,)),), date="2026-01-01T00:00:00Z"
    )
    return SimpleNamespace(
        layout=SimpleNamespace(cache=folder, docs="docs"),
        scripts={NAME: Script(NAME, (make_cell(),), "snippet")},
        results={NAME: result},
        problems=[],
    )


@pytest.fixture
def made(monkeypatch):
    """Return the list of cells that were made anew."""
    found = []

    def make(view):
        found.append(view.index)
        return cell_fragment(view)

    cell_fragment = fragments.cell_fragment
    monkeypatch.setattr(fragments, "cell_fragment", make)
    return found


def build(project, urls=None, key=KEY):
    """Show the cell as one build does; return its fragment."""
    shown = Fragments(project, urls or {"docs/snippets/steps.md": "snippets/steps/"})
    fragment = shown[key]
    shown.keep()
    return fragment


def the_file(folder):
    (path,) = (folder / "fragments").iterdir()
    return path


def test_the_next_build_shows_what_was_made_before(tmp_path, made):
    first = build(make_project(tmp_path))
    assert "one" in first.html
    assert build(make_project(tmp_path)) == first
    assert made == [0]


def edit(project, **changes):
    project.scripts[NAME] = replace(project.scripts[NAME], **changes)


def rerun(project, **changes):
    project.results[NAME] = replace(project.results[NAME], **changes)


def complain(project):
    project.problems.append(Problem("bad-option", Place(NAME, 1), "no such option"))


@pytest.mark.parametrize(
    "change",
    [
        lambda project: edit(project, cells=(make_cell("x = 2"),)),
        lambda project: edit(project, cells=(make_cell(line=2),)),
        lambda project: edit(project, cells=(make_cell(fold=True),)),
        lambda project: rerun(project, outcomes=(Outcome("passed"),)),
        lambda project: rerun(project, date="2026-01-02T00:00:00Z"),
        lambda project: rerun(project, key="cd" * 32),
        complain,
    ],
    ids=["code", "line", "option", "output", "date", "key", "problem"],
)
def test_what_changed_is_made_anew(tmp_path, made, change):
    build(make_project(tmp_path))
    project = make_project(tmp_path)
    change(project)
    build(project)
    assert made == [0, 0]
    build(project)
    assert made == [0, 0]


def test_another_address_of_the_snippet_counts(tmp_path, made):
    key = f"{NAME}#0|output"
    build(make_project(tmp_path), key=key)
    other = {"docs/snippets/steps.md": "other/"}
    fragment = build(make_project(tmp_path), other, key)
    assert made == [0, 0]
    assert "other/" in fragment.html


def test_another_version_of_what_makes_fragments_counts(tmp_path, made, monkeypatch):
    build(make_project(tmp_path))
    monkeypatch.setattr(kept, "digest_maker", lambda: "another")
    build(make_project(tmp_path))
    assert made == [0, 0]


def test_each_module_of_the_package_counts(tmp_path, monkeypatch):
    monkeypatch.setattr(kept, "PACKAGE", tmp_path)
    before = kept.digest_maker.__wrapped__()
    (tmp_path / "show").mkdir()
    (tmp_path / "show" / "cells.py").write_text("x = 1\n")
    assert kept.digest_maker.__wrapped__() != before


@pytest.mark.parametrize("bad", [b"", b"\xff", b"no head", b"{}\n{}"])
def test_a_damaged_file_is_as_good_as_none(tmp_path, made, bad):
    fragment = build(make_project(tmp_path))
    the_file(tmp_path).write_bytes(bad)
    assert build(make_project(tmp_path)) == fragment
    assert made == [0, 0]
    assert the_file(tmp_path).read_bytes() != bad


def test_a_flipped_letter_is_noticed(tmp_path, made):
    fragment = build(make_project(tmp_path))
    path = the_file(tmp_path)
    path.write_text(path.read_text().replace("one", "two"))
    assert build(make_project(tmp_path)) == fragment
    assert made == [0, 0]


def test_what_failed_or_did_not_run_is_not_kept(tmp_path, made):
    project = make_project(tmp_path)
    rerun(project, outcomes=(Outcome("failed"),))
    build(project)
    project.results.clear()
    build(project)
    assert made == [0, 0]
    assert not (tmp_path / "fragments").exists()


def test_text_that_no_file_can_hold_is_shown_and_not_kept(tmp_path, made):
    project = make_project(tmp_path)
    edit(project, cells=(make_cell("x = '\ud800'"),))
    build(project)
    assert made == [0]
    assert not (tmp_path / "fragments").exists()


def test_prune_leaves_the_fragments_of_scripts_that_are_there(make_site):
    site = make_site({"docs/index.md": "# A\n\n```python exec\nprint('one')\n```\n"})
    assert site.build("--strict").returncode == 0
    folder = site.root / ".lrnotes"
    path = the_file(folder)
    kept.save_fragments(folder, "docs/gone.md", "material", {})
    text = path.read_text()

    pruned = site.command("lrnotes", "prune")

    assert pruned.stdout.startswith("1 files deleted"), pruned.stdout
    assert the_file(folder).read_text() == text
    assert json.loads(text.partition("\n")[2])["docs/index.md#0|all"]["html"]
