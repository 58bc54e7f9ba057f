"""The graph of a project's notes: under each note, on a page of its own, as data."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from html import escape
from pathlib import PurePosixPath

from lrnotes.fragments import page_of
from lrnotes.model import Record
from lrnotes.project import Project
from lrnotes.show.cells import snippet_title
from lrnotes.show.globalgraph import Dot, Map, global_graph
from lrnotes.show.localgraph import SHOWN, Beside, local_graph
from lrnotes.vault.graph import Graph, Node, build_graph, graph_data
from lrnotes.vault.reading import read_requirements

PAGE = "graph.md"
DATA = "assets/lrnotes/graph"


class Graphs:
    """The graph once all notes are converted, and what is drawn of it."""

    def __init__(self, project: Project, records: Mapping[str, Record]) -> None:
        """Keep the project, and the records that conversions will fill."""
        self.project, self.records = project, records
        self.page = f"{project.layout.docs}/{PAGE}"
        self.urls: Mapping[str, str] = {}
        self.sections: Mapping[str, Sequence[str]] = {}
        """What each page of the navigation stands below, innermost first, in its order;
        by path from the docs folder."""

    @cached_property
    def graph(self) -> Graph:
        """All of it; to be asked for when all notes are converted."""
        requires = read_requirements(self.project.notes, self.project.vault)
        return build_graph(self._nodes(), self.records, requires)

    def _nodes(self) -> Iterator[Node]:
        notes, scripts = self.project.notes, self.project.scripts
        docs = self.project.layout.docs
        sections = {f"{docs}/{path}": above for path, above in self.sections.items()}
        for path in dict.fromkeys([*sections, *notes, *scripts]):
            section = (sections.get(path) or [""])[-1]
            script = scripts.get(path)
            if path in notes:
                yield Node(path, notes[path].title, "note", section)
            elif script is not None and self._url(path):
                title = snippet_title(script)
                if script.kind == "notebook":
                    title = title or PurePosixPath(path).stem
                    yield Node(path, title, "notebook", section)
                elif script.kind == "snippet":
                    title = title or PurePosixPath(path).name
                    yield Node(path, title, "snippet", "Snippets")

    def _url(self, path: str) -> str:
        """Return the address of a node from the site's root; empty where it has none."""
        script = self.project.scripts.get(path)
        if script is not None and script.kind == "snippet":
            path = page_of(script, self.project.layout.docs)
        url = self.urls.get(path, "")
        return url.removeprefix("./") or url

    @cached_property
    def _urls(self) -> dict[str, str]:
        return {path: self._url(path) for path in self.graph.nodes}

    @property
    def _has_names(self) -> bool:
        return self.project.layout.settings.graph_names

    def local(self, path: str) -> str:
        """Return the drawing of a note and its neighbours, folded; empty where alone."""
        graph = self.graph
        around = graph.neighbours(path) if path in graph.nodes else []
        if not around:
            return ""
        up = _to_root(self._urls[path])
        beside = [
            Beside(
                up + self._urls[each.path],
                graph.nodes[each.path].title,
                each.way,
                graph.nodes[each.path].kind == "snippet",
            )
            for each in around[:SHOWN]
        ]
        rest = len(around) - len(beside)
        more = f"And {rest} more. " if rest else ""
        whole = ""
        if self.page in self.urls:
            url = escape(up + self.urls[self.page])
            whole = f'<a href="{url}">The whole graph</a>'
        last = f'<p class="lrn-quiet">{more}{whole}</p>' if more or whole else ""
        noun = "neighbour" if len(around) == 1 else "neighbours"
        return (
            f'<details class="lrn-fold lrn-local" data-lrn-graph="{escape(path)}">'
            f"<summary>Graph: {len(around)} {noun}</summary>"
            f"{local_graph(graph.nodes[path].title, beside)}{last}</details>"
        )

    def whole(self) -> str:
        """Return what stands on the page of the graph, below its heading."""
        graph = self.graph
        up = _to_root(self.urls[self.page])
        notes = [node for node in graph.nodes.values() if node.kind != "snippet"]
        place = {node.path: at for at, node in enumerate(notes)}
        dots = [
            Dot(
                up + self._urls[node.path],
                node.title,
                node.section,
                graph.degrees[node.path],
                tuple(place[to] for to in graph.out[node.path] if to in place),
            )
            for node in notes
        ]
        orphans = [place[path] for path in graph.orphans()]
        snippets = len(graph.nodes) - len(notes)
        missing = [
            (name, [place[source] for source in sources if source in place])
            for name, sources in graph.missing.items()
        ]
        return global_graph(
            Map(
                dots,
                snippets,
                graph.unresolved,
                orphans,
                missing if self._has_names else (),
            )
        )

    def files(self) -> dict[str, str]:
        """Return the graph as data, from the site's root: for programs, and as a script.

        Browsers fetch no data from disk, so the page reads the script.
        """
        if len(self.graph.nodes) < 2:
            return {}
        told = json.dumps(
            graph_data(self.graph, self._urls, has_names=self._has_names),
            ensure_ascii=False,
            separators=(",", ":"),
        )
        return {f"{DATA}.json": f"{told}\n", f"{DATA}.js": f"lrnGraph={told};\n"}


def _to_root(url: str) -> str:
    """Return the way from a page to the site's root."""
    return "../" * url.removeprefix("./").count("/")
