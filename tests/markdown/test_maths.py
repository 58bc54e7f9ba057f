"""Maths is rendered while building; an engine starts only for what is new."""

import re
from xml.etree.ElementTree import fromstring

import pytest
from selectolax.lexbor import LexborHTMLParser

from lrnotes.markdown import tex
from lrnotes.markdown.tex import Formula, render_formulas

needs_katex = pytest.mark.skipif(
    not tex.find_engine().startswith("katex"), reason="mini-racer is not installed"
)


@needs_katex
@pytest.mark.parametrize(
    ("text", "formulas"),
    [
        (r"At $\eta < 2$.", [r"\eta &lt; 2"]),
        ("$$\na < b\n$$", ["a &lt; b"]),
        ("| a |\n|---|\n| $x$ |", ["x"]),
        ("- $a$\n- $b$", ["a", "b"]),
        ("x[^1]\n\n[^1]: $c$", ["c"]),
        ("`$x$` and \\$5 and $6 text", []),
        (r"\(y\) and \[z\]", ["y"]),
    ],
)
def test_maths_is_rendered_wherever_it_stands(convert, text, formulas):
    html, problems, _ = convert(text, maths=True)

    assert re.findall(r"<annotation[^>]*>(.*?)</annotation>", html) == formulas
    assert problems == ()


@needs_katex
@pytest.mark.parametrize(
    ("text", "held"),
    [
        (r"At $\kappa$.", ["."]),
        (r"(see $x$), and $y$", ["),"]),
        (r"$x$ and", []),
        # A line may break at the sign of equality, so the formula is not held.
        (r"At $x = 2$.", []),
        (r"**the rate $x$**: fast", []),
        ("$$x$$.", []),
    ],
)
def test_no_line_breaks_between_a_formula_and_its_mark(convert, text, held):
    html, _, _ = convert(text, maths=True)

    page = LexborHTMLParser(html)
    found = [whole.last_child.text() for whole in page.css(".lrn-whole")]
    assert found == held
    assert all(whole.css_first(".lrn-maths") for whole in page.css(".lrn-whole"))


@needs_katex
def test_a_heading_keeps_its_id_and_the_contents_show_letters(convert, build_index):
    from markdown import Markdown

    from lrnotes.markdown.defaults import EXTENSIONS
    from lrnotes.markdown.extension import LrnotesExtension

    index = build_index("", "docs/home.md")
    index.maths = True
    ours = LrnotesExtension(index=index, page="docs/home.md")
    md = Markdown(extensions=[*EXTENSIONS, ours], extension_configs=EXTENSIONS)
    html = md.convert(r"## At $2/\lambda$ *exactly*")

    assert md.toc_tokens[0]["id"] == "at-2lambda-exactly"
    assert md.toc_tokens[0]["name"] == "At 2/λ exactly"
    assert 'class="katex"' in html
    assert index.records["docs/home.md"].headings[0].text == r"At 2/\lambda exactly"


@needs_katex
def test_maths_that_cannot_be_read_is_shown_and_reported(convert):
    html, problems, _ = convert("a\n\n" + r"So $\frac{1}{$ it is.", maths=True)

    assert r"\frac{1}{</span>" in html
    assert "lrn-tex-error" in html
    assert [(each.kind, each.place.line, each.place.column) for each in problems] == [
        ("bad-maths", 3, 5)
    ]


@needs_katex
def test_what_is_known_is_not_rendered_again(convert, monkeypatch):
    _, _, index = convert(r"$\eta$ and $$\eta$$", maths=True)
    formulas = dict(index.formulas)
    monkeypatch.setattr(tex, "_start_katex", lambda: pytest.fail("V8 started"))
    html, _, _ = convert(r"$\eta$", maths=True, formulas=formulas)

    assert len(formulas) >= 1
    assert "katex-mathml" in html


@needs_katex
def test_a_formula_is_left_out_of_searches_but_for_its_mathml():
    rendered = render_formulas([Formula("x")], {})[Formula("x")]

    assert rendered.html.count("data-search-exclude") == 2


@needs_katex
@pytest.mark.parametrize(
    "text",
    [r"\max_i x", r"\lim_{n}^{m} n", r"\log^2 n", r"\lambda_{\max}", r"\max^{\min}"],
)
def test_the_name_of_a_function_is_one_part_of_its_formula(text):
    formula = Formula(text, is_display=True)
    html = render_formulas([formula], {})[formula].html
    mathml = re.search(r"<math.*?</math>", html.replace("data-search-exclude", ""))
    assert mathml
    sizes = {"msub": 2, "msup": 2, "munder": 2, "mover": 2, "munderover": 3}
    parts = {
        each.tag.rpartition("}")[2]: len(each) for each in fromstring(mathml[0]).iter()
    }

    found = {name: size for name, size in parts.items() if name in sizes}
    assert found
    assert found == {name: sizes[name] for name in found}


def test_without_katex_mathml_is_written_and_said_once(convert, monkeypatch):
    pytest.importorskip("latex2mathml")
    monkeypatch.setattr(tex, "find_engine", lambda: "latex2mathml")
    monkeypatch.setattr("lrnotes.markdown.maths.find_engine", lambda: "latex2mathml")
    html, _, index = convert(r"$x$ and $y$", maths=True)

    assert html.count("<math ") == 2
    assert [each.kind for each in index.problems[""]] == ["run-remark"]


def test_with_nothing_to_render_it_maths_is_left_as_it_was(convert, monkeypatch):
    monkeypatch.setattr(tex, "find_engine", lambda: "")
    monkeypatch.setattr("lrnotes.markdown.maths.find_engine", lambda: "")
    html, _, _ = convert(r"$x$", maths=True)

    assert html == r'<p><span class="arithmatex">\(x\)</span></p>'
