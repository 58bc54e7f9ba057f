# %% [markdown]
# # Does the best rate of SGD survive a wider network?
# The sweep of the first figure, with SGD in place of Adam and SGD's own rules.

# %% a sweep for each width
#| slow: true
import matplotlib.pyplot as plt
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
mup_extra = mup_costs.log().mean().exp().item() - 1
worst_extra = mup_costs.max().item() - 1

# %% claim: standard, the best rate of SGD falls, on average
#| label: falls
assert standard_fall > 1
before, *_, after = best["standard, SGD"]
torch.testing.assert_close(after * standard_fall, before)
tried = rates[torch.stack(list(losses.values())).argmin(-1)].log2().mean(-1)
found_off = torch.stack(list(best.values())).log2() - tried  # half a rung at most
assert (rates[1:] == 2 * rates[:-1]).all()
assert found_off.abs().max() <= 0.5

# %% claim: with SGD's own rules it moves by less than a factor of three, and than standard
#| label: stays
assert 1 <= mup_move < 3
assert mup_move in (mup_fall, 1 / mup_fall)
assert mup_move < standard_fall

# %% claim: standard, at the narrow one's rate three of five wide runs or more learn nothing
#| label: lost
narrow, *_, wide = losses["standard, SGD"]
ended = wide.gather(1, narrow.argmin(1, keepdim=True))
lost = (ended > 0.99).sum().item()  # always to say the mean gives 0.999
assert lost >= 3
assert len(ended) == len(seeds)

# %% claim: with the rules it costs less than the loss once more, on average
#| label: kept
assert 0 <= mup_extra < 1
assert worst_extra >= mup_extra
assert all((ratios >= 1).all() for ratios in (standard_costs, mup_costs))

# %% the best rate of SGD against width
#| caption: >
#|   The best rate of SGD, the geometric mean of five seeds. Dotted: in inverse
#|   proportion to the width.
#| alt: >
#|   Best rate against width on log axes. Standard falls, from 64 to 256 along the
#|   dotted line. muP stays where it is.
fig, ax = plt.subplots()
for color, (name, found) in zip(("C0", "C2"), best.items(), strict=True):
    ax.loglog(widths, found.cpu(), f"{color}o-", label=name)
start = best["standard, SGD"][0].item()
ax.loglog(widths, [start * widths[0] / width for width in widths], "k:")
ax.set_xticks(widths, [f"{width}" for width in widths])
ax.set_yticks([0.01, 0.03, 0.1], ["0.01", "0.03", "0.1"])
ax.minorticks_off()
ax.set(xlabel="width", ylabel="best learning rate")
ax.legend()
