"""What runs again after each kind of change: all that must, and nothing else."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from mkdocs.commands.build import build
from mkdocs.config import load_config

from lrnotes.project import Project
from lrnotes.settings import find_layout
from tests.test_serve import serving, wait_for

CONFIG = "site_name: test\nplugins:\n  - lrnotes: {device: cpu}\n"

# A script leaves a line behind each time it runs, in a way that records nothing.
MARK = "import os as _os; _fd = _os.open('ran.txt', _os.O_APPEND | _os.O_CREAT | _os.O_WRONLY); _os.write(_fd, b'{} '); _os.close(_fd)\n"


def fence(name: str, code: str, options: str = "") -> str:
    info = f'session="{name}"'
    return f"```python exec {info}\n{options}{code}{MARK.format(name)}```\n\n"


NOTE = "# Note\n\nProse.\n\n" + fence("lone", "x = 1\nprint(x)\n")

FILES = {
    "mkdocs.yml": CONFIG,
    "docs/index.md": "# Home\n",
    "docs/note.md": NOTE,
    "docs/imports.md": "# Imports\n\n"
    + fence("direct", "import steps\nprint(steps.COUNT)\n")
    + fence("transitive", "import middle\nprint(middle.COUNT)\n")
    + fence(
        "computed",
        "import importlib\nprint(importlib.import_module('st' + 'eps').COUNT)\n",
    )
    + fence("installed", "import labpkg\nprint(labpkg.VERSION)\n")
    + fence("stray", "import stray\nprint(stray.SCALE)\n")
    + fence(
        "optional",
        "try:\n    import extra\nexcept ImportError:\n    extra = None\nprint(extra)\n",
    ),
    "docs/files.md": "# Files\n\n"
    + fence("reader", "print(open('data/a.csv').read())\n")
    + fence("lister", "import glob\nprint(sorted(glob.glob('data/*.csv')))\n")
    + fence("declared", "print(1)\n", "#| deps: [declared/*.txt]\n")
    + fence("variable", "import os\nprint(os.environ.get('LAB', 'none'))\n"),
    "snippets/steps.py": "COUNT = 3\n",
    "snippets/middle.py": "from steps import COUNT\n",
    "snippets/shown.py": "# %% shown\nprint(2)\n" + MARK.format("shown"),
    "data/a.csv": "1,2",
    "declared/a.txt": "1",
}

ALL = {
    "lone", "direct", "transitive", "computed", "installed", "stray", "optional",
    "reader", "lister", "declared", "variable", "shown",
}  # fmt: skip
STEPS = {"direct", "transitive", "computed"}


class Lab:
    """A project, a folder of installed packages beside it, and builds of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = folder / "project"

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def edit(self, name: str, before: str, after: str) -> None:
        text = (self.root / name).read_text(encoding="utf-8")
        assert before in text
        self.write(name, text.replace(before, after))

    def install(self, version: str) -> None:
        folder = self.folder / "packages"
        shutil.rmtree(folder, ignore_errors=True)
        info = folder / f"labpkg-{version}.dist-info"
        info.mkdir(parents=True)
        text = f"Metadata-Version: 2.1\nName: labpkg\nVersion: {version}\n"
        (info / "METADATA").write_text(text)
        (folder / "labpkg").mkdir()
        (folder / "labpkg/__init__.py").write_text(f"VERSION = '{version}'\n")
        (folder / "stray.py").write_text("SCALE = 1\n")

    def read(self) -> Project:
        layout = find_layout(self.root)
        assert layout is not None
        return Project.read(layout)

    def build(self) -> set[str]:
        """Build the site as MkDocs does; return what ran, each no more than once."""
        config = load_config(str(self.root / "mkdocs.yml"), strict=True)
        config.plugins.on_startup(command="build", dirty=False)
        try:
            build(config)
        finally:
            config.plugins.on_shutdown()
        project = config.plugins["lrnotes"].project
        self.shown = {
            name: "".join(
                output.data["text/plain"]
                for outcome in result.outcomes
                for output in outcome.outputs
            )
            for name, result in project.results.items()
        }
        return self.ran()

    def ran(self) -> set[str]:
        log = self.root / "ran.txt"
        names = log.read_text().split() if log.exists() else []
        log.unlink(missing_ok=True)
        assert len(names) == len(set(names)), names
        return set(names)


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    """Return the folder of a lab in which all has run; nobody changes it."""
    lab = Lab(tmp_path_factory.mktemp("lab"))
    for name, text in FILES.items():
        lab.write(name, text)
    lab.install("1.0.0")
    with pytest.MonkeyPatch.context() as patch:
        see_packages(patch, lab.folder)
        assert lab.build() == ALL
    return lab.folder


@pytest.fixture
def lab(built, tmp_path, monkeypatch) -> Lab:
    """Return a lab of its own, moved from where it was built."""
    folder = tmp_path / "moved"
    shutil.copytree(built, folder)
    see_packages(monkeypatch, folder)
    return Lab(folder)


def see_packages(patch: pytest.MonkeyPatch, folder: Path) -> None:
    patch.syspath_prepend(str(folder / "packages"))
    patch.setenv("PYTHONPATH", str(folder / "packages"))
    patch.delenv("LRNOTES_DEVICE", raising=False)


def change_data_unseen(lab: Lab) -> None:
    path = lab.root / "data/a.csv"
    before = path.stat()
    path.write_text("1,9")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def touch_all(lab: Lab) -> None:
    for path in lab.root.rglob("*"):
        os.utime(path, (1, 1))


def rename_note(lab: Lab) -> None:
    (lab.root / "docs/note.md").rename(lab.root / "docs/other.md")


def rename_snippet(lab: Lab) -> None:
    (lab.root / "snippets/shown.py").rename(lab.root / "snippets/seen.py")


def shadow_by_package(lab: Lab) -> None:
    lab.write("snippets/steps/__init__.py", "COUNT = 5\n")


CHANGES = {
    "nothing": (lambda lab: None, set()),
    "times of all files": (touch_all, set()),
    "a block": (lambda lab: lab.edit("docs/note.md", "x = 1", "x = 2"), {"lone"}),
    "prose": (lambda lab: lab.edit("docs/note.md", "Prose.", "New prose.\n"), set()),
    "a comment in a block": (
        lambda lab: lab.edit("docs/note.md", "x = 1", "x  =  1  # one"),
        set(),
    ),
    "options that only the page shows": (
        lambda lab: lab.edit(
            "docs/note.md", "x = 1", "#| title: named\n#| show: output\nx = 1"
        ),
        set(),
    ),
    "the time a script may take": (
        lambda lab: lab.edit("docs/note.md", "x = 1", "#| timeout: 60\nx = 1"),
        set(),
    ),
    "an option that changes results": (
        lambda lab: lab.edit("docs/note.md", "x = 1", "#| output: markdown\nx = 1"),
        {"lone"},
    ),
    "a fence without exec": (
        lambda lab: lab.edit("docs/note.md", "Prose.", "```python\n1\n```\n"),
        set(),
    ),
    "a module": (lambda lab: lab.write("snippets/steps.py", "COUNT = 4\n"), STEPS),
    "a module on the way": (
        lambda lab: lab.edit(
            "snippets/middle.py", "import COUNT", "import COUNT\nY = 1"
        ),
        {"transitive"},
    ),
    "a comment in a module": (
        lambda lab: lab.write("snippets/steps.py", "COUNT = 3  # steps\n"),
        set(),
    ),
    "data of the same size and time": (change_data_unseen, {"reader"}),
    "a file that a listing finds": (
        lambda lab: lab.write("data/b.csv", "3"),
        {"lister"},
    ),
    "a declared file": (lambda lab: lab.write("declared/a.txt", "2"), {"declared"}),
    "one more declared file": (
        lambda lab: lab.write("declared/b.txt", "1"),
        {"declared"},
    ),
    "a file that a declared pattern passes over": (
        lambda lab: lab.write("declared/b.md", "1"),
        set(),
    ),
    "a package in the place of a module": (shadow_by_package, STEPS),
    "a module in the place of an installed one": (
        lambda lab: lab.write("snippets/labpkg.py", "VERSION = 'mine'\n"),
        {"installed"},
    ),
    "a module that was missing": (
        lambda lab: lab.write("snippets/extra.py", "X = 1\n"),
        {"optional"},
    ),
    "the version of a package": (lambda lab: lab.install("2.0.0"), {"installed"}),
    "the number of threads": (
        lambda lab: lab.edit("mkdocs.yml", "device: cpu", "device: cpu, threads: 2"),
        ALL,
    ),
    "settings that change no result": (
        lambda lab: lab.edit(
            "mkdocs.yml", "device: cpu", "device: cpu, workers: 1, timeout: 9"
        ),
        set(),
    ),
    "the name of a note": (rename_note, set()),
    "the name of a snippet": (rename_snippet, set()),
    "a second note of the same code": (
        lambda lab: lab.write("docs/again.md", NOTE),
        set(),
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_exactly_what_must_run_runs(lab, name):
    change, expected = CHANGES[name]

    change(lab)

    assert lab.build() == expected
    assert lab.build() == set()


@pytest.mark.parametrize("name", CHANGES)
def test_the_status_tells_beforehand_what_will_run_and_why(lab, name):
    change, expected = CHANGES[name]

    change(lab)

    reasons = {
        Path(row["name"].rpartition("::")[2]).stem: row["reasons"]
        for row in lab.read().status()
        if row["state"] != "fresh"
    }
    assert reasons.keys() == expected
    assert all(reasons.values())


@pytest.mark.parametrize(
    ("name", "session", "shown"),
    [
        ("a module", "imports.md::computed", "4\n"),
        ("data of the same size and time", "files.md::reader", "1,9\n"),
        ("a package in the place of a module", "imports.md::direct", "5\n"),
        ("the version of a package", "imports.md::installed", "2.0.0\n"),
    ],
)
def test_what_ran_again_shows_the_new_state(lab, name, session, shown):
    CHANGES[name][0](lab)

    lab.build()

    assert lab.shown[f"docs/{session}"] == shown


def test_going_back_runs_nothing_and_shows_the_old_state(lab):
    lab.write("snippets/steps.py", "COUNT = 4\n")
    lab.edit("docs/note.md", "x = 1", "x = 2")
    assert lab.build() == STEPS | {"lone"}

    lab.write("snippets/steps.py", "COUNT = 3\n")
    lab.edit("docs/note.md", "x = 2", "x = 1")

    assert lab.build() == set()
    assert lab.shown["docs/imports.md::transitive"] == "3\n"


def test_a_variable_counts_for_those_who_read_it(lab, monkeypatch):
    monkeypatch.setenv("LAB", "set")
    monkeypatch.setenv("OTHER", "set")

    assert lab.build() == {"variable"}
    monkeypatch.setenv("LAB", "changed")
    assert lab.build() == {"variable"}
    monkeypatch.delenv("LAB")
    assert lab.build() == set()
    assert lab.shown["docs/files.md::variable"] == "none\n"


def test_an_installed_module_that_is_of_no_package_counts_by_its_content(lab):
    lab.edit("docs/imports.md", "stray.SCALE", "stray.SCALE * 10")
    assert lab.build() == {"stray"}

    (lab.folder / "packages/stray.py").write_text("SCALE = 2\n")

    assert lab.build() == {"stray"}
    assert lab.shown["docs/imports.md::stray"] == "20\n"


def test_the_same_device_by_another_way_is_the_same_result(lab, monkeypatch):
    monkeypatch.setenv("LRNOTES_DEVICE", "cpu")
    lab.edit("mkdocs.yml", "device: cpu", "device: cuda")

    assert lab.build() == set()


def test_another_device_takes_no_result_of_this_one(lab, monkeypatch):
    monkeypatch.setenv("LRNOTES_DEVICE", "cuda")
    states = {row["state"] for row in lab.read().status()}
    monkeypatch.delenv("LRNOTES_DEVICE")

    assert states == {"stale"}
    assert lab.build() == set()


# --- damage ----------------------------------------------------------------------


@pytest.mark.parametrize("damage", ["truncated", "emptied", "garbage", "gone"])
def test_a_damaged_cache_heals_and_runs_what_it_lost(lab, damage):
    for path in (lab.root / ".lrnotes/keys").rglob("*.json"):
        data = path.read_bytes()
        match damage:
            case "truncated":
                path.write_bytes(data[: len(data) // 2])
            case "emptied":
                path.write_bytes(b"")
            case "garbage":
                path.write_bytes(b"\xff\x00{" + data)
            case "gone":
                path.unlink()

    assert lab.build() == ALL
    assert lab.shown["docs/imports.md::direct"] == "3\n"
    assert lab.build() == set()


def test_one_damaged_result_runs_one_script(lab):
    plan = lab.read().plan(lab.read().scripts["docs/note.md::lone"])
    manifest = lab.root / f".lrnotes/keys/{plan.key[:2]}/{plan.key[2:]}.json"
    manifest.write_bytes(manifest.read_bytes()[:-20])

    assert lab.build() == {"lone"}
    assert lab.build() == set()


def test_a_cache_that_was_deleted_in_part_is_filled_again(lab):
    shutil.rmtree(lab.root / ".lrnotes/contents")

    assert lab.build() == ALL
    assert lab.build() == set()


# --- several builds --------------------------------------------------------------


def start_build(lab: Lab) -> subprocess.Popen[bytes]:
    words = ("lrnotes", "run")
    return subprocess.Popen([sys.executable, "-m", *words], cwd=lab.root)


def test_what_a_killed_build_had_finished_is_not_run_again(lab):
    lab.write("docs/slow.md", fence("slow", "import time\ntime.sleep(90)\n"))
    lab.write("snippets/steps.py", "COUNT = 7\n")
    build = start_build(lab)
    end = time.monotonic() + 60
    done = lambda: [r for r in lab.read().status() if r["state"] == "fresh"]  # noqa: E731
    while len(done()) < len(ALL) and time.monotonic() < end:
        time.sleep(0.1)

    build.send_signal(signal.SIGKILL)
    build.wait(30)

    assert lab.ran() == STEPS
    lab.edit("docs/slow.md", "sleep(90)", "sleep(0)")
    assert lab.build() == {"slow"}
    assert lab.build() == set()


# Python reads this file when it starts.
DIES = """\
import os
import pathlib
import signal

method, left = os.environ["DIES_IN"], int(os.environ["DIES_AT"])
real = getattr(pathlib.Path, method)


def act(path, given):
    global left
    left -= path.suffix == ".aside"
    if left == 0 and path.suffix == ".aside":
        if method == "write_bytes":
            real(path, given[: len(given) // 2])
        os.kill(os.getpid(), signal.SIGKILL)
    return real(path, given)


setattr(pathlib.Path, method, act)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("method", ["write_bytes", "replace"])
def test_a_command_that_is_killed_at_any_write_leaves_a_right_cache(make_site, method):
    site = make_site({"docs/index.md": NOTE, "dies/sitecustomize.py": DIES}, CONFIG)
    assert site.command("lrnotes", "run").returncode == 0
    assert site.ran() == ["lone"]
    deaths, is_over = 0, False
    while not is_over:
        state = NOTE.replace("x = 1", f"x = {deaths + 2}")
        site.write({"docs/index.md": state})
        died = site.command(
            "lrnotes",
            "run",
            PYTHONPATH=str(site.root / "dies"),
            DIES_IN=method,
            DIES_AT=str(deaths + 1),
        )
        is_over = died.returncode == 0
        assert is_over or died.returncode == -signal.SIGKILL
        assert site.ran() == ["lone"]

        # Only what its last write had completed is there; the next run adds the rest.
        told = json.loads(site.command("lrnotes", "status", "--json").stdout)
        healed = site.command("lrnotes", "run")
        assert healed.returncode == 0, healed.stderr
        assert site.ran() == ["lone"] * (told[0]["state"] != "fresh")
        book = site.command("lrnotes", "notebook", "index").stdout
        assert f'"{deaths + 2}\\n"' in book
        deaths += not is_over

    # The result, what it used, and its name.
    assert deaths == 3


def test_two_builds_at_once_leave_one_right_cache(lab):
    shutil.rmtree(lab.root / ".lrnotes")

    builds = [start_build(lab), start_build(lab)]

    assert [build.wait(120) for build in builds] == [0, 0]
    names = (lab.root / "ran.txt").read_text().split()
    assert set(names) == ALL
    assert max(map(names.count, names)) <= 2
    (lab.root / "ran.txt").unlink()
    assert lab.build() == set()
    assert lab.shown["docs/imports.md::direct"] == "3\n"


# --- through the builder -----------------------------------------------------------


def test_a_site_shows_the_new_state_of_all_that_changed(make_site, monkeypatch):
    files = {name: text for name, text in FILES.items() if name != "mkdocs.yml"}
    site = make_site(files, CONFIG)
    lab = Lab(site.root.parent)
    lab.install("1.0.0")
    see_packages(monkeypatch, lab.folder)
    first = site.build("--strict")
    assert first.returncode == 0, first.stderr
    assert lab.ran() == ALL

    change_data_unseen(lab)
    lab.install("2.0.0")
    lab.edit("docs/note.md", "Prose.", "Other prose.")
    second = site.build("--strict", LAB="from-outside")

    assert second.returncode == 0, second.stderr
    assert lab.ran() == {"reader", "installed", "variable"}
    assert "1,9" in site.page("files")
    assert "from-outside" in site.page("files")
    assert "2.0.0" in site.page("imports")
    assert "Other prose." in site.page("note")


def test_a_site_that_moved_runs_nothing(make_site):
    site = make_site({"docs/index.md": NOTE}, CONFIG)
    site.build("--strict")
    assert site.ran() == ["lone"]

    site.root = site.root.rename(site.root.with_name("elsewhere"))
    built = site.build("--strict")

    assert built.returncode == 0, built.stderr
    assert site.ran() == []


def test_two_builds_of_a_site_at_once_are_both_right(make_site):
    site = make_site({"docs/index.md": NOTE}, CONFIG)
    builds = [
        subprocess.Popen(
            [sys.executable, "-m", "mkdocs", "build", "-q", "--strict", "-d", folder],
            cwd=site.root,
        )
        for folder in ("site", "second")
    ]

    assert [build.wait(120) for build in builds] == [0, 0]
    site.ran()
    assert site.build("--strict").returncode == 0
    assert site.ran() == []


def test_a_build_a_test_run_and_a_command_at_once_leave_one_right_cache(make_site):
    site = make_site({"docs/index.md": NOTE, "pytest.ini": "[pytest]\n"}, CONFIG)
    doors = (
        ("mkdocs", "build", "-q", "--strict"),
        ("pytest", "-q", "-p", "no:cacheprovider"),
        ("lrnotes", "run"),
    )
    runs = [
        subprocess.Popen(
            [sys.executable, "-m", *words], cwd=site.root, stdout=subprocess.DEVNULL
        )
        for words in doors
    ]

    assert [run.wait(120) for run in runs] == [0, 0, 0]
    assert 1 <= len(site.ran()) <= len(doors)
    assert site.build("--strict").returncode == 0
    assert site.command("lrnotes", "run").returncode == 0
    assert site.ran() == []
    assert ">1" in site.page("index")


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_builds_and_tests_beside_a_server_leave_one_right_cache(make_site):
    site = make_site({"docs/index.md": NOTE, "pytest.ini": "[pytest]\n"}, CONFIG)
    doors = (
        ("mkdocs", "build", "-q", "--strict"),
        ("pytest", "-q", "-p", "no:cacheprovider", "--lrnotes-cached"),
    )
    with serving(site) as (process, address):
        wait_for(address, ">1\n")
        for value in (2, 3):
            site.write({"docs/index.md": NOTE.replace("x = 1", f"x = {value}")})
            runs = [
                subprocess.Popen(
                    [sys.executable, "-m", *words],
                    cwd=site.root,
                    stdout=subprocess.DEVNULL,
                )
                for words in doors
            ]
            assert [run.wait(120) for run in runs] == [0, 0]
            wait_for(address, f">{value}\n")
            assert f">{value}\n" in site.page("index")
        assert process.poll() is None

    assert 1 + 2 <= len(site.ran()) <= 1 + 2 * 3
    assert site.build("--strict").returncode == 0
    assert site.ran() == []
    site.write({"docs/index.md": NOTE})
    assert site.command("lrnotes", "run").returncode == 0
    assert site.ran() == []


def test_another_instruction_set_is_another_device_and_both_are_kept(make_site):
    torch = pytest.importorskip("torch")
    plain = {"ATEN_CPU_CAPABILITY": "default"}
    if torch.backends.cpu.get_cpu_capability() == "DEFAULT":
        pytest.skip("this machine has one set of instructions")
    site = make_site({"docs/index.md": NOTE}, CONFIG)
    assert site.build("--strict").returncode == 0
    assert site.ran() == ["lone"]

    told = site.command("lrnotes", "status", **plain)
    assert told.returncode == 1
    assert re.search("stale .* because device cpu .* -> not known yet", told.stdout)
    assert site.build("--strict", **plain).returncode == 0
    assert site.ran() == ["lone"]

    assert site.build("--strict", **plain).returncode == 0
    assert site.build("--strict").returncode == 0
    assert site.ran() == []
    (row,) = json.loads(site.command("lrnotes", "status", "--json").stdout)
    assert row["state"] == "fresh"
