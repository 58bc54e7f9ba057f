"""Notes made of literals, in containers in containers: all come through unchanged.

LRNOTES_EXAMPLES sets how many notes.
"""

import os
from html import unescape
from html.parser import HTMLParser

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown import Markdown

from lrnotes.markdown.context import Index, Work
from lrnotes.markdown.defaults import EXTENSIONS
from lrnotes.markdown.extension import LrnotesExtension

EXAMPLES = int(os.environ.get("LRNOTES_EXAMPLES", "400"))
checked = settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck)
)

# What would mean something anywhere else.
MEANT = [
    "[[x]]", "![[x]]", "[[x|y]]", "[[x#^b]]", "==a==", "%%c%%", "%%", "#tag", "^[n]", "^id",
    "[@cohen2021]", "@cohen2021", "{{site.url}}", "{:.c}", "[a](b.md)", "[a]: b.md",
    "**b**", "_i_", "~~d~~", "[^1]", "- a", "1. b", "[!note]", "exec", "word", "é", "日",
    "(", "!", "https://x.y/#z", ":", "--", "\\*", "\\",
]  # fmt: skip
words = st.lists(st.sampled_from(MEANT), min_size=1, max_size=5).map(
    lambda given: f"a {' '.join(given)} z"
)
lines = st.lists(words, min_size=1, max_size=3)
# A blank line ends an HTML block that is neither text nor a comment, and a formula.
parted = st.lists(st.one_of(words, words, st.just("")), min_size=1, max_size=4).map(
    lambda given: ["a", *given, "z"]
)


class Literals(HTMLParser):
    """What a page shows of code, maths, comments and raw HTML, in order."""

    def __init__(self, html):
        super().__init__()
        self.found, self.open = [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if "data-held" in given:
            self.found.append(("attribute", given["data-held"]))
        is_literal = tag in ("pre", "code", "script", "section") or given.get(
            "class"
        ) == ("arithmatex")
        if self.open:
            self.open.append(self.open[-1])
        elif is_literal:
            self.open.append(["text", ""])

    def handle_endtag(self, tag):
        if self.open:
            kind, text = self.open.pop()
            if not self.open:
                self.found.append((kind, strip(text)))

    def handle_data(self, data):
        if self.open:
            self.open[-1][1] += data

    def handle_comment(self, data):
        self.found.append(("comment", strip(data)))


def strip(text):
    """Return the text without the marks that arithmatex puts around it."""
    text = text.strip()
    for before, after in (("\\(", "\\)"), ("\\[", "\\]")):
        if text.startswith(before) and text.endswith(after):
            text = text[2:-2].strip()
    return text


def inline(before, after, kind="text"):
    def write(content):
        shown = (kind, unescape(content)) if kind else None
        return [f"text {before}{content}{after} end"], [shown] if shown else []

    return words.filter(lambda content: after not in content).map(write)


def block(before, after, contents, kind="text"):
    def write(content):
        shown = (kind, unescape("\n".join(content)))
        return [before, *content, after], [shown] if kind else []

    return contents.filter(lambda content: after not in "\n".join(content)).map(write)


INLINE = st.one_of(
    inline("`", "`"),
    inline("`` ", " ``"),
    inline("$", "$").filter(lambda made: "\\" not in made[0][0]),
    inline("<!-- ", " -->", "comment").filter(lambda made: "--" not in made[1][0][1]),
    inline('<b data-held="', '">b</b>', "attribute"),
    inline("<b data-held='", "'>b</b>", "attribute"),
    inline("%%", "%%", ""),
)
BLOCKS = st.one_of(
    block("```text", "```", parted),
    block("~~~~", "~~~~", parted),
    block("````", "````", parted.map(lambda inside: ["```", *inside, "```"])),
    block("$$", "$$", lines),
    block("<!--", "-->", parted, "comment"),
    block("<pre>", "</pre>", parted),
    block("<script>", "</script>", parted),
    block("<section>", "</section>", lines),
    block("%%", "%%", parted, ""),
)
# Python-Markdown knows no such info string, nor a closing mark that is longer.
UNSEEN = block("```js live {1,3}", "`````", parted)
LITERALS = st.one_of(INLINE, BLOCKS, BLOCKS, UNSEEN)
LITERALS_OF_MARKDOWN = st.one_of(INLINE, BLOCKS, BLOCKS)
PLACES = {
    "item": ("- ", "  "),
    "number": ("1. ", "   "),
    "task": ("- [ ] t\n  ", "  "),
    "quote": ("> ", "> "),
    "callout": ("> [!note] T\n> ", "> "),
    "folded callout": ("> [!tip]-\n> ", "> "),
    "admonition": ("!!! note\n    ", "    "),
}


ITEM = "    "
PLACES_OF_MARKDOWN = {
    "item": (f"- t\n\n{ITEM}", ITEM),
    "number": (f"1. t\n\n{ITEM}", ITEM),
    "quote": ("> t\n>\n> ", "> "),
    "callout": ("> [!note] T\n> ", "> "),
    "folded callout": ("> [!tip]-\n> ", "> "),
    "admonition": (f"!!! note\n{ITEM}", ITEM),
}
"""With Python-Markdown's own lists: four columns for each, below a blank line."""


def join(parts):
    """Return notes or parts of one, below each other."""
    written = [line for text, _ in parts for line in [*text, ""]][:-1]
    return written, [literal for _, found in parts for literal in found]


def put(places, place, part):
    """Return a part of a note inside a container."""
    before, rest = places[place]
    text, found = part
    head, *others = (before + text[0]).split("\n")
    others += [(rest + line).rstrip() for line in text[1:]]
    return [head, *others], found


def containers(inner, places):
    return st.tuples(
        st.sampled_from(sorted(places)),
        st.lists(inner, min_size=1, max_size=3).map(join),
    ).map(lambda given: put(places, *given))


def notes(literals, places=PLACES):
    nested = st.recursive(
        literals, lambda inner: containers(inner, places), max_leaves=6
    )
    return st.lists(nested, min_size=1, max_size=4).map(
        lambda parts: join(
            [part for each in parts for part in (each, (["Between."], []))]
        )
    )


def read_page(text, lists="commonmark"):
    index = Index(maths=False, works={"cohen2021": Work("cohen2021")}, lists=lists)
    ours = LrnotesExtension(index=index, page="docs/a.md")
    md = Markdown(extensions=[*EXTENSIONS, ours], extension_configs=EXTENSIONS)
    page = md.convert(text)
    record = index.records["docs/a.md"]
    return page, (record.links, record.tags, record.citations, record.blocks)


@checked
@given(notes(LITERALS))
def test_literals_come_through_unchanged_wherever_they_stand(note):
    text, expected = note

    page, found = read_page("\n".join(text))

    assert Literals(page).found == expected
    assert found == ((), (), (), ())


@checked
@given(notes(LITERALS_OF_MARKDOWN, PLACES_OF_MARKDOWN))
def test_literals_come_through_where_lists_are_python_markdowns_own(note):
    text, expected = note

    page, found = read_page("\n".join(text), "markdown")

    assert Literals(page).found == expected
    assert found == ((), (), (), ())
