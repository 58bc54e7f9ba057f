"""A page's twin says in Markdown what the page says."""

import html
import re

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from lrnotes.show.twins import twin


def address(href: str) -> str:
    return {"n.html": "n.md"}.get(href, href)


def test_twins_read_as_the_fixtures_say(fixture_case):
    title, page, expected = fixture_case

    assert twin(page, "A *page*", address).strip() == expected.strip(), title


def shown(markdown: str) -> str:
    made = cmarkgfm.github_flavored_markdown_to_html(markdown, Options.CMARK_OPT_UNSAFE)
    text = LexborHTMLParser(made).body.text(separator=" ")
    return " ".join(text.split())


WORDS = st.text(alphabet="ab1.-+*_`#>=~[]()!&;<|\\ \n", min_size=1, max_size=30)


@pytest.mark.parametrize("around", ["p", "li", "em", "h2"])
@settings(deadline=None)
@given(words=WORDS.filter(lambda text: re.search(r"[ab1]", text)))
def test_text_is_read_again_as_it_was(around, words):
    inner = html.escape(words)
    page = f"<{around}>{inner}</{around}>"
    page = f"<ul>{page}</ul>" if around == "li" else page

    assert shown(twin(page, "T", address)) == " ".join(f"T {words}".split())
