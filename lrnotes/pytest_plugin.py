"""The pytest door: every code cell of every note, notebook and snippet is a test item."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from lrnotes.model import Outcome, Script, cell_id

if TYPE_CHECKING:
    from lrnotes.project import Project
    from lrnotes.settings import Layout
    from lrnotes.testing import Runner

PROJECT = pytest.StashKey["Project | None"]()
RUNNER = pytest.StashKey["Runner"]()
RUN = pytest.StashKey[str]()
"""The name of a distributed run, in its controller."""
TOLD = pytest.StashKey[dict[str, Any]]()
"""What each worker of a distributed run has told: `lrnotes.testing.Told`."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the two options of this door."""
    group = parser.getgroup("lrnotes", "notes and snippets as tests")
    group.addoption(
        "--lrnotes-cached",
        action="store_true",
        help="accept recorded results that are still valid, and say how many",
    )
    group.addoption(
        "--lrnotes-reproduce",
        action="store_true",
        help="run every script twice and fail where its outputs differ",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker that `slow` scripts carry."""
    config.addinivalue_line("markers", "slow: a script that says so in its options")


def pytest_collect_file(
    file_path: Path, parent: pytest.Collector
) -> pytest.Collector | None:
    """Collect notes, notebooks and snippets of the project, and nothing elsewhere."""
    if file_path.suffix not in (".md", ".ipynb", ".py"):
        return None
    project = _find_project(parent.config)
    if project is None:
        return None
    scripts = project.scripts_of(file_path)
    if not scripts:
        return None
    node: ScriptFile = ScriptFile.from_parent(parent, path=file_path)
    node.scripts = scripts
    return node


def pytest_pycollect_makemodule(
    module_path: Path, parent: pytest.Collector
) -> pytest.Collector | None:
    """Keep pytest from importing a snippet as a test module too."""
    project = _find_project(parent.config)
    if project is None or not project.scripts_of(module_path):
        return None
    nothing: Nothing = Nothing.from_parent(parent, path=module_path)
    return nothing


def pytest_report_header(config: pytest.Config) -> str | None:
    """Say which project was found."""
    project = _find_project(config)
    if project is None:
        return None
    return f"lrnotes: {len(project.scripts)} scripts of {project.layout.config}"


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say how many results were executed and how many were accepted as recorded."""
    from lrnotes.testing import describe_account

    runner = config.stash.get(RUNNER, None)
    told = list(config.stash.get(TOLD, {}).values())
    if runner is not None:
        told.append(runner.told)
    if told:
        cached = config.getoption("--lrnotes-cached")
        for line in describe_account(told, cached=cached):
            terminalreporter.write_line(f"lrnotes: {line}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Tell the controller of a distributed run what this worker has done."""
    runner = session.config.stash.get(RUNNER, None)
    output = getattr(session.config, "workeroutput", None)
    if runner is not None and output is not None:
        output["lrnotes"] = runner.told


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:  # noqa: ARG001
    """Keep what a worker of a distributed run has told."""
    output = getattr(node, "workeroutput", None) or {}
    if "lrnotes" in output:
        told = node.config.stash.setdefault(TOLD, {})
        told[node.gateway.id] = output["lrnotes"]


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Remember the name of the run, whose workers leave their results behind."""
    node.config.stash[RUN] = node.workerinput["testrunuid"]


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the workers, and remove what they shared."""
    runner = config.stash.get(RUNNER, None)
    if runner is not None:
        runner.close()
    run = config.stash.get(RUN, "")
    if run:
        from lrnotes.settings import find_layout
        from lrnotes.testing import forget_run

        layout = find_layout(config.rootpath)
        if layout is not None:
            forget_run(layout, run)


def _find_project(config: pytest.Config) -> Project | None:
    if PROJECT not in config.stash:
        from lrnotes.settings import find_layout

        layout = find_layout(config.rootpath)
        config.stash[PROJECT] = _read_project(layout) if layout else None
    return config.stash[PROJECT]


def _read_project(layout: Layout) -> Project:
    # Not before there is one: elsewhere this plugin costs next to nothing.
    from lrnotes.project import Project

    return Project.read(layout)


def _find_runner(config: pytest.Config) -> Runner:
    if RUNNER not in config.stash:
        from lrnotes.testing import Runner

        project = _find_project(config)
        assert project is not None, "an item exists only in a project"
        run_id = getattr(config, "workerinput", {}).get("testrunuid", "")
        config.stash[RUNNER] = Runner(
            project,
            cached=config.getoption("--lrnotes-cached"),
            twice=config.getoption("--lrnotes-reproduce"),
            run=run_id,
            stops=bool(config.getoption("maxfail", 0)),
        )
    return config.stash[RUNNER]


class Nothing(pytest.File):
    """A snippet that pytest's own Python collector asked for: it holds no tests."""

    def collect(self) -> Iterable[pytest.Item]:
        """Return no items."""
        return ()


class ScriptFile(pytest.File):
    """A note, notebook or snippet with its scripts."""

    scripts: tuple[Script, ...] = ()

    def collect(self) -> Iterator[pytest.Item]:
        """Yield one item for each code cell."""
        for script in self.scripts:
            for index, cell in enumerate(script.code):
                name = cell_id(script, index)
                item: CellItem = CellItem.from_parent(self, name=name)
                item.script, item.index = script, index
                if script.options.slow:
                    item.add_marker("slow")
                item.extra_keyword_matches.update(cell.names)
                yield item


class CellItem(pytest.Item):
    """One code cell; its script runs once for all its items."""

    script: Script
    index: int

    def runtest(self) -> None:
        """Pass, skip or fail as the cell did when its script ran."""
        from lrnotes.show.report import printed_text

        runner = _find_runner(self.config)
        outcome = runner.outcome(self.script, self.index, self._wanted)
        self.add_report_section("call", "cell output", printed_text(outcome))
        if outcome.status in ("skipped", "not reached"):
            pytest.skip(outcome.reason)
        if outcome.failure is not None:
            raise CellFailed(outcome)

    def _wanted(self) -> tuple[Script, ...]:
        """Return the scripts to run at once: one where a failure ends the run.

        Workers of a distributed run share one engine, which a failure then stops.
        """
        is_shared = hasattr(self.config, "workerinput")
        if self.config.getoption("maxfail", 0) and not is_shared:
            return (self.script,)
        items = [item for item in self.session.items if isinstance(item, CellItem)]
        return tuple({item.script.name: item.script for item in items}.values())

    def reportinfo(self) -> tuple[Path, int, str]:
        """Return the file, the line from 0, and the item's name."""
        return self.path, self.script.code[self.index].place.line - 1, self.name

    def repr_failure(
        self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None
    ) -> Any:
        """Return the failure as its author reads it: line, values, frames."""
        if isinstance(excinfo.value, CellFailed):
            from lrnotes.show.report import failure_text

            return failure_text(self.script, self.index, excinfo.value.outcome)
        return super().repr_failure(excinfo, style)


class CellFailed(Exception):
    """A cell's failure, on its way to the report."""

    def __init__(self, outcome: Outcome) -> None:
        """Keep the outcome for the report."""
        super().__init__(outcome.failure.message if outcome.failure else "")
        self.outcome = outcome
