"""Processes that import ahead of their job, where no fork can be made."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lrnotes.settings import Settings
from tests.run.test_server import is_alive, wait_until

# Not the whole word: a process imports what its script speaks of in any case.
ASK = "import os, sys\nos.getpid(), 'color' + 'sys' in sys.modules"
pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="processes are found in /proc"
)
STARTS = ["exec", "spawn"]


def find_workers(parent: int) -> list[int]:
    """Return the workers below a process."""
    lists = Path(f"/proc/{parent}/task").glob("*/children")
    text = " ".join(path.read_text() for path in lists)
    found = []
    for number in map(int, text.split()):
        command = Path(f"/proc/{number}/cmdline").read_bytes().split(b"\0")
        found += [number] if b"lrnotes.run.worker" in command else []
        found += find_workers(number)
    return found


@pytest.fixture(params=STARTS)
def warm(make_bench, request):
    """Return a bench under serve, where no fork can be made."""
    settings = Settings(workers=1, device="cpu", timeout=20)
    bench = make_bench(settings, start=request.param, preload=("colorsys",))
    # Under serve all kinds of device start their workers alike.
    bench.engine.warm()
    yield bench
    bench.engine.close()


def find_idle(bench):
    """Return the process that stands ready, as its launcher knows it."""
    (launcher,) = bench.engine.crew._launchers.values()
    return launcher.spares._idle


def ask(bench, number=0):
    """Return the process that ran a script, and whether it had imported ahead."""
    result = bench.run(ASK, f"{number}")
    return eval(result.outcomes[0].outputs[0].data["text/plain"])


def test_a_script_gets_the_process_that_stands_ready_and_another_takes_its_place(warm):
    first, has_imported = ask(warm, 1)
    second, has_imported_too = ask(warm, 2)

    assert (has_imported, has_imported_too) == (True, True)
    assert first != second
    assert find_idle(warm).is_alive()


def test_a_process_that_died_while_it_stood_ready_is_replaced(make_bench):
    settings = Settings(workers=1, device="cpu", timeout=20)
    bench = make_bench(settings, start="spawn", preload=("colorsys",))
    bench.engine.warm()
    idle = find_idle(bench).process
    os.kill(idle.pid, signal.SIGKILL)
    assert wait_until(lambda: idle.poll() is not None)

    assert ask(bench)[0] != idle.pid
    bench.engine.close()


def test_closing_ends_the_process_that_stands_ready(warm):
    ask(warm)
    workers = find_workers(os.getpid())
    warm.engine.close()

    assert len(workers) == 1
    assert not any(map(is_alive, workers))


@pytest.mark.parametrize("start", STARTS)
def test_a_build_leaves_none_behind_and_imports_ahead_only_what_it_will_run(
    make_bench, start
):
    settings = Settings(workers=1, device="cpu", timeout=20)
    bench = make_bench(settings, start=start, preload=("colorsys",))
    plans = [bench.plan(ASK, f"{at}", path=f"docs/{at}.md") for at in range(3)]
    results = bench.engine.run(plans).values()
    answers = [eval(each.outcomes[0].outputs[0].data["text/plain"]) for each in results]

    assert len({number for number, _ in answers}) == 3
    assert [has_imported for _, has_imported in answers] == [False, True, True]
    assert not find_workers(os.getpid())


def test_a_process_that_stands_ready_ends_with_a_build_that_is_killed(tmp_path):
    code = (
        "import sys, time\nfrom pathlib import Path\n"
        "from lrnotes.run.cache import Cache\nfrom lrnotes.run.engine import Engine\n"
        "from lrnotes.settings import Settings\nroot = Path(sys.argv[1])\n"
        "cache = Cache(root / '.lrnotes')\n"
        "engine = Engine(root, Settings(device='cpu'), cache, start='spawn', preload=())\n"
        "engine.warm()\n(launcher,) = engine.crew._launchers.values()\n"
        "print(launcher.spares._idle.process.pid, flush=True)\ntime.sleep(300)"
    )
    build = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        text=True,
    )
    with build:
        number = int(build.stdout.readline())
        assert is_alive(number)
        build.kill()

    assert wait_until(lambda: not is_alive(number))


def test_a_fresh_process_needs_nothing_that_only_unix_has():
    code = (
        "import ctypes, importlib.metadata, msgspec, os, pathlib, sys, tempfile\n"
        "pathlib.WindowsPath = pathlib.PosixPath\n"
        "for name in ('fcntl', 'resource'):\n    sys.modules[name] = None\n"
        "os.name = sys.platform = 'nt'\n"
        "import lrnotes.run.worker, lrnotes.run.spawn"
    )
    package = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", code], cwd=package, check=True)
