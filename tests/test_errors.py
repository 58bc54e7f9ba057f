"""The error corpus: each failure once, at its line, in its page, in every build.

A note of the corpus marks the line at fault by the word ``HERE``.
"""

import json
import re
import textwrap
from dataclasses import dataclass

import pytest
from selectolax.lexbor import LexborHTMLParser

CONFIG = """\
site_name: test
plugins:
  - lrnotes: {memory: 400MB}
  - mkdocs-jupyter
markdown_extensions:
  - pymdownx.tabbed: {alternate_style: true}
"""


@dataclass(frozen=True)
class Case:
    """A note that fails, and words that its report and its red box must hold."""

    name: str
    text: str
    words: str
    path: str = ""
    """Of the file at fault, where it is not the note."""

    suffix: str = ".md"

    @property
    def note(self) -> str:
        return f"docs/{self.name}{self.suffix}"

    @property
    def source(self) -> str:
        return self.path or self.note


def fence(code: str, info: str = "") -> str:
    return f"```python exec{info}\n{textwrap.dedent(code)}```\n"


def indented(opening: str, width: int, code: str = "x = 1\nx / 0  # HERE\n") -> str:
    return f"{opening}\n\n{textwrap.indent(fence(code), ' ' * width)}\nMore.\n"


def quoted(*lines: str) -> str:
    code = fence("x = 1\nx / 0  # HERE\n").splitlines()
    return "".join(f"> {line}".rstrip() + "\n" for line in (*lines, *code))


NESTED = (
    "- item\n\n"
    '    !!! note "outer"\n\n'
    "        > [!tip] inner\n"
    "        >\n"
    "        > ~~~~python exec\n"
    "        > x = 1\n"
    "        > x / 0  # HERE\n"
    "        > ~~~~\n"
)

ZERO = "ZeroDivisionError: division by zero"

CONTAINERS = [
    Case("list", indented("- item", 4), ZERO),
    Case("list-of-two-spaces", indented("- item", 2), ZERO),
    Case("ordered", indented("1. item", 3), ZERO),
    Case("inner-list", "- outer\n\n" + indented("    - inner", 8), ZERO),
    Case(
        "twin", fence("# As in the lists,\n# but lower.\nx = 1\nx / 0  # HERE\n"), ZERO
    ),
    Case("tab", indented('=== "Tab"', 4), ZERO),
    Case("admonition", indented("!!! note", 4), ZERO),
    Case("details", indented("??? note", 4), ZERO),
    Case("footnote", "Text.[^1]\n\n" + indented("[^1]: Note.", 4), ZERO),
    Case("quote", quoted("quoted", ""), ZERO),
    Case("callout", quoted("[!note] Title", "Text.", ""), ZERO),
    Case("folded-callout", quoted("[!note]- Title"), ZERO),
    Case("nested", NESTED, ZERO),
    Case("tilde", "~~~python exec\nx = 1\nx / 0  # HERE\n~~~\n", ZERO),
    Case(
        "long-fence",
        '``````python exec\nx = """\n```\n"""\n1 / 0  # HERE\n``````\n',
        ZERO,
    ),
    Case(
        "crlf", "# A\r\n\r\n```python exec\r\nx = 1\r\nx / 0  # HERE\r\n```\r\n", ZERO
    ),
    Case(
        "front-matter",
        "\ufeff---\ntitle: T\ntags: [a]\n---\n\n" + fence("x = 1\nx / 0  # HERE\n"),
        ZERO,
    ),
    Case(
        "options",
        fence("#| title: a title\n#| show: output\n\n1 / 0  # HERE\n"),
        '"a title" failed: ZeroDivisionError',
    ),
    Case(
        "named-session",
        fence("x = 1\n", ' session="one"')
        + fence("x = 2\n", ' session="two"')
        + fence("x - 1\n1 / (x - 1)  # HERE\n", ' session="one"'),
        ZERO,
    ),
]

DEATHS = [
    Case("syntax", fence("x = 1\ny = = 2  # HERE\n"), "SyntaxError: invalid syntax"),
    Case("indentation", fence("if True:\nx = 1  # HERE\n"), "IndentationError"),
    Case("exit-0", fence("import sys\nsys.exit(0)  # HERE\n"), "SystemExit"),
    Case("exit-1", fence("x = 1\nraise SystemExit(1)  # HERE\n"), "with code 1"),
    Case("os-exit", fence("import os\nos._exit(0)  # HERE\n"), "os._exit"),
    Case(
        "segfault",
        fence("import ctypes\nctypes.string_at(0)  # HERE\n"),
        "SIGSEGV",
    ),
    Case(
        "abort",
        fence("import os\n\ndef stop():\n    os.abort()  # HERE\n\nstop()\n"),
        "SIGABRT",
    ),
    Case(
        "endless",
        fence("#| timeout: 1\nwhile True: pass  # HERE\n"),
        "stopped after 1 s",
    ),
    Case(
        "sleeping",
        fence("#| timeout: 1\nimport time\ntime.sleep(60)  # HERE\n"),
        "stopped after 1 s",
    ),
    Case(
        "memory",
        fence("x = 1\nbytearray(2_000_000_000)  # HERE\n"),
        "MemoryError",
    ),
    Case(
        "tensor-memory",
        fence("import torch\ntorch.ones(1_000_000_000)  # HERE\n"),
        "memory",
    ),
    Case("interrupt", fence("x = 1\nraise KeyboardInterrupt  # HERE\n"), "Interrupt"),
]

EXCEPTIONS = [
    Case(
        "repr",
        fence(
            """\
            class Bad:
                def __repr__(self):
                    return 1 / 0  # HERE
            Bad()
            """
        ),
        ZERO,
    ),
    Case(
        "helper",
        fence("import deep\n\ndeep.outer(0)  # HERE\n"),
        "ValueError: too deep",
    ),
    Case(
        "shown-snippet",
        "![[bad.py]]\n",
        "KeyError: 'missing'",
        path="snippets/bad.py",
    ),
    Case(
        "assert",
        fence("ratio, bound = 0.5, 0.1\nassert ratio < bound  # HERE\n"),
        "AssertionError: ratio = 0.5, bound = 0.1",
    ),
    Case(
        "not-raised",
        fence("#| raises: ValueError  # HERE\nint('1')\n"),
        "ValueError was to be raised and was not",
    ),
    Case(
        "wrong-class",
        fence("#| raises: ValueError\n{}['key']  # HERE\n"),
        "KeyError: 'key'",
    ),
    Case(
        "missing-import",
        fence("import sys\nimport nowhere_at_all  # HERE\n"),
        "ModuleNotFoundError: No module named 'nowhere_at_all'",
    ),
    Case(
        "recursion",
        fence("def f(n):\n    return f(n + 1)  # HERE\n\nf(0)\n"),
        "RecursionError",
    ),
    Case(
        "after-output",
        fence("print('shown before')\n\n[][1]  # HERE\n"),
        "IndexError: list index out of range",
    ),
    Case(
        "unicode",
        fence("x = 'naïve – π'\nraise ValueError(f'{x} \\ud800 <b>')  # HERE\n"),
        "ValueError: naïve – π",
    ),
    Case(
        "generator",
        fence(
            """\
            def count():
                yield 1
                yield 1 / 0  # HERE

            list(count())
            """
        ),
        ZERO,
    ),
    Case(
        "thread",
        fence(
            """\
            import threading

            def work():
                1 / 0  # HERE

            thread = threading.Thread(target=work)
            thread.start()
            thread.join()
            """
        ),
        ZERO,
    ),
    Case(
        "pool",
        fence(
            """\
            from concurrent.futures import ThreadPoolExecutor

            def work():
                return 1 / 0  # HERE

            with ThreadPoolExecutor() as pool:
                pool.submit(work).result()
            """
        ),
        ZERO,
    ),
    Case(
        "group",
        fence("x = 1\nraise ExceptionGroup('both', [ValueError(1)])  # HERE\n"),
        "ExceptionGroup: both",
    ),
    Case(
        "unprintable",
        fence(
            """\
            class Mute(Exception):
                def __str__(self):
                    raise ValueError
            raise Mute  # HERE
            """
        ),
        "Mute: a message that cannot be printed",
    ),
    Case(
        "figure",
        fence(
            """\
            import matplotlib.pyplot as plt

            plt.plot([1, 2])
            plt.title(r"$\\frac{1$");  # HERE
            """
        ),
        r"ValueError: \frac{1",
    ),
    Case(
        "torch",
        fence(
            """\
            import torch

            layer = torch.nn.Linear(3, 1)
            layer(torch.ones(2, 2))  # HERE
            """
        ),
        "RuntimeError: mat1 and mat2",
    ),
]

NOTEBOOK = {
    "cells": [
        {"cell_type": "markdown", "id": "a", "metadata": {}, "source": ["# Title"]},
        {
            "cell_type": "code",
            "id": "b",
            "metadata": {},
            "execution_count": None,
            "outputs": [],
            "source": ["x = 1\n", "x / 0  # HERE"],
        },
    ],
    "metadata": {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "p"},
        "language_info": {"name": "python"},
    },
    "nbformat": 4,
    "nbformat_minor": 5,
}

IN_NOTEBOOK = Case("notebook", json.dumps(NOTEBOOK, indent=1), ZERO, suffix=".ipynb")

CASES = [*CONTAINERS, *DEATHS, *EXCEPTIONS, IN_NOTEBOOK]

SNIPPETS = {
    "snippets/bad.py": "# %% a cell\nx = {}\n\n# %% another\nx['missing']  # HERE\n",
    "snippets/deep.py": (
        "def outer(n):\n    return inner(n)\n\n\n"
        "def inner(n):\n    raise ValueError('too deep')\n"
    ),
}


@dataclass(frozen=True)
class Builds:
    """One site of all cases, built three times."""

    site: object
    files: dict[str, str]
    plain: object
    strict: object
    quiet: object

    def place(self, case: Case) -> str:
        lines = self.files[case.source].replace("\r\n", "\n").split("\n")
        (line,) = [at for at, text in enumerate(lines, 1) if "HERE" in text]
        return f"{case.source}:{line}"


@pytest.fixture(scope="module")
def builds(make_shared_site) -> Builds:
    notes = {case.note: case.text for case in CASES}
    files = {"docs/index.md": "# Home\n", **SNIPPETS, **notes}
    site = make_shared_site(files, CONFIG)
    plain, strict = site.build(), site.build("--strict")
    return Builds(site, files, plain, strict, site.build("-q", "--strict"))


def reports(stderr: str, place: str) -> list[str]:
    return [line for line in stderr.splitlines() if f" {place}: " in line]


def test_every_failure_counts_in_every_strict_build_and_in_no_other(builds):
    assert builds.plain.returncode == 0, builds.plain.stderr
    assert (builds.strict.returncode, builds.quiet.returncode) == (1, 1)
    aborted = f"Aborted with {len(CASES)} findings in strict mode!"
    assert aborted in builds.strict.stdout
    assert aborted in builds.quiet.stdout


def test_no_report_is_a_traceback_of_the_tool(builds):
    for built in (builds.plain, builds.strict, builds.quiet):
        assert "Traceback" not in built.stderr


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.parametrize("build", ["plain", "strict"])
def test_a_failure_is_reported_once_at_its_line(builds, case, build):
    said = getattr(builds, build).stderr

    (report,) = reports(said, builds.place(case))

    assert "WARNING" in report
    assert case.words in report


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_failure_is_a_red_box_in_its_page(builds, case):
    page = LexborHTMLParser(builds.site.page(case.name))

    (box,) = page.css(".lrn-failure")

    assert box.css_first("code").text() == builds.place(case)
    assert re.sub(r".*?(\w+Error).*", r"\1", case.words) in box.text()


def test_frames_in_modules_follow_the_place_in_the_note(builds):
    page = LexborHTMLParser(builds.site.page("helper"))

    frames = [frame.text() for frame in page.css(".lrn-trace li > code:first-child")]

    assert frames == ["docs/helper.md:4", "snippets/deep.py:2", "snippets/deep.py:6"]


def test_what_was_printed_before_the_failure_is_shown(builds):
    page = LexborHTMLParser(builds.site.page("after-output"))

    assert "shown before" in "".join(each.text() for each in page.css("pre"))
