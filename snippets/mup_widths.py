# %% [markdown]
# # Does the best rate survive a wider network?
# Tune Adam's rate on a narrow network, then make it sixteen times as wide. In the
# standard parametrization, in muP, and in muP with the output not divided: where is the
# best rate now?

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
    for name in ("standard", "muP", "hidden rate alone")
}  # (width, seed, rate)
pair = [losses["standard"], losses["muP"]]

# %% the best rates, and the price of carrying one over
valleys = [find_valley(table, guess=1.0).mean(1) for table in losses.values()]
falls = (2 ** (rungs[0] - rungs[-1]).item() for rungs in valleys)
standard_fall, mup_fall, half_fall = falls


def carry(table):
    """Return the loss of each widest network at its narrow one's rate, over its least."""
    old = table[0].argmin(1, keepdim=True)
    return table[-1].gather(1, old)[:, 0] / table[-1].amin(1)


regret = [carry(table) for table in pair]  # of each seed
least_regret, worst_regret = (each.item() for each in regret[0].aminmax())
least_mup, worst_mup = (each.item() for each in regret[1].aminmax())
standard_cost, mup_cost = (each.log().mean().exp().item() for each in regret)
mean = {name: table.log().mean(1).exp() for name, table in losses.items()}
narrowest, *_, widest = mean["muP"]
gains = narrowest / widest  # at each rate
least = [table.amin(-1).log().mean(1).exp() for table in pair]  # (width,)
standard_loss, mup_loss = (each[-1].item() for each in least)
unrepaired = standard_loss / mup_loss  # each at its own best rate

# %% claim: standard, the best rate falls by more than 4 and less than 60
#| label: falls
assert 4 < standard_fall < 60
fallen = valleys[0][0] - valleys[0][-1]  # in rungs, each a factor of two
torch.testing.assert_close(torch.tensor(standard_fall).log2(), fallen.cpu())
assert (rates[1:] == 2 * rates[:-1]).all()

# %% claim: carrying the narrow network's rate over costs over a tenth more loss, on average
#| label: carried
assert standard_cost > 1.1
assert least_regret < standard_cost < worst_regret
old, wide = pair[0][0].argmin(1), pair[0][-1]
costs = wide[torch.arange(len(seeds), device="cpu"), old] / wide.amin(1)
torch.testing.assert_close(regret[0], costs)

# %% claim: in muP the best rate moves by less than a factor of four, and than standard
#| label: stays
assert 1 / 4 < mup_fall < 4
assert mup_fall < standard_fall

# %% claim: with the hidden rate alone divided it falls by less than 0.6 times as much
#| label: half
assert 1 / 4 < half_fall < 0.6 * standard_fall

# %% claim: in muP carrying it over multiplies the loss by less
#| label: kept
assert mup_cost < standard_cost
assert least_mup < mup_cost < worst_mup
assert all((ratios >= 1).all() for ratios in regret)

# %% claim: at its own best rate the widest network is worse in standard than in muP
#| label: unrepaired
assert unrepaired > 1
assert mup_loss < mean["muP"][-1].min() * 1.001

# %% claim: in muP the widest is better than the narrowest at every rate, on average
#| label: wider
assert gains.min() > 1

# %% claim: standard, the widest is worse at the three largest rates, on average
#| label: worse
assert (mean["standard"][-1] / mean["standard"][0])[-3:].min() > 1

# %% loss against learning rate for three widths
#| caption: >
#|   Loss after {steps} steps of Adam against the learning rate, for three widths. Thin
#|   lines are seeds, thick ones their geometric mean, dots its lowest point. At width 16
#|   the panels differ in the zeros alone.
#| alt: >
#|   Two panels. Standard: the valleys of the three widths lie one beside the other,
#|   the widest far to the left. muP: all three have their lowest point at nearly the
#|   same rate, and the wider curve lies below the narrower everywhere.
fig, panels = plt.subplots(1, 2, sharex=True, sharey=True)
for ax, name in zip(panels, ("standard", "muP"), strict=True):
    for column, width in enumerate(widths):
        table, color = losses[name][column], f"C{column}"
        ax.loglog(rates.cpu(), table.T, color, linewidth=0.5, alpha=0.8)
        middle = mean[name][column]
        place = middle.argmin()
        ax.loglog(rates.cpu(), middle, color, label=f"width {width}")
        ax.loglog(rates[place].cpu(), middle[place], f"{color}o")
    ax.set(xlabel="learning rate", title=name)
panels[0].set(ylabel="loss", ylim=(0.01, 3))
fig.legend(*panels[1].get_legend_handles_labels(), ncols=3, loc="outside upper center")

# %% the best rate against width
#| caption: >
#|   Adam's best rate, the geometric mean of five seeds. Dotted: in inverse proportion
#|   to the width.
#| alt: >
#|   Best rate against width on log axes. Standard falls along the dotted line. muP,
#|   and muP with the output not divided, fall together and much less.
names = "standard", "muP, output not divided", "muP"
fig, ax = plt.subplots()
for color, (name, rungs) in enumerate(
    zip(names, (valleys[0], valleys[2], valleys[1]), strict=True)
):
    ax.loglog(widths, 2.0 ** (powers[0] + rungs.cpu()), f"C{color}o-", label=name)
start = 2.0 ** (powers[0] + valleys[0][0].item())
ax.loglog(widths, [start * widths[0] / width for width in widths], "k:")
ax.set_xticks(widths, [f"{width}" for width in widths])
ax.set_yticks([0.003, 0.01, 0.03], ["0.003", "0.01", "0.03"])
ax.minorticks_off()
ax.set(xlabel="width", ylabel="best learning rate")
ax.legend()
