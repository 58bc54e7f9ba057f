"""What is not ours comes through as Python-Markdown alone would have it."""

import re
from html import unescape

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from markdown import Markdown

from lrnotes.markdown.context import Index, Work
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
# Nor may a comment or an attribute hold Markdown, which Python-Markdown would read.
plain_texts = texts.filter(
    lambda text: not OURS.search(text) and not ("<!--" in text and "-->" in text)
)

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
@example("\n!!! note\n    <!--")
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


# What would mean something anywhere else.
MEANT = [
    "[[x]]", "![[x]]", "[[x|y]]", "[[x#^b]]", "==a==", "%%c%%", "#tag", "#a/b", "^[n]", "^id",
    "{python} v", "[@cohen2021]", "@cohen2021", "{{site.url}}", "{:.c}", "[a](b.md)",
    "**b**", "_i_", "~~d~~", "[^1]", "- a", "1. b", "> q", "[!note]", "exec", "word", "é", "日",
    "&", "&amp;", "\"", "'", "(", "!", "https://x.y/#z",
]  # fmt: skip
words = st.lists(st.sampled_from(MEANT), min_size=1, max_size=6)
inside = words.map(" ".join)
lines_inside = st.lists(inside, min_size=1, max_size=4)

INLINE = {
    "code": ("`", "`", r"<code>(.*?)</code>"),
    "more ticks": ("`` ", " ``", r"<code>(.*?)</code>"),
    "maths": ("$", "$", r"\\\((.*?)\\\)"),
    "comment": ("<!-- ", " -->", "<!-- (.*?) -->"),
    "HTML code": ("<code>", "</code>", "<code>(.*?)</code>"),
    "kbd": ("<kbd>", "</kbd>", "<kbd>(.*?)</kbd>"),
    "attribute": ('<b title="', '">b</b>', r'<b title="(.*?)">b</b>'),
}
BLOCKS = {
    "fence": ("```text", "```", r"<pre>(.*?)</pre>"),
    "tildes": ("~~~~", "~~~~", r"<pre>(.*?)</pre>"),
    "maths": ("$$", "$$", r"\\\[(.*?)\\\]"),
    "comment": ("<!--", "-->", "<!--(.*?)-->"),
    "pre": ("<pre>", "</pre>", "<pre>(.*?)</pre>"),
}
PLACES = {
    "page": ("", ""),
    "item": ("- a\n  ", "  "),
    "deep item": ("- a\n  1. b\n     ", "     "),
    "quote": ("> ", "> "),
    "callout": ("> [!note] T\n> ", "> "),
    "item in a quote": ("> - a\n>   ", ">   "),
    "admonition": ("!!! note\n    ", "    "),
}
"""What stands before the first line and before each other line of a block."""


def read_page(text):
    """Return the HTML of a page and all that its record holds."""
    index = Index(maths=False, works={"cohen2021": Work("cohen2021")})
    ours = LrnotesExtension(index=index, page="docs/a.md")
    md = Markdown(extensions=[*EXTENSIONS, ours], extension_configs=EXTENSIONS)
    page = md.convert(text)
    record = index.records["docs/a.md"]
    return page, (record.links, record.tags, record.citations, record.blocks)


MARKDOWN = r"\]\(|\*\*|_i_|~~|\[\^"
NOT_OURS = {
    "code": r"\{python\}", "attribute": '"',
    "HTML code": MARKDOWN, "kbd": MARKDOWN, "maths": "&amp;",
}  # fmt: skip


def is_ours_alone(kind, content):
    return not re.search(NOT_OURS.get(kind, r"(?!)"), content)


def shown(html, pattern, is_code):
    """Return what the literal places of a page show."""
    found = re.findall(pattern, html, re.DOTALL)
    if is_code:
        found = [unescape(re.sub(r"<[^>]*>", "", each)) for each in found]
    return found


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(INLINE)), inside, st.sampled_from(sorted(PLACES)))
def test_a_literal_in_a_line_comes_through_byte_for_byte(kind, content, container):
    before, after, pattern = INLINE[kind]
    # Of Markdown between tags and of an entity in maths Python-Markdown makes what it
    # makes without us; a code span may be a value.
    assume(is_ours_alone(kind, content))
    first, _ = PLACES[container]

    html, found = read_page(f"{first}text {before}{content}{after} end")

    is_escaped = kind in ("code", "more ticks", "maths")
    places = [each.strip() for each in shown(html, pattern, is_escaped)]
    if kind in ("HTML code", "kbd"):
        # A sign and its entity are one in HTML.
        content, places = unescape(content), [unescape(each) for each in places]
    assert places == [content]
    assert found == ((), (), (), ())


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(sorted(BLOCKS)),
    lines_inside,
    st.sampled_from(sorted(PLACES)),
)
def test_a_literal_block_comes_through_byte_for_byte(kind, content, container):
    before, after, pattern = BLOCKS[kind]
    first, rest = PLACES[container]
    text = first + f"\n{rest}".join([before, *content, after])

    html, found = read_page(f"{text}\n\nend")

    is_escaped = kind in ("fence", "tildes", "maths")
    assert [each.strip("\n") for each in shown(html, pattern, is_escaped)] == [
        "\n".join(content)
    ]
    assert found == ((), (), (), ())


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
