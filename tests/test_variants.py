"""The commands that try claims on wrong methods, on fresh seeds, and for their margin."""

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


def test_an_idle_claim_gets_the_mutant_that_was_made_for_it_by_hand(make_site):
    handmade = """\
snippets/a.py:
- claim: "claim: a draw is large"
  before: random.Random(seed).random()
  after: -random.Random(seed).random() - 1
"""
    site = make_site(
        {
            "docs/index.md": "# A\n",
            "snippets/a.py": SNIPPET.format(limit=-1),
            "benchmarks/handmade.yml": handmade,
        }
    )
    reached = run(site, "mutants.py")
    site.write({"benchmarks/handmade.yml": handmade.replace("before: r", "before: R")})
    (site.root / "build" / "mutants.jsonl").unlink()
    gone = run(site, "mutants.py")

    # It stands apart from those that were drawn.
    assert "| snippets/a.py | 3 | 2 | 0 | 1 | 2 | 0 |\n" in reached.stdout, (
        reached.stderr
    )
    assert gone.returncode == 1
    assert "'Random.Random(seed).random()' stands nowhere in its method" in gone.stderr


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


MARGIN = """\
# %% settings
seeds = range(4)

# %% method
draws = Draws([10 + seed % 7 for seed in seeds])
middle = sum(draws) / 4

# %% claim: far and near
assert 0 < middle < {limit}

# %% claim: each
assert (draws < 40).all()
assert not (draws < {least}).any()
"""
DRAWS = """\
class Draws(list):
    def __lt__(self, bound):
        return Truths(each < bound for each in self)

    def min(self):
        return min(self)

    def max(self):
        return max(self)


class Truths(list):
    def all(self):
        return all(self)

    def any(self):
        return any(self)
"""


def test_a_claim_nearer_to_its_bound_than_two_spreads_is_named(make_site):
    snippet = MARGIN.replace("# %% method\n", "# %% method\nfrom draw import Draws\n\n")
    site = make_site(
        {
            "docs/index.md": "# A\n",
            "snippets/draw.py": DRAWS,
            "snippets/a.py": snippet.format(limit=20, least=5),
        }
    )
    far = run(site, "margins.py", "--first", "2002")
    # Seeds 0 to 3 give 10, 11, 12, 13; others up to 16, 10 at the least.
    site.write({"snippets/a.py": snippet.format(limit=14, least=9.5)})
    close = run(site, "margins.py", "--first", "2002")

    assert far.returncode == 0, far.stdout + far.stderr
    assert far.stdout.endswith(
        "4 of 4 comparisons have a margin of 2 spreads, 0 others are near for a reason\n"
    )
    assert close.returncode == 1
    assert "a.py: claim: far and near\n" in close.stdout
    assert ": middle < 14; left: 11.5, " in close.stdout
    assert "draws.min() >= 9.5" in close.stdout
    assert "draws.max() < 40" not in close.stdout


def test_a_comparison_that_is_near_for_a_reason_is_counted_apart(make_site):
    snippet = MARGIN.replace("# %% method\n", "# %% method\nfrom draw import Draws\n\n")
    near = """\
snippets/a.py:
- why: a mean of four
  claims:
  - ["claim: far and near", "middle < 14"]
"""
    site = make_site(
        {
            "docs/index.md": "# A\n",
            "snippets/draw.py": DRAWS,
            "snippets/a.py": snippet.format(limit=14, least=5),
            "benchmarks/near.yml": near,
        }
    )

    answer = run(site, "margins.py", "--first", "2002")

    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert answer.stdout.endswith(
        "3 of 4 comparisons have a margin of 2 spreads, 1 others are near for a reason\n"
    )


def test_a_comparison_that_some_seeds_never_reach_is_named(make_site):
    snippet = """\
# %% settings
seeds = range(4)

# %% method
if min(seeds) > 2000:
    raise RuntimeError("these seeds break it")
middle = sum(seeds) / 4

# %% claim: near the middle
assert middle < 20000
"""
    near = """\
snippets/a.py:
- why: gone
  claims:
  - ["claim: none", "middle < 1"]
"""
    site = make_site(
        {
            "docs/index.md": "# A\n",
            "snippets/a.py": snippet,
            "benchmarks/near.yml": near,
        }
    )

    answer = run(site, "margins.py", "--first", "2002")

    assert answer.returncode == 1, answer.stdout + answer.stderr
    assert "compared in 1 sets alone: middle < 20000\n" in answer.stdout
    assert "nothing compares middle < 1 in snippets/a.py" in answer.stdout


def test_a_value_without_end_is_far_on_one_side_alone(make_site):
    snippet = """\
# %% settings
seeds = range(4)

# %% method
is_lost = min(seeds) in (0, 2002)
lost = float("inf") if is_lost else 7.0 + seeds[0] / 1e4
kept = float("KEPT") if min(seeds) == 2102 else 1.0 + seeds[0] / 1e4

# %% claim: lost
assert lost > 6

# %% claim: kept
assert kept < 20
"""
    site = make_site(
        {
            "docs/index.md": "# A\n",
            "snippets/a.py": snippet.replace("KEPT", "1"),
        }
    )
    far = run(site, "margins.py", "--first", "2002")
    site.write({"snippets/a.py": snippet.replace("KEPT", "inf")})
    beyond = run(site, "margins.py", "--first", "2002")

    assert far.stdout.endswith(
        "2 of 2 comparisons have a margin of 2 spreads, 0 others are near for a reason\n"
    ), far.stdout + far.stderr
    assert beyond.returncode == 1
    assert "-inf: kept < 20" in beyond.stdout, beyond.stdout + beyond.stderr
