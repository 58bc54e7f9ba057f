"""One executed snippet with every kind of outcome, and readers of what is shown."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from selectolax.lexbor import LexborHTMLParser

from lrnotes.model import (
    Cell,
    Dependency,
    Environment,
    Evidence,
    Failure,
    Frame,
    Name,
    Options,
    Outcome,
    Output,
    Place,
    Result,
    Scalar,
    Script,
)

FIXTURES = Path(__file__).parent / "fixtures"
FIGURE = (FIXTURES / "figure.svg").read_text(encoding="utf-8")


def stream(text, name="stdout"):
    return Output("stream", name, {"text/plain": text})


def value(**data):
    return Output(
        "execute_result", data={k.replace("_", "/"): v for k, v in data.items()}
    )


def figure(name="", table="step,loss\n0,1\n", svg=FIGURE):
    data = {"image/svg+xml": svg}
    return Output("display_data", name, data, table, width=640, height=360)


def make_cell(source="x = 1", title="", line=1, kind="code", **options):
    place = Place("snippets/momentum.py", line)
    return Cell(kind, title, source, place, Options(title=title, **options))


def make_script(*cells, path="snippets/momentum.py", kind="snippet"):
    return Script(path, tuple(cells), kind)


def make_result(*outcomes, **scalars):
    return Result(
        "0123456789abcdef" * 4,
        tuple(outcomes),
        {
            name: Scalar(type(held).__name__, str(held))
            for name, held in scalars.items()
        },
        (
            Dependency("distribution", "torch", "2.13.0"),
            Dependency("module", "snippets/plots.py", "5d41"),
            Dependency("absent", "snippets/local.py", ""),
        ),
        Environment("3.11.7", "2.13.0", "3.11.2", "cpu", "AVX2", 1),
        3.14,
        "2026-11-23T10:11:12Z",
    )


def pytest_generate_tests(metafunc):
    """Give ``fixture_case`` each block of the file named like the test module.

    A block is a title, the input and what is expected, each ended by a line ``.``.
    """
    if "fixture_case" in metafunc.fixturenames:
        name = metafunc.module.__name__.rpartition("test_")[2]
        text = (FIXTURES / f"{name}.md").read_text(encoding="utf-8")
        pieces = text.split("\n.\n")
        cases = [
            (title.strip(), given, expected)
            for title, given, expected in zip(
                pieces[::3], pieces[1::3], pieces[2::3], strict=False
            )
        ]
        metafunc.parametrize("fixture_case", cases, ids=[case[0] for case in cases])


@pytest.fixture
def make():
    """Return the makers of small values."""
    return SimpleNamespace(
        cell=make_cell,
        script=make_script,
        result=make_result,
        figure=figure,
        stream=stream,
        value=value,
    )


@pytest.fixture
def drawing():
    """Return a drawn figure as the worker hands it over."""
    return FIGURE


@pytest.fixture(name="parse", scope="session")
def give_parse():
    """Return a function that reads HTML as a browser does."""
    return parse


@pytest.fixture(name="stays_inside", scope="session")
def give_stays_inside():
    """Return a function that tells whether HTML leaves the page around it alone."""
    return stays_inside


@pytest.fixture
def script():
    return make_script(
        make_cell("# Momentum in a ravine\nIt *crawls*.", kind="text", line=2),
        make_cell("lr = 0.4\nprint(lr)\nlr", "the ravine", line=6),
        make_cell(
            "#| label: tenth\nassert ratio < 0.1", "claim: a tenth", 20, label="tenth"
        ),
        make_cell(
            "ax.plot(path)",
            "both paths",
            30,
            caption="After {steps} steps: {ratio:.1%}.",
            alt="Two falling curves.",
        ),
        make_cell("x = [1, 2]\nassert sum(x) == 4, 'no'", "sums", 40),
        make_cell("y = 1", "after", 50, fold=True),
    )


@pytest.fixture
def result():
    failure = Failure(
        "exception",
        "AssertionError",
        "no\nsecond line",
        2,
        (
            Frame("<cell 3>", 2, "<module>", "assert sum(x) == 4, 'no'"),
            Frame("snippets/plots.py", 3, "check", "raise AssertionError"),
        ),
        (("sum(x)", "3"), ("x", "[1, 2]")),
    )
    return make_result(
        Outcome(
            "passed",
            (stream("0.4\n"), value(text_plain="0.4")),
            names=(Name("lr", "float", "0.4"),),
            seconds=0.02,
        ),
        Outcome(
            "passed",
            evidence=(
                Evidence("ratio < 0.1", 2, True, "0.00253", "<", "0.1", "0.0975"),
            ),
            seconds=0.001,
        ),
        Outcome("passed", (figure(),), seconds=0.81),
        Outcome("failed", failure=failure),
        Outcome("not reached", reason='"sums" failed'),
        steps=60,
        ratio=0.00253,
    )


def parse(html):
    """Return a page that holds the HTML between two marks."""
    return LexborHTMLParser(
        f'<!doctype html><body><p id="before"></p><div id="here">{html}</div>'
        '<p id="behind"></p></body>'
    )


def stays_inside(html):
    """Whether what follows the HTML in a page is not swallowed by it."""
    page = parse(html)
    return (
        len(page.css("body > #behind")) == 1 and page.css_first("#behind").text() == ""
    )
