"""What a conversion is told: the index of the whole project, and which page it is."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Mapping, MutableMapping, Sequence
from typing import Any, Literal

from markdown import Markdown
from msgspec import Struct, field

from lrnotes.markdown.ready import given_extensions
from lrnotes.model import Fragment, Note, Problem, Record, Scalar
from lrnotes.vault.names import Vault


class Claim(Struct, frozen=True):
    """What prose shows of a claim cell."""

    status: Literal["passed", "failed", "unknown"] = "unknown"
    """The outcome of this build; unknown where the cell did not run."""
    html: str = ""
    """The evidence, as it stands in the popover; empty for a plain link."""
    href: str = ""
    """Path of the page with the evidence from the project root and its anchor, such as
    ``docs/snippets/momentum.md#tenth``; empty for the place of the cell itself."""


class Work(Struct, frozen=True):
    """An entry of the bibliography."""

    key: str
    authors: tuple[tuple[str, str], ...] = ()
    """Family name and given names of each; an institution has no given names."""
    title: str = ""
    year: str = ""
    venue: str = ""
    """Journal, conference, publisher: where it appeared."""
    details: str = ""
    """Volume, number, pages."""
    url: str = ""


class Index(Struct):
    """The project as conversions see it: plain, picklable data."""

    docs: str = "docs"
    """The docs folder, from the project root."""
    vault: Vault = field(default_factory=Vault)
    notes: Mapping[str, Note] = field(default_factory=dict)
    """By path."""
    cells: Mapping[str, Sequence[tuple[str, ...]]] = field(default_factory=dict)
    """Name of a script to the names of each of its code cells."""
    anchors: Mapping[str, str] = field(default_factory=dict)
    """``SCRIPT#INDEX`` to the id of the cell on its page, where it is not the usual."""
    fragments: Mapping[str, Fragment] = field(default_factory=dict)
    """``SCRIPT#INDEX|PART`` with part ``all``, ``code`` or ``output``; the path of a
    snippet for all of it."""
    values: Mapping[str, Mapping[str, Scalar]] = field(default_factory=dict)
    """Name of a script to its top-level scalars."""
    claims: Mapping[str, Claim] = field(default_factory=dict)
    """By ``SCRIPT#INDEX``."""
    works: Mapping[str, Work] = field(default_factory=dict)
    """By citation key."""
    bibliography: str = "docs/references.bib"
    """Path of the bibliography, for messages."""
    lists: str = "commonmark"
    """Whose rules lists and quotes follow: ``commonmark`` or ``markdown``."""
    maths: bool = True
    """Whether maths is rendered here; otherwise it is left as the builder marks it."""
    formulas: MutableMapping[str, str] = field(default_factory=dict)
    """Rendered maths by content; kept between builds, so that V8 need not start."""
    diagrams: str = ""
    """Path in the docs folder of the script that draws diagrams; empty for none."""
    pages: Collection[str] = ()
    """Paths of pages that are made while building, which links may name."""
    extensions: Sequence[Any] = ()
    """The Markdown extensions of the site; where empty, the builder is asked."""
    configs: Mapping[str, Any] = field(default_factory=dict)
    """Their options."""
    records: dict[str, Record] = field(default_factory=dict)
    """What conversions found, by the path of the note."""
    problems: dict[str, tuple[Problem, ...]] = field(default_factory=dict)
    """What settling found, by the path of the note; what concerns all under ``""``."""

    def place_in_docs(self, path: str) -> str:
        """Return the path from the project root of a path from the docs folder."""
        return path if self.docs in ("", ".") else f"{self.docs}/{path}"

    def page_of(self, path: str) -> str:
        """Return the path of the Markdown page that shows a note or a snippet."""
        if path.endswith(".py") and not self.is_inside_docs(path):
            return self.place_in_docs(path.removesuffix(".py") + ".md")
        return path

    def is_inside_docs(self, path: str) -> bool:
        """Return whether a path lies in the docs folder."""
        return self.docs in ("", ".") or path.startswith(f"{self.docs}/")

    def anchor(self, script: str, index: int) -> str:
        """Return the id of a cell on its page."""
        key = f"{script}#{index}"
        return self.anchors.get(key) or f"cell-{index + 1}"


class PageContext(Struct, frozen=True):
    """Which page is converted, and how the builder converts pages."""

    path: str = ""
    """Path from the project root; empty where it is not known."""
    extensions: Sequence[Any] = ()
    configs: Mapping[str, Any] = field(default_factory=dict)


def read_context(md: Markdown, index: Index, page: str = "") -> PageContext:
    """Return the page: the option ``page``, or what a builder leaves in ``md``."""
    extensions, configs = index.extensions, index.configs
    # MkDocs and ProperDocs give each Markdown instance a processor that knows its file.
    if "relpath" in md.treeprocessors:
        relpath: Any = md.treeprocessors["relpath"]
        page = page or index.place_in_docs(relpath.file.src_uri)
        extensions = extensions or given_extensions(
            relpath.config["markdown_extensions"]
        )
        configs = configs or relpath.config["mdx_configs"] or {}
    # Zensical leaves a preprocessor that knows the page and the whole configuration.
    elif "rendering_context" in md.preprocessors:
        context: Any = md.preprocessors["rendering_context"]
        page = page or index.place_in_docs(str(context.page.path))
        extensions = extensions or context.config.get("markdown_extensions", ())
        configs = configs or context.config.get("mdx_configs", {})
    return PageContext(posixpath.normpath(page) if page else "", extensions, configs)
