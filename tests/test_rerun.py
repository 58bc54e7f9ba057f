"""Jupyter runs the notebooks that we write again and comes to the same outputs.

The rule: what each cell prints on each stream, the text of its last expression and what
it raises are equal.  A value is compared word by word, since IPython breaks a long one
into lines, and an object without a repr of its own by its class, since IPython shortens
Python's ``<x object at 0x…>`` and we mask the address.  Of figures the number is equal:
ours are SVG in the house style, those of Jupyter's inline backend are pixels.
"""

import re
import sys
from pathlib import Path

import nbclient
import nbformat
import pytest
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager

ROOT = Path(__file__).parents[1]

SNIPPET = """\
# %% [markdown]
# # Descent
# Text with $x^2$.

# %% print
import sys

import matplotlib.pyplot as plt
import torch

print("begin", end=" ")
print("end")
print("aside", file=sys.stderr)
path = torch.linspace(1, 0, 5)
path

# %% two figures
#| alt: Falling lines.
for factor in (1, 2):
    fig, ax = plt.subplots()
    ax.plot(factor * path)

# %% an object
object()

# %% no value;
len(path);

# %% claim: it falls
#| label: falls
assert path[-1] < path[0]

# %% too far
#| raises: IndexError
print("before")
[][1]

# %% after
"goes on"
"""

NOTE = """\
# A

```python exec
#| title: start
x = 2
print(x)
```

- listed

    ```python exec
    {"x": x}
    ```

```python exec
#| raises: ValueError
raise ValueError("two: 2")
```
"""

PLAIN = re.compile(r"<(\S+)(?: object)? at 0x[^>]*>")


class ThisPython(AsyncKernelManager):
    """Starts the Python that runs the tests, whatever kernels are installed."""

    @property
    def kernel_spec(self) -> KernelSpec:
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=argv, display_name="Python 3", language="python")


def told(cell) -> dict[str, object]:
    """Return what a cell shows, as the rule compares it."""
    found: dict[str, object] = {"stdout": "", "stderr": "", "values": [], "raised": []}
    figures = 0
    for output in cell.outputs:
        if output.output_type == "stream":
            found[output.name] += output.text
        elif output.output_type == "error":
            found["raised"].append((output.ename, output.evalue))
        elif {"image/png", "image/svg+xml"} & output.data.keys():
            figures += 1
        else:
            words = output.data["text/plain"].split()
            found["values"].append(PLAIN.sub(r"<\1>", " ".join(words)))
    return found | {"figures": figures}


def rerun(book, folder) -> None:
    """Run a notebook as Jupyter does, in a folder."""
    nbclient.NotebookClient(
        book,
        timeout=300,
        startup_timeout=300,
        kernel_manager_class=ThisPython,
        resources={"metadata": {"path": str(folder)}},
    ).execute()


def tell(book) -> list[dict[str, object]]:
    return [told(cell) for cell in book.cells if cell.cell_type == "code"]


@pytest.fixture(autouse=True)
def kernel_backend(monkeypatch):
    """Let the kernel choose its own backend for figures."""
    monkeypatch.delenv("MPLBACKEND", raising=False)


@pytest.mark.parametrize("name", ["snippets/descent.py", "docs/a.md"])
def test_jupyter_comes_to_the_same_outputs(make_site, name):
    site = make_site({"snippets/descent.py": SNIPPET, "docs/a.md": NOTE})
    ran = site.command("lrnotes", "run")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    book = nbformat.reads(site.command("lrnotes", "notebook", name).stdout, 4)
    nbformat.validate(book)
    ours = tell(book)

    rerun(book, site.root)

    assert tell(book) == ours
    assert any(cell["raised"] for cell in ours)


OURS = {
    # Errors that are meant, in quotes of quotes.
    "docs/corrections.md": lambda cells: any(cell["raised"] for cell in cells),
    # A table in text.
    "snippets/mup_neuron.py": lambda cells: any(cell["stdout"] for cell in cells),
    # A notebook, and figures.
    "docs/squared-absolute-huber.ipynb": lambda cells: any(
        cell["figures"] for cell in cells
    ),
    # A module beside it, and data.
    "snippets/descent_by_hand.py": lambda cells: len(cells) > 1,
}
"""Scripts of this repository, and what each is here for."""


@pytest.fixture(scope="module")
def ours(make_shared_site):
    """Return a site with some scripts of this repository, built."""
    modules = [
        f"snippets/{path.name}"
        for path in (ROOT / "snippets").glob("*.py")
        if "# %%" not in path.read_text("utf-8")
    ]
    site = make_shared_site(
        {name: (ROOT / name).read_text("utf-8") for name in (*OURS, *modules)}
    )
    built = site.build()
    assert built.returncode == 0, built.stderr
    return site


@pytest.mark.parametrize("name", OURS)
def test_scripts_of_this_repository_come_to_the_same_outputs(ours, name):
    text = ours.command("lrnotes", "notebook", name).stdout
    book = nbformat.reads(text, 4)
    nbformat.validate(book)
    cells = tell(book)
    assert OURS[name](cells)
    if name.startswith("snippets/"):
        download = ours.root / "site" / name.replace(".py", ".ipynb")
        assert download.read_text("utf-8") == text

    # A download is opened where the modules are.
    rerun(book, ours.root / "snippets")

    assert tell(book) == cells
