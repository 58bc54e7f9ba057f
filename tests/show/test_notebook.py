"""Executed notebooks are valid, stable, and the same run as the page."""

import json

import nbformat
import pytest

from lrnotes.model import Environment, Outcome, Output
from lrnotes.show.notebook import write_notebook


def read(text):
    notebook = nbformat.reads(text, as_version=4)
    nbformat.validate(notebook)
    return notebook


@pytest.mark.parametrize("themed", [False, True])
def test_a_notebook_is_valid_and_the_same_each_time(script, result, themed):
    text = write_notebook(script, result, themed=themed)

    assert read(text).nbformat_minor == 5
    assert write_notebook(script, result, themed=themed) == text


def test_a_notebook_holds_prose_code_and_outputs_in_order(script, result):
    cells = read(write_notebook(script, result)).cells

    assert [cell.cell_type for cell in cells] == ["markdown"] + ["code"] * 5
    assert cells[1].source == "lr = 0.4\nprint(lr)\nlr"
    assert [output.output_type for output in cells[1].outputs] == [
        "stream",
        "execute_result",
    ]
    assert cells[1].outputs[0].text == "0.4\n"
    assert cells[1].metadata == {"name": "the ravine", "title": "the ravine"}
    assert cells[2].metadata["tags"] == ["claim"]
    assert cells[2].source.startswith("#| label: tenth\n")
    assert list(cells[3].outputs[0].data) == ["image/svg+xml"]
    # Jupyter would also show what the call returns, which the figure shows already.
    assert cells[3].source == "ax.plot(path);"
    assert cells[5].outputs == []


def test_a_failed_cell_tells_its_line_in_the_file(script, result):
    (error,) = read(write_notebook(script, result)).cells[4].outputs

    assert error.output_type == "error"
    assert error.ename == "AssertionError"
    assert error.traceback == [
        "snippets/momentum.py:41: AssertionError: no\nsecond line"
    ]


def test_a_script_without_result_is_a_notebook_without_outputs(script):
    cells = read(write_notebook(script, None)).cells

    assert [cell.outputs for cell in cells if cell.cell_type == "code"] == [[]] * 5


def test_figures_of_a_themed_notebook_are_html_that_follows_the_page(script, result):
    cells = read(write_notebook(script, result, themed=True)).cells
    (figure,) = cells[3].outputs

    assert list(figure.data) == ["text/html"]
    assert "var(--lrn-c0,#0b4fd1)" in figure.data["text/html"]
    assert "<figcaption>After 60 steps: 0.3%.</figcaption>" in figure.data["text/html"]
    assert cells[2].source == "assert ratio < 0.1"


def test_a_themed_notebook_has_no_tags_which_its_page_would_show(script, result):
    cells = read(write_notebook(script, result, themed=True)).cells

    assert [cell.metadata for cell in cells if "tags" in cell.metadata] == []


def test_captions_of_a_themed_notebook_are_converted_by_whom_it_asks(script, result):
    text = write_notebook(
        script, result, themed=True, fill=lambda fragment: f"<i>{fragment.parts[0]}</i>"
    )

    assert read(text).cells[3].outputs[0].data["text/html"] == (
        "<i>After 60 steps: 0.3%.</i>"
    )


def test_cells_keep_their_ids_when_others_change(make):
    one = make.script(make.cell("a = 1"), make.cell("b = 2"), make.cell("a = 1"))
    two = make.script(make.cell("new"), make.cell("a = 1"), make.cell("b = 2"))
    ids = [
        [cell.id for cell in read(write_notebook(script, None)).cells]
        for script in (one, two)
    ]

    assert ids[1][1:] == ids[0][:2]
    assert len(set(ids[0])) == 3


def test_the_line_that_chose_the_device_stands_first_when_it_was_not_the_cpu(make):
    script = make.script(make.cell())
    result = make.result(Outcome("passed"))
    cuda = type(result)(
        result.key, result.outcomes, environment=Environment(device="cuda")
    )

    cells = read(write_notebook(script, cuda)).cells

    assert cells[0].source == 'import torch\n\ntorch.set_default_device("cuda")'


def test_pictures_and_odd_bytes_survive(make):
    picture = Output("display_data", data={"image/png": "iVBORw0KGgo="})
    script = make.script(make.cell())
    result = make.result(
        Outcome("passed", (make.stream("a\ud800\x1b[31mred\n"), picture))
    )
    text = write_notebook(script, result)

    outputs = json.loads(text.encode())["cells"][0]["outputs"]

    assert outputs[0]["text"] == ["a?\x1b[31mred\n"]
    assert outputs[1]["data"] == {"image/png": "iVBORw0KGgo="}


def test_a_cell_that_must_raise_says_so_to_jupyter_and_shows_the_error(make):
    script = make.script(make.cell("int('x')", raises="ValueError"))
    printed = make.stream("ValueError: no: number\n", "stderr")
    result = make.result(Outcome("passed", (make.stream("before\n"), printed)))

    (cell,) = read(write_notebook(script, result)).cells
    stream, error = cell.outputs

    assert cell.metadata["tags"] == ["raises-exception"]
    assert stream.text == "before\n"
    assert (error.ename, error.evalue) == ("ValueError", "no: number")
