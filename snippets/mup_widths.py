# %% [markdown]
# # Does the best rate survive a wider network?
# Tune Adam's rate on a narrow network, then make it sixteen times as wide. In the
# standard parametrisation and in muP: where is the best rate now?

# %% a sweep for each width
#| slow: true
import matplotlib.pyplot as plt
import torch
from mup_bench import draw, measure, train
from scaling_bench import find_valley

seeds = range(5)
widths, steps = [16, 64, 256], 100
powers = range(-10, -2)
rates = 2.0 ** torch.tensor(powers)


def sweep(name, width):
    """Return final losses (seed, rate)."""
    losses = []
    for seed in seeds:
        weights, _, multiplier = train(name, width, seed, rates, steps)
        losses.append(measure(weights, draw(seed), multiplier))
    return torch.stack(losses).nan_to_num(torch.inf)


losses = {
    name: torch.stack([sweep(name, width) for width in widths]).cpu()
    for name in ("standard", "muP")
}  # (width, seed, rate)

# %% the best rates, and the price of carrying one over
best = {name: table.log().mean(1).argmin(1) for name, table in losses.items()}
valleys = [find_valley(table, guess=1.0).mean(1) for table in losses.values()]
standard_fall, mup_fall = (2 ** (rungs[0] - rungs[-1]).item() for rungs in valleys)


def carry(table):
    """Return the loss of each widest network at its narrow one's rate, over its least."""
    old = table[0].argmin(1, keepdim=True)
    return table[-1].gather(1, old)[:, 0] / table[-1].amin(1)


regret = [carry(table) for table in losses.values()]  # of each seed
least_regret, worst_regret = (each.item() for each in regret[0].aminmax())
least_mup, worst_mup = (each.item() for each in regret[1].aminmax())
standard_cost, mup_cost = (each.log().mean().exp().item() for each in regret)
mean = {name: table.log().mean(1).exp() for name, table in losses.items()}

# %% claim: with the standard parametrisation the best rate falls more than fourfold
#| label: falls
assert standard_fall > 4
fallen = valleys[0][0] - valleys[0][-1]  # in rungs, each a factor of two
torch.testing.assert_close(torch.tensor(standard_fall).log2(), fallen.cpu())
assert (rates[1:] == 2 * rates[:-1]).all()

# %% claim: carrying the narrow network's rate over more than doubles the loss, on average
#| label: carried
assert standard_cost > 2
assert least_regret < standard_cost < worst_regret

# %% claim: in muP the best rate moves by less than a factor of five, and than standard
#| label: stays
assert 1 / 5 < mup_fall < 5
assert mup_fall < standard_fall

# %% claim: in muP carrying it over multiplies the loss by less than half as much
#| label: kept
assert mup_cost < standard_cost / 2
assert least_mup < mup_cost < worst_mup
assert all((ratios >= 1).all() for ratios in regret)

# %% claim: in muP the widest is better than the narrowest at every rate, on average
#| label: wider
assert (mean["muP"][-1] / mean["muP"][0]).max() < 1

# %% claim: standard, the widest is worse at the three largest rates, on average
#| label: worse
assert (mean["standard"][-1] / mean["standard"][0])[-3:].min() > 1

# %% loss against learning rate for three widths
#| caption: >
#|   Loss after {steps} steps of Adam against the learning rate, for three widths;
#|   thin lines are seeds, dots the best rate over all of them.
#| alt: >
#|   Two panels. Standard: the valleys of the three widths lie one beside the other,
#|   the widest far to the left. muP: all three have their lowest point at nearly the
#|   same rate, and the wider curve lies below the narrower everywhere.
fig, panels = plt.subplots(1, 2, sharex=True, sharey=True)
for ax, (name, table) in zip(panels, losses.items(), strict=True):
    for column, width in enumerate(widths):
        ax.loglog(rates.cpu(), table[column].T, f"C{column}", linewidth=0.5, alpha=0.8)
        middle, place = mean[name][column], best[name][column]
        ax.loglog(rates.cpu(), middle, f"C{column}", label=f"width {width}")
        ax.loglog(rates[place].cpu(), middle[place], f"C{column}o")
    ax.set(xlabel="learning rate", title=name)
panels[0].set(ylabel="loss", ylim=(0.01, 3))
fig.legend(*panels[1].get_legend_handles_labels(), ncols=3, loc="outside upper center")
