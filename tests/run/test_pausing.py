"""An edit under serve runs the cells from the edited one on, and nothing before it."""

import os
import sys
import time
from pathlib import Path

import pytest
from msgspec.structs import replace

from lrnotes.run import shelf
from lrnotes.run.job import PRELOAD
from lrnotes.settings import Settings

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="copies are forks of a server's child"
)

# Leaves a line behind where no event tells that a file is written.
MARK = """\
import ctypes as _c
_n = _c.CDLL(None).open(b"ran.txt", 1089, 420)
_c.CDLL(None).write(_n, b"{0} ", len(b"{0} "))
_c.CDLL(None).close(_n);
"""


def cell(name: str, code: str = "") -> str:
    return f"{MARK.format(name)}{code}"


@pytest.fixture
def bench(make_bench):
    bench = make_bench(Settings(workers=2, device="cpu", timeout=20))
    bench.engine.keeps = True
    yield bench
    bench.engine.close()


def ran(bench) -> list[str]:
    log = bench.root / "ran.txt"
    names = log.read_text().split() if log.exists() else []
    log.unlink(missing_ok=True)
    return names


def plain(result):
    """Return a result without what differs between two runs of one script."""
    outcomes = tuple(replace(each, seconds=0) for each in result.outcomes)
    return replace(result, outcomes=outcomes, seconds=0, date="")


def test_an_edit_of_the_last_cell_runs_it_alone_and_gives_what_a_fresh_run_gives(
    bench, make_bench
):
    first = cell(
        "one", "import random\nrandom.seed(5)\nx = [random.random()]\nprint(x)"
    )
    second = cell("two", "x.append(random.random())\nprint(x)")
    bench.run(first, second, cell("three", "y = len(x)"))
    assert ran(bench) == ["one", "two", "three"]
    edited = (first, second, cell("new", "y = sum(x) + random.random()\nprint(y)\ny"))

    resumed = bench.run(*edited)

    assert ran(bench) == ["new"]
    fresh = make_bench(bench.settings).run(*edited)
    assert plain(resumed) == plain(fresh)
    assert resumed.outcomes[0].outputs == fresh.outcomes[0].outputs
    assert resumed.seconds >= resumed.outcomes[2].seconds


def test_an_edit_in_the_middle_runs_it_and_what_follows(bench):
    bench.run(cell("one"), cell("two"), cell("three"))
    ran(bench)

    bench.run(cell("one"), cell("new"), cell("three"))
    assert ran(bench) == ["new", "three"]

    # The copies of a copy stand too.
    bench.run(cell("one"), cell("new"), cell("last"))
    assert ran(bench) == ["last"]


def test_a_failing_cell_is_mended_without_running_what_passed(bench):
    failed = bench.run(cell("one", "x = 0"), "1 / x")
    mended = bench.run(cell("one", "x = 0"), "1 / (x + 1)")

    assert failed.outcomes[1].failure.name == "ZeroDivisionError"
    assert mended.passed
    assert ran(bench) == ["one"]


@pytest.mark.parametrize(
    ("before", "after"), [("COUNT = 1\n", "COUNT = 2\n"), ("", "COUNT = 2\n")]
)
def test_a_changed_helper_or_file_of_the_cells_before_runs_them_again(
    bench, before, after
):
    first = cell("one", "import steps\nprint(steps.COUNT, open('data.txt').read())")
    module, data = bench.root / "snippets/steps.py", bench.root / "data.txt"
    module.write_text(before or after)
    data.write_text("old")
    bench.run(first, cell("two"))
    ran(bench)
    module.write_text(after)
    if not before:
        data.write_text("new")

    result = bench.run(first, cell("new"))

    assert ran(bench) == ["one", "new"]
    text = result.outcomes[0].outputs[0].data["text/plain"]
    assert text == f"2 {'old' if before else 'new'}\n"


def test_what_the_cells_before_used_is_among_the_dependencies(bench):
    (bench.root / "data.txt").write_text("1")
    first = "text = open('data.txt').read()"
    bench.run(first, "1")

    result = bench.run(first, "2")

    assert "data.txt" in [each.name for each in result.dependencies]
    (bench.root / "data.txt").write_text("2")
    assert bench.run(first, "text").outcomes[1].outputs[0].data["text/plain"] == "'2'"


@pytest.mark.parametrize(
    "code",
    [
        "handle = open('data.txt', 'r+')",
        "import os\nends = os.pipe()",
        "open('written.txt', 'w').write('1')",
        "import os\nos.makedirs('made', exist_ok=True)",
        "import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()",
        "import subprocess\nsubprocess.run(['true'], check=True)",
        "import tempfile\nfolder = tempfile.TemporaryDirectory()",
        "import mmap\nshared = mmap.mmap(-1, 4096)",
    ],
    ids=lambda code: code.split("\n")[-1][:30],
)
def test_no_copy_is_kept_where_it_would_share_more_than_memory(bench, code):
    (bench.root / "data.txt").write_text("1")
    bench.run(cell("one", code), cell("two"))
    ran(bench)

    bench.run(cell("one", code), cell("new"))

    assert ran(bench) == ["one", "new"]


def test_a_file_that_stays_open_is_read_on_from_where_the_cells_before_left_it(bench):
    (bench.root / "data.txt").write_text("one\ntwo\nthree\n")
    first = cell("one", "handle = open('data.txt', 'rb', buffering=0)\nhandle.read(4)")
    bench.run(first, "handle.read()")

    results = [bench.run(first, f"handle.read({size})") for size in (3, 5)]

    shown = [each.outcomes[1].outputs[0].data["text/plain"] for each in results]
    assert shown == ["b'two'", "b'two\\nt'"]
    assert ran(bench) == ["one"]


def test_a_resumed_script_has_the_rest_of_its_time(make_bench):
    bench = make_bench(Settings(workers=1, device="cpu", timeout=2))
    bench.engine.keeps = True
    first = "import time; time.sleep(1.2)"
    assert bench.run(first, "1").passed

    began = time.monotonic()
    result = bench.run(first, "while True: pass")

    assert result.outcomes[1].failure.kind == "timeout"
    assert time.monotonic() - began < 1.9
    bench.engine.close()


def find_copies(bench) -> list[int]:
    return [each.number for each in bench.engine.crew.shelf._kept]


def is_alive(number: int) -> bool:
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


def test_copies_are_few_and_the_longest_unused_ends_first(bench, monkeypatch):
    monkeypatch.setattr(shelf, "MOST", 3)
    bench.run("1", "2")
    old = find_copies(bench)
    bench.run("3", "4")

    copies = find_copies(bench)

    assert len(copies) == 3
    assert wait_until(lambda: not is_alive(old[0]))
    assert all(map(is_alive, copies))


def test_copies_end_when_they_hold_too_much(bench, monkeypatch):
    monkeypatch.setattr(shelf, "LARGEST", 0)
    bench.run("1", "2")

    assert find_copies(bench) == []
    bench.run("1", "3")


@pytest.mark.parametrize("end", ["close", "kill"])
def test_no_copy_outlives_its_server(bench, end):
    bench.run("1", "2", "3")
    copies = find_copies(bench)
    assert len(copies) == 3

    if end == "close":
        bench.engine.close()
    else:
        os.kill(bench.engine.crew._launchers["fork"].process.pid, 9)

    assert wait_until(lambda: not any(map(is_alive, copies)))


def test_a_copy_that_was_killed_is_no_loss(bench):
    bench.run(cell("one"), "2")
    for number in find_copies(bench):
        os.kill(number, 9)

    result = bench.run(cell("one"), "3")

    assert result.passed
    assert ran(bench) == ["one", "one"]


def test_a_build_keeps_no_copies(make_bench):
    bench = make_bench()
    bench.run("1", "2")

    assert find_copies(bench) == []


def test_an_edited_plot_after_training_is_byte_for_byte_that_of_a_fresh_run(make_bench):
    pytest.importorskip("torch")
    settings = Settings(workers=1, device="cpu", timeout=60)
    bench = make_bench(settings, preload=PRELOAD)
    bench.engine.keeps = True
    train = cell(
        "train",
        "import torch, matplotlib.pyplot as plt\ntorch.manual_seed(0)\n"
        "w = torch.randn(3, requires_grad=True)\nlosses = []\n"
        "for _ in range(20):\n"
        "    loss = ((w - torch.randn(3)) ** 2).mean()\n"
        "    loss.backward()\n"
        "    with torch.no_grad():\n"
        "        w -= 0.1 * w.grad\n"
        "    losses.append(loss.item())\n"
        "plt.plot(losses);",
    )
    bench.run(train, "plt.plot(losses);")
    edited = (train, "plt.semilogy(losses)\nprint(torch.randn(2))")

    resumed = bench.run(*edited)

    assert ran(bench) == ["train"]
    fresh = make_bench(settings, preload=PRELOAD)
    assert plain(resumed) == plain(fresh.run(*edited))
    assert ran(fresh) == ["train"]
    bench.engine.close()
