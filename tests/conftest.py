"""Small real projects, and the doors through which tests enter them."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

pytest_plugins = ["pytester"]

# Several processes test at once: threads of one would wait, at work, for cores that the
# others have.
os.environ.setdefault("OMP_NUM_THREADS", "1")

CONFIG = "site_name: test\nplugins: [lrnotes]\n"

# How long an example takes says how busy the machine is.
# A landing tries the same examples each time; `make nightly` looks for new ones.
settings.register_profile("landing", deadline=None, derandomize=True)
settings.register_profile("nightly", deadline=None)
settings.load_profile("nightly" if "LRNOTES_EXAMPLES" in os.environ else "landing")

LACKING = re.compile(r"could not import|no Chromium|is not installed")
"""In the reason of a skip: the machine lacks something that CI has to have."""

LONG = (
    "tests/site/test_every_page.py",
    # While one worker builds the site for these, the next have something else to do.
    "tests/test_scenarios.py",
    "tests/test_bad_input.py",
    "tests/site/test_use.py",
    "tests/site/test_lighthouse.py",
)
"""Files of minutes: whichever worker took one last would leave the others idle."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Take what is long before what is short, after the cells that the site needs."""
    items.sort(key=find_turn)


def find_turn(item: pytest.Item) -> int:
    path = item.nodeid.partition("::")[0]
    if not path.startswith("tests/"):
        return -1
    return LONG.index(path) if path in LONG else len(LONG)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    """Let a test fail in CI where a laptop skips it for want of a browser or tool."""
    return refuse_lack((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector):
    """The same for a module that skips as a whole."""
    return refuse_lack((yield))


def refuse_lack(report):
    """In CI, turn a skip for want of something into a failure; return the report."""
    if report.skipped and isinstance(report.longrepr, tuple):
        reason = report.longrepr[2]
        if os.environ.get("CI") == "true" and LACKING.search(reason):
            report.outcome = "failed"
            report.longrepr = f"in CI nothing may be missing: {reason}"
    return report


BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the path of Chromium for a program that starts it; without one skip."""
    found = (shutil.which(name) for name in BROWSERS)
    program = os.environ.get("LRNOTES_CHROMIUM") or next(filter(None, found), None)
    if program is None:
        pytest.skip("no Chromium")
    return program


@contextmanager
def open_browser(chromium: str) -> Iterator[Any]:
    """Open a headless Chromium; Playwright opens only one at a time in a thread."""
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        try:
            started = playwright.chromium.launch(
                executable_path=chromium, args=["--no-sandbox"]
            )
        except sync_api.Error as error:
            pytest.skip(f"no Chromium: {str(error).splitlines()[0]}")
        yield started
        started.close()


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Any]:
    """Return a browser for all tests of a process, which then has a running event loop."""
    with open_browser(chromium) as opened:
        yield opened


@pytest.fixture(scope="session")
def each_in_a_browser(chromium: str) -> Callable[..., list[Any]]:
    """Return a function that gives each argument to another one, with a browser for it.

    They are open at the same time, each in a thread of its own.
    """

    def call_each(
        function: Callable[[Any, Any], Any], arguments: list[Any]
    ) -> list[Any]:
        def call(argument: Any) -> Any:
            with open_browser(chromium) as opened:
                return function(opened, argument)

        with ThreadPoolExecutor(len(arguments)) as threads:
            return list(threads.map(call, arguments))

    return call_each


def write_files(root: Path, files: dict[str, str]) -> None:
    """Write each text to its path below ``root``."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


class Site:
    """A project folder and the commands that act on it, each a process of its own."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, files: dict[str, str]) -> None:
        write_files(self.root, files)

    def command(
        self, *words: str, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a module of Python in the project and return what it said."""
        environment = {
            **os.environ, "NO_MKDOCS_2_WARNING": "1", "PYTHONWARNINGS": "", **variables
        }  # fmt: skip
        return subprocess.run(
            [sys.executable, "-m", *words],
            cwd=self.root,
            env=environment,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )

    def build(self, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return self.command("mkdocs", "build", *words, **variables)

    def page(self, name: str) -> str:
        """Return the HTML of a built page: ``a`` or ``snippets/b``."""
        site = self.root / "site"
        for path in (site / name / "index.html", site / f"{name}.html"):
            if path.exists():
                return path.read_text(encoding="utf-8")
        raise AssertionError(f"no page {name}: {sorted(site.rglob('*.html'))}")

    def ran(self) -> list[str]:
        """Return what scripts wrote to the run log since the last call."""
        log = self.root / "ran.txt"
        lines = log.read_text().split() if log.exists() else []
        log.unlink(missing_ok=True)
        return sorted(lines)


def make_project(root: Path, files: dict[str, str], config: str = CONFIG) -> Site:
    write_files(root, {"mkdocs.yml": config, **files})
    return Site(root)


@pytest.fixture
def make_site(tmp_path: Path):
    """Return a function that makes a project of the given files."""

    def make(files: dict[str, str], config: str = CONFIG) -> Site:
        return make_project(tmp_path / "project", files, config)

    return make


@pytest.fixture(scope="module")
def make_shared_site(tmp_path_factory: pytest.TempPathFactory):
    """Return a function that makes a project for all tests of a module."""

    def make(files: dict[str, str], config: str = CONFIG) -> Site:
        return make_project(tmp_path_factory.mktemp("project"), files, config)

    return make
