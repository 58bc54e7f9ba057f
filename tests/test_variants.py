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


SWAP = "    - corner = area(3.0, factor)\n    + corner = area(factor, 3.0)\n"


def test_a_claim_that_notices_nothing_is_named(make_site):
    site = make_site(
        {"docs/index.md": "# A\n", "snippets/a.py": SNIPPET.format(limit=-1)}
    )

    answer = run(site, "mutants.py")

    # A product in place of a quotient, 3.3 in place of 3.0; swapped sides mean the same.
    assert SWAP in answer.stdout, answer.stderr
    assert "idle: claim: a draw is large\n" in answer.stdout
    assert "idle: claim: the area" not in answer.stdout
    assert "| snippets/a.py | 3 | 2 | 0 | 1 | 2 | 1 |\n" in answer.stdout
    assert answer.stdout.endswith(
        "2 of 3 mutants killed, 0 judged equal (67% of the others killed); "
        "1 of 2 claims failed for none\n"
    )


def test_a_survivor_that_was_judged_is_counted_apart(make_site):
    judged = """\
snippets/a.py:
- why: a product does not know its order
  changes:
  - ["corner = area(3.0, factor)", "corner = area(factor, 3.0)"]
"""
    site = make_site(
        {
            "docs/index.md": "# A\n",
            "snippets/a.py": SNIPPET.format(limit=-1),
            "benchmarks/judged.yml": judged,
        }
    )

    answer = run(site, "mutants.py")

    assert "survived" not in answer.stdout
    assert "| snippets/a.py | 3 | 2 | 1 | 0 | 2 | 1 |\n" in answer.stdout, answer.stderr


def test_only_what_a_change_of_claims_may_alter_runs_again(make_site):
    site = make_site(
        {"docs/index.md": "# A\n", "snippets/a.py": SNIPPET.format(limit=-1)}
    )
    run(site, "mutants.py")
    kept = site.root / "build" / "mutants.jsonl"
    before = len(kept.read_text().splitlines())
    run(site, "mutants.py")
    same = len(kept.read_text().splitlines())
    more = SNIPPET.format(limit=-1) + "\n# %% claim: more\nassert total < 3\n"
    site.write({"snippets/a.py": more})
    run(site, "mutants.py", "--most", "0")
    with_claim = len(kept.read_text().splitlines())

    assert before == 3
    assert same == before
    assert with_claim == before + 1  # the survivor


def test_a_method_without_end_and_one_that_breaks_are_killed(make_site):
    endless = """\
# %% method
left, steps = 8.0, 0
while left > 1:
    left = left / 2
    steps += 1

# %% claim: halved three times
assert steps == 3
"""
    site = make_site({"docs/index.md": "# A\n", "snippets/a.py": endless})

    answer = run(site, "mutants.py")

    assert "| snippets/a.py | 7 | 7 | 0 | 0 | 1 | 0 |\n" in answer.stdout, (
        answer.stdout + answer.stderr
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
