# %% [markdown]
# # Does the best rate of SGD survive a wider network?
# The sweep of the first figure, with SGD in place of Adam and SGD's own rules.

# %% a sweep for each width
#| slow: true
import torch
from mup_bench import draw, measure, train
from scaling_bench import find_valley

seeds = range(5)
widths, steps = [16, 64, 256], 100
powers = range(-9, 1)
rates = 2.0 ** torch.tensor(powers)


def sweep(name, width):
    """Return final losses (seed, rate)."""
    losses = []
    for seed in seeds:
        weights, _, multiplier = train(name, width, seed, rates, steps)
        losses.append(measure(weights, draw(seed), multiplier))
    return torch.stack(losses).nan_to_num(torch.inf)


losses = {
    name: torch.stack([sweep(name, width) for width in widths])
    for name in ("standard, SGD", "muP, SGD")
}  # (width, seed, rate)

# %% the best rates, and the price of carrying one over
best = {  # (width,), the mean over the seeds of the exponents
    name: 2 ** (powers[0] + find_valley(table, guess=1.0).mean(1))
    for name, table in losses.items()
}
standard_fall, mup_fall = ((rate[0] / rate[-1]).item() for rate in best.values())
mup_move = max(mup_fall, 1 / mup_fall)


def carry(table):
    """Return the loss of each widest network at its narrow one's rate, over its least."""
    old = table[0].argmin(1, keepdim=True)
    return table[-1].gather(1, old)[:, 0] / table[-1].amin(1)


standard_costs, mup_costs = (carry(table) for table in losses.values())
lost = standard_costs.isinf().sum().item()  # of five wide runs
mup_extra = mup_costs.log().mean().exp().item() - 1

# %% claim: standard, the best rate of SGD falls more than twofold over sixteen widths
#| label: falls
assert standard_fall > 2
narrow, _, wide = best["standard, SGD"].tolist()
torch.testing.assert_close(standard_fall, narrow / wide, rtol=1e-4, atol=0)

# %% claim: with SGD's own rules it moves by less than a factor of four, and than standard
#| label: stays
assert 1 <= mup_move < 4
assert mup_fall < standard_fall

# %% claim: carried over, standard, the narrow rate loses at least four of five wide runs
#| label: lost
assert lost / len(seeds) >= 4 / 5

# %% claim: with the rules it costs less than the loss once more, on average
#| label: kept
assert mup_extra < 1
assert all((ratios >= 1).all() for ratios in (standard_costs, mup_costs))

# %% the best rate of SGD at three widths
#| output: markdown
print("| width | " + " | ".join(f"{width}" for width in widths) + " |")
print("|--|" + "--:|" * len(widths))
for name, found in best.items():
    cells = [f"{rate:.2g}" for rate in found.tolist()]
    print(f"| {name} | " + " | ".join(cells) + " |")
