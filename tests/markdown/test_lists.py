"""Lists, quotes and fences against cmark-gfm, with which GitHub reads notes.

LRNOTES_EXAMPLES sets how many notes; a nightly run takes 20,000.
"""

import html
import os
import re
from html.parser import HTMLParser

import cmarkgfm
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from markdown import Markdown

from lrnotes.markdown.context import Index
from lrnotes.markdown.defaults import EXTENSIONS
from lrnotes.markdown.extension import LrnotesExtension

EXAMPLES = int(os.environ.get("LRNOTES_EXAMPLES", "400"))
checked = settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck)
)

ours = Markdown(
    extensions=[*EXTENSIONS, LrnotesExtension(index=Index(maths=False))],
    extension_configs=EXTENSIONS,
)


class Outline(HTMLParser):
    """The blocks of a page, one a line, indented by their depth."""

    BLOCKS = ("ul", "ol", "li", "blockquote", "p", "pre", "h1", "h2", "hr")

    def __init__(self, html):
        super().__init__()
        self.lines, self.depth, self.text = [], 0, []
        self.feed(html)
        self.flush()

    def flush(self):
        text = " ".join("".join(self.text).split())
        self.text = []
        if text:
            self.lines.append("  " * self.depth + text)

    def handle_starttag(self, tag, attrs):
        if tag in self.BLOCKS:
            self.flush()
            start = dict(attrs).get("start")
            self.lines.append("  " * self.depth + tag + (f" {start}" if start else ""))
            self.depth += tag != "hr"

    def handle_endtag(self, tag):
        if tag in self.BLOCKS and tag != "hr":
            self.flush()
            self.depth -= 1

    def handle_data(self, data):
        self.text.append(data)


def outline(html):
    return "\n".join(Outline(html).lines)


PREFIXES = st.sampled_from(
    ["", "", "", " ", "  ", "  ", "   ", "    ", "     ", "      ", "        ", "> ", ">", ">  ",
     "> > ", " > ", ">   ", "   > ", "  > "]
)  # fmt: skip
MARKS = st.sampled_from(
    ["- ", "- ", "- ", "* ", "+ ", "1. ", "1. ", "2. ", "3) ", "10. ", "-   ", "1.  ", "> ", "-", "0. "]
)  # fmt: skip
CODES = ["x", "- x", "x\n\ny", "> x", "   x"]
TEXT = st.sampled_from(["text", "text", "more", "b c", "# head", "12 x", "a - b"])


@st.composite
def notes(draw):
    """Lines behind marks and columns, and fences that stand where a line could."""
    lines = []
    for _ in range(draw(st.integers(1, 10))):
        kind = draw(st.integers(0, 7))
        prefix = draw(PREFIXES)
        if kind < 2:
            lines.append(draw(st.sampled_from(["", "", ">", "> "])))
        elif kind == 2:
            code = draw(st.sampled_from(CODES))
            lines += [(prefix + line).rstrip() if line or ">" in prefix else ""
                      for line in ["~~~", *code.split("\n"), "~~~"]]  # fmt: skip
        elif kind < 6:
            marks = "".join(draw(st.lists(MARKS, min_size=1, max_size=2)))
            lines.append(prefix + marks + draw(TEXT))
        else:
            lines.append(prefix + draw(TEXT))
    return "\n".join(lines)


def has_whole_fences(text, shown):
    """Return whether all fences of a note are code, with an end of their own.

    superfences looks for fences before it knows of any container, so that what it
    takes for one may be none; the scanner reports these.
    """
    codes = re.findall(r"(?s)<pre><code>(.*?)</code>", shown)
    found = sum(html.unescape(code).rstrip() in CODES for code in codes)
    return found * 2 == text.count("~~~")


@checked
@given(notes())
@example("- # head\n      text\n  ~~~\n  x\n  ~~~")
@example("- # head\n      text\n  more\n- a")
def test_lists_and_quotes_nest_as_github_has_them(text):
    shown = cmarkgfm.markdown_to_html(text)
    assume(has_whole_fences(text, shown))

    assert outline(ours.reset().convert(text)) == outline(shown)
