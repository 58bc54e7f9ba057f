"""The extension: one conversion, its processors, and when each has its turn."""

from __future__ import annotations

import re
from typing import Any

from markdown import Markdown
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor

from lrnotes.markdown.addresses import AddressTreeprocessor
from lrnotes.markdown.callouts import CalloutProcessor
from lrnotes.markdown.citations import BracketedProcessor, SentenceProcessor
from lrnotes.markdown.comments import CommentPreprocessor
from lrnotes.markdown.context import Index
from lrnotes.markdown.conversion import Conversion, Part
from lrnotes.markdown.defaults import plain_name
from lrnotes.markdown.fences import ExecFencePreprocessor
from lrnotes.markdown.footnotes import InlineFootnotePreprocessor
from lrnotes.markdown.links import WikiLinkProcessor
from lrnotes.markdown.literal import LiteralHtmlProcessor
from lrnotes.markdown.maths import HeadingLabelTreeprocessor, MathsTreeprocessor
from lrnotes.markdown.notes import CutTreeprocessor
from lrnotes.markdown.tags import TagProcessor, spare_tag_lines
from lrnotes.markdown.tree import (
    HeadingTreeprocessor,
    PageTreeprocessor,
    RecordTreeprocessor,
)
from lrnotes.markdown.values import ValueProcessor

_MARKS = re.compile(r"\[\[|==|%%|@|#")


class LrnotesExtension(Extension):
    """Wiki-links, embeds, executed fences, values, citations and maths for any note."""

    def __init__(self, **kwargs: Any) -> None:
        """Take the options ``index`` and ``page``; both may be left out."""
        self.config = {
            "index": [Index(), "What is known of the project"],
            "page": ["", "Path of the page, where no builder tells it"],
        }
        self.parent: Conversion | None = kwargs.pop("parent", None)
        self.part: Part | None = kwargs.pop("part", None)
        self.conversion: Conversion | None = None
        super().__init__(**kwargs)

    def extendMarkdown(self, md: Markdown) -> None:
        """Register what reads our syntax, between the builder's own processors."""
        index, page = self.getConfig("index"), self.getConfig("page")
        conversion = Conversion(md, index, page, self.parent, self.part)
        conversion.build_part = _build_part
        self.conversion = conversion
        _register_preprocessors(md, conversion)
        _register_tree(md, conversion)


def _register_preprocessors(md: Markdown, conversion: Conversion) -> None:
    # Before everything else, so that it sees the page as it is given.
    md.preprocessors.register(_Beginning(conversion), "lrnotes-begin", 100)
    # After whitespace (30) and included files (32); before fences (25), HTML (20).
    md.preprocessors.register(CommentPreprocessor(md), "lrnotes-comments", 29)
    md.preprocessors.register(ExecFencePreprocessor(conversion), "lrnotes-exec", 28)
    footnotes = InlineFootnotePreprocessor(md)
    md.preprocessors.register(footnotes, "lrnotes-footnotes", 27.8)
    md.preprocessors.register(_Readiness(conversion), "lrnotes-ready", 27.5)


def _register_tree(md: Markdown, conversion: Conversion) -> None:
    # Before footnotes are placed (50).
    md.treeprocessors.register(CutTreeprocessor(conversion), "lrnotes-cut", 60)
    # After inline text (20), before line breaks are made pretty (10).
    md.treeprocessors.register(PageTreeprocessor(conversion), "lrnotes-page", 18)
    md.treeprocessors.register(AddressTreeprocessor(conversion), "lrnotes-addr", 7.5)
    # Around toc (5), which gives ids and reads labels; before links become URLs (0).
    md.treeprocessors.register(HeadingLabelTreeprocessor(md), "lrnotes-label", 5.5)
    md.treeprocessors.register(HeadingTreeprocessor(conversion), "lrnotes-heads", 4.5)
    md.treeprocessors.register(MathsTreeprocessor(conversion), "lrnotes-maths", 4.2)
    md.treeprocessors.register(RecordTreeprocessor(conversion), "lrnotes-record", 4.1)


class _Beginning(Preprocessor):
    """Tells the conversion that a page begins."""

    def __init__(self, conversion: Conversion) -> None:
        super().__init__(conversion.md)
        self.conversion = conversion

    def run(self, lines: list[str]) -> list[str]:
        """Return the lines as they are."""
        self.conversion.begin("\n".join(lines))
        return lines


class _Readiness(Preprocessor):
    """Registers the patterns that a page needs: each costs time in every line."""

    def __init__(self, conversion: Conversion) -> None:
        super().__init__(conversion.md)
        self.conversion = conversion

    def run(self, lines: list[str]) -> list[str]:
        """Return the lines as they are."""
        patterns, conversion = self.conversion.md.inlinePatterns, self.conversion
        text = "\n".join(lines)
        if "`{" in text:
            # Before plain code spans (190).
            patterns.register(ValueProcessor(conversion), "lrnotes-value", 190.5)
        # After code (190), maths (189.9) and escapes (180); before all other brackets.
        if "<" in text and _MARKS.search(text):
            literal = LiteralHtmlProcessor(conversion.md)
            patterns.register(literal, "lrnotes-literal", 177)
        if "[[" in text:
            patterns.register(WikiLinkProcessor(conversion), "lrnotes-link", 176)
        if "@" in text and conversion.index.works:
            patterns.register(BracketedProcessor(conversion), "lrnotes-citation", 171)
            # After links, addresses and inline HTML.
            patterns.register(SentenceProcessor(conversion), "lrnotes-cited", 84)
        if "#" in text:
            patterns.register(TagProcessor(conversion), "lrnotes-tag", 83)
            spare_tag_lines(conversion.md, text)
        if "[!" in text:
            blocks = conversion.md.parser.blockprocessors
            # Before quotes (20).
            blocks.register(CalloutProcessor(conversion.md), "lrnotes-callout", 21)
        conversion.has_carets = "^" in text
        conversion.has_variables = "{{" in text or "{:" in text
        return lines


def _build_part(parent: Conversion, part: Part | None) -> Conversion:
    """Return a conversion like the page's own, for a part of the page."""
    context = parent.context
    names = [each for each in context.extensions if not _is_ours(each)]
    md = Markdown(extensions=names, extension_configs=dict(context.configs))
    ours = LrnotesExtension(index=parent.index, parent=parent, part=part)
    ours.extendMarkdown(md)
    if "relpath" in parent.md.treeprocessors:
        relpath = parent.md.treeprocessors["relpath"]
        md.treeprocessors.register(relpath, "relpath", 0)
    if ours.conversion is None:
        raise TypeError("an extension that was registered has its conversion")
    return ours.conversion


def _is_ours(extension: Any) -> bool:
    if isinstance(extension, str):
        name = plain_name(extension)
        return name == "lrnotes" or name.startswith("lrnotes.")
    return isinstance(extension, LrnotesExtension)


def makeExtension(**kwargs: Any) -> LrnotesExtension:
    """Return the extension."""
    return LrnotesExtension(**kwargs)
