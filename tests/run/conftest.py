"""Scripts as tests write them, and engines without torch to run them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lrnotes.model import Cell, Options, Place, Plan, Result, Script
from lrnotes.run.cache import Cache
from lrnotes.run.engine import Engine
from lrnotes.run.plan import make_plan
from lrnotes.settings import Settings


def make_script(*cells, path="docs/a.md", kind="note", **options) -> Script:
    """Return a script; a cell is its source, or a pair of its title and source.

    Options are those of the first cell.
    """
    made = []
    for number, given in enumerate(cells):
        title, source = given if isinstance(given, tuple) else ("", given)
        own = options if number == 0 else {}
        place = Place(path, 10 * number + 1)
        made.append(Cell("code", title, source, place, Options(title=title, **own)))
    return Script(path, tuple(made), kind)


class Bench:
    """A project folder with an engine."""

    def __init__(self, root: Path, settings: Settings, **engine) -> None:
        self.root, self.settings = root, settings
        (root / "snippets").mkdir(exist_ok=True)
        self.cache = Cache(root / ".lrnotes")
        self.engine = Engine(root, settings, self.cache, **{"preload": (), **engine})

    def plan(self, *cells, **options) -> Plan:
        return make_plan(make_script(*cells, **options), self.settings)

    def run(self, *cells, **options) -> Result:
        plan = self.plan(*cells, **options)
        return self.engine.run([plan])[plan.key]


@pytest.fixture(scope="module")
def make_bench(tmp_path_factory) -> Iterator[Callable[..., Bench]]:
    """Return a function that makes a bench; its processes end with the module."""
    benches = []

    def make(settings: Settings | None = None, **engine) -> Bench:
        root = tmp_path_factory.mktemp("project")
        chosen = settings or Settings(workers=2, device="cpu", timeout=20)
        benches.append(Bench(root, chosen, **engine))
        return benches[-1]

    yield make
    for bench in benches:
        bench.engine.close()


@pytest.fixture(scope="module")
def bench(make_bench) -> Bench:
    """Return a bench that the tests of a module share."""
    return make_bench()


@pytest.fixture(scope="module")
def run(bench) -> Callable[..., Result]:
    """Return a function that runs cells and returns their result."""
    return bench.run
