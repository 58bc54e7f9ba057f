"""The Markdown extensions that the syntax needs, added where a site lacks them."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import Any

EXTENSIONS: dict[str, dict[str, Any]] = {
    "toc": {},
    "tables": {},
    "attr_list": {},
    "md_in_html": {},
    "def_list": {},
    "footnotes": {},
    "admonition": {},
    "pymdownx.details": {},
    "pymdownx.superfences": {},
    "pymdownx.highlight": {"anchor_linenums": True},
    "pymdownx.arithmatex": {"generic": True},
    "pymdownx.tasklist": {},
    "pymdownx.tilde": {"subscript": False},
    "pymdownx.mark": {},
    "pymdownx.tabbed": {"alternate_style": True},
}
"""Name to options; a site that names one of these keeps its own options."""

BUNDLES = {
    "extra": (
        "abbr", "attr_list", "def_list", "fenced_code", "footnotes", "md_in_html",
        "tables",
    ),
    "pymdownx.extra": (
        "abbr", "attr_list", "def_list", "footnotes", "md_in_html",
        "pymdownx.betterem", "pymdownx.superfences", "tables",
    ),
}  # fmt: skip
"""Extensions that load others."""


def plain_name(name: str) -> str:
    """Return an extension's short name: ``markdown.extensions.toc`` is ``toc``."""
    return name.removeprefix("markdown.extensions.").partition(":")[0]


def add_extensions(
    names: list[str], options: MutableMapping[str, Any], own: Mapping[str, Any]
) -> None:
    """Append what a site lacks to its extensions, and ours with the options ``own``."""
    present = {plain_name(name) for name in names}
    for bundle, members in BUNDLES.items():
        if bundle in present:
            present.update(members)
    for name, settings in EXTENSIONS.items():
        if name not in present:
            names.append(name)
            options.setdefault(name, settings)
    if "lrnotes" not in present:
        names.append("lrnotes")
    options["lrnotes"] = dict(own)
