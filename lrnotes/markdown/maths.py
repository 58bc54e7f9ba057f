"""Maths: what arithmatex marked is rendered while building."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from xml.etree.ElementTree import Element

from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

from lrnotes.markdown.conversion import Conversion
from lrnotes.markdown.tex import Formula, Rendered, find_engine, render_formulas
from lrnotes.model import Place, Problem

_INLINE = re.compile(r"\\\((.*)\\\)", re.DOTALL)
_BLOCK = re.compile(r"\\\[(.*)\\\]", re.DOTALL)
_MARKS = re.compile(r"[,.;:!?)\]’”\"'-]+")
"""What belongs to the word before it."""
_COMMAND = re.compile(r"\\([A-Za-z]+)\s*")
_LAYOUT = re.compile(r"\\(?:[()\[\],;!]|(?:left|right|mathrm|mathbf|text)(?![A-Za-z]))")
_SIGNS = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε",
    "varepsilon": "ε", "zeta": "ζ", "eta": "η", "theta": "θ", "kappa": "κ",
    "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ",
    "sigma": "σ", "tau": "τ", "phi": "φ", "varphi": "φ", "chi": "χ", "psi": "ψ",
    "omega": "ω", "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ",
    "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω", "nabla": "∇",
    "partial": "∂", "times": "×", "cdot": "·", "to": "→", "infty": "∞", "le": "≤",
    "leq": "≤", "ge": "≥", "geq": "≥", "neq": "≠", "ne": "≠", "approx": "≈",
    "sim": "∼", "propto": "∝", "pm": "±", "sqrt": "√", "sum": "Σ", "ell": "ℓ",
}  # fmt: skip


class MathsTreeprocessor(Treeprocessor):
    """Renders the maths of a page, after its headings have got their ids."""

    def __init__(self, conversion: Conversion) -> None:
        """Work for one conversion."""
        super().__init__(conversion.md)
        self.conversion = conversion

    def run(self, root: Element) -> None:
        """Replace what arithmatex marked by rendered maths."""
        if not self.conversion.index.maths:
            return
        found = list(_find(root))
        if not found:
            return
        formulas = [formula for _, formula in found]
        index = self.conversion.index
        rendered = render_formulas(formulas, index.formulas)
        self._remark_engine()
        if rendered is None:
            return
        parents = {child: parent for parent in root.iter() for child in parent}
        for element, formula in found:
            shown = rendered[formula]
            self._show(element, formula, shown)
            marks = _MARKS.match(element.tail or "")
            if marks and not formula.is_display and _is_whole(shown):
                _hold_together(parents[element], element, marks[0])

    def _remark_engine(self) -> None:
        """Say once a build when something else than KaTeX shows the maths."""
        engine, problems = find_engine(), self.conversion.index.problems
        if engine.startswith("katex") or "" in problems:
            return
        what = f"maths is rendered by {engine}" if engine else "maths is not rendered"
        place = Place(self.conversion.path)
        hint = "pip install mini-racer, for KaTeX"
        problems[""] = (Problem("run-remark", place, what, hint),)

    def _show(self, element: Element, formula: Formula, rendered: Rendered) -> None:
        display = " lrn-display" if formula.is_display else ""
        element.set("class", f"lrn-maths{display}")
        if not rendered.error:
            stored = self.conversion.md.htmlStash.store(rendered.html)
            element.text = AtomicString(stored)
            return
        element.set("class", f"lrn-maths{display} lrn-tex-error")
        element.set("title", rendered.error)
        element.text = AtomicString(formula.tex)
        raw = formula.tex.strip()
        self.conversion.meet(raw)
        what = f"this maths cannot be read: {rendered.error}"
        self.conversion.report("bad-maths", raw, what)


class HeadingLabelTreeprocessor(Treeprocessor):
    """Gives headings with maths a label that a table of contents can show."""

    def run(self, root: Element) -> None:
        """Set the label before the toc extension looks for it."""
        for heading in root.iter():
            if heading.tag not in ("h1", "h2", "h3", "h4", "h5", "h6"):
                continue
            if "data-toc-label" not in heading.attrib and any(_find(heading)):
                heading.set("data-toc-label", _readable(heading))


def _find(root: Element) -> Iterable[tuple[Element, Formula]]:
    """Yield the elements that arithmatex made, and their maths."""
    for element in root.iter():
        if element.get("class") != "arithmatex" or not element.text or len(element):
            continue
        inline = _INLINE.fullmatch(element.text.strip())
        if inline:
            yield element, Formula(inline[1].strip())
            continue
        block = _BLOCK.fullmatch(element.text.strip())
        if block:
            # Block maths has been escaped for HTML, inline maths has not.
            yield element, Formula(html.unescape(block[1]).strip(), is_display=True)


def _is_whole(rendered: Rendered) -> bool:
    """Return whether no line may break inside; KaTeX lets lines break between bases."""
    return not rendered.error and rendered.html.count('class="katex-base"') == 1


def _hold_together(parent: Element, maths: Element, marks: str) -> None:
    """Let no line break before the marks: beside a box browsers break anywhere."""
    whole = Element("span", {"class": "lrn-whole"})
    whole.tail = (maths.tail or "")[len(marks) :]
    maths.tail = marks
    parent[list(parent).index(maths)] = whole
    whole.append(maths)


def _readable(heading: Element) -> str:
    """Return a heading's text with its maths in plain letters."""
    text = heading.text or ""
    for child in heading:
        if child.tag == "sup" and child.get("id", "").startswith("fnref"):
            shown = ""
        elif any(_find(child)):
            shown = _plain_maths("".join(child.itertext()))
        else:
            shown = "".join(child.itertext())
        text += shown + (child.tail or "")
    return " ".join(text.split())


def _plain_maths(text: str) -> str:
    """Return maths in letters and signs: ``\\(2/\\lambda\\)`` is ``2/λ``."""
    text = _LAYOUT.sub("", text)
    text = _COMMAND.sub(lambda found: _SIGNS.get(found[1], found[1]), text)
    return text.replace("{", "").replace("}", "").strip()
