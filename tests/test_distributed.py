"""Distributed test runs: one engine for all workers, and nothing left behind."""

import os
import re
import signal
import subprocess
import sys
import time

import pytest

CONFIG = "site_name: test\nplugins:\n  - lrnotes: {device: cpu}\n"
OPTIONS = ("-p", "no:cacheprovider", "-q")

# A script leaves its name and its server behind each time it runs.
MARK = (
    "import os as _os\n"
    "_fd = _os.open('ran.txt', _os.O_APPEND | _os.O_CREAT | _os.O_WRONLY)\n"
    "_ = _os.write(_fd, b'{name}:%d ' % _os.getppid())\n"
)


def note(name: str, code: str = "", cells: int = 2) -> str:
    first = f"```python exec\n{MARK.format(name=name)}{code}\n```\n\n"
    return first + "".join(f"```python exec\nx = {n}\n```\n\n" for n in range(1, cells))


@pytest.fixture
def project(pytester):
    pytester.makefile(".yml", mkdocs=CONFIG)
    pytester.mkdir("docs")

    def write(name, text):
        (pytester.path / "docs" / f"{name}.md").write_text(text, encoding="utf-8")

    def ran():
        text = (pytester.path / "ran.txt").read_text()
        return [each.split(":") for each in text.split()]

    pytester.write, pytester.ran = write, ran
    return pytester


def left_behind(project) -> list[str]:
    return [path.name for path in (project.path / ".lrnotes/runs").glob("*")]


def test_workers_share_one_engine_which_runs_each_script_once(project):
    names = [f"n{number}" for number in range(8)]
    for name in names:
        project.write(name, note(name))

    result = project.runpytest_subprocess("-n", "3", *OPTIONS)

    result.assert_outcomes(passed=16)
    result.stdout.fnmatch_lines(["lrnotes: 8 scripts executed"])
    ran, servers = zip(*project.ran(), strict=True)
    assert sorted(ran) == names
    assert len(set(servers)) == 1
    assert left_behind(project) == []


def test_only_what_is_selected_runs(project):
    for name in ("one", "two", "three"):
        project.write(name, note(name))

    result = project.runpytest_subprocess("-n", "2", "-k", "one or two", *OPTIONS)

    result.assert_outcomes(passed=4)
    assert sorted(name for name, _ in project.ran()) == ["one", "two"]


def test_recorded_results_are_accepted_and_counted_for_all_workers(project):
    for name in ("one", "two", "three"):
        project.write(name, note(name))
    project.runpytest_subprocess("-n", "2", *OPTIONS).assert_outcomes(passed=6)

    result = project.runpytest_subprocess("-n", "2", "--lrnotes-cached", *OPTIONS)

    result.assert_outcomes(passed=6)
    result.stdout.fnmatch_lines(
        ["lrnotes: 0 scripts executed, 3 recorded results still valid"]
    )
    assert len(project.ran()) == 3


def test_the_first_failure_ends_the_run(project):
    project.write("a", note("a", "1 / 0", cells=1))
    for number in range(12):
        waiting = f"import time; time.sleep(3 + {number} / 100)"
        project.write(f"wait{number}", note(f"wait{number}", waiting, cells=1))

    result = project.runpytest_subprocess("-n", "2", "-x", *OPTIONS)

    assert result.parseoutcomes()["failed"] == 1
    assert len(project.ran()) <= 7
    assert left_behind(project) == []


def test_the_next_worker_goes_on_where_one_has_crashed(project):
    # The crash comes while the scripts run in the worker that was the first to ask.
    for number in range(4):
        project.write(f"n{number}", note(f"n{number}", "import time; time.sleep(1)"))
    project.makeconftest(
        "import os, threading\n"
        "from pathlib import Path\n"
        "from lrnotes.testing import Shared\n"
        "run = Shared._run\n"
        "def crash(*given):\n"
        "    try:\n"
        "        Path('crashed').touch(exist_ok=False)\n"
        "    except FileExistsError:\n"
        "        return run(*given)\n"
        "    threading.Timer(2, os._exit, [1]).start()\n"
        "    return run(*given)\n"
        "Shared._run = crash\n"
    )

    result = project.runpytest_subprocess("-n", "2", *OPTIONS)

    # The item during which the worker crashed fails, as xdist has it.
    counted = result.parseoutcomes()
    assert counted["passed"] >= 7
    assert counted.get("failed", 0) <= 1
    assert (project.path / "crashed").exists()
    assert {name for name, _ in project.ran()} == {"n0", "n1", "n2", "n3"}
    assert left_behind(project) == []


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_killed_run_leaves_no_process(project):
    waiting = "open('pid', 'w').write(str(_os.getpid()))\nimport time; time.sleep(90)"
    project.write("a", note("a", waiting))
    project.write("b", note("b"))
    run = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-n", "2", *OPTIONS],
        cwd=project.path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    pid = project.path / "pid"
    assert wait_until(lambda: pid.exists() and re.fullmatch(r"\d+", pid.read_text()))

    run.send_signal(signal.SIGKILL)
    run.wait(30)

    assert wait_until(lambda: not is_running(int(pid.read_text())))


def wait_until(true, seconds: float = 60) -> bool:
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
