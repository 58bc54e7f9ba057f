"""The evidence of a claim: outcome, operands, margin, device, versions."""

from __future__ import annotations

import re
from html import escape
from typing import Literal

from lrnotes.model import Evidence, Result, Script
from lrnotes.show.failures import describe_failure
from lrnotes.show.provenance import format_date, format_environment
from lrnotes.show.streams import cap_text, plain_text

Verdict = Literal["passed", "failed", "not run"]

_CLASSES = {"passed": "lrn-passed", "failed": "lrn-failed", "not run": "lrn-unknown"}
_SIGNS = {"passed": "✓", "failed": "✗", "not run": "?"}


def claim_verdict(result: Result | None, index: int) -> Verdict:
    """Return the outcome of a claim cell in the words that readers see."""
    status = result.outcomes[index].status if result else "not reached"
    return status if status in ("passed", "failed") else "not run"


def claim_mark(verdict: Verdict) -> str:
    """Return the small mark of an outcome; the word is there for those who hear it."""
    return (
        f'<span class="lrn-mark {_CLASSES[verdict]}">'
        f'<span aria-hidden="true">{_SIGNS[verdict]}</span> {verdict}</span>'
    )


def claim_title(script: Script, index: int) -> str:
    """Return the sentence of a claim, without the word that makes it one."""
    title = re.sub(r"(?i)^claim:\s*", "", script.code[index].title)
    return title or script.code[index].options.label or f"claim {index + 1}"


def claim_evidence(script: Script, index: int, result: Result | None) -> str:
    """Return the body of the popover, in elements that may stand inside a sentence."""
    verdict = claim_verdict(result, index)
    title = escape(claim_title(script, index), quote=False)
    pieces = [
        f'<span class="lrn-evidence-head">{claim_mark(verdict)}: '
        f"<strong>{title}</strong></span>"
    ]
    if result is not None:
        outcome = result.outcomes[index]
        pieces += [_assert_html(evidence) for evidence in outcome.evidence]
        if outcome.failure and not any(not each.passed for each in outcome.evidence):
            reason = cap_text(describe_failure(outcome.failure), 400)
            pieces.append(f'<span class="lrn-evidence-row">{escape(reason)}</span>')
        if outcome.reason:
            reason = plain_text(outcome.reason)
            pieces.append(f'<span class="lrn-evidence-row">{escape(reason)}</span>')
        where = format_environment(result.environment)
        line = escape(" · ".join(filter(None, (where, format_date(result.date)))))
        pieces.append(f'<span class="lrn-evidence-where lrn-quiet">{line}</span>')
    return "".join(pieces)


def claim_summary(result: Result | None, index: int) -> str:
    """Return outcome and comparison in a few words, for those who hear the page."""
    verdict = claim_verdict(result, index)
    evidence = nearest_evidence(result, index)
    if evidence is None or not evidence.left:
        return verdict
    return f"{verdict}: {evidence.left} {evidence.operator} {evidence.right}"


def evidence_line(script: Script, index: int, result: Result) -> str:
    """Return the line under a claim cell: what was compared; it opens."""
    evidence = nearest_evidence(result, index)
    compared = escape(operands(evidence), quote=False) if evidence else ""
    shown = f"<code>{compared}</code>" if compared else "evidence"
    mark = claim_mark(claim_verdict(result, index))
    return (
        '<details class="lrn-provenance" data-search-exclude>'
        f"<summary>{mark} {shown}</summary>"
        f'<p class="lrn-evidence-body">{claim_evidence(script, index, result)}</p>'
        "</details>"
    )


def nearest_evidence(result: Result | None, index: int) -> Evidence | None:
    """Return the assert to show where one has room: a failed one, or the last."""
    found = result.outcomes[index].evidence if result else ()
    failed = [each for each in found if not each.passed]
    return next(iter((*failed, *found[-1:])), None)


def operands(evidence: Evidence) -> str:
    """Return what was compared: ``0.0025 < 0.1``, or the names and their values."""
    if evidence.left:
        compared = f"{evidence.left} {evidence.operator} {evidence.right}"
    else:
        compared = ", ".join(f"{name} = {value}" for name, value in evidence.values)
    return cap_text(plain_text(compared), 400)


def _assert_html(evidence: Evidence) -> str:
    source = escape(cap_text(plain_text(evidence.source), 400), quote=False)
    rows = [
        f'<span class="lrn-evidence-row"><code>{source}</code></span>',
        _row("held" if evidence.passed else "did not hold", operands(evidence)),
        _row("margin", plain_text(evidence.margin)),
        _row("evaluated", f"{evidence.times} times" if evidence.times > 1 else ""),
    ]
    verdict = _CLASSES["passed" if evidence.passed else "failed"]
    return f'<span class="lrn-assert {verdict}">{"".join(rows)}</span>'


def _row(name: str, value: str) -> str:
    if not value:
        return ""
    return (
        f'<span class="lrn-evidence-row"><span class="lrn-quiet">{name}</span> '
        f"<code>{escape(value, quote=False)}</code></span>"
    )
