"""What a laptop may lack, CI must have."""

from pathlib import Path

import pytest

CONFTEST = Path(__file__).with_name("conftest.py")
TEST = """\
import pytest


@pytest.fixture
def browser():
    pytest.skip("no Chromium: not found")


def test_package():
    pytest.importorskip("nothing_of_this_name")


def test_browser(browser):
    pass


@pytest.mark.skipif(True, reason="signals")
def test_of_another_platform():
    pass
"""
MODULE = """\
import pytest

pytest.importorskip("nothing_of_this_name")
"""


@pytest.mark.parametrize(
    ("ci", "fates"),
    [("true", {"failed": 1, "errors": 2, "skipped": 1}), ("", {"skipped": 4})],
)
def test_a_missing_tool_skips_on_a_laptop_and_fails_in_ci(
    pytester, monkeypatch, ci, fates
):
    monkeypatch.setenv("CI", ci)
    pytester.makeconftest(CONFTEST.read_text(encoding="utf-8"))
    pytester.makepyfile(TEST, test_module=MODULE)

    result = pytester.runpytest_subprocess(
        "-q", "-rs", "--continue-on-collection-errors", "-p", "no:cacheprovider"
    )

    assert {key: result.parseoutcomes()[key] for key in fates} == fates
    if ci:
        result.stdout.fnmatch_lines(["*in CI nothing may be missing: *Chromium*"])
