"""The two commands that try claims on wrong methods and on fresh seeds."""

import subprocess
import sys
from pathlib import Path

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"

SNIPPET = """\
# %% settings
seeds, factor = range(3), 2.5

# %% method
import random


def area(width, height):
    return width * height


draws = [random.Random(seed).random() for seed in seeds]
corner = area(3.0, factor)
total = sum(draws)

# %% claim: the area is the product
assert corner == 7.5

# %% claim: a draw is large
assert max(draws) > {limit}
"""


def run(site, name, *arguments):
    return subprocess.run(
        [sys.executable, BENCHMARKS / name, "--project", site.root, *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_claim_that_notices_nothing_is_named(make_site):
    site = make_site(
        {"docs/index.md": "# A\n", "snippets/a.py": SNIPPET.format(limit=-1)}
    )

    answer = run(site, "mutants.py")

    # A product in place of a quotient, 3.3 in place of 3.0; swapped sides mean the same.
    assert "    - corner = area(3.0, factor)\n    + corner = area(factor, 3.0)\n" in (
        answer.stdout
    ), answer.stderr
    assert "idle: claim: a draw is large\n" in answer.stdout
    assert "idle: claim: the area" not in answer.stdout
    assert answer.stdout.endswith(
        "2 of 3 mutants killed (67%); 1 of 2 claims failed for none of them\n"
    )


def test_a_claim_that_holds_on_its_own_seeds_alone_is_named(make_site):
    holds = make_site(
        {"docs/index.md": "# A\n", "snippets/a.py": SNIPPET.format(limit=0)}
    )
    good = run(holds, "seeds.py", "--fresh", "6")
    holds.write({"snippets/a.py": SNIPPET.format(limit=0.8)})
    bad = run(holds, "seeds.py", "--fresh", "6")

    assert good.returncode == 0, good.stderr
    assert good.stdout.endswith("4 of 4 claims held (100.0%)\n")
    assert bad.returncode == 1
    assert "snippets/a.py: batch 0: claim: a draw is large\n" in bad.stdout
