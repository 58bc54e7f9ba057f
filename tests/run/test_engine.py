"""The engine: what runs, what does not, and what is kept."""

import io
import re
import subprocess
import sys
from pathlib import Path

import pytest

from lrnotes.errors import SettingsError
from lrnotes.model import Result
from lrnotes.run.cache import Cache
from lrnotes.run.engine import Engine
from lrnotes.run.job import PRELOAD, read_size, worker_environment
from lrnotes.run.progress import Progress
from lrnotes.run.slots import Slots, show_one
from lrnotes.settings import Settings


def log_run(bench) -> list[str]:
    """Return what scripts wrote to the run log since the last call."""
    path = bench.root / "ran.txt"
    lines = path.read_text().split() if path.exists() else []
    path.unlink(missing_ok=True)
    return lines


def logging_cell(name, rest="") -> str:
    return f"with open('ran.txt', 'a') as log:\n    log.write('{name} ')\n{rest}"


@pytest.fixture
def bench(make_bench):
    return make_bench()


# --- hits and misses -----------------------------------------------------------


def test_what_passed_is_not_run_again(bench):
    plan = bench.plan(logging_cell("a", "print('shown')"))
    first = bench.engine.run([plan])
    second = bench.engine.run([plan])

    assert first == second
    assert log_run(bench) == ["a"]
    assert bench.engine.hits == 1


def test_a_new_engine_finds_what_another_kept_and_starts_nothing(bench):
    plan = bench.plan("print('shown')")
    result = bench.engine.run([plan])
    other = Engine(bench.root, bench.settings, Cache(bench.cache.folder), preload=())

    assert other.run([plan]) == result
    assert other.crew._launchers == {}


def test_a_cache_that_came_from_another_machine_is_used(bench):
    plan = bench.plan(logging_cell("a"))
    bench.engine.run([plan])
    assert log_run(bench) == ["a"]
    (bench.cache.folder / "devices.json").unlink()
    settings, cache = bench.settings, Cache(bench.cache.folder)

    with Engine(bench.root, settings, cache, preload=()) as other:
        other.run([plan])

    assert log_run(bench) == []
    assert other.hits == 1


def test_fresh_runs_all_and_keeps_it(bench):
    plan = bench.plan(logging_cell("a"))
    bench.engine.run([plan])
    bench.engine.run([plan], fresh=True)
    bench.engine.run([plan])

    assert log_run(bench) == ["a", "a"]


def test_equal_scripts_run_once(bench):
    plans = [
        bench.plan(logging_cell("a"), path="docs/a.md"),
        bench.plan(f"# a remark\n{logging_cell('a')}", path="docs/b.md"),
    ]
    results = bench.engine.run(plans)

    assert len(results) == 1
    assert log_run(bench) == ["a"]
    assert bench.cache.seconds(plans[1]) is not None


def test_a_module_that_changes_runs_its_importers_again(bench):
    module = bench.root / "snippets/rate.py"
    module.write_text("lr = 0.1\n")
    with_it = bench.plan(logging_cell("with", "import rate\nrate.lr"))
    without = bench.plan(logging_cell("without"))
    bench.engine.run([with_it, without])
    module.write_text("lr = 0.2\n")
    log_run(bench)
    results = bench.engine.run([with_it, without])

    assert log_run(bench) == ["with"]
    assert results[with_it.key].outcomes[0].outputs[0].data["text/plain"] == "0.2"


def test_the_longest_script_begins_first(make_bench):
    bench = make_bench(Settings(workers=1, device="cpu"))
    plans = [
        bench.plan(logging_cell(name, f"import time\ntime.sleep({seconds})"))
        for name, seconds in (("short", 0), ("long", 0.2), ("middle", 0.08))
    ]
    bench.engine.run(plans)
    log_run(bench)
    bench.engine.run(plans, fresh=True)

    assert log_run(bench) == ["long", "middle", "short"]


def test_thirty_scripts_run_in_parallel(make_bench):
    bench = make_bench(Settings(workers=8, device="cpu"))
    plans = [
        bench.plan(f"x = {number}\nprint(x * x)", path=f"docs/{number}.md")
        for number in range(30)
    ]
    results = bench.engine.run(plans)

    assert [
        results[plan.key].outcomes[0].outputs[0].data["text/plain"] for plan in plans
    ] == [f"{number * number}\n" for number in range(30)]


def test_two_scripts_run_at_the_same_time(bench):
    meet = (
        "import pathlib, time\npathlib.Path('{0}').touch()\n"
        "while not pathlib.Path('{1}').exists():\n    time.sleep(0.01)"
    )
    plans = [bench.plan(meet.format("a", "b")), bench.plan(meet.format("b", "a"))]

    assert all(result.passed for result in bench.engine.run(plans).values())


def test_results_do_not_depend_on_the_number_of_workers(make_bench):
    cells = ("x = {'a', 'b'}\nprint(x)\n[object(), x]", ("claim: y", "assert 1 < 2"))
    found = []
    for workers in (1, 4):
        bench = make_bench(Settings(workers=workers, device="cpu"))
        plans = [bench.plan(*cells, f"{index}") for index in range(4)]
        results = bench.engine.run(plans)
        found.append([
            (each.status, each.outputs, each.evidence, each.names)
            for plan in plans
            for each in results[plan.key].outcomes
        ])  # fmt: skip

    assert found[0] == found[1]


# --- failures ------------------------------------------------------------------


def test_a_failure_is_remembered_until_its_lines_or_inputs_change(bench):
    module = bench.root / "snippets/rate.py"
    module.write_text("lr = 0\n")
    source = logging_cell("a", "import rate\n1 / rate.lr")
    first = bench.run(source)
    again = bench.run(source)
    moved = bench.run(f"# a remark\n{source}")

    assert log_run(bench) == ["a", "a"]
    assert first == again
    assert moved.outcomes[0].failure.line == first.outcomes[0].failure.line + 1

    module.write_text("lr = 1\n")
    assert bench.run(source).passed


def test_a_failure_is_never_kept_on_disk(bench):
    plan = bench.plan(logging_cell("a", "1 / 0"))
    bench.engine.run([plan])
    other = Engine(bench.root, bench.settings, Cache(bench.cache.folder), preload=())
    with other:
        assert not other.run([plan])[plan.key].passed

    assert log_run(bench) == ["a", "a"]


def test_a_death_is_remembered_until_a_module_changes(bench):
    source = logging_cell("a", "import os\nos._exit(1)")
    bench.run(source)
    bench.run(source)
    assert log_run(bench) == ["a"]

    (bench.root / "snippets/any.py").write_text("x = 1\n")
    bench.run(source)
    assert log_run(bench) == ["a"]


def test_a_cache_that_cannot_be_written_is_a_remark(make_bench):
    bench = make_bench()
    bench.cache.folder.write_text("not a folder")
    result = bench.run("print('shown')")

    assert result.passed
    assert len(bench.engine.remarks) == 1
    assert ".lrnotes" in bench.engine.remarks[0]


def test_a_file_that_one_script_writes_and_another_reads_is_reported(bench):
    (bench.root / "data.txt").write_text("1")
    reads = bench.plan("open('data.txt').read()", path="docs/reads.md")
    writes = bench.plan(
        "with open('data.txt', 'w') as file:\n    file.write('1')",
        path="docs/writes.md",
    )
    results = bench.engine.run([reads, writes])

    assert results[reads.key].problems == (
        "data.txt is written by docs/writes.md; scripts run in no order",
    )
    assert results[writes.key].problems == ()


# --- what a result says --------------------------------------------------------


def test_a_result_says_when_and_where_it_was_made(bench):
    result = bench.run("x = 1")

    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", result.date)
    assert result.seconds >= result.outcomes[0].seconds > 0
    environment = result.environment
    assert environment.python == ".".join(map(str, sys.version_info[:3]))
    assert (environment.device, environment.threads) == ("cpu", 1)
    assert {each.name for each in result.dependencies} >= {
        "Python",
        "device",
        "threads",
    }


def test_planning_and_running_import_neither_torch_nor_matplotlib():
    code = (
        "import sys, lrnotes.run.engine\n"
        "print([name for name in ('torch', 'matplotlib', 'numpy', 'rich')"
        " if name in sys.modules])"
    )
    package = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=package,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == "[]\n"


# --- with torch ----------------------------------------------------------------


@pytest.fixture(scope="module")
def torch_bench(make_bench):
    """Return a bench whose server has imported all that it imports for a site."""
    pytest.importorskip("torch")
    return make_bench(Settings(workers=2, timeout=60), preload=PRELOAD)


def test_a_device_that_is_not_there_is_a_failure_that_names_the_option(torch_bench):
    first, second = torch_bench.run("1", "2", device="xpu:7").outcomes

    assert (first.status, first.failure.kind) == ("failed", "device")
    assert first.failure.message == "device: xpu:7: this machine has no such device"
    assert second.status == "not reached"


@pytest.mark.parametrize(
    ("module", "harmless", "speaking"),
    [
        ("torch._dynamo", "import torch", "from torch import optim"),
        ("pyparsing", "import math", "# matplotlib"),
    ],
)
def test_what_scripts_are_about_to_need_is_imported_before_their_forks(
    make_bench, module, harmless, speaking
):
    pytest.importorskip("torch")
    bench = make_bench(preload=PRELOAD)
    ask = f"import sys\n{module!r} in sys.modules"
    before = bench.run(harmless, ask)
    after = bench.run(speaking, ask)

    assert before.outcomes[1].outputs[0].data["text/plain"] == "False"
    assert after.outcomes[1].outputs[0].data["text/plain"] == "True"
    assert before.environment == after.environment
    assert before.environment.matplotlib
    assert not bench.engine.remarks


@pytest.mark.parametrize("start", ["fork", "exec", "spawn"])
def test_nothing_imports_torch_for_scripts_that_do_without(make_bench, start):
    pytest.importorskip("torch")
    settings = Settings(workers=1, device="cpu", timeout=60)
    bench = make_bench(settings, preload=PRELOAD, start=start)
    ask = "import sys\n'tor' + 'ch' in sys.modules"
    # Whoever is asked for the device needs it.
    told = bench.run("import torch", ask)
    plans = [bench.plan(ask, f"{at}", path=f"docs/{at}.md") for at in range(3)]
    cache = Cache(bench.cache.folder)
    with Engine(bench.root, settings, cache, preload=PRELOAD, start=start) as engine:
        results = engine.run(plans).values()

    assert told.outcomes[1].outputs[0].data["text/plain"] == "True"
    shown = [result.outcomes[0].outputs[0].data["text/plain"] for result in results]
    assert shown == ["False"] * 3
    assert {result.environment for result in results} == {told.environment}


def test_tensors_are_described_and_their_asserts_are_evidence(torch_bench):
    result = torch_bench.run(
        "import torch\ntorch.manual_seed(0)\n"
        "path = torch.linspace(0, 1, 122).reshape(61, 2)\n"
        "net = torch.nn.Linear(3, 4)\nrate = torch.tensor(0.25)\n"
        "size, kind = path.shape, path.dtype",
        (
            "claim: a line",
            "torch.testing.assert_close(path[0], torch.zeros(2), atol=0.1, rtol=0)\n"
            "assert rate < 0.5 and path.max() <= 1",
        ),
        "path",
    )
    first, claim, last = result.outcomes

    assert {name.name: (name.summary, name.value) for name in first.names} == {
        "kind": ("dtype", "torch.float32"),
        "net": ("Linear, 16 parameters", ""),
        "path": ("Tensor (61, 2) float32 cpu", "[0.0, 0.008264, 0.01653, …]"),
        "rate": ("Tensor () float32 cpu", "0.25"),
        "size": ("Size", "(61, 2)"),
    }
    assert [(each.operator, each.margin) for each in claim.evidence] == [
        ("close", "0.00826 of 0.1"),
        ("", ""),
    ]
    assert claim.evidence[1].values[0] == ("rate", "0.25")
    assert last.outputs[0].data["text/plain"].startswith("tensor([[0.0000, 0.0083]")
    assert result.scalars["rate"].text == "0.25"
    assert result.environment.device_name


def test_the_server_with_torch_has_one_thread_and_forks_share_nothing(torch_bench):
    bench = torch_bench
    plans = [
        bench.plan(
            "import torch\ntorch.set_default_dtype(torch.float64)\n"
            f"w = torch.nn.Parameter(torch.ones(2)) * {index}\n"
            "w.sum().item(), torch.get_num_threads(), torch.rand(1).dtype",
            path=f"docs/{index}.md",
        )
        for index in range(4)
    ]
    unseeded = bench.plan("import torch\ntorch.rand(1).item()")
    results = bench.engine.run([*plans, unseeded])

    assert [
        results[plan.key].outcomes[0].outputs[0].data["text/plain"] for plan in plans
    ] == [f"({2.0 * index}, 1, torch.float64)" for index in range(4)]
    again = bench.engine.run([unseeded], fresh=True)[unseeded.key]
    assert again.outcomes[0].outputs != results[unseeded.key].outcomes[0].outputs
    launcher = bench.engine.crew._launchers["fork"]
    assert (launcher.missing, launcher.threads) == ({}, 1)
    environment = again.environment
    assert (environment.device, environment.threads) == ("cpu", 1)
    assert environment.torch
    assert environment.device_name


# --- progress ------------------------------------------------------------------


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self):
        return True


def test_without_a_terminal_there_is_a_line_for_each_script(make_bench):
    lines = []
    bench = make_bench(progress=Progress(io.StringIO(), lines.append))
    bench.engine.run([bench.plan("1"), bench.plan("1 / 0", path="docs/b.md")])

    assert sorted(re.sub(r"[\d.]+ s", "T s", line) for line in lines) == [
        "docs/a.md passed in T s",
        "docs/b.md failed in T s",
    ]


def test_on_a_terminal_there_is_a_bar_with_the_time_left(make_bench):
    terminal = Terminal()
    bench = make_bench(progress=Progress(terminal))
    bench.engine.run([bench.plan("import time\ntime.sleep(0.3)")])

    assert "left" in terminal.getvalue()
    assert "a.md" in terminal.getvalue()


def test_the_time_left_is_what_scripts_took_last():
    progress = Progress()
    progress.begin({"a": 4.0, "b": 2.0, "c": None}, 2)

    assert progress.seconds_left == pytest.approx(4.5)
    progress.finish("a", Result("key", ()))
    assert progress.seconds_left == pytest.approx(3.0)


# --- small parts ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "size"),
    [("", 0), ("2GB", 2_000_000_000), ("512 MiB", 536_870_912), ("1.5k", 1500)],
)
def test_sizes_are_read(text, size):
    assert read_size(text) == size


@pytest.mark.parametrize("text", ["much", "2XB", "."])
def test_a_size_that_is_none_is_an_error(text):
    with pytest.raises(SettingsError, match="memory is"):
        read_size(text)


def test_workers_see_the_same_wherever_a_build_runs():
    given = {"PATH": "/bin", "COLUMNS": "90", "FORCE_COLOR": "1"}
    environment = worker_environment(Settings(threads=3), given)

    assert environment["PATH"] == "/bin"
    assert environment["OMP_NUM_THREADS"] == "3"
    assert not {"COLUMNS", "FORCE_COLOR"} & environment.keys()


def test_accelerators_are_shared_out_one_job_each():
    slots = Slots(2)
    with slots.take() as first, slots.take(1) as second:
        assert (first, second) == (0, 1)
        assert slots.free == set()
    assert slots.free == {0, 1}


def test_a_job_sees_one_accelerator_of_those_that_are_visible():
    assert show_one("cuda", 1, {}) == {"CUDA_VISIBLE_DEVICES": "1"}
    assert show_one("cuda", 1, {"CUDA_VISIBLE_DEVICES": "4,7"}) == {
        "CUDA_VISIBLE_DEVICES": "7"
    }
    assert show_one("mps", 0, {}) == {}
