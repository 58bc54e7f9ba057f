# %% [markdown]
# # Does the best rate of SGD survive a wider network?
# The sweep of the first figure, with SGD in place of Adam and SGD's own rules.

# %% a sweep for each width
#| slow: true
import torch
from mup_bench import draw, measure, train

seeds = range(5)
widths, steps = [16, 64, 256], 100
powers = range(-9, 1)
rates = 2.0 ** torch.tensor(powers)
data = draw(seeds)
whole = [part.repeat_interleave(len(rates), 0) for part in data]


def sweep(name, width):
    """Return final losses (seed, rate)."""
    weights, _, multiplier = train(name, width, seeds, rates, steps)
    losses = measure(weights, whole, multiplier).detach().nan_to_num(torch.inf)
    return losses.view(len(seeds), len(rates))


losses = {
    name: torch.stack([sweep(name, width) for width in widths])
    for name in ("standard, SGD", "muP, SGD")
}  # (width, seed, rate)

# %% the best rates, and the price of carrying one over
best = {name: table.log().mean(1).argmin(1) for name, table in losses.items()}
moves = {name: 2.0 ** (place[-1] - place[0]).item() for name, place in best.items()}
standard_fall, mup_move = 1 / moves["standard, SGD"], moves["muP, SGD"]
carried = {
    name: table[-1, :, best[name][0]] / table[-1].amin(1)
    for name, table in losses.items()
}
least_standard = carried["standard, SGD"].min().item()
mup_cost = carried["muP, SGD"].log().mean().exp().item() - 1

# %% claim: standard, the best rate of SGD falls at least fourfold over sixteen widths
#| label: falls
assert standard_fall >= 4
old, new = rates[best["standard, SGD"]][[0, -1]].tolist()
assert standard_fall == old / new

# %% claim: with SGD's own rules it moves by a factor of two at most
#| label: stays
assert 0.5 <= mup_move <= 2
old, new = rates[best["muP, SGD"]][[0, -1]].tolist()
assert mup_move == new / old

# %% claim: carried over, the narrow rate trebles every standard loss, and loses most runs
#| label: lost
assert least_standard > 3
assert carried["standard, SGD"].isinf().float().mean() > 0.5

# %% claim: with the rules it costs less than half the loss once more, on average
#| label: kept
assert 0 <= mup_cost < 0.5
assert all((ratios >= 1).all() for ratios in carried.values())

# %% the best rate of SGD at three widths
#| output: markdown
print("| width | " + " | ".join(f"{width}" for width in widths) + " |")
print("|--|" + "--:|" * len(widths))
for name, places in best.items():
    cells = [f"{rates[place].item():.3g}" for place in places]
    print(f"| {name} | " + " | ".join(cells) + " |")
