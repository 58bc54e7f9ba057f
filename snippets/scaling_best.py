# %% [markdown]
# # How does the best rate move with the batch size?
# One pass more or less decides little; the rate does. Search it for each batch size,
# with SGD and with Adam, always over the same images.

# %% a sweep for each batch size
import matplotlib.pyplot as plt
import torch
from scaling_bench import adam, draw, sgd, shuffle, start, train

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
sgd_rise = 2.0 ** (best["SGD"][:, 2] - best["SGD"][:, 0])  # sixteen times the batch
sgd_later = 2.0 ** (best["SGD"][:, 3] - best["SGD"][:, 2])  # four times more
adam_early = 2.0 ** (best["Adam"][:, 2] - best["Adam"][:, 0])
adam_later = 2.0 ** (best["Adam"][:, 3] - best["Adam"][:, 2])
sgd_whole, adam_rise = sgd_rise * sgd_later, adam_early * adam_later  # sixty-four times
sgd_least, sgd_most = int(sgd_rise.min()), int(sgd_rise.max())
early_least, early_most = int(adam_early.min()), int(adam_early.max())
adam_least, adam_most = int(adam_rise.min()), int(adam_rise.max())
middle = best["SGD"][:, 2] + 2 - methods["SGD"][1][0]  # four times batch 64's best
carried = losses["SGD", 256].cpu().gather(1, middle[:, None])


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
three_most = max(torch.stack(each).amin(0).max().item() for each in tried)
root_most = max(carry("Adam", *grown, 0.5).max().item() for grown in growths)
least = {key: table.amin(1) for key, table in losses.items()}  # at the best rate
pay_most = (least["SGD", 64] / least["SGD", 4]).max().item()
pay_late = [least[method, 256] / least[method, 4] for method in methods]
sgd_late_least, adam_late_most = pay_late[0].min().item(), pay_late[1].max().item()
margin = min(
    min(best[method].min() - powers[0], powers[-1] - best[method].max())
    for method, (_, powers) in methods.items()
)

# %% claim: SGD's best rate rises with the batch in proportion, within a factor of two
#| label: rises
assert sgd_rise.min() >= 8
assert sgd_rise.max() <= 32

# %% claim: from 64 to 256 SGD's best rate moves by a factor of two at most
#| label: stops
assert sgd_later.max() <= 2

# %% claim: in proportion from there every run is lost
#| label: carried
assert carried.min() > 1e6

# %% claim: on average SGD's best rate rises more than Adam's up to 64, less after it
#| label: alike
assert (sgd_rise / adam_early).log2().mean() > 0
assert (sgd_later / adam_later).log2().mean() < 0
assert ((sgd_whole >= 8) & (sgd_whole <= 32)).all()

# %% claim: after equal epochs SGD ends about alike up to 64, and at 256 far higher
#| label: pays
assert pay_most < 4
assert sgd_late_least > 2
assert (least["SGD", 256] > 2 * least["SGD", 64]).all()

# %% claim: the old rate, the root or proportion: one of them serves SGD, every growth
#| label: three rates
assert 1 <= three_most < 4

# %% claim: the root alone serves Adam, every growth
#| label: root
assert 1 <= root_most < 4

# %% claim: over 64 times the batch Adam's best rate rises by at most half of that
#| label: adam
assert adam_rise.min() >= 4
assert adam_rise.max() <= 32
assert (adam_rise == 2.0 ** (best["Adam"][:, 3] - best["Adam"][:, 0])).all()

# %% claim: no best rate stands at the border of its search
#| label: inside
assert margin >= 1
assert (rates[1:] == 2 * rates[:-1]).all()

# %% best rate against batch size
#| caption: >
#|   Learning rate with the least training loss after {epochs} passes over the same
#|   images, five seeds a little apart. Solid: in proportion. Dashed: square root.
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
