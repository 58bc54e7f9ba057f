"""A small vault, its index, and a converter for pages of it."""

import pytest
from markdown import Markdown

from lrnotes.markdown.context import Claim, Index, Work
from lrnotes.markdown.defaults import EXTENSIONS
from lrnotes.markdown.extension import LrnotesExtension
from lrnotes.markdown.settle import settle
from lrnotes.model import Fragment, Heading, Note, Record, Scalar
from lrnotes.text.fences import find_fences
from lrnotes.vault.names import Vault

NOTES = {
    "docs/home.md": ("start",),
    "docs/nesterov-momentum.md": ("Nesterov", "NAG"),
    "docs/folder/My note.md": (),
    "docs/folder/Deep note.md": (),
    "docs/other/Deep note.md": (),
    "docs/what?.md": (),
    "docs/50% (a & b).md": (),
    "docs/Café.md": (),
    "docs/日本語.md": (),
    "docs/v1.2.md": (),
    "docs/snake_case_name.md": (),
    "docs/x.md": (),
    "docs/it's + 🎉.md": (),
    "docs/2024-05-01.md": (),
}
TEXTS = {
    "docs/folder/My note.md": """\
---
tags: [a]
---
# My note

Intro [[Deep note]] ![p](../img/plot.png) and [x](../x.md).[^1]

## First *part*

Text ^para

- one
- two ^item

### Below

[[#Second]] ![[plot.png]][^2]

## Second

| a |
|---|
| b |

^table

[^1]: Foot one.
[^2]: Foot two [[x]].
""",
    "docs/x.md": "X: ![[home]] ![[x]]\n",
    "docs/v1.2.md": "V: ![[what?]]\n",
    "docs/what?.md": "W: ![[v1.2]]\n",
    "docs/Café.md": "# Café\n\n```python exec\nx = 1\n```\n\nIt is `{python} y` [@cohen2021].\n",
    "docs/snake_case_name.md": "# A\n\nSee ![[#B]] here.\n\n## B\n\nbody of B\n",
}
FILES = ("docs/img/plot.png", "docs/img/two words.svg", "docs/paper.pdf",
         "docs/sound.mp3", "docs/film.webm", "docs/data.csv")  # fmt: skip
SNIPPETS = ("snippets/momentum.py", "snippets/plots.py")


def heading(level, text, id=None):
    return Heading(level, text, id or text.lower().replace(" ", "-"))


def make_note(path, text):
    fences, _ = find_fences(text, path) if "exec" in text else ((), ())
    meta = {"permalink": "/old/place.html"} if path == "docs/x.md" else {}
    return Note(path, text, meta, fences=fences)


def make_index(text, page):
    return Index(
        vault=Vault.build(NOTES.items(), FILES, SNIPPETS),
        notes={
            path: make_note(path, text if path == page else TEXTS.get(path, ""))
            for path in NOTES
        },
        cells={
            "snippets/momentum.py": (("the ravine",), ("tenth", "claim: a tenth")),
            "docs/home.md": (("claim: it falls",), ("the curve",)),
        },
        anchors={"snippets/momentum.py#1": "tenth"},
        fragments={
            "snippets/momentum.py": Fragment('<div class="whole">all of it</div>'),
            "snippets/momentum.py#0|all": Fragment(
                '<figure id="ravine"><a href="#ravine">F</a>'
                "<figcaption>\x02md0\x03</figcaption></figure>",
                ("Two paths, see [[NAG]] and $x$ [@cohen2021]",),
                (0,),
            ),
            "snippets/momentum.py#0|output": Fragment("<pre>out</pre>"),
            "snippets/momentum.py#0|code": Fragment("<pre>code</pre>"),
            "snippets/momentum.py#1|output": Fragment("<pre>out 2</pre>"),
            "docs/Café.md#0|all": Fragment('<div id="cell-1">RUN</div>'),
        },
        values={
            "docs/home.md": {
                "ratio": Scalar("float", "0.09754"),
                "lost": Scalar("float", "nan"),
                "huge": Scalar("float", "inf"),
                "fall": Scalar("float", "-2.5e-07"),
                "sign": Scalar("str", "-a"),
                "name": Scalar("str", "<b>&amp;"),
                "steps": Scalar("int", "60"),
            },
            "snippets/momentum.py": {"steps": Scalar("int", "60")},
            "docs/Café.md": {"y": Scalar("int", "7")},
        },
        claims={
            "snippets/momentum.py#1": Claim("passed", "<p>0.0975 &lt; 0.1</p>"),
            "docs/home.md#0": Claim("failed"),
        },
        works={
            "cohen2021": Work(
                "cohen2021",
                (("Cohen", "Jeremy M."), ("Kaur", "Simran"), ("Li", "Yuanzhi")),
                "Edge of Stability",
                "2021",
                "ICLR",
                url="https://arxiv.org/abs/2103.00065",
            ),
            "nesterov1983": Work("nesterov1983", (("Nesterov", "Yurii"),), "A method",
                                 "1983", "Dokl. Akad. Nauk", "269, 543–547"),
            "torch": Work("torch", (("The PyTorch Team", ""), ("Zhu", "A."))),
        },
        maths=False,
        extensions=list(EXTENSIONS),
        configs=EXTENSIONS,
        records={
            "docs/nesterov-momentum.md": Record(
                "docs/nesterov-momentum.md",
                headings=(
                    heading(1, "Nesterov momentum"),
                    heading(2, "What is it?", "what-is-it"),
                    heading(3, "Proof"),
                    heading(2, "In code"),
                    heading(3, "Proof", "proof_1"),
                ),
            )
        },
    )  # fmt: skip


def convert_page(text, page="docs/home.md", index=None, **changes):
    """Return a page's settled HTML, its problems, and the index after it."""
    index = index or make_index(text, page)
    for name, value in changes.items():
        setattr(index, name, value)
    md = Markdown(
        extensions=[*EXTENSIONS, LrnotesExtension(index=index, page=page)],
        extension_configs=EXTENSIONS,
    )
    html, missing = settle(md.convert(text), page, index)
    record = index.records.get(page)
    return html, (*(record.problems if record else ()), *missing), index


@pytest.fixture
def convert():
    return convert_page


@pytest.fixture(scope="session")
def build_index():
    return make_index
