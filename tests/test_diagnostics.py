"""Each kind of finding about links: its place, its hint, its level, in both formats."""

import json

import pytest
from click.testing import CliRunner

from lrnotes.check import find_problems
from lrnotes.cli import commands
from lrnotes.project import Project
from lrnotes.settings import find_layout

CONFIG = "site_name: t\nplugins:\n  - lrnotes:\n      levels: {orphan: info}\n"
FILES = {
    "docs/index.md": (
        "# Home\n\n[[momentum]] and [[Momentun]], ![[plott.png]].\n\n"
        "See [[momentum#What is ti]] and [m](momentum.md#Its%20limts).\n\n"
        "[[momentum#^prof]] [[Twin]] [[weight decay]] ![[cycle]]\n\n"
        "![[momentum#What is tii]]\n\n![[momentum#^roof]]\n"
    ),
    "docs/momentum.md": "# M\n\n## What is it\n\n## Its limits\n\nText ^proof\n",
    "docs/a/Twin.md": "---\naliases: [weight decay]\n---\n[[index]]\n",
    "docs/bb/Twin.md": "---\naliases: Weight decay\n---\n[[/a/Twin]]\n",
    "docs/cycle.md": "![[cycle]]\n",
    "docs/plot.png": "",
    "docs/property.md": "---\nup: '[[Momemtum]]'\n---\n[[property]]\n",
}
EXPECTED = {
    ("unresolved-link", "docs/index.md:3:18"): (
        'no note named "Momentun"', "nearest: momentum"
    ),
    ("unresolved-link", "docs/index.md:3:32"): (
        'no file named "plott.png"', "nearest: plot.png"
    ),
    ("unresolved-heading", "docs/index.md:5:5"): (
        'no heading "What is ti" in docs/momentum.md', "nearest: What is it"
    ),
    ("unresolved-heading", "docs/index.md:5:37"): (
        'no heading "Its limts" in docs/momentum.md', "nearest: Its limits"
    ),
    ("unresolved-block", "docs/index.md:7:1"): (
        'no block "^prof" in docs/momentum.md', "nearest: ^proof"
    ),
    ("ambiguous-link", "docs/index.md:7:20"): (
        '"Twin" may mean 2 files: docs/a/Twin.md, docs/bb/Twin.md',
        "taken: docs/a/Twin.md",
    ),
    ("alias-clash", "docs/a/Twin.md:2:11"): (
        'the alias "weight decay" also belongs to docs/bb/Twin.md',
        "links with it go to docs/a/Twin.md",
    ),
    ("alias-clash", "docs/bb/Twin.md:2:10"): (
        'the alias "Weight decay" also belongs to docs/a/Twin.md',
        "links with it go to docs/a/Twin.md",
    ),
    ("embed-cycle", "docs/cycle.md:1:1"): ("docs/cycle.md embeds itself", ""),
    ("unresolved-link", "docs/property.md:2:6"): (
        'no note named "Momemtum"', "nearest: momentum"
    ),
    ("ambiguous-link", "docs/index.md:7:29"): (
        '"weight decay" may mean 2 files: docs/a/Twin.md, docs/bb/Twin.md',
        "taken: docs/a/Twin.md",
    ),
    ("unresolved-heading", "docs/index.md:9:1"): (
        'no heading "What is tii" in docs/momentum.md',
        "nearest: What is it",
    ),
    ("unresolved-block", "docs/index.md:11:1"): (
        'no block "^roof" in docs/momentum.md',
        "nearest: ^proof",
    ),
    ("orphan", "docs/bb/Twin.md:1"): ("no note links to this one", ""),
    ("orphan", "docs/property.md:1"): ("no note links to this one", ""),
}  # fmt: skip


@pytest.fixture
def site(make_site):
    return make_site(FILES, CONFIG)


def test_each_kind_has_its_place_and_the_right_hint_first(site):
    problems = find_problems(Project.read(find_layout(site.root)))
    found = {(each.kind, str(each.place)): (each.what, each.hint) for each in problems}

    for key, (what, hint) in EXPECTED.items():
        assert key in found, (key, sorted(found))
        assert found[key][0] == what
        assert found[key][1].startswith(hint)
    assert found.keys() == EXPECTED.keys()


@pytest.mark.parametrize(
    ("levels", "code"),
    [("warn", 1), ("error", 1), ("info", 0), ("off", 0)],
)
def test_a_level_decides_what_fails_and_what_is_said(make_site, levels, code):
    config = f"site_name: t\nplugins:\n  - lrnotes:\n      levels: {{unresolved-link: {levels}}}\n"
    site = make_site({"docs/index.md": "[[Nowhere]]\n"}, config)
    folder = ["--project", str(site.root)]

    text = CliRunner().invoke(commands, ["check", *folder])
    told = CliRunner().invoke(commands, ["check", "--format", "json", *folder])
    built = site.build("--strict", "-q")

    line = 'docs/index.md:1:1: no note named "Nowhere"'
    assert (line in text.output) == (levels != "off")
    rows = json.loads(told.output)
    assert [
        (row["kind"], row["level"], row["line"], row["column"]) for row in rows
    ] == ([] if levels == "off" else [("unresolved-link", levels, 1, 1)])
    assert [text.exit_code, told.exit_code] == [code, code]
    assert (built.returncode != 0) == bool(code)
