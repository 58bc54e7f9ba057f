"""The reference of settings in the README is made from settings.py.

    python tests/test_settings.py

prints it anew.
"""

import ast
import inspect
from dataclasses import fields
from pathlib import Path

from lrnotes import settings

README = Path(__file__).parents[1] / "README.md"


def read_docstrings() -> dict[str, str]:
    """Return what stands below each field of `Settings`."""
    (body,) = ast.parse(inspect.getsource(settings.Settings)).body
    return {
        field.target.id: " ".join(text.value.value.split())
        for field, text in zip(body.body, body.body[1:], strict=False)
        if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr)
    }


def make_reference() -> str:
    """Return the tables of settings and of the kinds of finding, as Markdown."""
    meanings = read_docstrings()
    lines = ["| setting | default | meaning |", "|---|---|---|"]
    for field in fields(settings.Settings):
        default = getattr(settings.Settings(), field.name)
        shown = "" if default in ("", {}) else str(default).lower()
        meaning = meanings[field.name].replace("``", "`")
        lines.append(f"| `{field.name}` | {shown} | {meaning} |")
    by_level: dict[str, list[str]] = {}
    for kind, level in settings.LEVELS.items():
        by_level.setdefault(level, []).append(f"`{kind}`")
    lines += ["", "| level | kinds of finding that have it by default |", "|---|---|"]
    lines += [
        f"| {level} | {', '.join(by_level[level])} |"
        for level in ("error", "warn", "info", "off")
        if level in by_level
    ]
    return "\n".join(lines) + "\n"


def test_the_reference_in_the_readme_is_current():
    assert make_reference() in README.read_text(encoding="utf-8")


if __name__ == "__main__":
    print(make_reference(), end="")
