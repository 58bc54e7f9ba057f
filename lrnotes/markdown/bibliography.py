"""The bibliography: BibTeX text to works."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from lrnotes.markdown.context import Work
from lrnotes.model import Place, Problem

_SPACE = re.compile(r"\s+")
_VENUES = ("journal", "booktitle", "publisher", "school", "institution", "howpublished")


def read_bibliography(
    text: str, path: str
) -> tuple[dict[str, Work], tuple[Problem, ...]]:
    """Return the works of a BibTeX file by key, and what could not be read."""
    # Only a site with a bibliography pays for the import.
    from bibtexparser import middlewares
    from bibtexparser.entrypoint import parse_string

    library = parse_string(
        text,
        append_middleware=[
            middlewares.SeparateCoAuthors(),
            middlewares.SplitNameParts(),
            middlewares.LatexDecodingMiddleware(),
        ],
    )
    works = {entry.key: _read_work(entry) for entry in library.entries}
    problems = tuple(_problems(library.failed_blocks, path))
    return works, problems


def _read_work(entry: Any) -> Work:
    values = {field.key.lower(): field.value for field in entry.fields}
    names = values.get("author") or values.get("editor") or ()
    text = {
        key: _plain(value) for key, value in values.items() if isinstance(value, str)
    }
    return Work(
        entry.key,
        tuple(_read_name(name) for name in names),
        text.get("title", ""),
        text.get("year") or text.get("date", "")[:4],
        next((text[name] for name in _VENUES if text.get(name)), ""),
        _details(text),
        _address(text),
    )


def _read_name(name: Any) -> tuple[str, str]:
    """Return the family name and the given names."""
    # Splitting comes before decoding: braces hold the name of an institution together.
    from pylatexenc.latex2text import LatexNodes2Text

    decoder = LatexNodes2Text(math_mode="verbatim")
    family = " ".join([*name.von, *name.last])
    given = " ".join([*name.first, *name.jr])
    return (
        _plain(decoder.latex_to_text(family)),
        _plain(decoder.latex_to_text(given)),
    )


def _plain(text: str) -> str:
    text = text.replace("{", "").replace("}", "").replace("~", " ")
    text = text.replace("---", "—").replace("--", "–")
    return _SPACE.sub(" ", text).strip()


def _details(text: dict[str, str]) -> str:
    volume, number, pages = (text.get(key, "") for key in ("volume", "number", "pages"))
    issue = f"{volume}({number})" if volume and number else volume
    return ", ".join(part for part in (issue, pages) if part)


def _address(text: dict[str, str]) -> str:
    if text.get("url"):
        return text["url"]
    if text.get("doi"):
        return f"https://doi.org/{text['doi'].removeprefix('https://doi.org/')}"
    if text.get("eprint") and text.get("archiveprefix", "arxiv").lower() == "arxiv":
        return f"https://arxiv.org/abs/{text['eprint']}"
    return ""


def _problems(blocks: Iterable[Any], path: str) -> Iterable[Problem]:
    for block in blocks:
        place = Place(path, (block.start_line or 0) + 1)
        reason = _SPACE.sub(" ", str(block.error)).strip()
        yield Problem("bibliography", place, f"this entry cannot be read: {reason}")
