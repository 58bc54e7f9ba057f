"""How each tool is told of the site, and how it builds it."""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from meter import Reading
from workload import Block, Workload, put

MKDOCS = """\
site_name: bench
use_directory_urls: false
theme: {{name: material, font: false}}
markdown_extensions: {extensions}
plugins: [search{plugins}]
"""

BARE = "[pymdownx.superfences]"

SAVE = """\
from io import StringIO
target = StringIO()
fig.savefig(target, format="svg")
plt.close("all")
print(target.getvalue()[target.getvalue().index("<svg"):])
"""


@dataclass
class Tool:
    """How a tool is told of the site, and how it builds it."""

    name: str
    module: str
    """What must be importable for it."""
    write: Callable[[Path, Workload], None]
    command: tuple[str, ...] = ("mkdocs", "build", "-q", "-d", "site")
    kind: str = "mkdocs"
    runs: bool = True
    readings: dict[str, list[Reading]] = field(default_factory=dict)
    """By scenario, one for each round."""
    notes: dict[str, str] = field(default_factory=dict)
    """By scenario: what ran, or why the build failed."""

    def median(self, scenario: str, what: str) -> float:
        """Return the median of ``wall``, ``cpu`` or ``memory`` over the rounds."""
        return statistics.median(
            getattr(each, what) for each in self.readings[scenario]
        )


def find_extensions() -> str:
    """Return the Markdown extensions that lrnotes adds, so that plain has them too."""
    try:
        from lrnotes.markdown.defaults import add_extensions
    except ImportError:
        return BARE
    names: list[str] = []
    options: dict[str, object] = {}
    add_extensions(names, options, {})
    return json.dumps(
        [{name: options.get(name) or {}} for name in names if name != "lrnotes"]
    )


def config(plugins: str, extensions: str = BARE) -> str:
    return MKDOCS.format(plugins=plugins, extensions=extensions)


def write_markdown(plugins: str, fence: Callable[[Block], str], head: str = ""):
    def write(root: Path, work: Workload) -> None:
        extensions = BARE if plugins else find_extensions()
        put(root / "mkdocs.yml", config(plugins, extensions))
        put(root / "docs/index.md", "# Bench\n")
        for page in work.pages:
            blocks = "\n".join(map(fence, page.blocks))
            text = f"{head}# Note {page.name}\n\n{page.text}\n{blocks}"
            put(root / f"docs/{page.name}.md", text)

    return write


def plain_fence(block: Block) -> str:
    return f"```python\n{block.code}```\n"


def lrnotes_fence(block: Block) -> str:
    options = f"#| alt: three losses of {block.name}\n" if block.is_figure else ""
    return f'```python exec session="{block.name}"\n{options}{block.code}```\n'


def markdown_exec_fence(block: Block) -> str:
    if block.is_figure:
        info = 'exec="true" html="true" source="above"'
        return f"```python {info}\n{block.code}{SAVE}```\n"
    return f'```python exec="true" source="above" result="text"\n{block.code}```\n'


def write_notebooks(root: Path, work: Workload) -> None:
    plugins = ", mkdocs-jupyter: {execute: true, allow_errors: false}"
    put(root / "mkdocs.yml", config(plugins))
    put(root / "docs/index.md", "# Bench\n")
    for page in work.pages:
        cells = [{"cell_type": "markdown", "source": f"# {page.name}\n\n{page.text}"}]
        cells += [
            {
                "cell_type": "code",
                "source": block.code,
                "outputs": [],
                "execution_count": None,
            }
            for block in page.blocks
        ]
        for number, cell in enumerate(cells):
            cell |= {"id": f"c{number}", "metadata": {}}
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        book = {"cells": cells, "metadata": {"kernelspec": kernel}}
        book |= {"nbformat": 4, "nbformat_minor": 5}
        put(root / f"docs/{page.name}.ipynb", json.dumps(book, indent=1))


def write_gallery(folder: Path, work: Workload) -> None:
    for page in work.pages:
        title = f"Note {page.name}"
        parts = [f'"""\n{title}\n{"=" * len(title)}\n\n{page.text}"""\n']
        for block in page.blocks:
            show = "plt.show()\n" if block.is_figure else ""
            parts.append(f"# %%\n# Block {block.name}\n\n{block.code}{show}")
        put(folder / f"plot_{page.name}.py", "\n".join(parts))


def write_mkdocs_gallery(root: Path, work: Workload) -> None:
    plugins = (
        ", gallery: {conf_script: docs/conf.py, examples_dirs: docs/examples,"
        " gallery_dirs: docs/generated/gallery}"
    )
    # It fills in the entry of its gallery, and fails without a nav.
    nav = "nav: [index.md, generated/gallery]\n"
    put(root / "mkdocs.yml", config(plugins) + nav)
    put(root / "docs/index.md", "# Bench\n")
    put(root / "docs/conf.py", "conf = {}\n")
    put(root / "docs/examples/README.md", "# Gallery\n")
    write_gallery(root / "docs/examples", work)


def write_myst(root: Path, work: Workload) -> None:
    put(root / "docs/index.md", "# Bench\n\n```{toctree}\n:glob:\np*\n```\n")
    put(
        root / "docs/conf.py",
        'project = "bench"\nextensions = ["myst_nb"]\nnb_execution_mode = "cache"\n'
        f"nb_execution_cache_path = {str(root / 'cache')!r}\n"
        "nb_execution_timeout = 300\nnb_execution_raise_on_error = True\n",
    )
    head = "---\nfile_format: mystnb\nkernelspec: {name: python3}\n---\n"
    for page in work.pages:
        blocks = "\n".join(
            f"```{{code-cell}} python\n{block.code}```\n" for block in page.blocks
        )
        put(
            root / f"docs/{page.name}.md",
            f"{head}# {page.name}\n\n{page.text}\n{blocks}",
        )


def write_sphinx_gallery(root: Path, work: Workload) -> None:
    put(root / "docs/index.rst", "Bench\n=====\n\n.. toctree::\n\n   gallery/index\n")
    put(root / "docs/examples/README.rst", "Gallery\n=======\n")
    put(
        root / "docs/conf.py",
        'project = "bench"\nextensions = ["sphinx_gallery.gen_gallery"]\n'
        'sphinx_gallery_conf = {"examples_dirs": "examples", "gallery_dirs": "gallery"}\n',
    )
    write_gallery(root / "docs/examples", work)


SPHINX = ("sphinx", "-q", "-b", "html", "docs", "site")


def make_tools() -> list[Tool]:
    return [
        Tool(
            "plain",
            "mkdocs",
            write_markdown("", plain_fence),
            kind="ours",
            runs=False,
        ),
        Tool(
            "lrnotes",
            "lrnotes",
            write_markdown(", lrnotes", lrnotes_fence),
            kind="ours",
        ),
        Tool(
            "markdown-exec",
            "markdown_exec",
            write_markdown(", markdown-exec", markdown_exec_fence),
        ),
        Tool("mkdocs-gallery", "mkdocs_gallery", write_mkdocs_gallery),
        Tool("myst-nb", "myst_nb", write_myst, SPHINX, "sphinx"),
        Tool(
            "sphinx-gallery", "sphinx_gallery", write_sphinx_gallery, SPHINX, "sphinx"
        ),
        Tool("mkdocs-jupyter", "mkdocs_jupyter", write_notebooks),
    ]
