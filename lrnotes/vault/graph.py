"""The graph of a vault: its notes and snippets, and what leads from one to another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import combinations
from typing import Literal

from msgspec import Struct, field

from lrnotes.model import Link, Record
from lrnotes.vault.fold import fold

Way = Literal["in", "out", "both"]
EdgeKind = Literal["link", "embed", "requires", "uses-snippet"]
KINDS: tuple[EdgeKind, ...] = ("link", "embed", "requires", "uses-snippet")
Kinds = tuple[EdgeKind, ...]
"""What leads from one node to another, in the order of `KINDS`."""
_WEIGHT = {"requires": 6, "embed": 3, "link": 2, "uses-snippet": 1}
_SCORES: dict[Kinds, int] = {
    kinds: sum(_WEIGHT[kind] for kind in kinds)
    for count in range(1, len(KINDS) + 1)
    for kinds in combinations(KINDS, count)
}
_ORDERED: dict[frozenset[EdgeKind], Kinds] = {frozenset(each): each for each in _SCORES}


class Node(Struct, frozen=True):
    """A note, a notebook or a snippet."""

    path: str
    title: str
    kind: Literal["note", "notebook", "snippet"] = "note"
    section: str = ""
    """Where it stands in the site's navigation; empty at the top."""


class Neighbour(Struct, frozen=True):
    """A node beside another, and which way the links between the two go."""

    path: str
    way: Way


class Graph(Struct, frozen=True, dict=True):
    """Nodes by path, and the kinds of what leads from one to another."""

    nodes: Mapping[str, Node]
    out: Mapping[str, Mapping[str, Kinds]]
    """Source to target to kinds; all nodes are keys."""
    into: Mapping[str, Mapping[str, Kinds]]
    """The same from the target's side."""
    unresolved: int = 0
    """Links that lead nowhere: they are counted and not drawn."""
    missing: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """What such links ask for, as first written, and the nodes that do."""

    def neighbours(self, path: str) -> list[Neighbour]:
        """Return all nodes beside one, the most telling first.

        Links both ways, requirements and embeds tell more than a link, a note more than
        a snippet, and one that few others link to more than a hub.  Ties go by
        title and path.
        """
        out, into, ranks = self.out[path], self.into[path], self._ranks
        found: list[tuple[int, int, Neighbour]] = []
        for other, kinds in out.items():
            back = into.get(other)
            score = _SCORES[kinds] + (_SCORES[back] if back else 0)
            found.append(
                (-score, ranks[other], Neighbour(other, "both" if back else "out"))
            )
        for other, kinds in into.items():
            if other not in out:
                found.append((-_SCORES[kinds], ranks[other], Neighbour(other, "in")))
        return [each for *_, each in sorted(found, key=lambda each: each[:2])]

    @cached_property
    def _ranks(self) -> dict[str, int]:
        """The nodes by degree, title and path, as numbers."""
        degrees = self.degrees
        ranked = sorted(
            self.nodes.values(),
            key=lambda node: (degrees[node.path], node.title.casefold(), node.path),
        )
        return {node.path: at for at, node in enumerate(ranked)}

    @cached_property
    def degrees(self) -> dict[str, int]:
        """With how many other nodes each is linked, either way."""
        return {
            path: len(self.out[path].keys() | self.into[path].keys())
            for path in self.nodes
        }

    def orphans(self) -> list[str]:
        """Return the notes that nothing links to and that link to nothing, by path."""
        return [
            path
            for path, node in sorted(self.nodes.items())
            if node.kind != "snippet" and not self.degrees[path]
        ]

    def edges(self) -> Iterator[tuple[str, str, Kinds]]:
        """Yield source, target and kinds, by the order of the nodes."""
        place = {path: at for at, path in enumerate(self.nodes)}
        for source in self.nodes:
            for target in sorted(self.out[source], key=place.__getitem__):
                yield source, target, self.out[source][target]


def build_graph(
    nodes: Iterable[Node],
    records: Mapping[str, Record],
    requires: Mapping[str, Sequence[str]],
) -> Graph:
    """Return the graph of what the records link and the notes require.

    Links to the note itself, to attachments and to pages that are no node count for
    nothing; the nodes keep their order.
    """
    known = {node.path: node for node in nodes}
    found: dict[str, dict[str, set[EdgeKind]]] = {path: {} for path in known}
    nowhere: list[tuple[str, str]] = []
    for source, targets in found.items():
        record = records.get(source)
        for link in record.links if record else ():
            target = link.resolved
            if not target:
                nowhere.append((link.target, source))
            elif target != source and target in known:
                targets.setdefault(target, set()).add(_kind(link))
        for target in requires.get(source, ()):
            if target != source and target in known:
                targets.setdefault(target, set()).add("requires")
    into: dict[str, dict[str, Kinds]] = {path: {} for path in known}
    out: dict[str, dict[str, Kinds]] = {}
    for source, targets in found.items():
        out[source] = {to: _ORDERED[frozenset(kinds)] for to, kinds in targets.items()}
        for target, ordered in out[source].items():
            into[target][source] = ordered
    return Graph(known, out, into, len(nowhere), _missing(nowhere))


def _missing(nowhere: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Return the names and who asks for each, from pairs of the two, in their order."""
    spelled: dict[str, str] = {}
    found: dict[str, dict[str, None]] = {}
    for name, source in nowhere:
        if name:
            found.setdefault(spelled.setdefault(fold(name), name), {})[source] = None
    return {name: list(sources) for name, sources in found.items()}


def graph_data(
    graph: Graph, urls: Mapping[str, str], *, has_names: bool = False
) -> dict[str, object]:
    """Return the graph as ``schemas/graph.json`` says.

    ``urls`` gives the address of each node from the site's root; ``has_names`` asks
    for the names to which links lead that are nothing in the vault.
    """
    place = {path: at for at, path in enumerate(graph.nodes)}
    missing = [
        {"name": name, "from": [place[source] for source in sources]}
        for name, sources in graph.missing.items()
    ]
    told: dict[str, object] = {"missing": missing} if has_names else {}
    return {
        "nodes": [
            {
                "path": path,
                "url": urls[path],
                "title": node.title,
                "kind": node.kind,
                "section": node.section,
                "degree": graph.degrees[path],
            }
            for path, node in graph.nodes.items()
        ],
        "edges": [
            [place[source], place[target], list(kinds)]
            for source, target, kinds in graph.edges()
        ],
        "unresolved": graph.unresolved,
        **told,
    }


def _kind(link: Link) -> EdgeKind:
    if link.resolved.endswith(".py"):
        return "uses-snippet"
    return "embed" if link.is_embed else "link"
