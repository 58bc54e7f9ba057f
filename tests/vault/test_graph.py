"""The graph of small vaults: what counts as an edge, and who comes first beside a note."""

import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrnotes.model import Link, Record
from lrnotes.vault.graph import Neighbour, Node, build_graph, graph_data

A, B, C, S = "docs/a.md", "docs/b.md", "docs/c.md", "snippets/s.py"
NODES = [
    Node(A, "A", section="One"),
    Node(B, "B"),
    Node(C, "C"),
    Node(S, "s", "snippet", "Snippets"),
]


def link(to, **more):
    return Link("", "", resolved=to, **more)


def build(links, requires=(), nodes=NODES):
    records = {path: Record(path, tuple(each)) for path, each in links.items()}
    return build_graph(nodes, records, dict(requires))


@pytest.mark.parametrize(
    ("links", "requires", "expected"),
    [
        ({A: [link(B)]}, {}, [(A, B, ("link",))]),
        ({A: [link(B), link(B)]}, {}, [(A, B, ("link",))]),
        ({A: [link(B, is_embed=True), link(B)]}, {}, [(A, B, ("link", "embed"))]),
        ({A: [link(S, is_embed=True)]}, {}, [(A, S, ("uses-snippet",))]),
        ({A: [link(B)]}, {A: [B, C]}, [(A, B, ("link", "requires")), (A, C, ("requires",))]),
        ({B: [link(A)], A: [link(B)]}, {}, [(A, B, ("link",)), (B, A, ("link",))]),
        ({A: [link(A), link("docs/x.png"), link("")]}, {A: [A]}, []),
        ({"tags/x.md": [link(A)]}, {}, []),
    ],
    ids=["link", "twice", "embed", "snippet", "requires", "both", "nothing", "page of ours"],
)  # fmt: skip
def test_what_leads_from_one_node_to_another_is_an_edge(links, requires, expected):
    assert list(build(links, requires).edges()) == expected


def test_a_link_to_nothing_is_counted_and_no_edge():
    graph = build({A: [link(""), link(""), link(B)], B: [link("")]})

    assert (graph.unresolved, len(list(graph.edges()))) == (3, 1)


def test_the_names_that_nothing_has_are_told_when_asked_for():
    lost, again = (Link("", name) for name in ("Café plan", "cafe\u0301 PLAN"))
    graph = build({A: [lost, lost, link(B)], B: [again, Link("", "x", "h")]})
    urls = dict.fromkeys(graph.nodes, "")

    assert graph_data(graph, urls, has_names=True)["missing"] == [
        {"name": "Café plan", "from": [0, 1]},
        {"name": "x", "from": [1]},
    ]
    assert "missing" not in graph_data(graph, urls)


def test_a_degree_counts_neighbours_and_not_links():
    graph = build({A: [link(B), link(C)], B: [link(A)]})

    assert graph.degrees == {A: 2, B: 1, C: 1, S: 0}


def test_the_most_telling_neighbour_comes_first():
    graph = build({A: [link(B), link(C), link(S)], C: [link(A)], B: [link(S)]})

    assert graph.neighbours(A) == [
        Neighbour(C, "both"),
        Neighbour(B, "out"),
        Neighbour(S, "out"),
    ]
    assert graph.neighbours(S) == [Neighbour(B, "in"), Neighbour(A, "in")]


def test_who_stands_alone_is_a_note_without_neighbours():
    assert build({A: [link(B)]}).orphans() == [C]


def test_the_data_name_edges_by_the_places_of_their_nodes():
    graph = build({A: [link(B)], B: [link(""), link(S)]})
    data = graph_data(graph, {node.path: f"{node.title}.html" for node in NODES})

    assert data["edges"] == [[0, 1, ["link"]], [1, 3, ["uses-snippet"]]]
    assert data["unresolved"] == 1
    assert data["nodes"][0] == {
        "path": A, "url": "A.html", "title": "A", "kind": "note", "section": "One",
        "degree": 1,
    }  # fmt: skip


paths = st.sampled_from([A, B, C, S])


@given(st.lists(st.tuples(paths, paths)))
def test_both_sides_tell_the_same_and_order_of_links_tells_nothing(pairs):
    def grouped(pairs):
        ordered = sorted(pairs, key=lambda pair: pair[0])
        return {
            source: [link(to) for _, to in group]
            for source, group in itertools.groupby(ordered, key=lambda pair: pair[0])
        }

    graph, other = build(grouped(pairs)), build(grouped(pairs[::-1]))
    urls = dict.fromkeys([A, B, C, S], "")
    there = {(a, b) for a, targets in graph.out.items() for b in targets}
    back = {(a, b) for b, sources in graph.into.items() for a in sources}

    assert there == back == {(a, b) for a, b in pairs if a != b}
    assert json.dumps(graph_data(graph, urls)) == json.dumps(graph_data(other, urls))
    for path in (A, B, C, S):
        found = [each.path for each in graph.neighbours(path)]
        assert len(found) == len(set(found)) == graph.degrees[path]
        assert graph.neighbours(path) == other.neighbours(path)
