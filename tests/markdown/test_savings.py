"""What is done to spare time changes no byte: with and without it pages are the same."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import InlineProcessor

from lrnotes.markdown.defaults import EXTENSIONS
from lrnotes.markdown.extension import LrnotesExtension
from lrnotes.markdown.gates import find_gate
from lrnotes.markdown.highlighting import share_lookups
from lrnotes.markdown.inline import skip_idle_patterns
from lrnotes.markdown.ready import ReadyExtension

TESTS = Path(__file__).parents[1]
CORPUS = [
    text
    for path in sorted(TESTS.glob("*/fixtures/*.md"))
    for text in path.read_text(encoding="utf-8").split("\n.\n")
]
PIECES = [
    "a", "two words", " ", "  \n", "\n", "\n\n", "    ", "# ", "\n## ", "\n- ", "\n1. ", "> ",
    "*", "**", "_", "__", "`", "``", "\n```\n", "\n```python\n", "~~", "==", "[", "]", "(", ")",
    "[a](b.md)", "![i](i.png)", "[a][b]", "\n[b]: c\n", "[^1]", "\n[^1]: note\n", "^[in]", "<b>",
    "</b>", "<div markdown>", "</div>", "<!--", "-->", "&amp;", "&", "|", "\n|---|---|\n", "$",
    "$$", "\\", "\\(", "\\)", "\n!!! note\n    ", '\n=== "Tab"\n    ', "{.c}", "\n: d", "^id", "%%",
    "- [ ] ", "é", "http://a.b/c", "<http://a.b>", "<me@x.y>", "[[", "]]", "[[NAG]]", "![[x]]", "#tag",
    "\n#tag\n", "[[home#it falls|f]]", "@cohen2021", "[@cohen2021, § 3]", "[@nobody]", "`{python} ratio`",
    "\x02klzzwxh:0001\x03", "\x03", "{{ x }}", "[!note] T\n", "mermaid", "exec",
]  # fmt: skip
texts = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


def load_all(index, *more):
    ours = LrnotesExtension(index=index, page="docs/home.md")
    return {"extensions": [*EXTENSIONS, *more, ours], "extension_configs": EXTENSIONS}


def convert_afresh(text, index, *more):
    md = Markdown(**load_all(index, *more))
    return md.convert(text), md.toc_tokens, index.records.get("docs/home.md")


def convert_ready(text, ready, config, index):
    ready.lend(config)
    md = Markdown(
        extensions=config["markdown_extensions"],
        extension_configs=config["mdx_configs"],
    )
    found = md.convert(text), md.toc_tokens, index.records.get("docs/home.md")
    ready.take_back(config)
    index.records.pop("docs/home.md", None)
    return found


def make_ready(index, *more):
    config = {
        "markdown_extensions": load_all(index, *more)["extensions"],
        "mdx_configs": EXTENSIONS,
    }
    ready = ReadyExtension(config["markdown_extensions"], EXTENSIONS)
    return ready, config


# --- one instance for all pages ---------------------------------------------------------


def test_a_page_is_the_same_whatever_was_converted_before_it(build_index):
    index = build_index("", "docs/home.md")
    ready, config = make_ready(index)

    for text in [*CORPUS, *reversed(CORPUS)]:
        fresh = convert_afresh(text, build_index("", "docs/home.md"))
        assert convert_ready(text, ready, config, index) == fresh


@settings(max_examples=150, deadline=None)
@given(st.lists(texts, min_size=2, max_size=4))
def test_pages_leave_nothing_behind(build_index, pages):
    index = build_index("", "docs/home.md")
    ready, config = make_ready(index)

    for text in pages:
        fresh = convert_afresh(text, build_index("", "docs/home.md"))
        assert convert_ready(text, ready, config, index) == fresh


def test_extensions_that_count_pages_begin_at_one_each_time(build_index):
    config = {
        "markdown_extensions": ["toc", "footnotes"],
        "mdx_configs": {"footnotes": {"UNIQUE_IDS": True}},
    }
    ready = ReadyExtension(config["markdown_extensions"], config["mdx_configs"])
    index = build_index("", "docs/home.md")
    pages = [convert_ready("a[^1]\n\n[^1]: b", ready, config, index) for _ in range(3)]

    md = Markdown(
        extensions=config["markdown_extensions"],
        extension_configs=config["mdx_configs"],
    )
    assert [page[0] for page in pages] == [md.convert("a[^1]\n\n[^1]: b")] * 3


class Counting(Extension):
    """An extension that nobody knows, and that keeps what it has seen."""

    def __init__(self):
        super().__init__()
        self.loaded = 0

    def extendMarkdown(self, md):
        self.loaded += 1


def test_an_extension_that_nobody_knows_is_loaded_for_each_page(build_index):
    counting, index = Counting(), build_index("", "docs/home.md")
    ready, config = make_ready(index, counting)
    for _ in range(3):
        convert_ready("a", ready, config, index)

    assert counting.loaded == 3


def test_who_makes_an_instance_meanwhile_gets_one_of_its_own(build_index):
    ready, config = make_ready(build_index("", "docs/home.md"))
    ready.lend(config)
    made = [Markdown(extensions=config["markdown_extensions"]) for _ in range(2)]
    ready.take_back(config)
    late = Markdown(extensions=[ready])

    assert made[0].htmlStash is not made[1].htmlStash
    assert late.htmlStash is not made[0].htmlStash
    assert "lrnotes-lists" not in made[1].parser.blockprocessors
    assert "footnote" in made[1].inlinePatterns


# --- inline patterns ----------------------------------------------------------------------


def make_plain():
    return Markdown(extensions=list(EXTENSIONS), extension_configs=EXTENSIONS)


with_gates, without_gates = make_plain(), make_plain()
skip_idle_patterns(with_gates)
share_lookups(with_gates)


def test_the_corpus_reads_the_same_without_idle_patterns():
    for text in CORPUS:
        expected = without_gates.reset().convert(text)
        assert with_gates.reset().convert(text) == expected


@settings(max_examples=400, deadline=None)
@given(texts)
def test_any_text_reads_the_same_without_idle_patterns(text):
    assert with_gates.reset().convert(text) == without_gates.reset().convert(text)


@settings(max_examples=200, deadline=None)
@given(texts)
def test_our_patterns_wait_for_their_characters_too(build_index, text):
    index = build_index("", "docs/home.md")
    asking_all = Markdown(**load_all(build_index("", "docs/home.md")))
    inline = InlineProcessor(asking_all)
    asking_all.treeprocessors.register(inline, "inline", 20)

    assert convert_afresh(text, index)[0] == asking_all.convert(text)


def test_a_gate_is_what_no_match_can_lack():
    gates = {
        r"\[\[([^\[\]\n]+)\]\]": "[",
        r"(?<!\!)\[": "[",
        r"  \n": "\n",
        r"a+(?:=|~)": "=~",
        r"(?:a|)=?": "",
        r"[^a]|b": "",
        r"(?i:=)x*+": "",
        r"(?>\$)": "$",
        r"(?x) = # comment": "=",
    }

    assert {
        each: "".join(sorted(find_gate(re.compile(each)))) for each in gates
    } == gates


@settings(max_examples=300, deadline=None)
@given(texts)
def test_every_match_has_a_character_of_its_gate(text):
    for pattern in with_gates.inlinePatterns:
        compiled = pattern.getCompiledRegExp()
        gate = find_gate(compiled)
        for found in compiled.finditer(text):
            assert not gate or gate & set(found[0])


def test_an_inline_processor_of_another_stays(build_index):
    md = make_plain()
    theirs = type("Theirs", (InlineProcessor,), {})(md)
    md.treeprocessors.register(theirs, "inline", 20)
    LrnotesExtension(index=build_index("", "docs/home.md")).extendMarkdown(md)

    assert md.treeprocessors["inline"] is theirs


# --- highlighted code -----------------------------------------------------------------------

HEADERS = [
    "", "python", "Python", "py3", "html+jinja", "nosuchlanguage", "text", "shout", "console",
    'python title="A <b>"', 'python hl_lines="1 3-4"', 'python linenums="2"', "{ .python .x #i }",
    'python linenums="1 2 3" title="T"', "http", "{.nosuch}",
]  # fmt: skip
OPTIONS = [
    {},
    {"anchor_linenums": True, "linenums_style": "pymdownx-inline", "linenums": True},
    {"noclasses": True, "pygments_style": "monokai"},
    {"pygments_style": "nosuchstyle"},
    {"use_pygments": False},
    {"guess_lang": True},
    {"default_lang": "python", "auto_title": True, "pygments_lang_class": True},
    {"extend_pygments_lang": [{"name": "shout", "lang": "python", "options": {"stripall": True}}]},
]  # fmt: skip


@pytest.mark.parametrize("options", OPTIONS, ids=lambda each: " ".join(each) or "none")
def test_code_is_highlighted_the_same(options):
    code = "\n\ndef f(x):\n    return [x, '<&>']  # one\n\nGET / HTTP/1.1\nHost: a\n\n"
    text = "\n\n".join(f"``` {head}\n{code}```\n\n    {code}" for head in HEADERS * 2)
    names = ["pymdownx.superfences", "pymdownx.highlight"]
    plain, sharing = (
        Markdown(extensions=names, extension_configs={"pymdownx.highlight": options})
        for _ in range(2)
    )
    share_lookups(sharing)

    assert sharing.convert(text) == plain.convert(text)


def test_other_fences_are_left_alone():
    md = Markdown(extensions=["fenced_code"])
    share_lookups(md)

    assert md.convert("```\na\n```") == "<pre><code>a\n</code></pre>"
