"""What is known of mutants from earlier runs, and from people who judged them.

Fates are kept in ``build/mutants.jsonl``.  A killed mutant stays so while the method is
the same and a claim that killed it stands unchanged; a survivor while all claims do.
"""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from forked import Fate
from mutating import Mutant

from lrnotes.model import Cell, Script


class Memory:
    """The fates of one script's mutants, on disk as soon as they are known."""

    def __init__(self, root: Path, snippets: Path, script: Script) -> None:
        """Read what fits the script as it is now."""
        self.path = root / "build" / "mutants.jsonl"
        self.claims = {
            cell.title: digest(cell.source) for cell in script.code if cell.is_claim
        }
        method = [cell.source for cell in script.code if not cell.is_claim]
        modules = [path.read_text("utf-8") for path in find_modules(script, snippets)]
        self.name = script.path
        self.method = digest(*method) + digest(*modules, plain=True)
        self.cells = script.code
        self.records = {each["mutant"]: each for each in self._read()}

    def _read(self) -> Iterator[dict[str, Any]]:
        if not self.path.exists():
            return
        for line in self.path.read_text("utf-8").splitlines():
            record = json.loads(line)
            if record["script"] == self.name and record["method"] == self.method:
                yield record

    def find(self, mutant: Mutant) -> Fate | None:
        """Return a mutant's fate; None where it is not known, or no longer."""
        record = self.records.get(self._key(mutant))
        if record is None:
            return None
        broken = [
            title
            for title, seen in record["claims"].items()
            if title in record["broken"] and self.claims.get(title) == seen
        ]
        is_method = record["error"] and not record["broken"]
        if broken or is_method or record["claims"] == self.claims:
            return Fate(tuple(broken), record["error"], record["seconds"])
        return None

    def keep(self, mutant: Mutant, fate: Fate) -> None:
        """Write a fate down."""
        record = {
            "script": self.name, "method": self.method, "mutant": self._key(mutant),
            "claims": self.claims, "broken": fate.broken, "error": fate.error,
            "seconds": fate.seconds, "line": mutant.line,
            "before": mutant.before, "after": mutant.after,
        }  # fmt: skip
        self.records[record["mutant"]] = record
        self.path.parent.mkdir(exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(f"{json.dumps(record)}\n")

    def _key(self, mutant: Mutant) -> str:
        cell: Cell = self.cells[mutant.cell]
        return digest(cell.source, mutant.source) + f":{mutant.cell}"


def digest(*sources: str, plain: bool = False) -> str:
    """Return a name for code, the same for code that differs in comments alone."""
    texts = sources if plain else [ast.dump(ast.parse(each)) for each in sources]
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]


def find_modules(script: Script, snippets: Path) -> list[Path]:
    """Return the project's own modules that a script imports, with what they import."""
    found: dict[Path, None] = {}
    waiting = [cell.source for cell in script.code]
    while waiting:
        for node in ast.walk(ast.parse(waiting.pop())):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            for path in (snippets / f"{name}.py" for name in names):
                if path.exists() and path not in found:
                    found[path] = None
                    waiting.append(path.read_text("utf-8"))
    return sorted(found)


def read_judged(root: Path, script: Script) -> dict[tuple[str, str], str]:
    """Return the survivors that a person judged: lines before and after to the reason.

    They stand in ``benchmarks/judged.yml``, by the snippet's path: a list of reasons
    (``why``) with the changes (``changes``: pairs of lines) that they excuse.
    """
    path = root / "benchmarks" / "judged.yml"
    if not path.exists():
        return {}
    sheet = yaml.safe_load(path.read_text("utf-8")) or {}
    return {
        (before, after): entry["why"]
        for entry in sheet.get(script.path, ())
        for before, after in entry["changes"]
    }
