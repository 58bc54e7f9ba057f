"""The built site and a server for it, for all tests of this folder."""

from __future__ import annotations

import functools
import gzip
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
from filelock import FileLock

ROOT = Path(__file__).parents[2]
# A page looks for what scrolls when it has nothing else to do; a redirect never does.
MARKED = """performance.getEntriesByName("lr-scrolling-marked").length > 0
  || !document.querySelector("script[src*='assets/js/site.js']")"""


def build(folder: Path) -> Path:
    """Build the repository's own site into ``folder``; return the folder."""
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir"]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "SITE_URL": ""}
    done = subprocess.run(
        [*command, str(folder)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that all workers of a run share."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


@pytest.fixture(scope="session")
def site(shared: Path) -> Path:
    """Return the folder of the built site, built once for all workers of a run."""
    chosen = os.environ.get("LRNOTES_SITE")
    if chosen:
        return Path(chosen).resolve()
    folder = shared / "lrnotes-site"
    with FileLock(f"{folder}.lock"):
        return folder if (folder / "index.html").exists() else build(folder)


@pytest.fixture(scope="session")
def pages(site: Path) -> list[str]:
    """Return the addresses of all pages that are no mere redirect."""
    found = {path: path.read_text("utf-8") for path in site.rglob("*.html")}
    names = (
        path.relative_to(site).as_posix()
        for path, text in found.items()
        if 'http-equiv="refresh"' not in text
    )
    return sorted(names)


class Compressing(SimpleHTTPRequestHandler):
    """Serves a folder as a static host does: text compressed, all of it cacheable."""

    # One connection for many files, as every host does.
    protocol_version = "HTTP/1.1"
    packed: ClassVar[dict[str, bytes]] = {}
    text = (".html", ".css", ".js", ".json", ".svg", ".txt", ".xml")

    def do_GET(self) -> None:
        path = self.translate_path(self.path)
        if not path.endswith(self.text) or not Path(path).is_file():
            super().do_GET()
            return
        if path not in self.packed:
            self.packed[path] = gzip.compress(Path(path).read_bytes(), 6)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(path))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(self.packed[path])))
        self.end_headers()
        self.wfile.write(self.packed[path])

    def send_error(self, code: int, *words: Any, **named: Any) -> None:
        """Answer for what is not there with the page of the site that it is not in."""
        folders = Path(self.translate_path(self.path)).parents
        found = (each / "404.html" for each in folders if self.is_ours(each))
        page = next(filter(Path.is_file, found), None)
        if code != 404 or page is None:
            super().send_error(code, *words, **named)
            return
        body = page.read_bytes()
        self.send_response(404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def is_ours(self, folder: Path) -> bool:
        return folder.is_relative_to(Path(self.directory))

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "max-age=3600")
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve a folder while the block runs; give the server's address."""
    handler = functools.partial(Compressing, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """Return the address of a server for the built site."""
    with serving(site) as at:
        yield at


@pytest.fixture(scope="session")
def below(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of the site where it lies two folders below a server's root."""
    root = tmp_path_factory.mktemp("server")
    (root / "some").mkdir()
    (root / "some" / "place").symlink_to(site, target_is_directory=True)
    with serving(root) as at:
        yield f"{at}/some/place"


@pytest.fixture(scope="session")
def kinds(site: Path, pages: list[str]) -> list[str]:
    """Return one page of each kind that the site has."""
    notebooks = (
        page for page in pages if "jupyter-wrapper" in (site / page).read_text("utf-8")
    )
    snippets = (page for page in pages if page.startswith("snippets/"))
    tags = (page for page in pages if page.startswith("tags/"))
    named = (
        "index.html",
        "momentum.html",
        "optimizers.html",
        "loss-atlas.html",
        "verification.html",
        "graph.html",
        "404.html",
    )
    found = [page for page in named if page in pages]
    return [*found, *(next(each) for each in (snippets, notebooks, tags))]


@pytest.fixture(scope="session")
def wait_until_marked() -> Callable[[Any], None]:
    """Return what waits until a tab's page has marked what scrolls for the keyboard."""

    def wait(tab: Any) -> None:
        tab.wait_for_function(MARKED)

    return wait
