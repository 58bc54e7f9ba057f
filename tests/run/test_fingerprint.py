"""What a dependency is now, told without importing what it names."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lrnotes.errors import CacheError
from lrnotes.model import Dependency, Environment
from lrnotes.run.digest import digest_module
from lrnotes.run.distributions import find_owners
from lrnotes.run.fingerprint import Checker, find_hiding_modules
from lrnotes.settings import Settings

CPU = Environment(device="cpu", device_name="AVX2")
GPU = Environment(device="cuda", device_name="NVIDIA H100")
DEVICE = Dependency("runtime", "device", "")


def check(root: Path, kind: str, name: str, digest: str = "", **settings) -> str:
    """Return what a new build finds."""
    return Checker(root, Settings(**settings)).current(Dependency(kind, name, digest))


def test_a_build_asks_once_and_the_next_one_again(tmp_path):
    (tmp_path / "a.csv").write_text("1")
    dependency = Dependency("file", "a.csv", "")
    checker = Checker(tmp_path, Settings())
    before = checker.current(dependency)
    (tmp_path / "a.csv").write_text("2")

    assert checker.current(dependency) == before
    assert check(tmp_path, "file", "a.csv") not in ("", before)


def test_a_module_of_equal_syntax_has_the_digest_that_was_recorded(tmp_path):
    (tmp_path / "bench.py").write_text("a = 1\n")
    recorded = digest_module(b"a = 1\n")
    for text in ("a = 1\n", "a = (1)  # one\n", "\ufeffa = 1\r\n"):
        (tmp_path / "bench.py").write_text(text)
        assert check(tmp_path, "module", "bench.py", recorded) == recorded

    for text in ("a = 2\n", "a = = 1\n", "\0"):
        (tmp_path / "bench.py").write_text(text)
        assert check(tmp_path, "module", "bench.py", recorded) not in ("", recorded)


def test_a_module_in_no_known_encoding_has_a_digest(tmp_path):
    for data in (b"# coding: none-such\n", b"a = '\xff'\n", b"a = '\\ud800'\n"):
        (tmp_path / "bench.py").write_bytes(data)
        recorded = digest_module(data)
        assert check(tmp_path, "module", "bench.py", recorded) == recorded


def test_what_is_no_regular_file_is_never_read(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")

    assert check(tmp_path, "file", "pipe") == "special"
    assert check(tmp_path, "file", "loop") == "unreadable"
    assert check(tmp_path, "file", "none/a") == ""
    assert check(tmp_path, "file", ".") == "folder"


def test_a_listing_tells_folders_from_files(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data/a").write_text("")
    before = check(tmp_path, "listing", "data/")
    (tmp_path / "data/a").unlink()
    (tmp_path / "data/a").mkdir()

    assert check(tmp_path, "listing", "data/") != before


@pytest.mark.parametrize("name", ["a.csv", "a", "a.py", "a/__init__.py"])
def test_an_absent_file_or_module_is_told_by_what_came(tmp_path, name):
    (tmp_path / "data").mkdir()
    assert check(tmp_path, "absent", f"data/{name}") == ""
    path = tmp_path / "data" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("")

    assert check(tmp_path, "absent", f"data/{name}") == f"data/{name}"
    if name.startswith("a."):
        expected = "data/a.py" if name == "a.py" else ""
        assert check(tmp_path, "absent", "data/a") == expected


def test_a_link_that_leads_nowhere_is_still_absent(tmp_path):
    (tmp_path / "a.csv").symlink_to("none")

    assert check(tmp_path, "absent", "a.csv") == ""


def test_an_unknown_fact_has_no_digest(tmp_path):
    assert check(tmp_path, "runtime", "phase of the moon") == ""


# --- devices


def test_a_device_is_known_once_a_worker_has_told(tmp_path):
    folder = tmp_path / ".lrnotes"
    first = Checker(tmp_path, Settings())
    assert not first.knows("auto")
    first.learn("auto", GPU)
    first.learn("cpu", CPU)

    for checker in (first, Checker(tmp_path, Settings(), folder)):
        assert checker.current(DEVICE, "auto") == "cuda NVIDIA H100"
        assert checker.current(DEVICE, "cpu") == "cpu AVX2"
        assert checker.current(DEVICE, "cuda:1") == ""
        assert checker.knows("cpu")


def test_where_auto_is_the_cpu_the_cpu_is_known_too(tmp_path):
    checker = Checker(tmp_path, Settings())
    checker.learn("auto", CPU)

    assert checker.current(DEVICE, "cpu") == "cpu AVX2"


def test_learning_nothing_new_writes_nothing(tmp_path):
    checker = Checker(tmp_path, Settings())
    checker.learn("auto", CPU)
    path = tmp_path / ".lrnotes/devices.json"
    path.unlink()
    checker.learn("auto", CPU)

    assert not path.exists()


@pytest.mark.parametrize(
    "name", ["CUDA_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES", "ATEN_CPU_CAPABILITY"]
)
def test_a_host_that_may_have_other_devices_is_another_host(
    tmp_path, name, monkeypatch
):
    monkeypatch.delenv(name, raising=False)
    Checker(tmp_path, Settings()).learn("auto", GPU)
    monkeypatch.setenv(name, "1")
    other = Checker(tmp_path, Settings())
    assert not other.knows("auto")
    other.learn("auto", CPU)

    monkeypatch.delenv(name)
    assert Checker(tmp_path, Settings()).current(DEVICE) == "cuda NVIDIA H100"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"a": 1}', "null", "\xff"])
def test_a_damaged_memory_of_devices_is_no_memory(tmp_path, text):
    path = tmp_path / ".lrnotes/devices.json"
    path.parent.mkdir()
    path.write_text(text, encoding="latin-1")
    checker = Checker(tmp_path, Settings())

    assert not checker.knows("auto")
    checker.learn("auto", CPU)
    assert Checker(tmp_path, Settings()).knows("auto")


def test_the_memory_of_devices_is_bounded(tmp_path):
    path = tmp_path / ".lrnotes/devices.json"
    path.parent.mkdir()
    path.write_text(json.dumps({f"host {n}": {"auto": "cpu"} for n in range(99)}))
    Checker(tmp_path, Settings()).learn("auto", CPU)

    assert len(json.loads(path.read_text())) == 32
    assert Checker(tmp_path, Settings()).knows("auto")


def test_a_device_that_cannot_be_kept_holds_for_this_build(tmp_path):
    (tmp_path / ".lrnotes").write_text("")
    checker = Checker(tmp_path, Settings())
    with pytest.raises(CacheError):
        checker.learn("auto", CPU)

    assert checker.knows("auto")


# --- modules that hide others


def test_files_that_hide_known_modules_are_named(tmp_path):
    for name in ("random.py", "torch.py", "bench.py", "six.py", "json.txt", "stats.md"):
        (tmp_path / name).write_text("")
    (tmp_path / "numpy").mkdir()
    (tmp_path / "numpy/__init__.py").write_text("")
    (tmp_path / "data").mkdir()

    assert find_hiding_modules(tmp_path) == ["numpy", "random.py", "torch.py"]
    assert "six.py" in find_hiding_modules(tmp_path, ["six"])
    assert find_hiding_modules(tmp_path / "none") == []


# --- owners of modules


def test_the_owner_of_a_module_is_the_one_that_recorded_it(tmp_path):
    records = {
        "scikit_learn-1.0": "sklearn/__init__.py,,\n",
        "sklearn-0.0": "sklearn-0.0.dist-info/METADATA,,\n",
        "single-1.0": "lone.cpython-311-x86_64-linux-gnu.so,,\n",
        "space_one-1.0": "space/one.py,,\n",
        "space_two-1.0": "space/two.py,,\n",
    }
    for name, record in records.items():
        info = tmp_path / f"{name}.dist-info"
        info.mkdir()
        (info / "RECORD").write_text(record)
        spelled = name.partition("-")[0].replace("_", "-")
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {spelled}\n")
    (tmp_path / "sklearn").mkdir()
    (tmp_path / "sklearn/__init__.py").write_text("")

    assert find_owners("sklearn", tmp_path) == ["scikit-learn"]
    assert find_owners("lone", tmp_path) == ["single"]
    assert find_owners("space", tmp_path) == ["space-one", "space-two"]
    assert find_owners("none", tmp_path) == []


# --- lightness

HEAVY = ("torch", "matplotlib", "numpy", "rich", "filelock", "fsspec", "dask")


def test_a_build_with_nothing_to_run_imports_nothing_heavy(tmp_path):
    code = (
        "import sys\nfrom pathlib import Path\n"
        "from lrnotes.model import *\nfrom lrnotes.settings import Settings\n"
        "from lrnotes.run.cache import Cache\nfrom lrnotes.run.plan import make_plan\n"
        "from lrnotes.run.fingerprint import Checker\n"
        "root = Path(sys.argv[1])\n"
        "checker = Checker(root, Settings())\n"
        "script = Script('a.md', (Cell('code', '', '1', Place('a.md')),))\n"
        "plan = make_plan(script, Settings())\n"
        "kinds = [('distribution', 'torch'), ('runtime', 'torch build'),\n"
        "         ('absent', 'import torchvision'), ('runtime', 'device')]\n"
        "[checker.current(Dependency(kind, name, '')) for kind, name in kinds]\n"
        "cache = Cache(root / '.lrnotes')\n"
        "cache.find(plan, checker), cache.explain(plan, checker)\n"
        f"print([name for name in {HEAVY} if name in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-B", "-c", code, tmp_path],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == "[]\n"
