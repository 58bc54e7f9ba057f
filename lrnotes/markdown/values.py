"""Inline values: `` `{python} name:.3g` `` is what a run left in a name."""

from __future__ import annotations

import re
from typing import Any
from xml.etree.ElementTree import Element

from markdown.inlinepatterns import BACKTICK_RE, BacktickInlineProcessor
from markdown.util import AMP_SUBSTITUTE, AtomicString

from lrnotes.markdown.conversion import Conversion, hint_nearest
from lrnotes.scalars import format_scalar

_VALUE = re.compile(r"\{(python|[^{}`]+\.py)\}\s+([^\W\d]\w*)\s*(?::([^`]*))?")


class ValueProcessor(BacktickInlineProcessor):
    """Writes inline values; leaves every other code span to the builder's processor."""

    def __init__(self, conversion: Conversion) -> None:
        """Work for one conversion."""
        super().__init__(BACKTICK_RE)
        self.conversion = conversion

    def handleMatch(  # type: ignore[override]
        self, m: re.Match[str], data: str
    ) -> tuple[Element | str | None, int | None, int | None]:
        """Return the element of a value; None with the end of what to step over."""
        if "`{" not in data:
            return None, m.start(), len(data)
        if m[1]:
            return None, m.start(), m.end()
        # The library's hints say less than the method does.
        span: Any = self.find_code_spans(m.start(), data)
        start, end = span
        if end is None:
            return None, m.start(), start
        after = end + start - m.start()
        # Only one tick makes a value; with two it is shown as it stands.
        if start - m.start() == 1:
            value = _VALUE.fullmatch(data[start:end].strip())
            if value:
                raw = data[m.start() : after]
                return _make_element(self.conversion, value, raw), m.start(), after
        return None, m.start(), after


def _make_element(conversion: Conversion, value: re.Match[str], raw: str) -> Element:
    source, name, spec = value[1], value[2], (value[3] or "").strip()
    conversion.meet(raw)
    script = _script(conversion, source)
    scalars = conversion.index.values.get(script, {}) if script else {}
    if script is None:
        near = conversion.index.vault.nearest(source)
        hint = f"nearest: {', '.join(near)}" if near else ""
        return _unresolved(conversion, raw, f'no snippet named "{source}"', hint)
    if name not in scalars:
        what = f'no number or text named "{name}" at the end of {script}'
        return _unresolved(conversion, raw, what, hint_nearest(name, list(scalars)))
    try:
        text = format_scalar(scalars[name], spec)
    except ValueError as error:
        return _unresolved(conversion, raw, str(error), "")
    if scalars[name].kind != "str" and text.startswith("-"):
        text = f"−{text[1:]}"  # as typographers write it, and as a note's own text does
    said = {"class": "lrn-value", "title": f"{name} in {script}"}
    element = Element("span", said)
    # What looks like an entity is text here.
    element.text = AtomicString(text.replace("&", f"{AMP_SUBSTITUTE}amp;"))
    return element


def _script(conversion: Conversion, source: str) -> str | None:
    if source == "python":
        return conversion.path
    return conversion.index.vault.resolve(source, conversion.path).path


def _unresolved(conversion: Conversion, raw: str, what: str, hint: str) -> Element:
    conversion.report("unresolved-value", raw, what, hint)
    element = Element("span", {"class": "lrn-unresolved", "title": what})
    element.text = AtomicString(raw.strip("`"))
    return element
