"""TeX to HTML while building, by KaTeX where it can run, else by latex2mathml."""

from __future__ import annotations

import atexit
import functools
import hashlib
import importlib.util
import json
import re
import threading
from collections.abc import MutableMapping, Sequence
from importlib import resources
from typing import Any

from msgspec import Struct

_LOCK = threading.Lock()
_MENDED = "3"
"""What is made of KaTeX's answers; another name makes the stored ones misses."""
_NAME = re.compile(r"<mi[^>]*>[^<]*</mi><mo>\u2061</mo>")
"""A function's name and its invisible bracket, where MathML may want one element."""
_RENDER = """
function lrnotesRender(formulas) {
  return JSON.stringify(JSON.parse(formulas).map(([tex, display]) => {
    try {
      return ["", katex.renderToString(tex, {
        displayMode: display, output: "htmlAndMathml", throwOnError: true,
        strict: false, trust: false, maxExpand: 1000,
      })];
    } catch (error) {
      return [String(error.message || error), ""];
    }
  }));
}
"""


class Formula(Struct, frozen=True):
    """Maths as the author wrote it."""

    tex: str
    is_display: bool = False


class Rendered(Struct, frozen=True):
    """A formula's HTML, or why there is none."""

    html: str
    error: str = ""


def render_formulas(
    formulas: Sequence[Formula], known: MutableMapping[str, str]
) -> dict[Formula, Rendered] | None:
    """Return each formula's HTML; None where nothing here can render maths.

    ``known`` is asked first and learns what was rendered; only a formula that it does
    not know starts an engine.
    """
    engine = find_engine()
    if not engine:
        return None
    wanted = dict.fromkeys(formulas)
    keys = {each: _key(engine, each) for each in wanted}
    missing = [each for each in wanted if keys[each] not in known]
    failed: dict[Formula, Rendered] = {}
    if missing:
        for each, rendered in zip(missing, _render(engine, missing), strict=True):
            if rendered.error:
                failed[each] = rendered
            else:
                known[keys[each]] = rendered.html
    return {each: failed.get(each) or Rendered(known[keys[each]]) for each in wanted}


def _key(engine: str, formula: Formula) -> str:
    kind = "display" if formula.is_display else "inline"
    return f"{engine} {kind} {formula.tex}"


@functools.cache
def find_engine() -> str:
    """Return the name and version of what renders maths here; empty for nothing."""
    script = _script_file()
    if importlib.util.find_spec("py_mini_racer") and script.is_file():
        version = hashlib.sha256(script.read_bytes()).hexdigest()[:12]
        return f"katex-{version}-{_MENDED}"
    return "latex2mathml" if importlib.util.find_spec("latex2mathml") else ""


def _script_file() -> Any:
    return resources.files("lrnotes") / "assets/vendor/katex/katex.min.js"


def _render(engine: str, formulas: Sequence[Formula]) -> list[Rendered]:
    if engine == "latex2mathml":
        return [_to_mathml(each) for each in formulas]
    asked = json.dumps([(each.tex, each.is_display) for each in formulas])
    with _LOCK:
        answered = json.loads(_start_katex().call("lrnotesRender", asked))
    return [Rendered(_mend(html), error) for error, html in answered]


def _mend(html: str) -> str:
    """Return KaTeX's HTML, valid, with two of its three forms kept from searches."""
    html = _NAME.sub(r"<mrow>\g<0></mrow>", html)
    for start in ('<span class="katex-html" aria-hidden="true"', "<annotation"):
        html = html.replace(start, f"{start} data-search-exclude")
    return html


@functools.cache
def _start_katex() -> Any:
    from py_mini_racer import MiniRacer

    context = MiniRacer()
    # Closed by the garbage collector at the end, it waits for a thread that is gone.
    atexit.register(context.close)
    context.eval(_script_file().read_text(encoding="utf-8"))
    context.eval(_RENDER)
    return context


def _to_mathml(formula: Formula) -> Rendered:
    from latex2mathml.converter import convert

    display = "block" if formula.is_display else "inline"
    try:
        return Rendered(convert(formula.tex, display=display))
    except Exception as error:
        return Rendered("", f"{type(error).__name__}: {error}")
