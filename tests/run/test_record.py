"""What a script is seen to use, and that it is stale when that changes.

Each script runs in a process of its own, because a recorder never comes off.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lrnotes.model import Cell, Dependency, Environment, Outcome, Place, Result, Script
from lrnotes.run.cache import Cache
from lrnotes.run.fingerprint import Checker
from lrnotes.run.plan import make_plan
from lrnotes.settings import Settings

CHILD = Path(__file__).with_name("record_child.py")
PACKAGE = Path(__file__).parents[2]
MACHINE = Environment(device_name="AVX2")


class Trial:
    """A project with one script, its cache, and the world around it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.path: list[str] = []
        self.variables: dict[str, str] = {}
        self.settings = Settings()
        self.cache = Cache(root / ".lrnotes")
        (root / "snippets").mkdir(parents=True)

    def write(self, name: str, text: str = "") -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def record(self, *cells: str, deps=(), preloaded=(), ours=(), modules=()):
        """Run cells and return all that the recorder says."""
        job = {
            "root": str(self.root),
            "cells": cells,
            "deps": deps,
            "path": self.path,
            "preloaded": preloaded,
            "variables": ours,
            "modules": modules,
        }
        done = subprocess.run(
            [sys.executable, "-B", CHILD],
            input=json.dumps(job),
            capture_output=True,
            text=True,
            env={**os.environ, **self.variables, "PYTHONPATH": str(PACKAGE)},
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    def run(self, *cells: str, **options) -> "Trial":
        """Run cells and store the result, as the engine does."""
        found = self.record(*cells, **options)
        code = tuple(Cell("code", "", cell, Place("docs/a.md")) for cell in cells)
        self.plan = make_plan(Script("docs/a.md", code), self.settings)
        self.found = tuple(Dependency(*each) for each in found["dependencies"])
        self.remarks = found["remarks"]
        outcomes = tuple(Outcome("passed") for _ in cells)
        result = Result(self.plan.key, outcomes, dependencies=self.found)
        self.checker().learn("auto", MACHINE)
        self.cache.store(self.plan, result)
        assert self.reasons() == [], "fresh right after its run"
        return self

    def checker(self) -> Checker:
        return Checker(self.root, self.settings, self.cache.folder)

    def reasons(self) -> list[str]:
        """Return why the stored result does not hold; nothing where it does."""
        checker = self.checker()
        state, reasons = self.cache.explain(self.plan, checker)
        assert (state == "fresh") == (self.cache.find(self.plan, checker) is not None)
        return reasons

    def names(self, kind: str) -> list[str]:
        return [each.name for each in self.found if each.kind == kind]


@pytest.fixture
def trial(tmp_path: Path) -> Trial:
    return Trial(tmp_path / "project")


# --- modules


def test_an_imported_module_counts_by_its_syntax(trial):
    trial.write("snippets/bench.py", "scale = 2\n")
    trial.run("import bench")

    trial.write("snippets/bench.py", "# twice\nscale = (2)\n")
    assert trial.reasons() == []
    trial.write("snippets/bench.py", "scale = 3\n")
    assert trial.reasons() == ["snippets/bench.py changed"]
    trial.write("snippets/bench.py", "scale = 2\n")
    assert trial.reasons() == []
    (trial.root / "snippets/bench.py").unlink()
    assert trial.reasons() == ["snippets/bench.py is gone"]


def test_modules_count_transitively(trial):
    trial.write("snippets/bench.py", "from deep import depth\n")
    trial.write("snippets/deep/__init__.py", "from deep.down import depth\n")
    trial.write("snippets/deep/down.py", "depth = 3\n")
    trial.write("snippets/deep/other.py", "depth = 4\n")
    trial.run("def late():\n    import bench\n    return bench.depth", "late()")

    trial.write("snippets/deep/other.py", "depth = 5\n")
    assert trial.reasons() == []
    trial.write("snippets/deep/down.py", "depth = 5\n")
    assert trial.reasons() == ["snippets/deep/down.py changed"]


@pytest.mark.parametrize(
    "code",
    [
        "import importlib\nimportlib.import_module('be' + 'nch')",
        "__import__('be' + 'nch')",
        "exec('import bench')",
        "import pkgutil\npkgutil.resolve_name('bench:scale')",
        "import threading\nimport importlib\n"
        "thread = threading.Thread(target=importlib.import_module, args=('bench',))\n"
        "thread.start()\nthread.join()",
    ],
)
def test_a_computed_import_counts(trial, code):
    trial.write("snippets/bench.py", "scale = 2\n")
    trial.run(code)

    trial.write("snippets/bench.py", "scale = 3\n")
    assert trial.reasons() == ["snippets/bench.py changed"]


@pytest.mark.parametrize(
    "code",
    [
        "import runpy\nrunpy.run_path('snippets/bench.py')",
        "exec(open('snippets/bench.py').read())",
        "import importlib.util as u\n"
        "s = u.spec_from_file_location('b', 'snippets/bench.py')\n"
        "s.loader.exec_module(u.module_from_spec(s))",
        "import inspect, bench\nprint(inspect.getsource(bench))",
        "import bench, warnings\n"
        "warnings.warn_explicit('!', UserWarning, bench.__file__, 1)",
    ],
)
def test_a_module_that_is_read_as_a_file_counts_with_its_comments(trial, code):
    trial.write("snippets/bench.py", "scale = 2\n")
    trial.run(code)

    trial.write("snippets/bench.py", "scale = 2  # twice\n")
    assert trial.reasons() == ["snippets/bench.py changed"]


def test_a_module_runs_from_its_source_whatever_its_compiled_form_says(trial):
    trial.write("snippets/bench.py", "scale = 2\n")
    path = trial.root / "snippets/bench.py"
    then = path.stat()
    subprocess.run(
        [sys.executable, "-c", "import bench"],
        cwd=path.parent,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": ""},
        check=True,
    )
    assert list(path.parent.glob("__pycache__/*.pyc"))
    trial.write("snippets/bench.py", "scale = 3\n")
    os.utime(path, ns=(then.st_atime_ns, then.st_mtime_ns))

    trial.run("import bench\nassert bench.scale == 3")


def test_a_module_that_can_tell_its_lines_counts_as_it_stands(trial):
    code = "import inspect\nline = inspect.currentframe().f_lineno\n"
    trial.write("snippets/bench.py", code)
    trial.run("import bench")

    trial.write("snippets/bench.py", f"\n{code}")
    assert trial.reasons() == ["snippets/bench.py changed"]


def test_a_package_that_takes_the_place_of_a_module_counts(trial):
    trial.write("snippets/bench.py", "scale = 2\n")
    trial.run("import bench")

    trial.write("snippets/bench/notes.txt")
    assert trial.reasons() == []
    trial.write("snippets/bench/__init__.py", "scale = 3\n")
    assert trial.reasons() == [
        "snippets/bench.py is hidden by snippets/bench/__init__.py"
    ]


def test_a_folder_without_init_gives_way_to_a_module(trial):
    trial.write("snippets/deep/down.py", "depth = 3\n")
    trial.run("import deep.down")

    trial.write("snippets/deep.py", "depth = 4\n")
    assert trial.reasons() == ["snippets/deep.py is there now"]


def test_a_file_that_would_hide_an_installed_module_counts(
    trial, tmp_path, monkeypatch
):
    site = install(tmp_path, "plotter", "1.0")
    trial.path = [str(site)]
    monkeypatch.syspath_prepend(site)
    trial.run("import plotter")

    trial.write("snippets/plotter.py", "scale = 3\n")
    assert trial.reasons() == ["snippets/plotter.py is there now"]


def test_a_failed_import_counts_until_the_project_supplies_it(trial):
    trial.run("try:\n    import extra\nexcept ImportError:\n    extra = None")
    assert trial.names("absent") == ["import extra", "snippets/extra"]

    trial.write("snippets/other.py")
    assert trial.reasons() == []
    trial.write("snippets/extra/__init__.py")
    assert trial.reasons() == ["snippets/extra is there now"]


def test_a_failed_import_counts_until_it_is_installed(trial, tmp_path, monkeypatch):
    trial.run("from importlib.util import find_spec\nfind_spec('extra')")

    monkeypatch.syspath_prepend(install(tmp_path, "extra", "1.0"))
    assert trial.reasons() == ["extra is installed now"]


def test_a_failed_import_from_a_package_of_the_project_counts(trial):
    trial.write("snippets/deep/__init__.py")
    trial.run("try:\n    from deep import down\nexcept ImportError:\n    pass")

    trial.write("snippets/deep/down.py")
    assert trial.reasons() == ["snippets/deep/down.py is there now"]


def test_a_module_that_the_script_writes_is_not_an_input(trial):
    trial.run(
        "from pathlib import Path\n"
        "Path('snippets/made.py').write_text('a = 1')\n"
        "import made"
    )

    trial.write("snippets/made.py", "a = 2")
    assert trial.names("module") == []
    assert trial.reasons() == []


def test_a_folder_that_the_script_adds_to_the_path_counts(trial):
    trial.write("lib/tool.py", "scale = 2\n")
    trial.run("import sys\nsys.path.append('lib')\nimport tool")

    assert trial.names("module") == ["lib/tool.py"]
    trial.write("snippets/tool.py")
    assert trial.reasons() == ["snippets/tool.py is there now"]


# --- distributions


def install(folder: Path, name: str, version: str, origin: str = "") -> Path:
    """Put a distribution with one module into a folder as an installer does."""
    site = folder / "site-packages"
    info = site / f"{name}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    )
    (info / "RECORD").write_text(f"{name}.py,,\n{info.name}/METADATA,,\n")
    if origin:
        (info / "direct_url.json").write_text(origin)
    (site / f"{name}.py").write_text(f"version = {version!r}\n")
    return site


def reinstall(folder: Path, name: str, version: str, origin: str = "") -> None:
    shutil.rmtree(folder / "site-packages", ignore_errors=True)
    if version:
        install(folder, name, version, origin)


def test_an_imported_distribution_counts_by_its_version(trial, tmp_path, monkeypatch):
    site = install(tmp_path, "plotter", "1.0")
    trial.path = [str(site)]
    monkeypatch.syspath_prepend(site)
    trial.run("def draw():\n    import plotter\n    return plotter.version", "draw()")

    reinstall(tmp_path, "plotter", "1.1")
    assert trial.reasons() == ["plotter 1.0 -> 1.1"]
    reinstall(tmp_path, "plotter", "")
    assert trial.reasons() == ["plotter 1.0 -> not installed"]
    reinstall(tmp_path, "plotter", "1.0")
    assert trial.reasons() == []


def test_a_distribution_that_only_a_library_imports_counts_too(
    trial, tmp_path, monkeypatch
):
    site = install(tmp_path, "plotter", "1.0")
    install(tmp_path / "more", "colours", "2.0")
    (site / "plotter.py").write_text("import colours\n")
    trial.path = [str(site), str(tmp_path / "more/site-packages")]
    for path in trial.path:
        monkeypatch.syspath_prepend(path)

    trial.run("import plotter")
    assert trial.names("distribution") == ["colours", "plotter"]


def test_one_that_was_loaded_before_counts_when_the_project_asks_for_it(trial):
    # The recorder itself has loaded msgspec.
    trial.run("import click", "import msgspec.json as j")

    assert {"click", "msgspec"} <= set(trial.names("distribution"))


def test_a_module_of_another_name_than_its_distribution_is_found(trial):
    trial.run("import yaml")

    assert trial.names("distribution") == ["PyYAML"]


def test_preloaded_distributions_count_always(trial):
    trial.run("1", preloaded=["msgspec", "not-there-at-all"])

    assert trial.names("distribution") == ["msgspec", "not-there-at-all"]


def test_a_distribution_from_a_folder_counts_by_its_record(
    trial, tmp_path, monkeypatch
):
    origin = '{"url": "file:///work", "dir_info": {"editable": true}}'
    site = install(tmp_path, "plotter", "1.0", origin)
    trial.path = [str(site)]
    monkeypatch.syspath_prepend(site)
    trial.run("import plotter")

    (site / "plotter-1.0.dist-info/RECORD").write_text("plotter.py,sha256=other,9\n")
    (reason,) = trial.reasons()
    assert reason.startswith("plotter 1.0 ")


# --- files and folders


def test_a_data_file_counts_by_its_content_alone(trial):
    trial.write("data/a.csv", "1,2")
    path = trial.root / "data/a.csv"
    then = path.stat()
    trial.run("open('data/a.csv').read()")

    os.utime(path)
    assert trial.reasons() == []
    trial.write("data/a.csv", "1,3")
    os.utime(path, ns=(then.st_atime_ns, then.st_mtime_ns))
    assert trial.reasons() == ["data/a.csv changed"]


@pytest.mark.parametrize(
    "code",
    [
        "from pathlib import Path\nPath('data/a.csv').read_text()",
        "import os\nos.close(os.open('data/a.csv', os.O_RDONLY))",
        "import io\nio.FileIO('data/a.csv').read()",
        "import os\nos.chdir('data')\nopen('../data/a.csv').read()",
        "import shutil, tempfile, os\nshutil.copy('data/a.csv', tempfile.mkdtemp())",
        "import csv\nlist(csv.reader(open(b'data/a.csv'.decode())))",
        "open(b'data/a.csv', 'rb').read()",
        "import threading\nfrom pathlib import Path\n"
        "t = threading.Thread(target=Path('data/a.csv').read_text)\n"
        "t.start()\nt.join()",
        "import bench",
    ],
)
def test_every_way_to_open_a_file_counts(trial, code):
    trial.write("data/a.csv", "1,2")
    trial.write("snippets/bench.py", "text = open('data/a.csv').read()")
    trial.run(code)

    trial.write("data/a.csv", "1,3")
    assert "data/a.csv changed" in trial.reasons()


def test_a_file_that_was_looked_for_in_vain_counts(trial):
    trial.run("try:\n    open('data/a.csv')\nexcept OSError:\n    pass")

    trial.write("data/b.csv")
    assert trial.reasons() == []
    trial.write("data/a.csv")
    assert trial.reasons() == ["data/a.csv is there now"]


def test_a_listed_folder_counts_by_its_names(trial):
    trial.write("data/a.csv")
    trial.run("import os\nos.listdir('data')")

    trial.write("data/a.csv", "other content")
    trial.write("data/__pycache__/a.pyc")
    assert trial.reasons() == []
    trial.write("data/b.csv")
    assert trial.reasons() == ["other files in data/"]


@pytest.mark.parametrize(
    "code",
    [
        "import glob\nglob.glob('data/*.csv')",
        "from pathlib import Path\nlist(Path('data').glob('*.csv'))",
        "from pathlib import Path\nlist(Path().rglob('*.csv'))",
        "from pathlib import Path\nlist(Path('data').iterdir())",
        "import os\nlist(os.walk('data'))",
        "import os\nlist(os.scandir('data'))",
        "import os\nlist(os.fwalk('data'))",
    ],
)
def test_a_file_that_a_search_would_find_counts(trial, code):
    trial.write("data/a.csv")
    trial.run(code)

    trial.write("data/b.csv")
    assert "other files in data/" in trial.reasons()


def test_a_folder_that_was_not_there_counts_when_it_comes(trial):
    trial.run("import os\nlist(os.walk('data'))")

    trial.write("data/a.csv")
    assert trial.reasons() == ["other files in data/"]


def test_a_link_counts_by_what_it_leads_to(trial):
    trial.write("data/one.csv", "1")
    trial.write("data/two.csv", "2")
    link = trial.root / "data/now.csv"
    link.symlink_to("one.csv")
    trial.run("open('data/now.csv').read()")

    link.unlink()
    link.symlink_to("two.csv")
    assert trial.reasons() == ["data/now.csv changed"]


def test_a_project_behind_a_link_names_its_files_from_the_root(trial, tmp_path):
    trial.write("data/a.csv", "1")
    (tmp_path / "alias").symlink_to(trial.root)
    trial.run(f"open({str(tmp_path / 'alias/data/a.csv')!r}).read()")

    assert trial.names("file") == ["data/a.csv"]


def test_a_file_outside_the_project_counts_by_its_whole_path(trial, tmp_path):
    outside = tmp_path / "outside.csv"
    outside.write_text("1")
    trial.run(f"open({str(outside)!r}).read()")

    outside.write_text("2")
    assert trial.reasons() == [f"{outside} changed"]


def test_a_module_outside_the_project_counts(trial, tmp_path):
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib/tool.py").write_text("scale = 2\n")
    trial.path = [str(tmp_path / "lib")]
    trial.run("import tool")

    (tmp_path / "lib/tool.py").write_text("scale = 3\n")
    assert trial.reasons() == [f"{tmp_path}/lib/tool.py changed"]


def test_files_of_libraries_the_system_and_ourselves_do_not_count(trial):
    trial.write(".lrnotes/x", "1")
    trial.write(".git/config", "1")
    found = trial.record(
        "import os, mkdocs, importlib.metadata, json.tool\n"
        "open(os.__file__).read()\nopen(mkdocs.__file__).read()\nopen(os.devnull).read()\n"
        "open('.lrnotes/x').read()\nopen('.git/config').read()\n"
        "importlib.metadata.version('mkdocs')"
    )

    kinds = {kind for kind, name, _ in found["dependencies"] if "mkdocs" not in name}
    assert kinds <= {"absent", "runtime", "distribution"}
    absent = {name for kind, name, _ in found["dependencies"] if kind == "absent"}
    assert {name.partition("/")[0] for name in absent} <= {"snippets"}


def test_declared_files_count_with_their_pattern(trial):
    trial.write("data/a.csv", "1")
    trial.write("more/deep/b.bin", "1")
    trial.run("1", deps=["data/*.csv", "more"])

    trial.write("data/notes.md")
    assert trial.reasons() == []
    trial.write("data/b.csv")
    trial.write("more/deep/b.bin", "2")
    assert sorted(trial.reasons()) == ["more/deep/b.bin changed", "other data/*.csv"]


def test_a_declared_pattern_stays_in_the_project(trial, tmp_path):
    (tmp_path / "secret").write_text("1")
    trial.run("1", deps=["../secret", str(tmp_path / "secret"), "none/*"])

    assert trial.names("file") == []
    assert trial.remarks == [
        "deps: ../secret leaves the project",
        f"deps: {tmp_path}/secret leaves the project",
        "deps: no file matches none/*",
    ]


# --- what the script itself writes


def test_a_file_that_the_script_wrote_first_is_not_an_input(trial):
    found = trial.record(
        "import os, tempfile\nfrom pathlib import Path\n"
        "Path('out.csv').write_text('1')\nPath('out.csv').read_text()\n"
        "Path('aside').write_text('1')\nos.replace('aside', 'final.csv')\n"
        "open('final.csv').read()\n"
        "with tempfile.TemporaryDirectory() as folder:\n"
        "    os.system(f'echo 1 > {folder}/a')\n"
        "    open(f'{folder}/a').read()\n"
        "    os.listdir(folder)\n"
    )

    kinds = {kind for kind, _, _ in found["dependencies"]}
    # `tempfile` reads TMPDIR for the script.
    assert kinds == {"runtime", "environment"}
    assert found["written"][:3] == ["out.csv", "aside", "final.csv"]


def test_what_torch_saved_and_loaded_again_is_not_an_input(trial):
    found = trial.record(
        "import torch\ntorch.save([1.0], 'weights.pt')\ntorch.load('weights.pt')",
        "torch.save([2.0], open('other.pt', 'wb'))",
        modules=["torch"],
    )

    assert "file" not in {kind for kind, _, _ in found["dependencies"]}
    assert found["written"] == ["weights.pt", "other.pt"]


def test_a_log_that_is_only_appended_to_is_not_an_input(trial):
    trial.write("ran.txt", "before ")
    trial.run("print('ran', file=open('ran.txt', 'a'))")

    assert trial.names("file") == []


def test_what_stood_in_a_log_counts_when_it_is_read(trial):
    trial.write("ran.txt", "before ")
    found = trial.record(
        "print('ran', file=open('ran.txt', 'a'), flush=True)\nopen('ran.txt').read()"
    )

    assert [name for kind, name, _ in found["dependencies"] if kind == "file"] == [
        "ran.txt"
    ]
    assert found["remarks"] == [
        "it reads ran.txt and then writes it, so it is never fresh"
    ]


def test_a_counter_is_never_fresh_and_says_so(trial):
    trial.write("count.txt", "1")
    found = trial.record(
        "n = int(open('count.txt').read())\nopen('count.txt', 'w').write(str(n + 1))"
    )

    assert found["remarks"] == [
        "it reads count.txt and then writes it, so it is never fresh"
    ]


def test_a_file_that_another_program_changes_meanwhile_is_never_fresh(trial):
    trial.write("a.csv", "1")
    found = trial.record(
        "import os\nopen('a.csv').read()\nos.system('echo 22 > a.csv')",
        "open('a.csv').read()",
    )

    assert ["file", "a.csv", "changed while the script ran"] in found["dependencies"]
    assert "a.csv changed while the script ran" in found["remarks"]


def test_files_that_many_threads_open_at_once_all_count(trial):
    names = [f"data/{number}.csv" for number in range(40)]
    for name in names:
        trial.write(name, name)
    trial.run(
        "from concurrent.futures import ThreadPoolExecutor\nfrom pathlib import Path\n"
        "with ThreadPoolExecutor(8) as pool:\n"
        "    list(pool.map(Path.read_text, Path('data').iterdir()))"
    )

    assert trial.names("file") == sorted(names)


def test_clearing_an_output_folder_reads_nothing(trial):
    trial.write("out/old.csv", "1")
    trial.run("import shutil, os\nshutil.rmtree('out')\nos.makedirs('out')")

    assert {each.kind for each in trial.found} == {"runtime"}


def test_processes_are_remarked(trial):
    started = trial.record("import subprocess\nsubprocess.run(['true'])")
    forked = trial.record("import os\npid = os.fork()\npid or os._exit(0)\nos.wait()")

    for found in (started, forked):
        assert [text for text in found["remarks"] if "starts processes" in text]


# --- environment


@pytest.mark.parametrize(
    "code",
    [
        "os.environ.get('LR_X')",
        "'LR_X' in os.environ",
        "os.getenv('LR_X', 'none')",
        "os.environ.setdefault('LR_X', '9')",
        "os.environb.get(b'LR_X')",
        "os.path.expandvars('$LR_X')",
        "import bench",
        "import threading\nt = threading.Thread(target=os.getenv, args=('LR_X',))\n"
        "t.start()\nt.join()",
    ],
)
def test_a_variable_that_is_read_counts(trial, code, monkeypatch):
    monkeypatch.delenv("LR_X", raising=False)
    trial.write("snippets/bench.py", "import os\nx = os.environ.get('LR_X')\n")
    trial.run(f"import os\n{code}")
    assert trial.names("environment") == ["LR_X"]

    monkeypatch.setenv("LR_Y", "1")
    assert trial.reasons() == []
    monkeypatch.setenv("LR_X", "")
    assert trial.reasons() == ["environment variable LR_X is set now"]


def test_a_set_variable_counts_by_its_value_which_is_not_kept(trial, monkeypatch):
    monkeypatch.setenv("LR_X", "secret-word")
    trial.run("import os\nos.environ['LR_X']")

    texts = [path.read_bytes() for path in trial.root.rglob("*") if path.is_file()]
    assert not any(b"secret-word" in text for text in texts)
    monkeypatch.setenv("LR_X", "other")
    assert trial.reasons() == ["environment variable LR_X changed"]
    monkeypatch.delenv("LR_X")
    assert trial.reasons() == ["environment variable LR_X is not set"]


@pytest.mark.parametrize(
    "code",
    [
        "dict(os.environ)",
        "os.environ.copy()",
        "{**os.environ}",
        "sorted(os.environ.items())",
        "[value for name, value in os.environ.items()]",
        "os.environ | {}",
    ],
)
def test_a_copy_of_the_whole_environment_is_remarked_and_records_nothing(trial, code):
    trial.run(f"import os\n{code}")

    assert trial.names("environment") == []
    assert [text for text in trial.remarks if "whole environment" in text]


def test_variables_that_libraries_read_do_not_count(trial, tmp_path):
    site = install(tmp_path, "plotter", "1.0")
    (site / "plotter.py").write_text("import os\nx = os.environ.get('LR_X')\n")
    trial.path = [str(site)]

    found = trial.record("import plotter")
    assert "environment" not in {kind for kind, _, _ in found["dependencies"]}


def test_variables_that_the_script_or_the_engine_set_do_not_count(trial):
    trial.run(
        "import os\nos.environ['LR_X'] = '1'\nos.environ['LR_X']\nos.getenv('OUR')",
        ours=["OUR"],
    )

    assert trial.names("environment") == []


# --- the rest


def test_runtime_facts_count_always(trial):
    trial.run("1")

    assert trial.names("runtime") == [
        "Python", "device", "platform", "threads", "torch build"
    ]  # fmt: skip
    trial.settings = Settings(threads=2)
    assert trial.reasons() == ["threads 1 -> 2"]


def test_another_device_is_another_result(trial):
    trial.run("1")

    trial.checker().learn("auto", Environment(device="cuda", device_name="H100"))
    assert trial.reasons() == ["device cpu AVX2 -> cuda H100"]
    trial.checker().learn("auto", MACHINE)
    assert trial.reasons() == []


def test_moving_the_project_keeps_its_results(trial, tmp_path):
    trial.write("snippets/bench.py", "text = open('data/a.csv').read()")
    trial.write("data/a.csv", "1")
    trial.run("import bench, os\nos.listdir('data')")

    trial.root = trial.root.rename(tmp_path / "moved")
    trial.cache = Cache(trial.root / ".lrnotes")
    assert trial.reasons() == []
    texts = [path.read_bytes() for path in trial.root.rglob("*.json")]
    assert not any(str(tmp_path).encode() in text for text in texts)


def test_a_script_runs_as_if_nobody_watched(trial):
    trial.write("snippets/bench.py", "scale = 2\n")
    found = trial.record(
        "import os, sys, bench, importlib, pkgutil, inspect\n"
        "assert inspect.getsource(bench) == 'scale = 2\\n'\n"
        "assert pkgutil.get_data('bench', 'bench.py') == b'scale = 2\\n'\n"
        "assert importlib.reload(bench) is bench\n"
        "assert os.environ.get('NOT_SET') is None\n"
        "try:\n    os.environ['NOT_SET']\nexcept KeyError as e:\n    assert e.args\n"
        "try:\n    open('none')\n"
        "except FileNotFoundError as e:\n    assert e.filename\n"
        "try:\n    import none\nexcept ModuleNotFoundError as e:\n"
        "    assert e.name == 'none'\n"
        "try:\n    os.environ.get(3)\nexcept TypeError:\n    pass\n"
        "assert sorted(os.environ) == sorted(dict(os.environ))\n"
    )

    assert [text for text in found["remarks"] if "not recorded:" in text] == []
