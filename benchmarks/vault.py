"""Build somebody's vault with lrnotes alone, and report what became of its links.

    python benchmarks/vault.py FOLDER [--keep SITE] [--list] [--lists markdown]

The folder is read, never written: the build works on a copy.  A checkout that left out
attachments needs an empty file for each, or their names resolve to nothing.  Printed are
the counts of links, embeds, headings and blocks, and what is wrong in the built pages:
addresses that lead nowhere, ids given twice, brackets of a link shown as text.  ``--list``
names each.  Wiki-links, links of the front matter and Markdown links are counted apart.
The exit status is 1 where a page is wrong or the build has failed.
"""

from __future__ import annotations

import argparse
import json
import posixpath
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from selectolax.lexbor import LexborHTMLParser

CONFIG = """\
site_name: vault
docs_dir: {docs}
theme: mkdocs
nav: [{first}]
plugins:
  - lrnotes:
      lists: {lists}
      cache: {cache}
validation: {{links: {{not_found: info, anchors: info}}, nav: {{omitted_files: ignore}}}}
"""
RECORD = """\
import json, sys
from lrnotes.plugin import LrnotesPlugin

close = LrnotesPlugin.on_post_build


def keep(self, **given):
    close(self, **given)
    index = self.book.index
    links = [
        [path, link.raw, link.target, link.fragment, link.is_embed, link.resolved,
         link.is_property]
        for path, record in index.records.items() for link in record.links
        if path in index.notes
    ]
    kinds = [[each.kind, str(each)] for each in self.book.problems()]
    notes = len(index.notes)
    with open(sys.argv[1], "w") as file:
        json.dump({"notes": notes, "links": links, "problems": kinds}, file)


LrnotesPlugin.on_post_build = keep
from mkdocs.commands.build import build
from mkdocs.config import load_config

build(load_config(sys.argv[2]))
"""
ESCAPED = re.compile(r"\\\[\\?\[([^\[\]\n\\]+)\\?\]\\?\]")
"""Brackets of a link that an author wants shown."""
ADDRESSED = "a[href], img[src], iframe[src], video[src], audio[src]"
LITERAL = (
    "pre, code, script, style, kbd, samp, textarea, [class*=arithmatex], "
    # Sentences around a link, in which code is shown as text.
    "[class*=lrn-backlinks], [class*=lrn-mentions]"
)


def build(root: Path, lists: str) -> tuple[dict[str, list[list[str]]], str]:
    """Build the copy; return what was recorded and what MkDocs said."""
    first = next(iter(sorted(path.name for path in (root / "docs").rglob("*.md"))))
    at = next((root / "docs").rglob(first)).relative_to(root / "docs").as_posix()
    text = CONFIG.format(docs="docs", first=json.dumps(at), lists=lists, cache=".cache")
    (root / "mkdocs.yml").write_text(text, encoding="utf-8")
    (root / "record.py").write_text(RECORD, encoding="utf-8")
    command = [sys.executable, "record.py", "record.json", "mkdocs.yml"]
    done = subprocess.run(
        command, cwd=root, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"the build has failed\n{done.stderr[-3000:]}")
    return json.loads((root / "record.json").read_text("utf-8")), done.stderr


def count(found: dict[str, list[list[str]]]) -> Iterator[tuple[str, int]]:
    """Yield what there is to count of the links that authors wrote.

    Pages of ours, such as those of tags, link too; their links are not counted.
    """
    problems = Counter(kind for kind, _ in found["problems"])
    inside = [link for link in found["links"] if not link[6]]
    wiki = [link for link in inside if link[1].lstrip("!").startswith("[[")]
    other = [link for link in inside if not link[1].lstrip("!").startswith("[[")]
    plain = [link for link in wiki if not link[4]]
    notes = [link for link in wiki if link[5].endswith(".md")]
    yield "notes", int(found["notes"])  # type: ignore[call-overload]
    yield "wiki-links", len(plain)
    yield "wiki-links to notes", sum(not link[4] for link in notes)
    yield "wiki-links to nothing", sum(not link[5] for link in plain)
    yield "embeds", len(wiki) - len(plain)
    yield "embeds of notes", sum(bool(link[4]) for link in notes)
    yield "embeds of nothing", sum(not link[5] for link in wiki if link[4])
    blocks = [link for link in notes if link[3].startswith("^")]
    yield "block references", len(blocks)
    yield "heading references", sum(bool(link[3]) for link in notes) - len(blocks)
    yield "links of the front matter", len(found["links"]) - len(inside)
    yield "Markdown links to files of the vault", sum(bool(link[5]) for link in other)
    yield "Markdown links to nothing", sum(not link[5] for link in other)
    for kind, number in sorted(problems.items()):
        yield f"finding {kind}", number


class Pages:
    """The built pages, and what is wrong in them."""

    def __init__(self, site: Path, docs: Path) -> None:
        """Read all pages of a site, and what its notes escape."""
        self.site = site
        self.escaped = {
            f"[[{name}]]"
            for note in docs.rglob("*.md")
            for name in ESCAPED.findall(note.read_text("utf-8", errors="replace"))
        }
        self.trees = {
            path.relative_to(site).as_posix(): LexborHTMLParser(path.read_bytes())
            for path in sorted(site.rglob("*.html"))
        }
        self.ids: dict[str, set[str]] = {}

    def faults(self) -> Iterator[tuple[str, str]]:
        """Yield each fault: its kind, and where it is."""
        for name, tree in self.trees.items():
            self.ids[name] = set()
            for each in tree.css("[id], a[name]:not([id])"):
                value = each.attributes.get("id") or each.attributes.get("name") or ""
                if value in self.ids[name] and each.attributes.get("id"):
                    yield "an id given twice", f"{name}: {value}"
                self.ids[name].add(value)
        for name, tree in self.trees.items():
            for each in tree.css(ADDRESSED):
                address = (
                    each.attributes.get("href") or each.attributes.get("src") or ""
                )
                kind = self._judge(name, address)
                if kind:
                    yield kind, f"{name}: {address}"
            yield from self._brackets(name, tree)

    def _judge(self, name: str, address: str) -> str:
        parts = urlsplit(address)
        if parts.scheme or parts.netloc or name == "404.html":
            return ""
        path = posixpath.join(posixpath.dirname(name), unquote(parts.path))
        path = posixpath.normpath(path) if parts.path else name
        target = self.site / path.lstrip("/")
        if target.is_dir():
            path = posixpath.normpath(posixpath.join(path, "index.html"))
        elif not target.is_file():
            return "an address that leads nowhere"
        elif not path.endswith(".html"):
            return ""
        fragment = unquote(parts.fragment)
        if fragment in ("", "_top") or fragment in self.ids.get(path, ()):
            return ""
        return "a fragment that leads nowhere" if path in self.ids else ""

    def _brackets(self, name: str, tree: LexborHTMLParser) -> Iterator[tuple[str, str]]:
        for each in tree.css(LITERAL):
            each.decompose()
        text = tree.body.text(separator=" ") if tree.body else ""
        for found in re.finditer(r"\[\[[^\[\]\n]+\]\]", text):
            if found[0] not in self.escaped:
                yield "brackets shown", f"{name}: {found[0]}"


def main() -> None:
    """Build a vault and print what became of it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--keep", type=Path, help="folder for the built site")
    parser.add_argument(
        "--list", action="store_true", help="name each fault and finding"
    )
    parser.add_argument("--lists", default="commonmark", help="commonmark or markdown")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        hidden = shutil.ignore_patterns(".*")
        shutil.copytree(given.folder, root / "docs", ignore=hidden)
        found, said = build(root, given.lists)
        faults = list(Pages(root / "site", root / "docs").faults())
        if given.keep:
            shutil.copytree(root / "site", given.keep, dirs_exist_ok=True)
            shutil.copy(root / "record.json", given.keep)
    for name, number in [*count(found), *Counter(kind for kind, _ in faults).items()]:
        print(f"{name}\t{number}")
    if given.list:
        print(*(text for _, text in found["problems"]), sep="\n")
        print(*(f"{kind}: {where}" for kind, where in faults), sep="\n")
    if "Traceback" in said:
        print(said)
    sys.exit(1 if faults or "Traceback" in said else 0)


if __name__ == "__main__":
    main()
