# %% [markdown]
# # How does the best rate move with the batch size?
# One pass more or less decides little; the rate does. Search it for each batch size,
# with SGD and with Adam, always over the same images.

# %% a sweep for each batch size
import math

import matplotlib.pyplot as plt
import torch
from scaling_bench import adam, draw, sgd, shuffle, start, train

seeds = range(5)
images_each, epochs = 1024, 4
batch_sizes = [4, 16, 64, 256]
methods = {"SGD": (sgd, -4), "Adam": (adam, -8)}  # and the power of the lowest rate
octaves, each = 8, 2  # octaves of rates, rates in an octave
steps = torch.arange(octaves * each + 1) / each
data = draw(seeds, images_each)
losses = {}  # (seed, rate)
for method, (rule, lowest) in methods.items():
    rates = 2.0 ** (lowest + steps)
    for batch_size in batch_sizes:
        batches = shuffle(images_each, batch_size, epochs)
        weights = start(seeds, len(rates))
        losses[method, batch_size] = train(rule, rates, weights, data, batches)

# %% the steps of the largest batch without noise, all images in each
high = slice(4 * each, 7 * each + 1)  # rates of 1 to 8
batches = torch.arange(images_each).expand(images_each * epochs // 256, -1)
rates_high = 2.0 ** (methods["SGD"][1] + steps[high])
exact = train(sgd, rates_high, start(seeds, len(rates_high)), data, batches)

# %% the best rates
best = {}  # powers of two, (seed, batch size)
for method, (_, lowest) in methods.items():
    places = [losses[method, size].argmin(1) for size in batch_sizes]
    best[method] = lowest + torch.stack(places, 1).cpu() / each


def rise(method, fewer, more):
    """Return how many times the best rate rises, the geometric mean of the seeds."""
    return 2 ** (best[method][:, more] - best[method][:, fewer]).mean().item()


spans = (0, 2), (2, 3), (0, 3)  # 4 to 64, 64 to 256, 4 to 256
sgd_rise, sgd_later, sgd_whole = (rise("SGD", *span) for span in spans)
adam_early, adam_later, adam_rise = (rise("Adam", *span) for span in spans)
sgd_power, adam_power = math.log(sgd_rise, 16), math.log(adam_rise, 64)
guess = math.log(10)  # the loss of a network that knows nothing
walls = [  # the largest rate that beats guessing, a power of two: (seed,)
    ((table < guess) * powers).amax(1) + methods["SGD"][1]
    for table, powers in (
        (losses["SGD", 64], steps),
        (losses["SGD", 256], steps),
        (exact, steps[high]),
    )
]
wall, wall_256, wall_exact = (2 ** powers.mean().item() for powers in walls)
best_256 = 2 ** best["SGD"][:, 3].mean().item()
best_exact = rates_high[exact.argmin(1)].log().mean().exp().item()
margin = min(
    min(best[method].min() - lowest, lowest + octaves - best[method].max())
    for method, (_, lowest) in methods.items()
)


def carry(method, fewer, more, power):
    """Return the losses with more images a batch, over the least: (seed,).

    The rate is the best one with fewer, times the power of the growth of the batch,
    or the largest of the sweep where that is less.
    """
    old = losses[method, batch_sizes[fewer]].argmin(1, keepdim=True)
    rungs = round(power * 2 * (more - fewer) * each)  # a factor of four: two octaves
    there = losses[method, batch_sizes[more]]
    at = (old + rungs).clamp(max=len(steps) - 1)
    return (there.gather(1, at) / there.amin(1, keepdim=True))[:, 0]


growths = [(fewer, more) for more in range(4) for fewer in range(more)]
tried = [[carry("SGD", *grown, power) for power in (0, 0.5, 1)] for grown in growths]
threes = torch.stack([torch.stack(three).amin(0) for three in tried])
roots = torch.stack([carry("Adam", *grown, 0.5) for grown in growths])
far = [grown for grown in growths if grown[1] - grown[0] > 1]  # 16 and 64 times
linears = torch.stack([carry("Adam", *grown, 1) for grown in far])
worse = [linears[at] / carry("Adam", *grown, 0.5) for at, grown in enumerate(far)]
three_most, root_most = (  # on average over the seeds
    costs.log().mean(1).max().exp().item() for costs in (threes, roots)
)
kept = torch.stack([carry(method, 0, 2, 0) for method in methods])  # 4 to 64
sgd_kept, adam_kept = (costs.log().mean().exp().item() for costs in kept)
linear_least, apart = (
    costs.log().mean(1).min().exp().item() for costs in (linears, torch.stack(worse))
)
proportional = losses["SGD", 256].gather(  # four times the best rate of 64
    1, losses["SGD", 64].argmin(1, keepdim=True) + 2 * each
)
lost = (proportional > guess).sum().item()
least = {key: table.amin(1) for key, table in losses.items()}  # at the best rate
fours = [carry("Adam", *grown, 1).log().mean().exp().item() for grown in growths]
adam_four = fours[2]  # in proportion from 16 to 64, over the least
tie = carry("Adam", 2, 3, 1) / carry("Adam", 2, 3, 0.5)
adam_tie = tie.log().mean().exp().item()
sgd_early, sgd_late, adam_late = (
    (least[method, more] / least[method, fewer]).log().mean().exp().item()
    for method, fewer, more in (("SGD", 4, 64), ("SGD", 64, 256), ("Adam", 64, 256))
)

# %% claim: SGD's best rate rises in proportion to 64, on average within a factor of three
#| label: rises
assert 16 / 3 < sgd_rise < 16 * 3

# %% claim: from 64 to 256 SGD's best rate rises on average less than twice
#| label: stops
assert 0.7 < sgd_later < 2

# %% claim: on average the largest rate that beats guessing moves less than twofold from 64
#| label: wall
assert 1 / 2 < wall_256 / wall < 2
assert 1 / 2 < wall_exact / wall < 2

# %% claim: without noise the best rate is on average less than twice that of 256
#| label: without noise
assert 1 / 2 < best_exact / best_256 < 2
every = 2.0 ** (methods["SGD"][1] + steps)
lasting = every[losses["SGD", 256].argmin(1)].log().mean().exp().item()
assert math.isclose(best_256, lasting, rel_tol=1e-4)

# %% claim: in proportion from there three of five runs or more end worse than guessing
#| label: carried
assert lost >= 3

# %% claim: from 64 to 256 Adam's best rate rises on average
#| label: alike
assert adam_later > 1
for whole, parts in (
    (sgd_whole, sgd_rise * sgd_later),
    (adam_rise, adam_early * adam_later),
):
    torch.testing.assert_close(whole, parts, rtol=1e-4, atol=0)

# %% claim: on average SGD's loss rises less than fourfold to 64, then half or more again
#| label: pays
assert 1 / 4 < sgd_early < 4
assert sgd_late > 1.5

# %% claim: kept for 16 times the batch it costs SGD 3 times the loss or more, Adam 1.5
#| label: kept
assert sgd_kept > 3
assert adam_kept > 1.5

# %% claim: the old rate, the root or proportion: one serves SGD on average, every growth
#| label: three rates
assert three_most < 3.5
assert (threes >= 1).all()
for cost, growth in zip(threes, growths, strict=True):
    assert all((cost <= carry("SGD", *growth, power)).all() for power in (0, 0.5, 1))

# %% claim: the root alone serves Adam on average, every growth
#| label: root
assert root_most < 3
assert (roots >= 1).all()

# %% claim: for 16 and 64 times the batch Adam ends lower with the root than in proportion
#| label: apart
assert apart > 1
assert linear_least > 1
at_least = min(fours[growths.index(grown)] for grown in far)
assert math.isclose(linear_least, at_least, rel_tol=1e-4)

# %% claim: from 64 to 256 Adam in proportion ends within six times the loss of the root
#| label: four
assert adam_four > 1
assert adam_tie < 6
roots_loss = roots[-1].log().mean().exp().item()
assert math.isclose(adam_tie, fours[-1] / roots_loss, rel_tol=1e-4)

# %% claim: over 64 times the batch Adam's best rate rises four to forty times
#| label: adam
assert 4 < adam_rise < 40

# %% claim: no best rate stands at the border of its search
#| label: inside
assert margin > 0
torch.testing.assert_close(rates[2:], 2 * rates[:-2], rtol=1e-4, atol=0)

# %% loss against rate
#| caption: >
#|   Training loss after {epochs} epochs of the same {images_each} images, the middle
#|   one of five seeds, at rates a factor of √2 apart. A line ends where that seed's
#|   loss overflows or leaves the frame. Dotted: the loss of guessing.
#| alt: >
#|   Two panels of loss against learning rate on log axes, a line for each batch size.
#|   Each line falls in proportion to the rate to a valley and rises steeply after it.
#|   The valley of batch size 256 is the highest. SGD's lines of 64 and 256 rise at the
#|   same rate.
fig, panels = plt.subplots(1, 2, sharey=True)
for ax, (method, (_, lowest)) in zip(panels, methods.items(), strict=True):
    for place, batch_size in enumerate(batch_sizes):
        middle = losses[method, batch_size].median(0).values.cpu()
        x = 2.0 ** (lowest + steps.cpu())
        ax.loglog(x, middle, f"C{place}o-", markersize=3, label=f"{batch_size}")
    ax.axhline(guess, color="k", linestyle=":", linewidth=1)
    ax.set(xlabel="learning rate", title=method, ylim=(0.015, 5))
panels[0].set_yticks([0.1, 1], ["0.1", "1"])
panels[0].set_ylabel("training loss")
fig.legend(
    *panels[0].get_legend_handles_labels(),
    ncols=4,
    loc="outside upper center",
    title="batch size",
)

# %% best rate against batch size
#| caption: >
#|   The rate of the sweep with the least training loss, five seeds side by side.
#|   Solid: in proportion. Dashed: square root.
#| alt: >
#|   Two panels of best learning rate against batch size on log axes. SGD's rises
#|   nearly in proportion up to batch size 64 and then hardly. Adam's rises a little
#|   faster than with the square root.
fig, panels = plt.subplots(1, 2, sharex=True)
size = torch.tensor(batch_sizes, device="cpu")
for ax, method in zip(panels, methods, strict=True):
    for seed, row in enumerate(best[method]):
        ax.loglog(size * 1.08 ** (seed - 2), 2.0**row, "C0o", markersize=4)
    first = 2.0 ** best[method][:, 0].mean()
    ax.loglog(size, first * size / 4, "C1", linewidth=1, label="in proportion")
    ax.loglog(size, first * (size / 4) ** 0.5, "C2--", linewidth=1, label="square root")
    ax.set_xticks(batch_sizes, [f"{size}" for size in batch_sizes])
    ax.minorticks_off()
    ax.set(xlabel="batch size", title=method, xlim=(3, 340))
panels[0].set_ylabel("best learning rate")
fig.legend(*panels[0].get_legend_handles_labels(), ncols=2, loc="outside upper center")
