"""What a site shows of a project: the index, our own pages, downloads, findings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import urljoin

from lrnotes.around import Around
from lrnotes.beside import Beside
from lrnotes.feed import Feed
from lrnotes.fragments import (
    FIGURES,
    ROOT,
    Fragments,
    anchors_of,
    notebook_file,
    page_of,
)
from lrnotes.markdown.bibliography import read_bibliography
from lrnotes.markdown.context import Claim, Index, Work
from lrnotes.markdown.properties import record_blank
from lrnotes.markdown.settle import settle
from lrnotes.model import Place, Problem
from lrnotes.ownpages import OwnPages
from lrnotes.project import Project
from lrnotes.redirects import find_redirects, redirect_page
from lrnotes.show.captions import figure_problems
from lrnotes.show.evidence import claim_evidence
from lrnotes.show.notebook import write_notebook
from lrnotes.show.outputs import figure_files
from lrnotes.show.provenance import device_line
from lrnotes.store import load_formulas, save_formulas, write_report
from lrnotes.twins import twin_url
from lrnotes.vault.backlinks import find_orphans
from lrnotes.vault.reading import Reading, read_requirements
from lrnotes.vault.urls import relative_url

HERE = Path(__file__).parent / "assets"
ASSETS = ("assets/lrnotes/lrnotes.css", "assets/lrnotes/lrnotes.js")
"""What every page loads."""
UNSHOWN = ("katex.min.js",)
"""Maths is rendered while building, so its program stays at home."""

_LINK_ID = re.compile(r' id="lrn-link-\d+"')
_ROOTED = re.compile(rf'(href|src)="{ROOT}([^"]*)"')


class Book:
    """A project on its way to readers; made anew for each build."""

    def __init__(self, project: Project, feed: Feed | None = None) -> None:
        """Begin with a project whose results are up to date."""
        self.project = project
        self.docs = project.layout.docs
        self.found: list[Problem] = []
        self.settled: dict[str, tuple[Problem, ...]] = {}
        self.index = Index()
        self.pages = OwnPages(project, self.index.records)
        self.around = Around(project, self.pages)
        self.beside = Beside(self.around, feed)
        self.urls: Mapping[str, str] = {}
        self.formulas_known = 0
        self.fragments = Fragments(project, {})

    # --- before conversion --------------------------------------------------------

    def make_index(self, urls: Mapping[str, str]) -> Index:
        """Return what conversions need; ``urls`` gives each page's by its path."""
        project = self.project
        self.urls = self.around.urls = self.fragments.urls = urls
        path = f"{self.docs}/{project.layout.settings.bibliography}"
        works: Mapping[str, Work] = {}
        source = project.layout.root / path
        if source.is_file():
            works, problems = read_bibliography(source.read_text("utf-8"), path)
            self.found += problems
        formulas = load_formulas(project.layout.cache)
        self.formulas_known = len(formulas)
        self.index = Index(
            records=self.index.records,
            docs=self.docs,
            vault=project.vault,
            notes=project.notes,
            cells={
                name: [cell.names for cell in script.code]
                for name, script in project.scripts.items()
            },
            anchors={
                f"{name}#{at}": anchor
                for name, script in project.scripts.items()
                for at, anchor in enumerate(anchors_of(script))
            },
            fragments=self.fragments,
            values={name: each.scalars for name, each in project.results.items()},
            claims=dict(self._claims()),
            works=works,
            bibliography=path,
            lists=project.layout.settings.lists,
            maths=project.layout.settings.maths,
            diagrams=project.layout.settings.mermaid,
            formulas=formulas,
            pages=frozenset(f"{self.docs}/{name}" for name in self.pages.names()),
        )
        record_blank(self.index)
        return self.index

    def _claims(self) -> Iterator[tuple[str, Claim]]:
        for script, at in self.pages.claim_cells():
            result = self.project.results.get(script.name)
            status = result.outcomes[at].status if result else "unknown"
            yield (
                f"{script.name}#{at}",
                Claim(
                    status if status in ("passed", "failed") else "unknown",
                    claim_evidence(script, at, result),
                    f"{page_of(script, self.docs)}#{anchors_of(script)[at]}",
                ),
            )

    def report_taken(self, name: str) -> None:
        """Keep that a note stands at the address of a page of ours."""
        place = Place(f"{self.docs}/{name}")
        what = "this address belongs to a page that is made here"
        self.found.append(Problem("alias-clash", place, what, "rename the note"))

    # --- after conversion ---------------------------------------------------------

    def for_templates(self) -> dict[str, object]:
        """Return what a theme's templates may ask for: ``reading``, ``names``, ``twins``.

        `Reading` tells what is read before and after each note; ``names`` gives the
        names of each page that an author wrote, by its URL, the title first; ``twins``
        holds the URLs of their twins by those of the pages.
        """
        requires = read_requirements(self.project.notes, self.project.vault)
        around = self.around
        names = {around.urls[path]: around.names(path) for path in around.pages}
        twins = {url: twin_url(url) for url in self.beside.twins.pages}
        return {"reading": Reading(requires, self.docs), "names": names, "twins": twins}

    def finish(self, path: str, html: str, url: str) -> str:
        """Return a converted page with its marks settled and its addresses made."""
        html, problems = settle(html, path, self.index)
        self.settled[path] = problems
        if ROOT in html:
            start = relative_url("", url)
            html = _ROOTED.sub(lambda found: f'{found[1]}="{start}{found[2]}"', html)
        html = self.pages.tags.fill(path, html, self.around.urls, self.around.pages)
        self.around.read(path, html)
        self.beside.read(path, html, url)
        # Nothing leads back to the links of a page of ours, which may be hundreds.
        return html if self.around.is_written(path) else _LINK_ID.sub("", html)

    def problems(self) -> list[Problem]:
        """Return all findings of this build, by place, each once."""
        found = [*self.project.problems, *self.project.failures(), *self.found]
        for name, result in self.project.results.items():
            script = self.project.scripts[name]
            for at in range(len(script.code)):
                found += figure_problems(script, at, result)
        for record in self.index.records.values():
            found += record.problems
        if self.project.layout.settings.level("orphan") != "off":
            found += find_orphans(self.index.records, self.project.notes)
        for problems in self.index.problems.values():
            found += problems
        for problems in self.settled.values():
            found += problems
        found += self.beside.problems()
        remarks = (
            Problem("run-remark", Place(self.project.layout.config), remark)
            for remark in self.project.remarks
        )
        return [*sorted(set(found), key=lambda each: (each.place, each.what)), *remarks]

    def redirects(self, site_url: str) -> dict[str, str]:
        """Return other addresses of notes and the pages that stand there."""
        notes = list(self.project.notes.values())
        found, problems = find_redirects(notes, self.urls)
        self.found += problems
        return {
            address: redirect_page(address, url, site_url and urljoin(site_url, url))
            for address, url in found.items()
        }

    def downloads(self) -> dict[str, str]:
        """Return the files offered for download, from the site's root."""
        found: dict[str, str] = {}
        for script in self.project.of_kind("snippet"):
            stem = self.pages.page_name(script).removesuffix(".md")
            source = (self.project.layout.root / script.path).read_text("utf-8")
            result = self.project.results.get(script.name)
            line = device_line(result.environment) if result else ""
            opening = f"import torch\n\n{line}\n" if line else ""
            found[f"{stem}.py"] = f"{opening}{source}"
            found[f"{stem}.ipynb"] = write_notebook(script, result)
        for script in self.project.of_kind("notebook"):
            result = self.project.results.get(script.name)
            found[notebook_file(script, self.docs)] = write_notebook(script, result)
        return found | dict(self._figures())

    def _figures(self) -> Iterator[tuple[str, str]]:
        for kind in ("snippet", "note", "notebook"):
            for script in self.project.of_kind(kind):
                page = self.pages.page_name(script) if kind == "snippet" else FIGURES
                result = self.project.results.get(script.name)
                for outcome in result.outcomes if result else ():
                    for name, content in figure_files(outcome.outputs).items():
                        yield f"{page.removesuffix('.md')}/{name}", content

    def assets(self) -> dict[str, Path]:
        """Return the tool's own files for the site, to where they lie."""
        return {
            f"assets/lrnotes/{path.relative_to(HERE).as_posix()}": path
            for path in sorted(HERE.rglob("*"))
            if path.suffix in (".css", ".js", ".woff2") and path.name not in UNSHOWN
        }

    def close(self) -> list[Problem]:
        """Keep what the next build can use and the report; return all findings."""
        cache = self.project.layout.cache
        problems = self.problems()
        try:
            save_formulas(cache, self.index.formulas, self.formulas_known)
            self.fragments.keep()
            write_report(cache, self._report(problems))
        except OSError as error:
            what = f"{cache.name} cannot be written: {error.strerror}"
            place = Place(self.project.layout.config)
            problems.append(Problem("run-remark", place, what))
        return problems

    def _report(self, problems: Sequence[Problem]) -> dict[str, object]:
        scripts = [
            {
                "name": name,
                "key": result.key,
                "passed": result.passed,
                "seconds": result.seconds,
                "date": result.date,
                "device": result.environment.device,
                "cells": [outcome.status for outcome in result.outcomes],
            }
            for name, result in self.project.results.items()
        ]
        return {"scripts": scripts, "problems": [str(each) for each in problems]}
