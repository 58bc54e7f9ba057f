"""Citations as Pandoc writes them: ``[see @a, § 3; @b]`` and ``@a`` in the sentence."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement

from markdown.inlinepatterns import InlineProcessor
from markdown.util import AtomicString
from msgspec import Struct

from lrnotes.markdown.context import Work
from lrnotes.markdown.conversion import Conversion
from lrnotes.vault.nearest import nearest

KEY = r"[^\W_](?:[\w:.#$%&+?<>~/-]*\w)?"
BRACKETED = rf"(?<!!)\[((?:[^\[\]@]*\s)?-?@{KEY}[^\[\]]*)\](?![(\[])"
IN_SENTENCE = rf"(?<![\w@./\\-])@({KEY})(?:\s\[([^\[\]@]+)\](?![(\[]))?"
_NO_ADDRESS = rf"(?![ ]{{0,3}}\[[^\[\]]*-?@{KEY}[^\[\]]*\]:[ ]*(?!\S*[/:.]\w)\S)"
"""A citation before a colon, and a word after it: no definition of a link."""
_ONE = re.compile(rf"\s*(?P<before>.*?)\s*(?P<quiet>-?)@(?P<key>{KEY})(?P<after>.*)")
_UNSAFE = re.compile(r"[^\w.:-]+")


class _Citation(Struct, frozen=True):
    """One work among those of a bracket."""

    key: str
    before: str = ""
    after: str = ""
    is_quiet: bool = False
    """Whether the authors are left out: ``-@key``."""


def spare_citations(conversion: Conversion) -> None:
    """Let a line such as ``[@a]: yes`` be text; Python-Markdown would define a link."""
    reference = conversion.md.parser.blockprocessors["reference"]
    pattern: re.Pattern[str] = reference.RE  # type: ignore[attr-defined]
    spared = "^" + _NO_ADDRESS + pattern.pattern.removeprefix("^")
    conversion.changes.set(reference, "RE", re.compile(spared, re.MULTILINE))


class BracketedProcessor(InlineProcessor):
    """Makes links to the reference list of ``[@a, § 3; @b]``."""

    def __init__(self, conversion: Conversion) -> None:
        """Work for one conversion."""
        super().__init__(BRACKETED, conversion.md)
        self.conversion = conversion

    def handleMatch(  # type: ignore[override]
        self,
        m: re.Match[str],
        data: str,  # noqa: ARG002 the library's signature
    ) -> tuple[Element | None, int | None, int | None]:
        """Return the citation; None where the bracket is a reference link."""
        if m[1].lower() in self.conversion.md.references:
            return None, None, None
        citations = [_read_citation(part) for part in m[1].split(";")]
        if None in citations:
            return None, None, None
        raw = self.conversion.restore(m[0], escapes=True)
        self.conversion.meet(raw)
        shell = Element("span", {"class": "lrn-citation"})
        shell.text = "("
        last: Element | None = None
        for citation in citations:
            if citation is None:
                continue
            if last is not None:
                last.tail = (last.tail or "") + "; "
            last = _append_citation(shell, self.conversion, citation, raw)
        if last is not None:
            last.tail = (last.tail or "") + ")"
        return shell, m.start(), m.end()


class SentenceProcessor(InlineProcessor):
    """Makes links to the reference list of ``@a`` and ``@a [§ 3]``."""

    ANCESTOR_EXCLUDES = ("a",)

    def __init__(self, conversion: Conversion) -> None:
        """Work for one conversion."""
        super().__init__(IN_SENTENCE, conversion.md)
        self.conversion = conversion

    def handleMatch(  # type: ignore[override]
        self,
        m: re.Match[str],
        data: str,  # noqa: ARG002 the library's signature
    ) -> tuple[Element | None, int | None, int | None]:
        """Return the citation; None where the word is no key, as in ``@torch.jit``."""
        works = self.conversion.index.works
        work = works.get(m[1])
        if work is None:
            near = nearest(m[1], works, 1) if works else []
            if near:
                self.conversion.meet(m[0])
                _report(self.conversion, m[1], m[0])
            return None, None, None
        self.conversion.meet(m[0])
        self.conversion.found.cited.setdefault(work.key)
        shell = Element("span", {"class": "lrn-citation"})
        link = SubElement(shell, "a", _address(work))
        locator = f", {m[2].strip()}" if m[2] else ""
        link.text = AtomicString(f"{_authors(work)} ({_year(work)}{locator})")
        return shell, m.start(), m.end()


def _read_citation(text: str) -> _Citation | None:
    found = _ONE.fullmatch(text)
    if not found:
        return None
    after = found["after"].strip()
    return _Citation(found["key"], found["before"], after, bool(found["quiet"]))


def _append_citation(
    shell: Element, conversion: Conversion, citation: _Citation, raw: str
) -> Element:
    work = conversion.index.works.get(citation.key)
    if citation.before:
        _append_text(shell, citation.before + " ")
    if work is None:
        _report(conversion, citation.key, raw)
        title = {"class": "lrn-unresolved", "title": f'no work "{citation.key}"'}
        element = SubElement(shell, "span", title)
        element.text = AtomicString(f"@{citation.key}")
    else:
        conversion.found.cited.setdefault(work.key)
        element = SubElement(shell, "a", _address(work))
        year = _year(work)
        named = year if citation.is_quiet else f"{_authors(work)}, {year}"
        element.text = AtomicString(named)
    if citation.after:
        comma = "" if citation.after.startswith(",") else " "
        element.tail = comma + citation.after
    return element


def _append_text(shell: Element, text: str) -> None:
    if len(shell):
        shell[-1].tail = (shell[-1].tail or "") + text
    else:
        shell.text = (shell.text or "") + text


def _report(conversion: Conversion, key: str, raw: str) -> None:
    index = conversion.index
    what = f'no work "{key}" in {index.bibliography}'
    near = nearest(key, index.works)
    hint = f"nearest: {', '.join(near)}" if near else ""
    conversion.report("unresolved-citation", raw, what, hint)


def reference_id(key: str) -> str:
    """Return the id of a work's entry in the reference list."""
    return "ref-" + _UNSAFE.sub("-", key)


def _address(work: Work) -> dict[str, str]:
    return {"class": "lrn-cite", "href": f"#{reference_id(work.key)}"}


def _authors(work: Work) -> str:
    families = [family or given for family, given in work.authors]
    match families:
        case []:
            return work.title or work.key
        case [one]:
            return one
        case [one, two]:
            return f"{one} and {two}"
        case _:
            return f"{families[0]} et al."


def _year(work: Work) -> str:
    return work.year or "n.d."
