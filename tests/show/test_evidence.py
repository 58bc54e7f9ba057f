"""Evidence shows both operands and the margin, in elements that fit a sentence."""

import pytest

from lrnotes.model import Evidence, Failure, Outcome
from lrnotes.show.evidence import (
    claim_evidence,
    claim_summary,
    claim_title,
    claim_verdict,
    evidence_line,
    operands,
)


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        ("passed", "passed"),
        ("failed", "failed"),
        ("not reached", "not run"),
        ("skipped", "not run"),
    ],
)
def test_a_claim_passed_failed_or_was_not_run(make, status, verdict):
    assert claim_verdict(make.result(Outcome(status)), 0) == verdict


def test_a_claim_of_a_script_without_result_was_not_run(script):
    assert claim_verdict(None, 1) == "not run"
    assert "not run" in claim_evidence(script, 1, None)


def test_the_sentence_of_a_claim_is_its_title_without_the_word(script):
    assert claim_title(script, 1) == "a tenth"


def test_evidence_holds_operands_margin_device_version_and_date(script, result, parse):
    page = parse(f"<p>{claim_evidence(script, 1, result)}</p>")
    rows = [node.text() for node in page.css(".lrn-evidence-row")]

    assert page.css_first(".lrn-evidence-head").text() == "✓ passed: a tenth"
    assert rows == ["ratio < 0.1", "held 0.00253 < 0.1", "margin 0.0975"]
    assert page.css_first(".lrn-evidence-where").text() == (
        "cpu · torch 2.13.0 · 2026-11-23"
    )


def test_evidence_may_stand_inside_a_sentence(script, result, parse):
    page = parse(f"<p>so {claim_evidence(script, 1, result)} it is</p>")

    assert len(page.css("#here > p")) == 1
    assert page.css_first("#here > p").text().endswith(" it is")


def test_the_summary_says_the_outcome_and_the_comparison(result):
    assert claim_summary(result, 1) == "passed: 0.00253 < 0.1"
    assert claim_summary(None, 1) == "not run"


def test_an_assert_that_is_no_comparison_shows_the_values_of_its_names():
    evidence = Evidence("all(falls)", 1, False, values=(("falls", "[True, False]"),))

    assert operands(evidence) == "falls = [True, False]"


def test_a_failed_assert_is_the_one_that_is_shown(make, parse):
    script = make.script(make.cell(title="claim: x"))
    evidence = (
        Evidence("a < b", 1, False, "2", "<", "1", "-1", times=3),
        Evidence("c < d", 2, True, "1", "<", "2", "1"),
    )
    result = make.result(Outcome("failed", evidence=evidence))

    line = parse(evidence_line(script, 0, result))

    assert line.css_first("summary").text() == "✗ failed 2 < 1"
    assert [node.text() for node in line.css(".lrn-failed .lrn-evidence-row")] == [
        "a < b",
        "did not hold 2 < 1",
        "margin -1",
        "evaluated 3 times",
    ]


def test_a_claim_that_failed_without_an_assert_shows_its_error(make):
    script = make.script(make.cell(title="claim: x"))
    failure = Failure("exception", "NameError", "name 'y' is not defined")
    result = make.result(Outcome("failed", failure=failure))

    assert "NameError: name &#x27;y&#x27; is not defined" in claim_evidence(
        script, 0, result
    )


def test_hostile_operands_are_escaped(make, stays_inside):
    script = make.script(make.cell(title="claim: </span></p><b>"))
    bad = "</code></span></p>\x00\x1b[1m"
    evidence = (Evidence(bad, 1, True, bad, bad, bad, bad),)
    html = claim_evidence(script, 0, make.result(Outcome("passed", evidence=evidence)))

    assert stays_inside(f"<p>{html}</p>")
    assert "\x00" not in html
    assert "<b>" not in html
