"""The extension: what a builder loads."""

from __future__ import annotations

from typing import Any

from markdown import Markdown
from markdown.extensions import Extension

from lrnotes.markdown.context import Index
from lrnotes.markdown.conversion import Conversion, Part
from lrnotes.markdown.defaults import plain_name
from lrnotes.markdown.inline import skip_idle_patterns
from lrnotes.markdown.page import PagePreprocessor


class LrnotesExtension(Extension):
    """Wiki-links, embeds, executed fences, values, citations and maths for any note."""

    def __init__(self, **kwargs: Any) -> None:
        """Take the options ``index`` and ``page``; both may be left out."""
        self.config = {"page": ["", "Path of the page, where no builder tells it"]}
        self.index: Index = kwargs.pop("index", None) or Index()
        self.parent: Conversion | None = kwargs.pop("parent", None)
        self.part: Part | None = kwargs.pop("part", None)
        self.conversion: Conversion | None = None
        super().__init__(**kwargs)

    def extendMarkdown(self, md: Markdown) -> None:
        """Register what reads our syntax, between the builder's own processors."""
        page = self.getConfig("page")
        conversion = Conversion(md, self.index, page, self.parent, self.part)
        conversion.build_part = _build_part
        self.conversion = conversion
        skip_idle_patterns(md)
        # After whitespace (30) and included files (32); before fences (25), HTML (20).
        md.preprocessors.register(PagePreprocessor(conversion), "lrnotes-page", 28)


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
