"""The arrows of ARCHITECTURE.md: who may import whom."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "lrnotes"
GROUND = {"model", "errors", "settings", "scalars", "__init__"}
ROOMS = {
    "text": set(),
    "vault": {"text"},
    "markdown": {"text", "vault"},
    "run": {"text"},
    "show": {"text", "run"},
}
PIPELINE = {
    "project", "fragments", "kept", "around", "findable", "graphs", "feed", "beside", "mv", "leftovers", "rewrite", "tagpages", "ownpages", "notebooks", "publish", "check", "testing", "redirects",
    "store", "twins",
}  # fmt: skip
DOORS = {"plugin", "pytest_plugin", "cli", "__main__"}
OWNERS = {
    "mkdocs": {"plugin"},
    "pytest": {"pytest_plugin"},
    "torch": {"run/server", "run/worker", "run/figures"},
    "matplotlib": {"run/server", "run/worker", "run/figures"},
}


def modules():
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path.relative_to(PACKAGE).with_suffix("").as_posix()


def imports(module):
    """Yield the dotted names that a module imports anywhere in its text."""
    tree = ast.parse((PACKAGE / f"{module}.py").read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            if node.module == "lrnotes":
                yield from (f"lrnotes.{alias.name}" for alias in node.names)


def allowed(room):
    if room in GROUND:
        return GROUND
    if room in PIPELINE:
        return GROUND | ROOMS.keys() | PIPELINE
    if room in DOORS:
        return GROUND | ROOMS.keys() | PIPELINE | DOORS
    return GROUND | ROOMS[room] | {room}


@pytest.mark.parametrize("module", list(modules()))
def test_a_room_imports_only_what_lies_below_it(module):
    room = module.split("/")[0]
    ours = {name.split(".")[1] for name in imports(module) if name[:8] == "lrnotes."}

    assert ours - allowed(room) == set()


@pytest.mark.parametrize("module", list(modules()))
def test_a_guest_is_received_by_its_own_modules_only(module):
    guests = {name.split(".")[0] for name in imports(module)}

    for guest, owners in OWNERS.items():
        assert guest not in guests or module in owners, f"{module} imports {guest}"
