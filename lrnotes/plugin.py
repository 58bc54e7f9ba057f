"""The MkDocs door (ProperDocs too): each hook is a few lines over the pipeline."""

from __future__ import annotations

import logging
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from jinja2 import Environment
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort, ConfigurationError
from mkdocs.plugins import BasePlugin, CombinedEvent, event_priority
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.utils.templates import TemplateContext

from lrnotes.errors import ProjectError, SettingsError
from lrnotes.feed import Feed
from lrnotes.findable import make_findable
from lrnotes.markdown.defaults import add_extensions
from lrnotes.markdown.ready import ReadyExtension
from lrnotes.model import Problem
from lrnotes.notebooks import NotebookPages
from lrnotes.project import Project
from lrnotes.publish import ASSETS, Book
from lrnotes.run.engine import Engine
from lrnotes.run.progress import Progress
from lrnotes.settings import Layout, Settings, find_docs, read_settings
from lrnotes.store import write_beside, write_missing
from lrnotes.text.frontmatter import give_back
from lrnotes.text.notes import split_front_matter

if TYPE_CHECKING:  # A build does without it, and it takes long to import.
    from mkdocs.livereload import LiveReloadServer

log = logging.getLogger("mkdocs.plugins.lrnotes")
FIRST = 100  # before mkdocs-jupyter, which wraps a notebook's file as it finds it
LAST = -100  # when other plugins have had their say on all pages

TAG_PLUGINS = {"material/tags", "tags"}
_LOUDNESS = {"info": logging.INFO, "warn": logging.WARNING, "error": logging.ERROR}
_IDS = re.compile(r'\sid="([^"]+)"')


class LrnotesPlugin(BasePlugin):  # type: ignore[type-arg, no-untyped-call]
    """Gives a folder of notes wiki-links and executed, cached, tested code."""

    settings: Settings
    engine: Engine | None = None
    is_serving = False

    def load_config(
        self, options: Any, config_file_path: str | None = None
    ) -> tuple[list[tuple[str, Exception]], list[tuple[str, str]]]:
        """Return the errors and warnings of the options in the configuration."""
        name = Path(config_file_path).name if config_file_path else "mkdocs.yml"
        try:
            self.settings = read_settings(dict(options or {}), name)
        except SettingsError as error:
            return [("lrnotes", error)], []
        return [], []

    def on_startup(
        self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool
    ) -> None:
        """Let MkDocs keep this object, and so the workers, across rebuilds."""
        self.is_serving = command == "serve"

    def on_shutdown(self) -> None:
        """End the workers."""
        if self.engine is not None:
            self.engine.close()
            self.engine = None

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Find the project and name the files that every page loads."""
        path = Path(config.config_file_path or "mkdocs.yml").resolve()
        try:
            docs = find_docs(path, config.docs_dir)
        except ProjectError as error:
            raise ConfigurationError(str(error)) from error
        self.layout = Layout(path.parent, path.name, docs, self.settings)
        config.extra_css[:0] = [name for name in ASSETS if name.endswith(".css")]
        config.extra_javascript[:0] = [name for name in ASSETS if name.endswith(".js")]
        return config

    @event_priority(FIRST)
    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Read the vault, run what has no valid result, add our own pages."""
        texts = {file.src_uri: _read(file) for file in files}
        self.project = project = Project.read(self.layout, texts)
        if self.engine is None:
            self.engine = project.make_engine(Progress(sys.stderr, log.info))
            self.engine.keeps = self.is_serving
        project.run(self.engine)
        site = (config.site_name, config.site_url or "", config.site_author or "")
        self.book = Book(project, Feed(*site))
        self.findable = make_findable(config.plugins, self)
        # Material's plugin shows them itself, where its reader looks for them.
        self.book.around.shows_tags = not config.plugins.keys() & TAG_PLUGINS
        self._add_pages(files, config)
        for name, path in self.book.assets().items():
            files.append(File.generated(config, name, abs_src_path=str(path)))
        for name, content in self.book.downloads().items():
            files.append(File.generated(config, name, content=content))
        urls = {f"{self.layout.docs}/{file.src_uri}": file.url for file in files}
        index = self.book.make_index(urls)
        self.notebooks = NotebookPages(project, index)
        self._replace_notebooks(files, config)
        add_extensions(config.markdown_extensions, config.mdx_configs, {"index": index})
        self.ready = ReadyExtension(config.markdown_extensions, config.mdx_configs)
        return files

    def _replace_notebooks(self, files: Files, config: MkDocsConfig) -> None:
        self.book.found += self.notebooks.write()
        # A generated file would crash mkdocs-jupyter, which looks for its folder.
        for file in [file for file in files if file.src_uri.endswith(".ipynb")]:
            if f"{self.layout.docs}/{file.src_uri}" not in self.project.scripts:
                continue
            files.remove(file)
            where = str(self.notebooks.folder), config.site_dir
            files.append(File(file.src_uri, *where, config.use_directory_urls))

    def _add_pages(self, files: Files, config: MkDocsConfig) -> None:
        # Last in the list, so that all notes are converted before them.
        self.own_pages: set[str] = set()
        for name in self.book.pages.names():
            if files.get_file_from_path(name) is not None:
                self.book.report_taken(name)
                continue
            file = File.generated(config, name, content=self.book.pages.text(name))
            file.inclusion = InclusionLevel.NOT_IN_NAV
            files.append(file)
            self.own_pages.add(name)

    def on_nav(self, nav: Navigation, **_: Any) -> None:
        """Learn the sections of the site, which the graph shows."""
        self.book.pages.graphs.sections = {
            page.file.src_uri: [each.title or "" for each in page.ancestors]
            for page in nav.pages
        }

    def _tell_text(
        self, markdown: str, *, page: Page, config: MkDocsConfig, files: Files
    ) -> str:
        """Return a page of ours with what the notes before it told, a note as it is."""
        if page.file.src_uri not in self.own_pages:
            note = self.project.notes.get(f"{self.layout.docs}/{page.file.src_uri}")
            return give_back(note.text, markdown) if note else markdown
        return split_front_matter(self.book.pages.text(page.file.src_uri))[1]

    @event_priority(LAST)
    def _lend_ready(
        self, markdown: str, *, page: Page, config: MkDocsConfig, files: Files
    ) -> None:
        """Let the page, which is converted next, have the instance that is ready."""
        self.ready = self.ready.lend(config)

    on_page_markdown = CombinedEvent(_tell_text, _lend_ready)

    @event_priority(FIRST)
    def on_page_content(self, html: str, *, config: MkDocsConfig, **_: Any) -> None:
        """Take the instance back from the page that has just been converted."""
        self.ready.take_back(config)

    @event_priority(LAST)
    def on_env(
        self, env: Environment, *, config: MkDocsConfig, files: Files
    ) -> Environment:
        """Settle what needs all notes: headings, cells, addresses."""
        pages = {
            f"{self.layout.docs}/{file.src_uri}": file.page
            for file in files.documentation_pages()
            if file.page is not None and file.page.content is not None
        }
        urls = {path: page.url for path, page in pages.items()}
        # A notebook becomes a page only when mkdocs-jupyter has taken it up.
        self.book.around.urls = {**self.book.urls, **urls}
        for path, page in pages.items():
            html = page.content or ""
            if path.endswith(".ipynb"):
                html = self.notebooks.fill(path, html, urls)
            page.content = html = self.book.finish(path, html, page.url)
            # The builder looks for anchors before the cells are in the page.
            known = page.present_anchor_ids or set()
            page.present_anchor_ids = known.union(_IDS.findall(html))
        env.globals.update(self.book.for_templates())
        return env

    @event_priority(FIRST)
    def _lend_to_search(
        self, context: TemplateContext, *, page: Page, config: MkDocsConfig, nav: Any
    ) -> None:
        """Let a search read the page as it is to be found."""
        names = self.book.around.names(f"{self.layout.docs}/{page.file.src_uri}")
        self.findable.lend(page, names)

    @event_priority(LAST)
    def _put_around(
        self, context: TemplateContext, *, page: Page, config: MkDocsConfig, nav: Any
    ) -> None:
        """Put under a note what others say of it, when search has read the note."""
        path = f"{self.layout.docs}/{page.file.src_uri}"
        told = "" if page.is_homepage else self.book.around.description(path)
        page.meta.setdefault("description", told)
        page.content = self.findable.take_back(page) + self.book.around.section(path)

    on_page_context = CombinedEvent(_lend_to_search, _put_around)

    def on_post_page(self, output: str, *, page: Page, config: MkDocsConfig) -> str:
        """Name in the head of a page its stylesheets, its twin, the feed."""
        path = f"{self.layout.docs}/{page.file.src_uri}"
        return self.book.beside.complete(output, path, page.url)

    @event_priority(LAST)
    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Write redirects and the report; fail a strict build."""
        site = Path(config.site_dir)
        write_missing(site, self.book.redirects(config.site_url or "").items())
        write_beside(site, self.book.beside.files())
        self.notebooks.close()
        problems = self.book.close()
        loud = [each for each in problems if self._log(each) in ("warn", "error")]
        # MkDocs counts warnings through its logger, which `-q` keeps from counting.
        if config.strict and loud:
            raise Abort(f"Aborted with {len(loud)} findings in strict mode!")

    def on_serve(
        self, server: LiveReloadServer, *, config: MkDocsConfig, builder: Any
    ) -> LiveReloadServer:
        """Rebuild when a snippet is saved."""
        snippets = self.layout.root / self.settings.snippets
        if snippets.is_dir():
            server.watch(str(snippets))
        return server

    def _log(self, problem: Problem) -> str:
        """Write a finding as loudly as the settings say; return how loudly."""
        level = self.settings.level(problem.kind)
        if level != "off":
            log.log(_LOUDNESS[level], "%s", problem)
        return level


def _read(file: File) -> str:
    is_text = file.src_uri.endswith((".md", ".ipynb"))
    return file.content_bytes.decode("utf-8-sig", errors="replace") if is_text else ""
