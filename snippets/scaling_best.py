# %% [markdown]
# # How does the best rate move with the batch size?
# One pass more or less decides little; the rate does. Search it for each batch size,
# with SGD and with Adam, always over the same images.

# %% a sweep for each batch size
import math

import matplotlib.pyplot as plt
import torch
from scaling_bench import adam, draw, find_valley, sgd, shuffle, start, train

seeds = range(5)
images_each, epochs = 1024, 4
batch_sizes = [4, 16, 64, 256]
methods = {"SGD": (sgd, range(-4, 5)), "Adam": (adam, range(-9, -1))}  # powers of two
data = draw(seeds, images_each)
losses = {}  # (seed, rate)
for method, (rule, powers) in methods.items():
    rates = 2.0 ** torch.tensor(powers)
    for batch_size in batch_sizes:
        batches = shuffle(images_each, batch_size, epochs)
        weights = start(seeds, len(rates))
        losses[method, batch_size] = train(rule, rates, weights, data, batches)

# %% the best rates
best = {}  # exponents, (seed, batch size)
for method, (_, powers) in methods.items():
    places = [losses[method, size].argmin(1) for size in batch_sizes]
    best[method] = powers[0] + torch.stack(places, 1).cpu()
guess = math.log(10)  # the loss of a network that knows nothing
valleys = {  # the rung of the best rate, (batch size,), the mean over the seeds
    method: torch.stack(
        [find_valley(losses[method, size], guess).mean() for size in batch_sizes]
    )
    for method in methods
}
sgd_rise, adam_early = (2 ** (at[2] - at[0]).item() for at in valleys.values())
sgd_later, adam_later = (2 ** (at[3] - at[2]).item() for at in valleys.values())
sgd_whole, adam_rise = (2 ** (at[3] - at[0]).item() for at in valleys.values())


def carry(method, fewer, more, power):
    """Return the losses with more images a batch, over the least: (seed,).

    The rate is the best one with fewer, times the power of the growth of the batch.
    """
    old = losses[method, batch_sizes[fewer]].argmin(1, keepdim=True)
    rungs = round(power * 2 * (more - fewer))  # a factor of four is two rungs
    there = losses[method, batch_sizes[more]]
    return (there.gather(1, old + rungs) / there.amin(1, keepdim=True))[:, 0]


growths = [(fewer, more) for more in range(4) for fewer in range(more)]
tried = [[carry("SGD", *grown, power) for power in (0, 0.5, 1)] for grown in growths]
threes = torch.stack([torch.stack(each).amin(0) for each in tried])
roots = torch.stack([carry("Adam", *grown, 0.5) for grown in growths])
three_most, root_most = (  # on average over the seeds
    costs.log().mean(1).max().exp().item() for costs in (threes, roots)
)
carried = carry("SGD", 2, 3, 1)  # four times the best rate of 64
least = {key: table.amin(1) for key, table in losses.items()}  # at the best rate
sgd_early, sgd_late, adam_late = (
    (least[method, more] / least[method, fewer]).log().mean().exp().item()
    for method, fewer, more in (("SGD", 4, 64), ("SGD", 64, 256), ("Adam", 64, 256))
)
margin = min(
    min(best[method].min() - powers[0], powers[-1] - best[method].max())
    for method, (_, powers) in methods.items()
)

# %% claim: SGD's best rate rises in proportion, on average within a factor of three
#| label: rises
assert 16 / 3 < sgd_rise < 16 * 3

# %% claim: from 64 to 256 SGD's best rate moves by less than a factor of two, on average
#| label: stops
assert 0.7 < sgd_later < 2

# %% claim: in proportion from there most runs are lost
#| label: carried
assert (carried > 1e4).float().mean() > 0.5

# %% claim: from 64 to 256 Adam's best rate rises more than SGD's, on average
#| label: alike
assert adam_later > sgd_later
for whole, parts in (
    (sgd_whole, sgd_rise * sgd_later),
    (adam_rise, adam_early * adam_later),
):
    torch.testing.assert_close(whole, parts, rtol=1e-4, atol=0)

# %% claim: on average SGD's loss rises less than fourfold to 64, then twofold or more
#| label: pays
assert 1 / 4 < sgd_early < 4
assert sgd_late > 2

# %% claim: the old rate, the root or proportion: one serves SGD on average, every growth
#| label: three rates
assert 1 <= three_most < 4

# %% claim: the root alone serves Adam on average, every growth
#| label: root
assert 1 <= root_most < 4

# %% claim: Adam's best rate rises by more than the root, less than half of proportion
#| label: adam
assert 64**0.5 < adam_rise < 64 / 2

# %% claim: no best rate stands at the border of its search
#| label: inside
assert margin > 0
assert (rates[1:] == 2 * rates[:-1]).all()

# %% best rate against batch size
#| caption: >
#|   Learning rate with the least training loss after {epochs} epochs of the same
#|   images, five seeds side by side. Solid: in proportion. Dashed: square root.
#| alt: >
#|   Two panels of best learning rate against batch size on log axes. SGD's rises in
#|   proportion up to batch size 64 and then stays. Adam's rises a little faster than
#|   with the square root.
fig, panels = plt.subplots(1, 2, sharex=True)
size = torch.tensor(batch_sizes, device="cpu")
for ax, method in zip(panels, methods, strict=True):
    for seed, row in enumerate(best[method]):
        ax.loglog(size * 1.08 ** (seed - 2), 2.0**row, "C0o", markersize=4)
    first = 2.0 ** best[method][:, 0].float().mean()
    ax.loglog(size, first * size / 4, "C1", linewidth=1, label="in proportion")
    ax.loglog(size, first * (size / 4) ** 0.5, "C2--", linewidth=1, label="square root")
    ax.set_xticks(batch_sizes, [f"{size}" for size in batch_sizes])
    ax.minorticks_off()
    ax.set(xlabel="batch size", title=method, xlim=(3, 340))
panels[0].set_ylabel("best learning rate")
fig.legend(*panels[0].get_legend_handles_labels(), ncols=2, loc="outside upper center")
