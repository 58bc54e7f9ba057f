"""Read the front matter of a note: what it says, and where it is wrong."""

from __future__ import annotations

import re
from typing import Any

import yaml
from msgspec import Struct, field

from lrnotes.model import Place, Problem
from lrnotes.text.lines import split_lines

_FRONT = re.compile(
    r"\ufeff?---[ \t]*\r?\n(?P<source>(?:.*?\n)?)(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)",
    re.DOTALL,
)
_LOOSE = re.compile(r" {0,3}([A-Za-z0-9_-]+):")
_LOOSE_NAMES = frozenset(
    ("author", "authors", "date", "description", "hide", "icon", "keywords", "status",
     "summary", "tags", "template", "title")
)  # fmt: skip
"""What pages of MkDocs say of themselves."""
_ERRORS = (
    yaml.YAMLError,
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What PyYAML raises on odd input, such as a date that does not exist."""


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Leaves dates as they were written."""


_Loader.yaml_implicit_resolvers = {
    start: [each for each in resolvers if each[0] != "tag:yaml.org,2002:timestamp"]
    for start, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class FrontMatter(Struct):
    """What the front matter of a note says."""

    meta: dict[str, Any] = field(default_factory=dict)
    title: str = ""
    aliases: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    problems: list[Problem] = field(default_factory=list)


def split_front_matter(text: str) -> tuple[str | None, str, int]:
    """Return the front matter's YAML, the rest, and the line on which the rest begins.

    The YAML is None where a text has no front matter.
    """
    found = _FRONT.match(text)
    if found is None:
        return None, text.removeprefix("\ufeff"), 1
    return found["source"], text[found.end() :], found[0].count("\n") + 1


def find_loose_name(text: str) -> tuple[str, bool]:
    """Return the name with which a text without front matter begins, ``name: …``.

    MkDocs takes such a line, and those below it, for metadata and does not show them.
    The second value is whether they may be meant so.
    """
    found = _LOOSE.match(text)
    name = found[1] if found else ""
    return name, name.lower() in _LOOSE_NAMES


def give_back(text: str, shown: str) -> str:
    """Return what a builder shows of a note, with lines that are no metadata."""
    name, is_meant = find_loose_name(text)
    if not name or is_meant:
        return shown
    whole = "\n".join(split_lines(text))
    return whole if whole.endswith(shown) else shown


def read_front_matter(source: str, path: str) -> FrontMatter:
    """Return what the YAML between the marks says; it begins on the note's line 2."""
    read = FrontMatter()
    try:
        loader = _Loader(source)
        node = loader.get_single_node()
        meta = {} if node is None else loader.construct_document(node)
    except _ERRORS as error:
        read.problems.append(_describe(error, source, path))
        return read
    if meta is None or node is None:
        return read
    if not isinstance(node, yaml.MappingNode) or not isinstance(meta, dict):
        what = "this front matter is not a mapping"
        hint = "write lines of the form name: value"
        read.problems.append(Problem("front-matter", Place(path, 2), what, hint))
        return read
    read.meta = {str(key): value for key, value in meta.items()}
    fields = {key.value: value for key, value in node.value if _is_scalar(key)}
    read.title = " ".join(_read_names(read, fields.get("title"), "title", path))
    aliases = fields.get("aliases", fields.get("alias"))
    read.aliases = tuple(_read_names(read, aliases, "aliases", path))
    tags = fields.get("tags", fields.get("tag"))
    names = _read_names(read, tags, "tags", path)
    if _is_scalar(tags):
        names = [name for text in names for name in re.split(r"[\s,]+", text)]
    read.tags = tuple(dict.fromkeys(n.lstrip("#") for n in names if n.lstrip("#")))
    return read


def _is_scalar(node: yaml.Node | None) -> bool:
    return isinstance(node, yaml.ScalarNode)


def _read_names(
    read: FrontMatter, node: yaml.Node | None, field_name: str, path: str
) -> list[str]:
    """Return the texts of a list or a single value, as they were written."""
    if node is None:
        return []
    entries = node.value if isinstance(node, yaml.SequenceNode) else [node]
    names = []
    for entry in entries:
        if not isinstance(entry, yaml.ScalarNode):
            place = Place(path, entry.start_mark.line + 2)
            what = f"{field_name} wants texts, and this is none"
            hint = f"write {field_name}: one text, or a list of them"
            read.problems.append(Problem("front-matter", place, what, hint))
        elif entry.tag != "tag:yaml.org,2002:null" and entry.value.strip():
            names.append(entry.value.strip())
    return list(dict.fromkeys(names))


def _describe(error: Exception, source: str, path: str) -> Problem:
    mark = getattr(error, "problem_mark", None)
    line = mark.line if mark else 0
    position = getattr(error, "position", None)
    if position is not None:
        line = source.count("\n", 0, position)
    reason = "a value cannot be read"
    if isinstance(error, yaml.YAMLError | ValueError):
        reason = getattr(error, "problem", None) or str(error).partition("\n")[0]
    what = f"this front matter is not YAML: {reason}"
    hint = "put a text with a colon into quotes" if "mapping values" in reason else ""
    return Problem("front-matter", Place(path, line + 2), what, hint)
