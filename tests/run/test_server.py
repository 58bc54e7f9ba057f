"""The server and what it starts: real processes, none of which is left behind."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from lrnotes.errors import EngineError
from lrnotes.run.job import worker_environment
from lrnotes.run.launch import ForkServer, Setting
from lrnotes.settings import Settings

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="the server is for Linux"
)


def is_alive(number: int) -> bool:
    """Whether a process runs; one that only waits to be reaped does not."""
    try:
        state = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def wait_until(is_done, seconds=20.0) -> bool:
    end = time.monotonic() + seconds
    while not is_done() and time.monotonic() < end:
        time.sleep(0.02)
    return is_done()


def read_numbers(path: Path, count: int) -> list[int]:
    """Wait for a file with so many numbers."""
    assert wait_until(lambda: path.exists() and len(path.read_text().split()) == count)
    return [int(word) for word in path.read_text().split()]


# Leaves a child in a session of its own, and tells the numbers of all it started.
STRAY = """
import os, subprocess, time
command = ["sleep", "300"]
stray = subprocess.Popen(command, start_new_session=True)
plain = subprocess.Popen(command)
with open("pids.txt", "w") as file:
    print(os.getpid(), os.getppid(), stray.pid, plain.pid, file=file)
"""


@pytest.fixture
def setting(tmp_path):
    return Setting(
        root=str(tmp_path),
        cache=str(tmp_path / ".lrnotes"),
        threads=1,
        preload=(),
        environment=worker_environment(Settings()),
    )


@pytest.mark.parametrize("start", ["fork", "exec", "spawn"])
def test_a_script_runs_alike_however_its_worker_begins(make_bench, start):
    bench = make_bench(start=start)
    (bench.root / "snippets/near.py").write_text("there = 5\n")
    result = bench.run(
        ("start", "import near, sys\nprint(near.there)\nprint('err', file=sys.stderr)"),
        ("claim: it is five", "assert near.there == 5"),
        "import os\nos.environ['PYTHONHASHSEED'], __name__, sys.argv",
        "os._exit(4)",
        "6",
    )

    first, second, third, fourth, fifth = result.outcomes
    assert [each.data["text/plain"] for each in first.outputs] == ["5\n", "err\n"]
    assert second.evidence[0].left == "5"
    assert third.outputs[0].data["text/plain"] == "('0', '__main__', ['docs/a.md'])"
    assert fourth.failure.message == "the script ended its process with code 4"
    assert fifth.status == "not reached"


@pytest.mark.parametrize("start", ["fork", "exec", "spawn"])
def test_a_script_that_is_too_slow_is_killed_with_its_children(make_bench, start):
    bench = make_bench(start=start)
    script = STRAY.replace("start_new_session=True", "stdin=None") + "time.sleep(300)"
    result = bench.run(script, timeout=1.5)
    worker, _, first, second = read_numbers(bench.root / "pids.txt", 4)

    assert result.outcomes[0].failure.kind == "timeout"
    assert wait_until(lambda: not any(map(is_alive, (worker, first, second))))


@pytest.mark.parametrize("end", ["", "os._exit(1)", "os.kill(os.getpid(), 9)"])
def test_what_a_script_left_behind_is_gone_when_its_result_is_there(bench, end):
    bench.run(STRAY + end)
    worker, server, stray, plain = read_numbers(bench.root / "pids.txt", 4)

    assert [is_alive(each) for each in (worker, stray, plain)] == [False] * 3
    assert is_alive(server)


def test_the_strays_of_a_running_script_live_as_long_as_it_does(make_bench):
    bench = make_bench(Settings(workers=2, device="cpu", timeout=20))
    running = STRAY + (
        "while not os.path.exists('other.txt'):\n    time.sleep(0.01)\n"
        "assert stray.poll() is None and plain.poll() is None"
    )
    other = (
        "import subprocess, sys, os, time\n"
        "while not os.path.exists('pids.txt'):\n    time.sleep(0.01)\n"
        "subprocess.Popen(['sh', '-c', 'sleep 300 & exit 0']).wait()\n"
        "open('other.txt', 'w').close()"
    )
    plans = [bench.plan(running), bench.plan(other, path="docs/b.md")]
    results = bench.engine.run(plans)

    assert [result.passed for result in results.values()] == [True, True]


BUILD = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from lrnotes.model import Cell, Place, Script
from lrnotes.run.cache import Cache
from lrnotes.run.engine import Engine
from lrnotes.run.plan import make_plan
from lrnotes.settings import Settings

root, settings = Path.cwd(), Settings(device="cpu")
cells = (Cell("code", "", Path("cell.py").read_text(), Place("docs/a.md")),)
plan = make_plan(Script("docs/a.md", cells), settings)
with Engine(root, settings, Cache(root / ".lrnotes"), preload=()) as engine:
    engine.run([plan])
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_no_process_outlives_the_build(tmp_path, number):
    (tmp_path / "cell.py").write_text(STRAY + "time.sleep(300)")
    package = str(Path(__file__).parents[2])
    build = subprocess.Popen(
        [sys.executable, "-c", BUILD, package],
        cwd=tmp_path,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    numbers = read_numbers(tmp_path / "pids.txt", 4)
    assert all(map(is_alive, numbers))

    os.kill(build.pid, number)
    build.wait(20)

    assert wait_until(lambda: not any(map(is_alive, numbers)))


def test_a_server_outlives_the_thread_that_started_it(setting):
    servers = []
    thread = threading.Thread(target=lambda: servers.append(ForkServer(setting)))
    thread.start()
    thread.join()
    (server,) = servers
    child = server.start()
    time.sleep(0.2)

    assert server.process.poll() is None
    child.kill()
    assert child.wait() == -signal.SIGKILL
    for stream in (child.job, child.answers, child.out, child.err):
        stream.close()
    server.close()
    assert server.process.returncode == 0


def test_a_server_that_went_away_is_told_in_one_line_and_replaced(make_bench):
    bench = make_bench()
    killing = "import os, signal, time\nos.kill(os.getppid(), signal.SIGKILL)\n"

    with pytest.raises(EngineError, match=r"^the server of workers went away; "):
        bench.run(killing + "time.sleep(60)")
    assert bench.run("'again'").passed


def test_closing_an_engine_ends_what_it_runs(make_bench):
    bench = make_bench()
    errors = []

    def build():
        try:
            bench.run(STRAY + "time.sleep(300)")
        except EngineError as error:
            errors.append(str(error))

    thread = threading.Thread(target=build)
    thread.start()
    numbers = read_numbers(bench.root / "pids.txt", 4)
    bench.engine.close()
    thread.join(20)

    assert len(errors) == 1
    assert wait_until(lambda: not any(map(is_alive, numbers)))


def test_modules_that_cannot_be_imported_are_reported_and_the_rest_works(setting):
    server = ForkServer(
        Setting(**{
            **{name: getattr(setting, name) for name in Setting.__slots__},
            "preload": ("json", "no_such_module", "colorsys"),
        })
    )  # fmt: skip
    child = server.start()

    assert server.missing == {
        "no_such_module": "ModuleNotFoundError: No module named 'no_such_module'"
    }
    assert server.threads == 1
    child.kill()
    child.wait()
    for stream in (child.job, child.answers, child.out, child.err):
        stream.close()
    server.close()


def test_a_fork_reads_what_it_inherited_open_at_a_position_of_its_own(tmp_path):
    path = tmp_path / "font.ttf"
    path.write_bytes(b"0123456789")
    code = (
        "import os, sys\n"
        "from lrnotes.run.processes import unshare_inputs\n"
        "file = os.open(sys.argv[1], os.O_RDONLY)\n"
        "os.read(file, 4)\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    unshare_inputs()\n"
        "    os._exit(os.read(file, 3) != b'456')\n"
        "print(os.waitpid(child, 0)[1], os.read(file, 3))\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", code, str(path)],
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == "0 b'456'\n"


def test_a_script_that_closes_every_descriptor_is_an_outcome(bench):
    result = bench.run("import os\nprint('x')\nos.closerange(0, 4096)\n1", "2")
    first, second = result.outcomes

    assert first.outputs[0].data["text/plain"] == "x\n"
    assert first.failure.kind == "exit"
    assert second.status == "not reached"
