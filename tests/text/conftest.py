"""Fixture files, and what Python-Markdown shows as executed code."""

import html
import re
from html.parser import HTMLParser
from pathlib import Path

import markdown
import pytest
from markdown.preprocessors import Preprocessor

from lrnotes.markdown.held import hold_html
from lrnotes.markdown.lists import read_as_commonmark

FIXTURES = Path(__file__).parent / "fixtures"

EXTENSIONS = [
    "admonition", "attr_list", "footnotes", "md_in_html", "tables", "toc",
    "pymdownx.arithmatex", "pymdownx.details", "pymdownx.superfences",
    "pymdownx.tabbed", "pymdownx.tasklist",
]  # fmt: skip
CALLOUT = re.compile(r"^([> ]*> ?)\[!\w+\].*$", re.MULTILINE)
UNSHOWN = {"option", "script", "style", "template", "textarea", "title"}


def read_cases(name):
    """Yield title, input and expected text; each ends with a line of one dot."""
    parts, lines = [], []
    for line in (FIXTURES / name).read_text(encoding="utf-8").split("\n"):
        if line != ".":
            lines.append(line)
            continue
        parts.append("\n".join(lines))
        lines = []
        if len(parts) == 3:
            yield parts[0].strip(), parts[1] + "\n", parts[2]
            parts = []


def pytest_generate_tests(metafunc):
    """Give each test of a module with a fixture file one of its cases."""
    for name in {"case", "commonmark_case"}.intersection(metafunc.fixturenames):
        module = metafunc.module
        file = module.FIXTURE_FILE if name == "case" else module.COMMONMARK_FILE
        cases = list(read_cases(file))
        metafunc.parametrize(
            name, [case[1:] for case in cases], ids=[case[0] for case in cases]
        )


@pytest.fixture(scope="session", params=["commonmark", "markdown"])
def lists(request):
    """Whose rules lists and quotes follow."""
    return request.param


@pytest.fixture(scope="session")
def convert(lists):
    """A function: text to what Python-Markdown makes of it, told of ``exec``."""
    fences = [
        {"name": name, "class": "ran", "format": _show, "validator": _accept}
        for name in ("python", "py")
    ]
    converter = markdown.Markdown(
        extensions=EXTENSIONS,
        extension_configs={
            "pymdownx.superfences": {"custom_fences": fences},
            "pymdownx.tabbed": {"alternate_style": True},
            "pymdownx.arithmatex": {"generic": True},
        },
    )

    if lists == "commonmark":
        read_as_commonmark(converter)
        converter.preprocessors.register(_Slots(converter), "slots", 28)
        return lambda text: converter.reset().convert(text)
    converter.preprocessors.register(_Held(converter), "held", 28)
    # A callout's title is a block of its own for our extension.
    return lambda text: converter.reset().convert(CALLOUT.sub(r"\1# Title", text))


@pytest.fixture(scope="session")
def shown_as_code(convert):
    """A function: text to the sources that Python-Markdown shows, by label.

    The second value holds the labels of fences inside a ``<pre>`` of the author's own.
    """

    def find(text):
        finder = _Finder()
        finder.feed(convert(text))
        finder.close()
        return finder.shown, finder.in_pre

    return find


class _Slots(Preprocessor):
    """Puts aside what the tests have put in the place of fences, and raw HTML."""

    def run(self, lines):
        def store(slot):
            return self.md.htmlStash.store(slot[0])

        text = re.sub(r"slot\d+\.", store, "\n".join(lines))
        return hold_html(self.md, text, "commonmark").split("\n")


class _Held(Preprocessor):
    """Puts aside raw HTML in containers, as the extension does."""

    def run(self, lines):
        return hold_html(self.md, "\n".join(lines), "markdown").split("\n")


def _accept(language, inputs, options, attributes, md):
    if "exec" not in inputs:
        return False
    options["label"] = inputs.get("label", "")
    return True


def _show(source, language, css_class, options, md, **_):
    return f'<pre class="ran" id="{options["label"]}">{html.escape(source)}</pre>'


class _Finder(HTMLParser):
    """Collects the sources of ``<pre class="ran">`` that a browser would show."""

    def __init__(self):
        super().__init__()
        self.shown = {}
        self.in_pre = set()
        self.current = None
        self.open = []

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if tag == "pre" and attributes.get("class") == "ran":
            self.current = attributes["id"]
            if not UNSHOWN.intersection(self.open):
                self.shown[self.current] = ""
            if "pre" in self.open:
                self.in_pre.add(self.current)
        elif tag in UNSHOWN or tag == "pre":
            self.open.append(tag)

    def handle_endtag(self, tag):
        if self.current is not None:
            if tag == "pre":
                self.current = None
        elif tag in self.open:
            while self.open.pop() != tag:
                pass

    def handle_data(self, data):
        if self.current in self.shown:
            self.shown[self.current] += data
