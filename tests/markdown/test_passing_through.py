"""What is not ours comes through as Python-Markdown alone would have it."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st
from markdown import Markdown

from lrnotes.markdown.context import Index
from lrnotes.markdown.defaults import EXTENSIONS
from lrnotes.markdown.extension import LrnotesExtension

PIECES = [
    "a", "word", "two words", " ", "  ", "\n", "\n\n", "\n    ", "    ", "\t", "# ", "\n## ",
    "- ", "\n- ", "\n* ", "\n1. ", "> ", "\n> ", "*", "**", "_", "__", "`", "``", "```",
    "\n```\n", "\n```python\n", "\n~~~\n", "~~", "[", "]", "(", ")", "[a](b.md)", "![i](i.png)",
    "[a][b]", "\n[b]: c\n", "[^1]", "\n[^1]: note\n", "<b>", "</b>", "<div>", "</div>", "\n<div>\n",
    "<!--", "-->", "<code>", "</code>", "&", "&amp;", "&#38;", "<", ">", "|", "\n|---|---|\n",
    "| a | b |\n", "$", "$$", "\n$$\n", "$x^2$", "\\", "\\[", "\\|", "\\`", "\\(", "\n!!! note\n    ",
    "\n??? tip\n    ", '\n=== "Tab"\n    ', "{", "}", "{.c}", "{: #i}", ":", "\n: d", "^", "~", "+",
    "- [ ] ", "---\n", "\n***\n", "é", "日本", "🎉", "\r\n", "http://a.b/c", "<http://a.b>", "me@x.y",
    "\u00a0", "'", '"', "1.", "=", "%", "!", "@", "#",
]  # fmt: skip

# What a note may write for us: links, marks, comments, tags, values, citations, fences.
OURS = re.compile(
    r"\[\[|%%|\^\[|`\s*\{|@\w|-@|#+[\w/-]|exec|\[!|\^\w|lrn|==|\{:|\{\{|\|\s*\d",
    re.IGNORECASE,
)
texts = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)
plain_texts = texts.filter(lambda text: not OURS.search(text))

# With `lists: commonmark` these are read anew.
CONTAINERS = re.compile(
    r"(?m)^ {1,3}|^[\s>]*(?:[-+*>]|\d+[.)]|`{3}|~{3}|<|\$\$|\\\[)|[\t\r]"
)


def build(lists):
    ours = LrnotesExtension(index=Index(maths=False, lists=lists))
    return Markdown(extensions=[*EXTENSIONS, ours], extension_configs=EXTENSIONS)


with_us, with_lists = build("markdown"), build("commonmark")
without = Markdown(extensions=list(EXTENSIONS), extension_configs=EXTENSIONS)


@settings(max_examples=400, deadline=None)
@given(plain_texts)
def test_text_without_our_syntax_is_not_touched(text):
    assert with_us.reset().convert(text) == without.reset().convert(text)


@settings(max_examples=400, deadline=None)
@given(plain_texts.filter(lambda text: not CONTAINERS.search(text)))
def test_text_without_lists_and_quotes_is_not_touched(text):
    assert with_lists.reset().convert(text) == without.reset().convert(text)


@settings(max_examples=400, deadline=None)
@given(texts, st.sampled_from([with_us, with_lists]))
def test_no_text_breaks_the_conversion(text, converter):
    html = converter.reset().convert(text)

    assert "\x02" not in html
    assert "lrnotes" not in html
    assert "lrn-gap" not in html


LITERAL = [
    "`[[x]]`", "`` [[x]] ``", "\n\n```\n[[x]]\n```\n\n", "\n\n~~~python\nm[[x]]\n~~~\n\n",
    "$[[x]]$", "\n\n$$\n[[x]]\n$$\n\n", "<!-- [[x]] -->", "\n\n<pre>\n[[x]]\n</pre>\n\n",
    "<code>[[x]]</code>", "\n\n    [[x]]\n\n", '<b title="[[x]]">b</b>',
]  # fmt: skip
around = st.sampled_from(
    ["word ", " and ", "*em* ", "\n\n", "## Heading\n\n", "**b** "]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(around, st.sampled_from(LITERAL)), min_size=1, max_size=6))
def test_literal_places_come_through_byte_for_byte(parts):
    text = "".join(f"{before}{literal}" for before, literal in parts)
    expected = without.reset().convert(text)

    assert with_us.reset().convert(text) == expected
    assert with_lists.reset().convert(text) == expected
