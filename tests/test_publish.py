"""What a build finds, gathered once for its messages and its report."""

import json

import pytest

from lrnotes import publish
from lrnotes.project import Project
from lrnotes.publish import Book
from lrnotes.settings import find_layout

NOTE = "# A\n\n[[nowhere]]\n\n```python exec\n#| captoin: no\n1\n```\n"


@pytest.fixture
def book(make_site) -> Book:
    layout = find_layout(make_site({"docs/index.md": NOTE}).root)
    assert layout is not None
    book = Book(Project.read(layout))
    book.make_index({})
    return book


def test_findings_are_gathered_once_and_reported_as_they_are(book, monkeypatch):
    gathered = []
    gather = Book.problems
    monkeypatch.setattr(
        Book, "problems", lambda self: gathered.append(gather(self)) or gathered[-1]
    )

    found = book.close()

    assert gathered == [found]
    assert [each.kind for each in found] == ["bad-option"]
    report = json.loads((book.project.layout.cache / "report.json").read_text())
    assert report["problems"] == [str(each) for each in found]


def test_a_report_that_cannot_be_written_is_one_more_finding(book, monkeypatch):
    def refuse(*_given):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(publish, "write_report", refuse)

    found = book.close()

    assert [each.kind for each in found] == ["bad-option", "run-remark"]
    assert "No space left on device" in found[-1].what
