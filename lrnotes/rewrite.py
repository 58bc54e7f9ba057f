"""Links rewritten in the text of one file, all other bytes as they were."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import unquote

from lrnotes.model import Link, Note
from lrnotes.text.literal import blank_literals, literal_lines
from lrnotes.text.notes import split_front_matter
from lrnotes.vault.quoting import rewrite_links
from lrnotes.vault.renames import Rename, require_anew

_DESTINATION = re.compile(r"\s*(<[^<>\n]*>|(?:[^\s()<]|\([^\s()]*\))+)")
_SPACED = re.compile(r"[ ]*([^()<>\"'\n]+?)(?=[ ]*(?:\"[^\"\n]*\"|'[^'\n]*')?[ ]*\))")
"""What Python-Markdown takes for an address as well."""
_OPENING = re.compile(r"\]\(|^[ \t>]*\[(?!\^)[^\[\]\n]+\]:", re.MULTILINE)
_COMMENT = re.compile(r"^[ \t]*#.*$", re.MULTILINE)
_HIDDEN = re.compile(r"(?<!\\)%%.*?%%", re.DOTALL)
_WIKI = re.compile(r"!?\[\[[^\[\]\n]+\]\]")
_SPAN = re.compile(
    r"(?<![`\\])(`+)(?!`)((?:(?!\n[ \t]*\n).)+?)(?<!`)\1(?!`)", re.DOTALL
)
_VALUE = re.compile(r"\{([^{}`\n]+\.py)\}\s")

Edit = tuple[int, int, str]
"""From where to where, and what stands there then."""


def rewrite_note(
    text: str, note: Note, links: Iterable[Link], rename: Rename, lists: str
) -> str:
    """Return a note's text whose links mean after a rename what they meant before.

    ``links`` are those that its conversion recorded, so that code stays as it is;
    ``lists`` says whose rules lists and quotes follow.
    """
    body = split_front_matter(text)[1]
    head = rewrite_links(
        text[: len(text) - len(body)], lambda link: _anew(link, note.path, rename)
    )
    head = _rewrite_requires(head, note.path, rename)
    known = {link.raw: link for link in links if link.resolved}
    # Literal places are blanked, so that what is found there is found in the prose.
    plain = blank_literals(body, lists)
    edits = [*_wiki_edits(body, plain, note.path, known, rename)]
    edits += _address_edits(body, plain, note.path, known, rename)
    edits += _value_edits(body, note.path, rename, lists)
    body = _apply(edits, body)
    return head + _rewrite_captions(body, note, rename)


def _apply(edits: Iterable[Edit], text: str) -> str:
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _anew(link: str, source: str, rename: Rename) -> str:
    """Return a wiki-link as it must be written after the rename."""
    name = re.split(r"\\?\||#", link.lstrip("!")[2:-2], maxsplit=1)[0].strip()
    resolved = rename.find(name, source) if name else None
    return rename.wiki(link, resolved, source) if resolved else link


def _rewrite_captions(body: str, note: Note, rename: Rename) -> str:
    """Return a note's text with the links in the options of its cells rewritten."""
    for fence in note.fences:
        for line in fence.cell.source.split("\n"):
            if line.startswith("#|") and "[[" in line:
                body = body.replace(line, _rewrite_wiki(line, note.path, rename))
    return body


def _rewrite_requires(head: str, source: str, rename: Rename) -> str:
    names = {}
    for written in set(re.findall(r"[^\s\[\],'\"][^\[\],'\"\n]*", head)):
        name = written.strip().removeprefix("- ").strip()
        resolved = rename.find(name, source)
        if resolved:
            new = rename.name(name, resolved, source)
            if new != name:
                names[name] = new
    return require_anew(head, names) if names else head


def _wiki_edits(
    body: str, plain: str, source: str, known: Mapping[str, Link], rename: Rename
) -> Iterator[Edit]:
    """Yield the edits of the links that a conversion has seen, and of those in comments."""
    hidden = [range(*found.span()) for found in _HIDDEN.finditer(plain)]
    for found in _WIKI.finditer(body):
        start, raw = found.start(), found[0]
        if raw[0] == "!" and body[start - 1 : start] == "\\":
            start, raw = start + 1, raw[1:]
        if not plain.startswith("[[", start + (raw[0] == "!")):
            continue
        new, link = raw, known.get(raw)
        if link is not None:
            new = rename.wiki(raw, link.resolved, source)
        elif any(start in each for each in hidden):
            new = _anew(raw, source, rename)
        if new != raw:
            yield start, found.end(), new


def _address_edits(
    body: str, plain: str, source: str, known: Mapping[str, Link], rename: Rename
) -> Iterator[Edit]:
    for opening in _OPENING.finditer(plain):
        for pattern in (_DESTINATION, _SPACED):
            found = pattern.match(body, opening.end())
            path = unquote(found[1].strip("<>").partition("#")[0]) if found else ""
            link = known.get(path)
            if found is None or not path or link is None:
                continue
            new = rename.address(found[1], link.resolved, source)
            if new != found[1]:
                yield found.start(1), found.end(1), new
            break


def _value_edits(body: str, source: str, rename: Rename, lists: str) -> Iterator[Edit]:
    is_literal: list[bool] = []
    for span in _SPAN.finditer(body):
        value = _VALUE.match(span[2]) if span[1] == "`" else None
        resolved = rename.find(value[1], source) if value else None
        if value is None or resolved is None:
            continue
        is_literal = is_literal or literal_lines(body, lists)
        start = span.start(2) + value.start(1)
        new = rename.name(value[1], resolved, source)
        if new != value[1] and not is_literal[body.count("\n", 0, start)]:
            yield start, start + len(value[1]), new


def rewrite_script(text: str, source: str, rename: Rename) -> str:
    """Return a snippet whose prose and captions, which are comments, link as before."""
    return _COMMENT.sub(lambda found: _rewrite_wiki(found[0], source, rename), text)


def rewrite_notebook(
    text: str, source: str, links: Iterable[Link], rename: Rename, lists: str
) -> str:
    """Return a notebook whose Markdown cells link as before."""
    known = {link.raw: link for link in links if link.resolved}
    for cell in json.loads(text).get("cells", ()):
        if cell.get("cell_type") != "markdown":
            continue
        given = cell.get("source", "")
        lines = [given] if isinstance(given, str) else given
        prose = "".join(lines)
        plain = blank_literals(prose, lists)
        edits = [*_wiki_edits(prose, plain, source, known, rename)]
        edits += _address_edits(prose, plain, source, known, rename)
        for line, new in _by_line(lines, edits):
            for ascii_only in (True, False):
                text = text.replace(
                    json.dumps(line, ensure_ascii=ascii_only),
                    json.dumps(new, ensure_ascii=ascii_only),
                )
    return text


def _by_line(lines: list[str], edits: list[Edit]) -> Iterator[tuple[str, str]]:
    """Yield each line that changes, before and after; edits count from the first."""
    begin = 0
    for line in lines:
        own = [(start - begin, end - begin, new) for start, end, new in edits
               if begin <= start < begin + len(line)]  # fmt: skip
        if own:
            yield line, _apply(own, line)
        begin += len(line)


def _rewrite_wiki(text: str, source: str, rename: Rename) -> str:
    return _WIKI.sub(lambda found: _anew(found[0], source, rename), text)


def rewrite_nav(text: str, old: str, new: str) -> str:
    """Return a builder's configuration whose nav names a page's new file."""
    nav = re.search(r"^nav[ \t]*:.*(?:\r?\n(?:[ \t#-].*|[ \t]*))*", text, re.MULTILINE)
    if nav is None:
        return text
    pattern = rf"(?<=[\s'\"\[{{,]){re.escape(old)}(?=['\"]?[ \t]*(?:[,#\]}}]|\r?$))"
    block = re.sub(pattern, lambda _: new, nav[0], flags=re.MULTILINE)
    return text[: nav.start()] + block + text[nav.end() :]
