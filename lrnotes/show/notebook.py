"""A script and its result as an executed notebook, nbformat 4.5."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from lrnotes.model import Cell, Failure, Fragment, Output, Result, Script
from lrnotes.run.silence import silence
from lrnotes.show.captions import is_figure
from lrnotes.show.cells import under_outputs
from lrnotes.show.failures import failure_box, failure_place
from lrnotes.show.markup import balance
from lrnotes.show.outputs import IMAGES, Shown, show_outputs
from lrnotes.show.parts import Parts
from lrnotes.show.provenance import device_line
from lrnotes.show.streams import cap_text, plain_text
from lrnotes.show.view import CellView, Links
from lrnotes.text.options import shown_source


def write_notebook(
    script: Script,
    result: Result | None,
    *,
    themed: bool = False,
    fill: Callable[[Fragment], str] | None = None,
    links: Links | None = None,
) -> str:
    """Return the notebook as JSON text, the same for the same script and result.

    With ``themed`` its figures are HTML that follows a page's theme, for a builder, with
    evidence, provenance and ``links`` below them, and ``fill`` converts their captions;
    otherwise they are plain SVG, for any reader of notebooks.
    """
    fill = fill or _as_written
    links = links or Links()
    ids: set[str] = set()
    cells: list[dict[str, Any]] = []
    line = device_line(result.environment) if result else ""
    if line and not themed:
        source = f"import torch\n\n{line}"
        cells.append(_code_cell(source, _new_id(source, ids), {}, 0))
    index = 0
    for cell in script.cells:
        if cell.kind == "text":
            cells.append(_text_cell(cell.source, _new_id(cell.source, ids)))
            continue
        source = shown_source(cell) if themed else _as_silent(cell, result, index)
        # A page would show a cell's tags, bare, above its title.
        metadata = {} if themed else _metadata(cell)
        made = _code_cell(source, _new_id(cell.source, ids), metadata, index + 1)
        if result is not None:
            view = CellView(script, index, result, links=links)
            shown = _themed_outputs(view, result, fill) if themed else None
            made["outputs"] = _outputs(script, index, result, shown)
        cells.append(made)
        index += 1
    return json.dumps(_notebook(cells, result), ensure_ascii=False, indent=1) + "\n"


def _text_cell(source: str, cell_id: str) -> dict[str, Any]:
    return {
        "cell_type": "markdown",
        "id": cell_id,
        "metadata": {},
        "source": _lines(source),
    }


def _as_silent(cell: Cell, result: Result | None, index: int) -> str:
    """Return a cell's source; where it drew and showed no value, Jupyter is not to."""
    outcome = result.outcomes[index] if result else None
    if outcome is None or outcome.status != "passed":
        return cell.source
    kinds = {output.kind for output in outcome.outputs}
    is_drawn = "display_data" in kinds and "execute_result" not in kinds
    return silence(cell.source) if is_drawn else cell.source


def _notebook(cells: list[dict[str, Any]], result: Result | None) -> dict[str, Any]:
    metadata: dict[str, Any] = {
        "kernelspec": {
            "display_name": "Python 3",
            "language": "python",
            "name": "python3",
        },
        "language_info": {"file_extension": ".py", "name": "python"},
    }
    if result is not None:
        metadata["lrnotes"] = {"date": result.date, "key": result.key}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def _code_cell(
    source: str, name: str, metadata: dict[str, Any], count: int
) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": count or None,
        "id": name,
        "metadata": metadata,
        "outputs": [],
        "source": _lines(source),
    }


def _metadata(cell: Cell) -> dict[str, Any]:
    metadata: dict[str, Any] = {}
    if cell.names:
        metadata["name"] = cell.names[0]
    if cell.title:
        metadata["title"] = cell.title
    tags = ["claim"] * cell.is_claim + ["raises-exception"] * bool(cell.options.raises)
    if tags:
        metadata["tags"] = tags
    return metadata


def _outputs(
    script: Script,
    index: int,
    result: Result,
    shown: list[dict[str, Any]] | None = None,
) -> list[dict[str, Any]]:
    outcome = result.outcomes[index]
    outputs = shown
    if outputs is None:
        outputs = [_output(output, index + 1) for output in outcome.outputs]
        if script.code[index].options.raises and outcome.status == "passed":
            # What was meant to be raised comes last, printed as Python prints it.
            outputs[-1:] = [_raised(outcome.outputs[-1])]
    if outcome.failure and shown is None:
        outputs = [*outputs, _error(script, index, outcome.failure)]
    return outputs


def _themed_outputs(
    view: CellView, result: Result, fill: Callable[[Fragment], str]
) -> list[dict[str, Any]]:
    """Return what the cell shows: figures, where it comes from, its failure at the end."""
    index = view.index
    outcome = result.outcomes[index]
    figures = tuple(output for output in outcome.outputs if is_figure(output))
    others = [each for each in outcome.outputs if not is_figure(each)]
    outputs = [_output(output, index + 1) for output in others]
    parts = Parts()
    shown = Shown("")
    if figures:
        drawn = replace(outcome, outputs=figures)
        outcomes = (*result.outcomes[:index], drawn, *result.outcomes[index + 1 :])
        alone = replace(result, outcomes=outcomes)
        uid = f"lrn-figure-{index}"
        shown = show_outputs(replace(view, result=alone, uid=uid), parts)
    under = under_outputs(view, shown.tools, shows_code=True)
    fragment = parts.fragment(shown.html + under)
    html = fill(fragment) if fragment.parts else fragment.html
    if outcome.failure:
        html += failure_box(view, outcome.failure)
    if html:
        outputs.append(_display({"text/html": _lines(html)}))
    return outputs


def _as_written(fragment: Fragment) -> str:
    html = fragment.html
    for index, text in enumerate(fragment.parts):
        html = html.replace(f"\x02md{index}\x03", balance(text))
    return html


def _output(output: Output, count: int) -> dict[str, Any]:
    if output.kind == "stream":
        text = cap_text(output.data.get("text/plain", ""), 200_000)
        name = output.name or "stdout"
        return {"name": name, "output_type": "stream", "text": _lines(text)}
    data = {
        kind: content if kind in IMAGES else _lines(content)
        for kind, content in sorted(output.data.items())
    }
    if output.kind == "execute_result":
        return _display(data) | {
            "execution_count": count,
            "output_type": "execute_result",
        }
    return _display(data)


def _display(data: dict[str, Any]) -> dict[str, Any]:
    return {"data": data, "metadata": {}, "output_type": "display_data"}


def _error(script: Script, index: int, failure: Failure) -> dict[str, Any]:
    place = failure_place(script, index, failure)
    message = plain_text(failure.message)
    name = failure.name or failure.kind
    return {
        "ename": name,
        "evalue": message,
        "output_type": "error",
        "traceback": [f"{place}: {name}: {message}"],
    }


def _raised(printed: Output) -> dict[str, Any]:
    """Return the error output of a cell that raised what it was to raise."""
    text = plain_text(printed.data["text/plain"]).removesuffix("\n")
    name, _, message = text.partition(": ")
    return {
        "ename": name,
        "evalue": message,
        "output_type": "error",
        "traceback": text.split("\n"),
    }


def _new_id(source: str, taken: set[str]) -> str:
    """Return an id made from the content; a repeated cell gets another."""
    number = 0
    while True:
        text = f"{source}\0{number}"
        name = hashlib.sha256(text.encode(errors="replace")).hexdigest()[:12]
        if name not in taken:
            taken.add(name)
            return name
        number += 1


def _lines(text: str) -> list[str]:
    """Return the lines with their ends, as notebooks keep text."""
    # Halves of characters cannot be written as UTF-8.
    pieces = text.encode(errors="replace").decode().split("\n")
    kept = [f"{piece}\n" for piece in pieces[:-1]]
    return kept + ([pieces[-1]] if pieces[-1] else [])
