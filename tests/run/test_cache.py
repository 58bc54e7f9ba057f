"""Results are found while all they rest on holds; any damage is a miss, never a lie."""

import json
import multiprocessing
import os
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from lrnotes.errors import CacheError
from lrnotes.model import (
    Cell,
    Dependency,
    Environment,
    Evidence,
    Failure,
    Name,
    Outcome,
    Output,
    Place,
    Result,
    Scalar,
    Script,
)
from lrnotes.run import cache as cache_module
from lrnotes.run.cache import RUNS_KEPT, Cache
from lrnotes.run.digest import digest_file
from lrnotes.run.fingerprint import Checker
from lrnotes.run.plan import make_plan
from lrnotes.run.stored import CACHE_SCHEMA, LARGE
from lrnotes.settings import Settings

SETTINGS = Settings()
FIGURE = Output(
    "display_data",
    "lr 0.1",
    {"image/svg+xml": "<svg>" + "é" * LARGE + "</svg>", "text/plain": "<Figure>"},
    table="step,loss\n" + "1,2\n" * LARGE,
    width=480.0,
    height=300.0,
)


def make_plan_of(*cells, path="docs/a.md"):
    code = tuple(Cell("code", "", cell, Place(path)) for cell in cells)
    return make_plan(Script(path, code), SETTINGS)


PLAN = make_plan_of("x = 1", "plot(x)")


def make_result(plan=PLAN, text="1\n", dependencies=(), **fields):
    outcomes = (
        Outcome(
            "passed",
            (Output("stream", "stdout", {"text/plain": text}),),
            evidence=(Evidence("x < 2", 1, True, "1", "<", "2", "1"),),
            names=(Name("x", "int", "1"),),
            seconds=0.5,
        ),
        Outcome("passed", (FIGURE, replace(FIGURE, name="lr 0.2"))),
    )
    defaults = {
        "scalars": {"x": Scalar("float", "nan")},
        "environment": Environment("3.11.7", "2.13.0", "3.11.2", "cpu", "AVX2"),
        "seconds": 1.5,
        "date": "2026-11-23T12:00:00",
        "problems": ("a remark",),
    }
    outcomes = outcomes[: len(plan.script.code)]
    return Result(plan.key, outcomes, dependencies=dependencies, **defaults | fields)


class World:
    """A project folder, its cache, and files to depend on."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / ".lrnotes"
        self.cache = Cache(self.folder)

    def write(self, name: str, text: str) -> Dependency:
        (self.root / name).write_text(text)
        return Dependency("file", name, digest_file(self.root / name))

    def checker(self) -> Checker:
        return Checker(self.root, SETTINGS, self.folder)

    def find(self, plan=PLAN):
        return self.cache.find(plan, self.checker())

    def explain(self, plan=PLAN):
        return self.cache.explain(plan, self.checker())

    def files(self, pattern: str = "contents/*/*") -> list[Path]:
        return sorted(path for path in self.folder.glob(pattern) if path.is_file())


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_what_was_stored_is_found_whole(world):
    result = make_result(dependencies=(world.write("a.csv", "1"),))
    world.cache.store(PLAN, result)

    assert world.find() == result
    assert world.explain() == ("fresh", [])


def test_nothing_is_made_before_something_is_stored(world):
    assert world.find() is None
    assert world.cache.last(PLAN) is None
    assert world.cache.seconds(PLAN) is None
    assert world.explain() == ("never run", [])
    assert world.cache.prune([]).files == 0
    assert not world.folder.exists()


def test_equal_scripts_share_a_result(world):
    world.cache.store(PLAN, make_result())
    other = make_plan_of("x = 1  # one", "plot( x )", path="docs/moved.md")

    assert world.find(other) == make_result()
    assert world.explain(other) == ("fresh", [])


def test_a_large_piece_is_kept_once(world):
    world.cache.store(PLAN, make_result())

    assert len(world.files()) == 3


def test_going_back_to_an_earlier_state_hits_again(world):
    for text in ("1", "2", "3"):
        used = world.write("a.csv", text)
        world.cache.store(PLAN, make_result(text=text, dependencies=(used,)))

    for text in ("1", "3", "2"):
        used = world.write("a.csv", text)
        assert world.find() == make_result(text=text, dependencies=(used,))
    world.write("a.csv", "4")
    assert world.find() is None
    assert world.explain() == ("stale", ["a.csv changed"])


def test_a_newer_run_with_the_same_inputs_takes_the_place_of_the_older(world):
    world.cache.store(PLAN, make_result(text="old"))
    world.cache.store(PLAN, make_result(text="new"))

    assert world.find() == make_result(text="new")
    assert len(json.loads(world.files("keys/*/*")[0].read_bytes())["runs"]) == 1


def test_a_key_keeps_a_bounded_number_of_runs(world):
    for number in range(RUNS_KEPT + 3):
        used = world.write("a.csv", str(number))
        world.cache.store(PLAN, make_result(dependencies=(used,)))

    runs = json.loads(world.files("keys/*/*")[0].read_bytes())["runs"]
    assert len(runs) == RUNS_KEPT
    assert world.find() is not None


def test_the_reasons_are_those_of_the_nearest_run(world):
    one, two = world.write("one", "1"), world.write("two", "1")
    gone = Dependency("file", "three", "f" * 32)
    world.cache.store(PLAN, make_result(dependencies=(one, two)))
    world.cache.store(PLAN, make_result(dependencies=(one, two, gone)))
    world.write("two", "2")

    assert world.explain() == ("stale", ["two changed"])


@pytest.mark.parametrize(
    ("dependency", "reason"),
    [
        (("module", "snippets/bench.py", "a/b"), "snippets/bench.py is gone"),
        (("listing", "data/", "a"), "other files in data/"),
        (("listing", "data/*.csv", "a"), "other data/*.csv"),
        (("environment", "LR_X", "a"), "environment variable LR_X is not set"),
        (("distribution", "none-such", "1.0"), "none-such 1.0 -> not installed"),
        (("runtime", "threads", "8"), "threads 8 -> 1"),
        (("runtime", "device", "cpu"), "device cpu -> not known yet"),
        (
            ("runtime", "a fact of another time", "1"),
            "a fact of another time 1 -> none",
        ),
        (("absent", "here.txt", ""), "here.txt is there now"),
        (("absent", "import click", ""), "click is installed now"),
    ],
)
def test_each_kind_of_dependency_says_what_changed(world, dependency, reason):
    world.write("here.txt", "")
    world.cache.store(PLAN, make_result(dependencies=(Dependency(*dependency),)))

    assert world.explain() == ("stale", [reason])


def test_an_edited_script_is_known_by_its_name(world):
    world.cache.store(PLAN, make_result(seconds=7.0))
    edited, other = make_plan_of("x = 2"), make_plan_of("x = 2", path="docs/b.md")

    assert world.explain(edited) == ("stale", ["its code changed"])
    assert world.cache.seconds(edited) == 7.0
    assert world.explain(other) == ("never run", [])
    assert world.cache.seconds(other) is None


def test_another_style_of_figures_is_told_from_another_code(world):
    def restyle(plan):
        return replace(plan, key=plan.key[::-1], style="other")

    world.cache.remember(PLAN, 3.0)

    style = "the style of figures changed"
    assert world.explain(restyle(PLAN)) == ("stale", [style])
    both = ["its code changed", style]
    assert world.explain(restyle(make_plan_of("x = 2"))) == ("stale", both)


def test_a_failed_run_leaves_an_estimate_and_no_result(world):
    world.cache.remember(PLAN, 3.0)

    assert world.cache.seconds(PLAN) == 3.0
    assert world.find() is None
    assert world.explain() == ("stale", ["it has no passed run"])


def test_another_engine_is_named_as_the_reason(world, monkeypatch):
    world.cache.remember(PLAN, 3.0)
    monkeypatch.setattr(cache_module, "ENGINE_SCHEMA", 99)

    assert world.explain() == ("stale", ["engine schema 1 -> 99"])


def test_the_last_result_is_there_when_it_holds_no_longer(world):
    used = world.write("a.csv", "1")
    world.cache.store(PLAN, make_result(dependencies=(used,)))
    world.write("a.csv", "2")

    assert world.find() is None
    assert world.cache.last(PLAN) == make_result(dependencies=(used,))


def test_the_last_result_is_not_one_that_was_skipped(world):
    used = world.write("a.csv", "1")
    world.cache.store(PLAN, make_result(dependencies=(used,)))
    skipped = Outcome("skipped", reason="needs cuda")
    world.cache.store(PLAN, replace(make_result(), outcomes=(skipped, skipped)))

    assert world.cache.last(PLAN) == make_result(dependencies=(used,))


@pytest.mark.parametrize("status", ["failed", "not reached"])
def test_only_passed_results_are_kept(world, status):
    failed = Outcome(status, failure=Failure("exception", "ValueError", "no"))
    result = replace(make_result(), outcomes=(Outcome("passed"), failed))

    with pytest.raises(AssertionError):
        world.cache.store(PLAN, result)
    assert not world.folder.exists()


# --- damage


def truncate(data: bytes) -> bytes:
    return data[: len(data) // 2]


def flip(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


DAMAGES = {
    "truncated": truncate,
    "one bit": flip,
    "empty": lambda data: b"",
    "not text": lambda data: b"\xff\xfe\x00" + data,
    "another shape": lambda data: b'{"schema": 1, "key": [], "runs": 3}',
    "no object": lambda data: b"[1, 2]",
    "deep": lambda data: b"[" * 100_000,
    "no change": lambda data: data,
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("pattern", ["contents/*/*", "keys/*/*", "names/*"])
def test_damage_is_a_miss_and_the_next_run_heals_it(world, pattern, damage):
    world.cache.store(PLAN, make_result())
    whole = {path: path.read_bytes() for path in world.files(pattern)}
    for path, data in whole.items():
        path.write_bytes(DAMAGES[damage](data))

    # A flipped bit in a manifest may leave it a manifest, of the same result or none.
    assert world.find() in (None, make_result())
    assert (world.find() is None) == (world.explain()[0] != "fresh")
    world.cache.seconds(PLAN)
    if pattern == "contents/*/*" and damage != "no change":
        assert world.find() is None
        assert world.explain() == ("stale", ["its stored result is damaged"])

    world.cache.store(PLAN, make_result())
    assert world.find() == make_result()
    assert world.explain() == ("fresh", [])


@given(st.binary(max_size=400), st.integers(0, 3), st.integers(0, 9999))
@settings(max_examples=60, deadline=None)
def test_no_bytes_anywhere_make_an_error_or_another_result(
    tmp_path_factory, junk, which, at
):
    world = World(tmp_path_factory.mktemp("world"))
    world.cache.store(PLAN, make_result())
    files = world.files("*/*/*") + world.files("names/*")
    path = files[which % len(files)]
    data = path.read_bytes()
    start = at % len(data)
    path.write_bytes(data[:start] + junk + data[start + len(junk) :])

    found = world.find()
    if found is not None:
        # The manifest says what a run depended on and how long it took; no more.
        assert found.outcomes == make_result().outcomes
    world.explain()
    world.cache.seconds(PLAN)


def test_a_missing_piece_is_a_miss(world):
    world.cache.store(PLAN, make_result())
    for path in world.files():
        data = path.read_bytes()
        path.unlink()
        assert world.find() is None
        path.write_bytes(data)

    assert world.find() == make_result()


def test_a_manifest_under_another_key_is_a_miss(world):
    world.cache.store(PLAN, make_result())
    (manifest,) = world.files("keys/*/*")
    other = make_plan_of("y = 1", "plot(y)")
    path = world.folder / "keys" / other.key[:2] / f"{other.key[2:]}.json"
    path.parent.mkdir(exist_ok=True)
    shutil.copy(manifest, path)

    assert world.find(other) is None


def test_the_files_of_another_schema_are_a_miss(world):
    world.cache.store(PLAN, make_result())
    for path in world.files("keys/*/*") + world.files("names/*"):
        content = json.loads(path.read_bytes())
        path.write_text(json.dumps({**content, "schema": CACHE_SCHEMA + 1}))

    assert world.find() is None
    assert world.explain() == ("never run", [])
    world.cache.store(PLAN, make_result())
    assert world.find() == make_result()


def test_a_result_with_another_number_of_cells_is_a_miss(world, monkeypatch):
    result = make_result()
    world.cache.store(PLAN, replace(result, outcomes=result.outcomes[:1]))

    assert world.find() is None


def test_folders_where_files_should_be_are_misses(world):
    world.cache.store(PLAN, make_result())
    for path in world.files("*/*/*"):
        path.unlink()
        path.mkdir()

    assert world.find() is None
    with pytest.raises(CacheError):
        world.cache.store(PLAN, make_result())


def test_what_a_killed_build_left_half_written_is_no_entry(world):
    world.cache.store(PLAN, make_result())
    for path in world.files("*/*/*"):
        path.with_name(f"{path.name}.123.abcd.aside").write_bytes(b'{"schema"')

    assert world.find() == make_result()
    world.cache.store(PLAN, make_result())
    assert world.find() == make_result()


# --- folders that refuse


def test_a_file_in_place_of_the_folder_is_told_in_one_line(world):
    world.folder.write_text("")

    assert world.find() is None
    with pytest.raises(CacheError, match=r"kept in .*; give LRNOTES_CACHE"):
        world.cache.store(PLAN, make_result())
    with pytest.raises(CacheError):
        world.cache.remember(PLAN, 1.0)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission_is_told(world):
    world.cache.store(PLAN, make_result())
    for path in (world.folder, *world.folder.rglob("*")):
        if path.is_dir():
            path.chmod(0o500)

    assert world.find() == make_result()
    with pytest.raises(CacheError, match="Permission denied"):
        world.cache.store(PLAN, make_result())


def store_on_a_full_disk(root: Path, answers) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (600, 600))
    try:
        World(root).cache.store(PLAN, make_result(text="new"))
    except CacheError as error:
        answers.put(str(error))
    else:
        answers.put("stored")


def test_a_full_disk_is_told_and_leaves_no_half_entry(world):
    world.cache.store(PLAN, make_result(text="old"))
    fork = multiprocessing.get_context("fork")
    answers = fork.Queue()
    child = fork.Process(target=store_on_a_full_disk, args=(world.root, answers))
    child.start()
    answer = answers.get(timeout=20)
    child.join()

    assert "results cannot be kept" in answer
    assert world.find() == make_result(text="old")
    assert list(world.folder.rglob("*.aside")) == []


def test_text_that_is_no_text_is_told(world):
    result = replace(make_result(), scalars={"x": Scalar("str", "\ud800")})

    with pytest.raises(CacheError, match="JSON"):
        world.cache.store(PLAN, result)
    assert world.find() is None


# --- several builds at once

MANY = 12


def store_many(root: Path, start: int) -> None:
    world = World(root)
    for number in range(start, start + MANY // 2):
        used = Dependency("environment", f"LR_{number}", "1")
        world.cache.store(PLAN, make_result(dependencies=(used,)))
        world.cache.store(
            make_plan_of(f"x = {number}"), make_result(make_plan_of(f"x = {number}"))
        )


def test_two_builds_at_once_lose_nothing(world):
    fork = multiprocessing.get_context("fork")
    children = [
        fork.Process(target=store_many, args=(world.root, start))
        for start in (0, MANY // 2)
    ]
    for child in children:
        child.start()
    for child in children:
        child.join(timeout=60)

    assert [child.exitcode for child in children] == [0, 0]
    (path,) = [path for path in world.files("keys/*/*") if PLAN.key[2:] in path.name]
    runs = json.loads(path.read_bytes())["runs"]
    names = {run["dependencies"][0]["name"] for run in runs}
    assert names == {f"LR_{number}" for number in range(MANY)}
    for number in range(MANY):
        plan = make_plan_of(f"x = {number}")
        assert world.find(plan) == make_result(plan)


def test_a_build_that_is_killed_again_and_again_leaves_a_right_cache(world):
    code = (
        "import sys\nfrom pathlib import Path\n"
        "sys.path.insert(0, sys.argv[1])\n"
        "import test_cache as t\n"
        "world = t.World(Path(sys.argv[2]))\n"
        "print('ready', flush=True)\n"
        "while True:\n    world.cache.store(t.PLAN, t.make_result())\n"
    )
    package = str(Path(__file__).parents[2])
    for _ in range(3):
        child = subprocess.Popen(
            [sys.executable, "-B", "-c", code, Path(__file__).parent, world.root],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": package},
        )
        with child:
            assert child.stdout.readline() == b"ready\n"
            time.sleep(0.05)
            child.kill()
        assert world.find() in (None, make_result())

    world.cache.store(PLAN, make_result())
    assert world.find() == make_result()


# --- the folder itself


def test_git_sees_nothing_of_the_folder(world):
    world.cache.store(PLAN, make_result())
    (world.root / "mkdocs.yml").write_text("")
    for words in (["init", "-q"], ["add", "mkdocs.yml"]):
        subprocess.run(["git", *words], cwd=world.root, check=True)

    status = subprocess.run(
        ["git", "status", "--porcelain"],
        cwd=world.root,
        check=True,
        capture_output=True,
        text=True,
    )
    assert status.stdout == "A  mkdocs.yml\n"


def test_prune_deletes_what_no_key_needs(world):
    other = make_plan_of("x = 2")
    world.cache.store(PLAN, make_result())
    kept = set(world.files("**/*"))
    world.cache.store(other, make_result(other, text="only here" * LARGE))
    old = world.folder / "contents" / "ab" / "left.1.ff.aside"
    old.parent.mkdir(exist_ok=True)
    old.write_bytes(b"1")
    os.utime(old, (0, 0))
    new = old.with_name("right.1.ff.aside")
    new.write_bytes(b"1")

    # The other script has the name of the first: its note was edited.
    pruned = world.cache.prune([PLAN.key, other.key])
    assert (pruned.files, pruned.bytes) == (1, 1)
    assert world.find(other) is not None
    pruned = world.cache.prune([PLAN.key])
    assert world.find(other) is None
    assert world.find() == make_result()
    assert pruned.bytes > LARGE
    left = set(world.files("**/*")) - {new}
    assert left == {path for path in kept if path.parent.name != "names"}
    assert world.cache.prune([]).files == len(world.files("keys/*/*")) + 4
    assert world.files("contents/*/*") == [new]


def test_results_are_json_that_any_tool_reads(world):
    world.cache.store(PLAN, make_result())

    contents = [path.read_bytes() for path in world.files()]
    (stored,) = [json.loads(data) for data in contents if data.startswith(b"{")]
    assert stored["result"]["key"] == PLAN.key
    assert msgspec.convert(stored["result"], Result).scalars == make_result().scalars
