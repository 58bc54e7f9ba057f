"""Rename a file of the vault: its links go on meaning what they meant."""

from __future__ import annotations

import json
import posixpath
import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from pathlib import Path

from msgspec import Struct

from lrnotes.check import convert_notes
from lrnotes.errors import LrnotesError
from lrnotes.leftovers import find_leftovers
from lrnotes.model import Record
from lrnotes.project import Project
from lrnotes.rewrite import (
    rewrite_nav,
    rewrite_note,
    rewrite_notebook,
    rewrite_script,
)
from lrnotes.settings import uses_directory_urls
from lrnotes.text.lines import split_lines
from lrnotes.vault.fold import fold
from lrnotes.vault.names import Vault
from lrnotes.vault.renames import Rename, add_redirect

_UNLINKABLE = re.compile(r"[#^|\[\]:\\\x00-\x1f]|%%")


class Move(Struct, frozen=True):
    """What a rename will do."""

    old: str
    new: str
    """Paths from the project root."""
    texts: Mapping[str, tuple[str, str]]
    """The texts before and after of the files that change, by their old path."""
    left: Sequence[str] = ()
    """A line for each name in code or raw HTML that stays as it is."""

    def lines(self) -> Iterable[str]:
        """Yield what changes, a line for each change."""
        yield f"{self.old} -> {self.new}"
        for path, (before, after) in sorted(self.texts.items()):
            lines = split_lines(after)
            changes = SequenceMatcher(None, split_lines(before), lines, autojunk=False)
            for kind, _, _, start, end in changes.get_opcodes():
                for number in range(start, end) if kind != "equal" else ():
                    yield f"{path}:{number + 1}: {lines[number].strip()}"
        yield from self.left

    def write(self, root: Path) -> None:
        """Write the changed files, then give the file its new name."""
        for path, (_, after) in self.texts.items():
            _write(root / path, after.encode("utf-8", "surrogateescape"))
        target = root / self.new
        target.parent.mkdir(parents=True, exist_ok=True)
        (root / self.old).rename(target)


def plan_move(project: Project, old: str, new: str) -> Move:
    """Return what renaming does; raise LrnotesError where it cannot be done."""
    source = _find_old(project, old)
    target = _make_new(project, source, new)
    after = _vault_after(project, source, target)
    rename = Rename(source, target, project.vault, after)
    records = convert_notes(project).index.records
    texts: dict[str, tuple[str, str]] = {}
    for path in _files(project):
        before = _read(project.layout.root / path)
        changed = _rewrite(project, path, before, rename, records)
        if path == source and path.endswith(".md"):
            changed = add_redirect(changed, _address(project, path))
        if changed != before:
            texts[path] = (before, changed)
    return Move(source, target, texts, find_leftovers(project, rename))


def _files(project: Project) -> Iterable[str]:
    yield from project.notes
    yield from (each.path for each in project.scripts.values() if each.kind != "note")
    yield project.layout.config


def _rewrite(
    project: Project,
    path: str,
    text: str,
    rename: Rename,
    records: Mapping[str, Record],
) -> str:
    docs, lists = project.layout.docs, project.layout.settings.lists
    if path == project.layout.config:
        old, new = (each.removeprefix(f"{docs}/") for each in (rename.old, rename.new))
        return rewrite_nav(text, old, new)
    links = records[path].links if path in records else ()
    if path.endswith(".md"):
        return rewrite_note(text, project.notes[path], links, rename, lists)
    if path.endswith(".ipynb"):
        return rewrite_notebook(text, path, links, rename, lists)
    return rewrite_script(text, path, rename)


def _find_old(project: Project, name: str) -> str:
    movable = set(_taken(project))
    if name in movable:
        return name
    found = project.vault.resolve(name, project.layout.docs + "/")
    if found.path in movable and len(found.candidates) == 1:
        return found.path
    if len(found.candidates) > 1:
        hint = f"write one of {', '.join(found.candidates)}"
        raise LrnotesError(f'"{name}" may mean several files', hint=hint)
    near = ", ".join(project.vault.nearest(name))
    hint = f"nearest: {near}" if near else ""
    raise LrnotesError(f'no note, snippet or file named "{name}"', hint=hint)


def _make_new(project: Project, source: str, name: str) -> str:
    """Return the path that a new name means: beside the old one, or from its root."""
    docs = project.layout.docs
    ending = posixpath.splitext(source)[1]
    name = name if name.endswith(ending) else name + ending
    base = docs if source.startswith(f"{docs}/") else posixpath.dirname(source)
    if "/" not in name:
        target = posixpath.join(posixpath.dirname(source), name)
    elif name.startswith(f"{base}/"):
        target = name
    else:
        target = posixpath.join(base, name.lstrip("/"))
    target = posixpath.normpath(target)
    if not target.startswith(f"{base}/"):
        raise LrnotesError(f"{target} lies outside {base}/")
    if _UNLINKABLE.search(name):
        raise LrnotesError(
            f'no link can name "{name}"', hint="leave out # ^ | : [ ] %%"
        )
    taken = [path for path in _taken(project) if fold(path) == fold(target)]
    if target == source or [path for path in taken if path != source]:
        raise LrnotesError(f"{taken[0] if taken else target} exists already")
    return target


def _taken(project: Project) -> Iterable[str]:
    for paths in project.vault.paths.values():
        yield from paths


def _vault_after(project: Project, old: str, new: str) -> Vault:
    """Return the vault as it will be."""
    vault, layout = project.vault, project.layout
    notes = [(note.path, note.aliases) for note in project.notes.values()]
    snippets = {script.path for script in project.of_kind("snippet")}
    files = [path for paths in vault.paths.values() for path in paths]

    def after(path: str) -> str:
        return new if path == old else path

    books = [after(each.path) for each in project.of_kind("notebook")]
    return Vault.build(
        [
            *((after(path), aliases) for path, aliases in notes),
            *((path, (Path(path).stem,)) for path in books),
        ],
        [after(path) for path in files if path not in snippets],
        [after(path) for path in sorted(snippets)],
        layout.docs,
    )


def _address(project: Project, path: str) -> str:
    """Return the address that a note has had."""
    stem = path.removeprefix(f"{project.layout.docs}/").removesuffix(".md")
    address = f"/{stem}.html"
    if uses_directory_urls(project.layout):
        folder = re.sub(r"(?:^|/)(?:index|README)$", "", stem)
        address = f"/{folder}/" if folder else "/"
    # JSON texts are YAML.
    odd = re.search(r"[^\w./ -]", address)
    return json.dumps(address, ensure_ascii=False) if odd else address


def _read(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "surrogateescape")


def _write(path: Path, content: bytes) -> None:
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(content)
    Path(file.name).chmod(path.stat().st_mode)
    Path(file.name).replace(path)
