"""Numbers, comparisons and bounds in prose that nothing backs."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Iterator

from lrnotes.model import Note, Place, Problem, Script
from lrnotes.vault.prose import SUPPORTING, Paragraph, Sentence, read_prose
from lrnotes.vault.sentences import plain_text

_NUMBER = re.compile(r"(?<![\w.#])\d[\d,]*(?:\.\d+)?(?:[eE][-+]?\d+)?(?!\w)")
_COMPARISON = re.compile(
    r"\b(?:faster|slower|larger|smaller|higher|lower|better|worse|fewer|greater|longer"
    r"|shorter|steeper|flatter|wider|narrower|sharper|always|never)\b",
    re.IGNORECASE,
)
_COUNTS = frozenset((0.0, 1.0, 2.0))
"""Numbers that name rather than measure: one step, twice, the zero."""
_LONGEST = 60
# "More than" alone is left out: after "no rate is" it says the opposite.
_LEAST = r"at least|(?:no|not) (?:less|fewer) than"
_MOST = r"at most|(?:no|not) more than|within"
_VALUE = r"(?<!`)`\{[^`{}]+\}\s+\w+\s*:(?P<spec>[^`]*\.\d+[a-zA-Z%]?[^`]*)`(?!`)"
_TO_VALUE = r"(?:\s+(?:a|by|of|in|to|at|some|only|factor))*\s+"
_BOUNDS = {
    way: re.compile(
        rf"\b(?:{before}){_TO_VALUE}{_VALUE}|{_VALUE.replace('spec', 'last')}"
        rf"\s+(?:times\s+)?(?:{after})(?=[\s.,;:)\]]*(?:$|[.,;:)\]]))",
        re.IGNORECASE,
    )
    for way, before, after in (
        ("down", _LEAST, "or more|at least"),
        ("up", _MOST, "or less|or fewer|at most"),
    )
}
"""How a bound is said before or after its value, and how that is to be rounded."""


def check_support(note: Note, scripts: Iterable[Script]) -> Iterator[Problem]:
    """Yield the unsupported numbers, comparisons and bounds of a note.

    A number is supported by a claim, proof, question, citation or inline value in its
    sentence, and as a setting where it is a literal in the code of ``scripts``, the
    ones that the note shows or cites.  A comparison is supported by any of these in
    its paragraph.  A question asserts nothing.  A bound whose value is rounded to the
    nearest may be false in its last digit.
    """
    settings = _COUNTS | {value for each in scripts for value in _literals(each)}
    for paragraph in read_prose(note.text):
        if paragraph.callout in SUPPORTING:
            continue
        for sentence in paragraph.sentences:
            yield from _check_numbers(note.path, sentence, settings)
            yield from _check_bounds(note.path, sentence)
        yield from _check_comparisons(note.path, paragraph)


def _check_numbers(
    path: str, sentence: Sentence, settings: Collection[float]
) -> Iterator[Problem]:
    if sentence.is_supported or sentence.is_question:
        return
    for found in _NUMBER.finditer(sentence.words):
        if float(found[0].replace(",", "")) not in settings:
            line = sentence.line + sentence.source.lstrip().count(
                "\n", 0, found.start()
            )
            what = (
                f'nothing backs the number {found[0]} in "{_shorten(sentence.plain)}"'
            )
            hint = "read it from the run: `{NAME.py} name:.3g`, or cite it"
            yield Problem("unsupported-number", Place(path, line), what, hint)


def _check_bounds(path: str, sentence: Sentence) -> Iterator[Problem]:
    """Yield the bounds of a sentence whose last digit may lie on the wrong side."""
    for way, bound in _BOUNDS.items():
        for found in bound.finditer(sentence.source):
            spec = found["spec"] or found["last"]
            digits = re.sub(r"\s+(?:up|down)$", "", spec.strip())
            if spec.strip() != f"{digits} {way}":
                line = sentence.line + sentence.source.count("\n", 0, found.start())
                what = f'"{_shorten(plain_text(found[0]))}" may be rounded past it'
                hint = f"write it as :{digits} {way}"
                yield Problem("rounded-bound", Place(path, line), what, hint)


def _check_comparisons(path: str, paragraph: Paragraph) -> Iterator[Problem]:
    if any(sentence.is_supported for sentence in paragraph.sentences):
        return
    for sentence in paragraph.sentences:
        found = _COMPARISON.search(sentence.words)
        if found and not sentence.is_question:
            what = f'nothing backs "{found[0]}" in "{_shorten(sentence.plain)}"'
            hint = "link a claim, a proof or a question, or cite"
            place = Place(path, sentence.line)
            yield Problem("unsupported-comparison", place, what, hint)


def _literals(script: Script) -> Iterator[float]:
    for cell in script.code:
        try:
            tree = ast.parse(cell.source)
        except (SyntaxError, ValueError):
            continue
        for node in ast.walk(tree):
            value = node.value if isinstance(node, ast.Constant) else None
            if isinstance(value, int | float) and not isinstance(value, bool):
                yield float(value)


def _shorten(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST].rpartition(' ')[0]} …"
