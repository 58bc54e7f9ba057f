"""Links rewritten in the text of one file, all other bytes as they were."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from urllib.parse import unquote

from lrnotes.model import Link, Note
from lrnotes.text.literal import blank_literals
from lrnotes.text.notes import split_front_matter
from lrnotes.vault.renames import Rename, require_anew

_DESTINATION = re.compile(r"\s*(<[^<>\n]*>|(?:[^\s()<]|\([^\s()]*\))+)")
_OPENING = re.compile(r"\]\(|^[ \t>]*\[[^\[\]\n]+\]:", re.MULTILINE)
_COMMENT = re.compile(r"^[ \t]*#.*$", re.MULTILINE)
_WIKI = re.compile(r"!?\[\[[^\[\]\n]+\]\]")
_VALUE = re.compile(r"(?<=`\{)[^{}`\n]+\.py(?=\}\s)")

Find = Callable[[str], str | None]
"""A name to the file that it means in the note at hand."""


def rewrite_note(
    text: str, note: Note, links: Iterable[Link], rename: Rename, find: Find
) -> str:
    """Return a note's text whose links mean after a rename what they meant before.

    ``links`` are those that its conversion recorded, so that code stays as it is.
    """
    source = note.path
    known = {link.raw: link for link in links if link.resolved}
    wiki = {
        raw: rename.wiki(raw, link.resolved, source)
        for raw, link in known.items()
        if raw.startswith(("[[", "![["))
    }
    changed = {raw: new for raw, new in wiki.items() if raw != new}
    body = split_front_matter(text)[1]
    at = len(text) - len(body)
    head = _replace(text[:at], text[:at], changed)
    head = _rewrite_requires(head, source, rename, find)
    # Literal places are blanked, so that what is found there is found in the prose.
    plain = blank_literals(body)
    edits = [*_wiki_edits(body, plain, changed)]
    edits += _address_edits(body, plain, source, known, rename)
    edits += _value_edits(body, source, rename, find)
    for start, end, new in sorted(edits, reverse=True):
        body = body[:start] + new + body[end:]
    return head + _rewrite_captions(body, note, rename, find)


def _rewrite_captions(body: str, note: Note, rename: Rename, find: Find) -> str:
    """Return a note's text with the links in the options of its cells rewritten."""
    for fence in note.fences:
        for line in fence.cell.source.split("\n"):
            if line.startswith("#|") and "[[" in line:
                new = _rewrite_wiki(line, note.path, rename, find)
                body = body.replace(line, new)
    return body


def _replace(text: str, where: str, changed: Mapping[str, str]) -> str:
    for raw, new in changed.items():
        if raw in where:
            text = text.replace(raw, new)
    return text


def _rewrite_requires(head: str, source: str, rename: Rename, find: Find) -> str:
    names = {}
    for written in set(re.findall(r"[^\s\[\],'\"][^\[\],'\"\n]*", head)):
        name = written.strip().removeprefix("- ").strip()
        resolved = find(name)
        if resolved:
            new = rename.name(name, resolved, source)
            if new != name:
                names[name] = new
    return require_anew(head, names) if names else head


def _wiki_edits(
    body: str, plain: str, changed: Mapping[str, str]
) -> Iterable[tuple[int, int, str]]:
    for raw, new in changed.items():
        # ``![[a]]`` holds ``[[a]]`` and is another link.
        pattern = rf"(?<!!){re.escape(raw)}" if raw[0] == "[" else re.escape(raw)
        for found in re.finditer(pattern, body):
            at = found.start()
            if plain.startswith("[[", at + (raw[0] == "!")):
                yield at, found.end(), new


def _address_edits(
    body: str, plain: str, source: str, known: Mapping[str, Link], rename: Rename
) -> Iterable[tuple[int, int, str]]:
    for opening in _OPENING.finditer(plain):
        found = _DESTINATION.match(body, opening.end())
        if not found:
            continue
        path = unquote(found[1].strip("<>").partition("#")[0])
        link = known.get(path)
        if link is not None and path:
            new = rename.address(found[1], link.resolved, source)
            if new != found[1]:
                yield found.start(1), found.end(1), new


def _value_edits(
    body: str, source: str, rename: Rename, find: Find
) -> Iterable[tuple[int, int, str]]:
    for found in _VALUE.finditer(body):
        resolved = find(found[0])
        if resolved:
            new = rename.name(found[0], resolved, source)
            if new != found[0]:
                yield found.start(), found.end(), new


def rewrite_script(text: str, source: str, rename: Rename, find: Find) -> str:
    """Return a snippet whose prose and captions, which are comments, link as before."""

    def rewrite(comment: re.Match[str]) -> str:
        return _rewrite_wiki(comment[0], source, rename, find)

    return _COMMENT.sub(rewrite, text)


def rewrite_notebook(text: str, source: str, rename: Rename, find: Find) -> str:
    """Return a notebook whose Markdown cells link as before."""
    for cell in json.loads(text).get("cells", ()):
        if cell.get("cell_type") != "markdown":
            continue
        lines = cell.get("source", "")
        for line in [lines] if isinstance(lines, str) else lines:
            new = _rewrite_wiki(line, source, rename, find)
            for ascii_only in (True, False) if new != line else ():
                before = json.dumps(line, ensure_ascii=ascii_only)
                after = json.dumps(new, ensure_ascii=ascii_only)
                text = text.replace(before, after)
    return text


def _rewrite_wiki(text: str, source: str, rename: Rename, find: Find) -> str:
    def rewrite(link: re.Match[str]) -> str:
        name = re.split(r"\\?\||#", link[0].lstrip("!")[2:-2], maxsplit=1)[0].strip()
        resolved = find(name) if name else None
        return rename.wiki(link[0], resolved, source) if resolved else link[0]

    return _WIKI.sub(rewrite, text)


def rewrite_nav(text: str, old: str, new: str) -> str:
    """Return a builder's configuration whose nav names a page's new file."""
    nav = re.search(r"^nav[ \t]*:.*(?:\r?\n(?:[ \t#-].*|[ \t]*))*", text, re.MULTILINE)
    if nav is None:
        return text
    pattern = rf"(?<=[\s'\"\[{{,]){re.escape(old)}(?=['\"]?[ \t]*(?:[,#\]}}]|\r?$))"
    block = re.sub(pattern, lambda _: new, nav[0], flags=re.MULTILINE)
    return text[: nav.start()] + block + text[nav.end() :]
