"""The page before it is parsed: what is taken out, put in, and who reads the rest."""

from __future__ import annotations

from markdown.preprocessors import Preprocessor

from lrnotes.markdown.addresses import AddressTreeprocessor
from lrnotes.markdown.callouts import CalloutProcessor
from lrnotes.markdown.citations import (
    BracketedProcessor,
    SentenceProcessor,
    spare_citations,
)
from lrnotes.markdown.comments import remove_comments
from lrnotes.markdown.conversion import Conversion
from lrnotes.markdown.definitions import DefinitionProcessor, has_spaced_address
from lrnotes.markdown.diagrams import accept_diagrams
from lrnotes.markdown.fences import place_fences
from lrnotes.markdown.footnotes import move_footnotes
from lrnotes.markdown.held import hold_html
from lrnotes.markdown.highlighting import share_lookups
from lrnotes.markdown.jekyll import part_attributes
from lrnotes.markdown.links import WikiLinkProcessor
from lrnotes.markdown.liquid import remove_tags
from lrnotes.markdown.lists import read_as_commonmark
from lrnotes.markdown.literal import LiteralHtmlProcessor, has_literal_html
from lrnotes.markdown.maths import HeadingLabelTreeprocessor, MathsTreeprocessor
from lrnotes.markdown.notes import CutTreeprocessor
from lrnotes.markdown.properties import hide_unread
from lrnotes.markdown.tags import HAS_TAG, TagProcessor, spare_tag_lines
from lrnotes.markdown.tree import (
    HeadingTreeprocessor,
    PageTreeprocessor,
    RecordTreeprocessor,
)
from lrnotes.markdown.urls import UrlTreeprocessor
from lrnotes.markdown.values import ValueProcessor


class PagePreprocessor(Preprocessor):
    """Begins a page: the first of ours that sees it."""

    def __init__(self, conversion: Conversion) -> None:
        """Work for one conversion."""
        super().__init__(conversion.md)
        self.conversion = conversion

    def run(self, lines: list[str]) -> list[str]:
        """Return the lines with slots, and without comments."""
        conversion = self.conversion
        given = text = "\n".join(lines)
        conversion.begin(text)
        if conversion.parent is None:
            text = hide_unread(conversion, text)
        text = remove_tags(conversion, text)
        text = part_attributes(text, conversion.index.lists)
        if "%%" in text:
            text = remove_comments(text, conversion.index.lists)
        if "```" in text or "~~~" in text:
            share_lookups(conversion.md)
        if "mermaid" in text:
            accept_diagrams(conversion)
        text = place_fences(conversion, text)
        text = hold_html(conversion.md, text, conversion.index.lists)
        if "^[" in text and "footnote" in conversion.md.inlinePatterns:
            text = move_footnotes(text, conversion.index.lists)
        _register_inline(conversion, text)
        _register_tree(conversion, text)
        return lines if text is given else text.split("\n")


# A pattern costs time in every line and a tree processor for every page, so that each
# is registered where its page has something for it.


def _register_inline(conversion: Conversion, text: str) -> None:
    patterns, add = conversion.md.inlinePatterns, conversion.changes.add
    if "`{" in text:
        # Before plain code spans (190).
        add(patterns, ValueProcessor(conversion), "lrnotes-value", 190.5)
    if has_literal_html(text):
        # What stands in it is no code, no value and no maths either.
        literal = LiteralHtmlProcessor(conversion.md)
        add(patterns, literal, "lrnotes-literal", 191)
    # After code (190), maths (189.9) and escapes (180); before all other brackets.
    if "[[" in text:
        add(patterns, WikiLinkProcessor(conversion), "lrnotes-link", 176)
    if "@" in text and conversion.index.works:
        spare_citations(conversion)
        add(patterns, BracketedProcessor(conversion), "lrnotes-citation", 171)
        # After links, addresses and inline HTML.
        add(patterns, SentenceProcessor(conversion), "lrnotes-cited", 84)
    if "#" in text and HAS_TAG.search(text):
        add(patterns, TagProcessor(conversion), "lrnotes-tag", 83)
        spare_tag_lines(conversion, text)


def _register_tree(conversion: Conversion, text: str) -> None:
    md, add = conversion.md, conversion.changes.add
    processors = md.treeprocessors
    conversion.has_carets = "^" in text
    conversion.has_variables = any(mark in text for mark in ("{{", "{:", "{%"))
    conversion.has_bars = "|" in text
    if conversion.index.lists == "commonmark":
        read_as_commonmark(md)
    elif "[!" in text:
        # Before quotes (20).
        callouts = CalloutProcessor(md)
        add(md.parser.blockprocessors, callouts, "lrnotes-callout", 21)
    if "]:" in text and has_spaced_address(text):
        # Before the definitions that have no spaces (15).
        defined = DefinitionProcessor(md.parser)
        add(md.parser.blockprocessors, defined, "lrnotes-defined", 15.5)
    if conversion.part:
        # Before footnotes are placed (50).
        add(processors, CutTreeprocessor(conversion), "lrnotes-cut", 60)
    # After inline text (20), before line breaks are made pretty (10).
    add(processors, PageTreeprocessor(conversion), "lrnotes-page", 18)
    if "](" in text or "]:" in text or conversion.has_variables:
        add(processors, AddressTreeprocessor(conversion), "lrnotes-addr", 7.5)
    # Around toc (5), which gives ids and reads labels; before links become URLs (0).
    if "$" in text or "\\" in text:
        add(processors, HeadingLabelTreeprocessor(md), "lrnotes-label", 5.5)
        add(processors, MathsTreeprocessor(conversion), "lrnotes-maths", 4.2)
    # After MkDocs has turned the paths of files into URLs (0).
    add(processors, UrlTreeprocessor(md), "lrnotes-url", -1)
    if conversion.parent is None:
        add(processors, HeadingTreeprocessor(conversion), "lrnotes-heads", 4.5)
        add(processors, RecordTreeprocessor(conversion), "lrnotes-record", 4.1)
