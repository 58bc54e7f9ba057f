"""What stands around notes, row by row: each fixture is a small vault."""

import re
from pathlib import Path

import pytest

from lrnotes.redirects import find_redirects
from lrnotes.text.notes import scan_note
from lrnotes.vault.backlinks import find_backlinks
from lrnotes.vault.graph import Node, build_graph
from lrnotes.vault.mentions import find_mentions

FILE = Path(__file__).parent / "fixtures" / "around.md"
PARTS = FILE.read_text("utf-8").split("\n.\n")
CASES = [
    pytest.param(PARTS[at + 1], PARTS[at + 2], id=PARTS[at].strip())
    for at in range(0, len(PARTS) - 1, 3)
]


def say(quote):
    said = "".join(f"<{p.html}>" if p.is_marked else p.html for p in quote)
    return f": {said}" if said else ""


def describe(texts, records, passages):
    """Yield a line for each thing that is known around the notes of a vault."""
    notes = {path: scan_note(path, text) for path, text in texts.items()}
    for target, found in sorted(find_backlinks(records, passages).items()):
        for each in found:
            yield f"{target} <- {each.source}, {each.how}{say(each.quote)}"
    names = {path: note.aliases for path, note in notes.items()}
    for target, found in sorted(find_mentions(passages, names).items()):
        for each in found:
            yield f"{target} named by {each.source}{say(each.quote)}"
    graph = build_graph([Node(path, path) for path in notes], records, {})
    for source, target, kinds in graph.edges():
        yield f"edge {source} -> {target}: {', '.join(kinds)}"
    yield from (f"alone: {path}" for path in graph.orphans())
    if graph.unresolved:
        yield f"links to nothing: {graph.unresolved}"
    urls = {path: path[5:-3] + ".html" for path in notes}
    redirects, _ = find_redirects(list(notes.values()), urls)
    yield from (f"/{address} -> {url}" for address, url in sorted(redirects.items()))
    for path, found in sorted(passages.items()):
        for passage in found:
            if passage.id and "lrn-link" not in passage.id:
                yield f"part {path}#{passage.id}: {passage.text}"


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_around_the_notes_stands_what_the_fixture_says(read_notes, text, expected):
    parts = re.split(r"(?m)^== (\S+)\n", text + "\n")[1:]
    texts = dict(zip(parts[::2], parts[1::2], strict=True))

    assert "\n".join(describe(texts, *read_notes(texts))) == expected.strip("\n")
