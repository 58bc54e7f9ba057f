"""Pages are a function of their sources, whatever the folder and the workers."""

import re
import subprocess
from pathlib import Path

import pytest

FIGURE = """\
# %% draw
#| alt: A line over {number} steps.
#| caption: It ends at {{end:.2f}}.
import matplotlib.pyplot as plt
import steps

path = steps.fall({number})
end = path[-1]
plt.plot(path)

# %% object
object(), set("abc")

# %% claim: it falls
#| label: falls
assert path[-1] < path[0]
"""

NOTE = """\
# Note {number}

It [[draw{number}.py#falls|falls]], to `{{draw{number}.py}} end:.3f`; see [[index]].

![[draw{number}.py#draw]]

```python exec
#| alt: Two lines.
import matplotlib.pyplot as plt

fig, axes = plt.subplots(1, 2)
for ax in axes:
    ax.plot([{number}, 0], label="falling")
    ax.legend()
```
"""

FILES = {
    "docs/index.md": "# Home\n\n[[n0]], [[n1]] and $x^2$.\n",
    "snippets/steps.py": "def fall(n):\n    return [0.9**k for k in range(n)]\n",
    ".gitignore": "/site/\n",
    **{f"snippets/draw{n}.py": FIGURE.format(number=9 + n) for n in range(4)},
    **{f"docs/n{n}.md": NOTE.format(number=n) for n in range(4)},
}

WHEN = re.compile(r"\d{4}-\d\d-\d\d(?:[T ][\d:.]+(?:Z| UTC|\+00:00)?)?")
LONG = re.compile(r"(?:under )?\b[\d.]+ s\b")
SECONDS = re.compile(r"<td[^>]*>[\d.]+</td>(?=\s*<td[^>]*></td>)")
"""Of a claim: the cell of the table of claims before that of its date."""


def git(root: Path, *words: str) -> str:
    command = ["git", "-c", "user.name=t", "-c", "user.email=t@t", *words]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    return done.stdout


def read_pages(root: Path) -> dict[str, str]:
    """Return the pages without dates and durations, by path."""
    found = {}
    for path in sorted((root / "site").rglob("*.html")):
        html = path.read_text(encoding="utf-8")
        for pattern in (WHEN, LONG, SECONDS):
            html = pattern.sub("", html)
        found[path.relative_to(root / "site").as_posix()] = html
    return found


@pytest.fixture(scope="module")
def sites(make_shared_site):
    """Return two sites, built from nothing by one worker and by four."""
    made = []
    for workers in (1, 4):
        site = make_shared_site(
            FILES,
            f"site_name: t\nplugins: [lrnotes: {{workers: {workers}}}]\n",
        )
        git(site.root, "init", "-q")
        git(site.root, "add", "-A")
        git(site.root, "commit", "-qm", "all")
        built = site.build("--strict")
        assert built.returncode == 0, built.stderr
        made.append(site)
    return made


def test_one_worker_and_four_write_the_same_pages_in_two_folders(sites):
    one, four = (read_pages(site.root) for site in sites)

    assert len(one) >= 9
    assert any("<svg" in page for page in one.values())
    assert four.keys() == one.keys()
    for name, page in one.items():
        assert four[name] == page, name


def test_a_build_leaves_nothing_in_the_status_of_git(sites):
    for site in sites:
        assert git(site.root, "status", "--porcelain") == ""
