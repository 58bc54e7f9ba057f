"""Inline values in captions and alternative texts: ``{ratio:.1%}``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import escape

from lrnotes.model import Output, Problem, Result, Script
from lrnotes.scalars import format_scalar
from lrnotes.show.parts import literal_markdown
from lrnotes.show.streams import plain_text
from lrnotes.show.view import CellView

_MATHS = re.compile(r"(\$\$.+?\$\$|\$[^$\s](?:[^$]*[^$\s])?\$)", re.DOTALL)
_VALUE = re.compile(r"\{\{|\}\}|\{([^\W\d]\w*)(?::([^{}]*))?\}")
# In maths braces are TeX's own; a value there has a format.
_VALUE_IN_MATHS = re.compile(r"\{([^\W\d]\w*):([^{}]+)\}")


def fill_caption(view: CellView) -> str:
    """Return the caption as Markdown with its values; a missing one stands out."""
    text = view.cell.options.caption

    def write(name: str, spec: str) -> str:
        try:
            # A value is text, whatever it holds: no mark of Markdown may act.
            return literal_markdown(_value(view.result, name, spec))
        except ValueError as error:
            reason = escape(str(error))
            return f'<span class="lrn-unresolved" title="{reason}">{name}</span>'

    return _fill(text, write)


def fill_alt(view: CellView) -> str:
    """Return the alternative text with its values; a missing one shows its name."""

    def write(name: str, spec: str) -> str:
        try:
            return _value(view.result, name, spec)
        except ValueError:
            return name

    return plain_text(_fill(view.cell.options.alt, write))


def figure_problems(script: Script, index: int, result: Result) -> tuple[Problem, ...]:
    """Return what is wrong with the words of a cell's figures.

    That is a value that does not exist, and a shown figure without alternative text;
    a script that failed has said so already.
    """
    cell = script.code[index]
    options = cell.options
    if not result.passed:
        return ()
    reasons: dict[str, None] = {}

    def check(name: str, spec: str) -> str:
        try:
            return _value(result, name, spec)
        except ValueError as error:
            reasons[str(error)] = None
            return ""

    _fill(options.caption, check)
    _fill(options.alt, check)
    kind, hint = "unresolved-value", "double the braces of what is no value"
    problems = [Problem(kind, cell.place, reason, hint) for reason in reasons]
    outputs = result.outcomes[index].outputs
    is_shown = "output" in options.show and any(map(is_figure, outputs))
    if is_shown and not options.alt:
        what, hint = "this figure has no alternative text", "add a line #| alt: …"
        problems.append(Problem("missing-alt", cell.place, what, hint))
    return tuple(problems)


def is_figure(output: Output) -> bool:
    """Whether an output is a drawn figure."""
    return output.kind == "display_data" and "image/svg+xml" in output.data


def _value(result: Result | None, name: str, spec: str) -> str:
    if result is None:
        raise ValueError("the script has not been run")
    scalar = result.scalars.get(name)
    if scalar is None:
        raise ValueError(f'no top-level scalar named "{name}"')
    return format_scalar(scalar, spec)


def _fill(text: str, write: Callable[[str, str], str]) -> str:
    return "".join(_pieces(text, write))


def _pieces(text: str, write: Callable[[str, str], str]) -> Iterator[str]:
    def replace(found: re.Match[str]) -> str:
        if found[0] in ("{{", "}}"):
            return found[0][0]
        return write(found[1], found[2] or "")

    # `split` with one group gives prose and maths in turn.
    for index, piece in enumerate(_MATHS.split(text)):
        yield (_VALUE_IN_MATHS if index % 2 else _VALUE).sub(replace, piece)
