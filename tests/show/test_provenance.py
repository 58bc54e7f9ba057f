"""Provenance is one quiet line that opens to all that a result depends on."""

import pytest
from msgspec.structs import replace

from lrnotes.model import Dependency, Environment
from lrnotes.show.provenance import device_line, format_seconds, provenance_html


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "under 0.1 s"),
        (0.0999, "under 0.1 s"),
        (0.81, "0.8 s"),
        (3.14, "3.1 s"),
        (59.6, "60 s"),
    ],
)
def test_durations_are_read_at_a_glance(seconds, shown):
    assert format_seconds(seconds) == shown


def test_provenance_opens_to_versions_device_dependencies_date_and_key(result, parse):
    page = parse(provenance_html(result, 0.2))
    rows = [node.text() for node in page.css("dl > *")]

    assert page.css_first("summary").text() == "ran in 0.2 s on cpu · torch 2.13.0"
    assert dict(zip(rows[::2], rows[1::2], strict=True)) == {
        "date": "2026-11-23 10:11:12 UTC",
        "device": "cpu (AVX2), 1 thread",
        "script": "3.1 s",
        "Python": "3.11.7",
        "torch": "2.13.0",
        "matplotlib": "3.11.2",
        "files": "snippets/plots.py",
        "looked for, absent": "snippets/local.py",
        "packages": "torch 2.13.0",
        "key": "0123456789abcdef",
    }


def test_what_is_not_known_is_not_shown(result, parse):
    bare = replace(result, environment=Environment(), dependencies=(), date="")
    page = parse(provenance_html(bare, 0.2))

    assert page.css_first("summary").text() == "ran in 0.2 s on cpu"
    assert [node.text() for node in page.css("dt")] == ["device", "script", "key"]


def test_many_dependencies_are_counted(result):
    many = tuple(Dependency("file", f"data/{n}.csv", "x") for n in range(50))

    assert " and 10 more" in provenance_html(replace(result, dependencies=many), 1)


def test_the_line_that_chose_the_device_is_shown_when_it_was_not_the_cpu(result):
    cuda = replace(result, environment=Environment(device="cuda:1"))

    assert device_line(cuda.environment) == 'torch.set_default_device("cuda:1")'
    assert device_line(result.environment) == ""
    assert "torch.set_default_device" in provenance_html(cuda, 1)
