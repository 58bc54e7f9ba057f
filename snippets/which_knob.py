# %% [markdown]
# # Which hyperparameter matters most?
# Draw six hyperparameters and one knob that is wired to nothing at random, train,
# and ask how much of the outcome each explains. Then search a little differently.

# %% the knobs and the data
import math

import matplotlib.pyplot as plt
import torch
from choosing_bench import answer, find_losses
from digits import load_digits, make_mlp
from knob_bench import spread_evenly, start, train
from torch.nn.functional import cross_entropy

seeds = range(5)
trials, widest, images_each, epochs = 150, 24, 512, 3
knobs = [
    "learning rate",
    "momentum",  # by the logarithm of 1 − momentum
    "weight decay",
    "batch size",
    "width",
    "size of first weights",
    "wired to nothing",
]
batch_sizes = [16, 32, 64, 128, 256]
draws = [load_digits(images_each, seed) for seed in seeds]
images, labels, new_images, new_labels = map(torch.stack, zip(*draws, strict=True))
new_images, new_labels = new_images[:, :500], new_labels[:, :500]


def at_position(position, low, high):
    """Return the value at a position between low and high, on a log scale."""
    return low * (high / low) ** position


def measure(weights):
    """Return the mean cross-entropy of each network on its seed's new images."""
    return find_losses(answer(weights, new_images), new_labels)


# %% claim: each of them is torch's network, trained by torch.optim.SGD
#| label: sgd
torch.manual_seed(0)
ones = torch.ones(len(seeds), 1)
ours, twin = start(20 * ones, ones, widest), make_mlp(64, 20, 10)
for layer, weight, bias in zip(twin[::2], ours[::2], ours[1::2], strict=True):
    outs, ins = layer.weight.shape
    spread, torchs = weight[0, 0].abs().max(), layer.weight.abs().max()
    torch.testing.assert_close(spread, torchs, rtol=0.03, atol=0)
    with torch.no_grad():
        layer.weight.copy_(weight[0, 0, :outs, :ins])
        layer.bias.copy_(bias[0, 0, :outs])
optimizer = torch.optim.SGD(twin.parameters(), 0.1, momentum=0.9, weight_decay=0.01)
torch.manual_seed(1)
for _ in range(10):
    some = torch.randint(images_each, (32,))
    optimizer.zero_grad()
    cross_entropy(twin(images[0, some]), labels[0, some]).backward()
    optimizer.step()
torch.manual_seed(1)
train(ours, (images, labels), 10, 32, [0.1 * ones, 0.9 * ones, 0.01 * ones])
at_end = measure(ours)[0, 0]
theirs = cross_entropy(twin(new_images[0]), new_labels[0])
torch.testing.assert_close(at_end, theirs, rtol=1e-4, atol=0)


# %% one search
def search(positions, lowest_lr, highest_lr, steps=None, times=2):
    """Return the loss on new digits of each trial, (seeds, trials).

    Without steps every trial takes as many as its batch size needs for the epochs.
    The first weights are at most so many times larger or smaller than torch's.
    """
    losses = torch.empty(positions.shape[:2])
    which_batch = (len(batch_sizes) * positions[..., 3]).long()
    for which, batch_size in enumerate(batch_sizes):
        mine = which_batch == which  # as many trials of every seed
        where = positions[mine].view(len(seeds), -1, len(knobs)).unbind(-1)
        chosen = [
            at_position(where[0], lowest_lr, highest_lr),
            1 - at_position(where[1], 0.05, 1),  # momentum
            at_position(where[2], 1e-6, 1e-2),  # weight decay
        ]
        width = at_position(where[4], widest / 4, widest).round()
        weights = start(width, at_position(where[5], 1 / times, times), widest)
        enough = steps or epochs * images_each // batch_size
        train(weights, (images, labels), enough, batch_size, chosen)
        losses[mine] = measure(weights).flatten()
    # A lost run counts as guessing, which is always possible.
    return losses.nan_to_num(torch.inf).clamp(max=math.log(10))


drawn = [spread_evenly(seed, trials, len(knobs)) for seed in seeds]
positions = torch.stack(drawn)
over_decades, within_four, equal_steps, as_far, any_size = (
    search(positions, 1e-4, 3),
    search(positions, 0.05, 0.2),
    search(positions, 0.05, 0.2, steps=24),
    search(positions, 0.1 / 20**0.5, 0.1 * 20**0.5, steps=24),
    search(positions, 0.05, 0.2, steps=24, times=50),
)


# %% how much a knob explains
def explain(knob, losses, levels=5):
    """Return the share of the log losses' variance that lies between five levels."""
    score = losses.log()  # (seeds, trials)
    ranked = score.gather(1, knob.argsort(1))  # in the order of the knob
    between = ranked.view(len(score), levels, -1).mean(2).var(1, unbiased=False)
    return between / score.var(1, unbiased=False)


# %% claim: what five equal steps of a knob decide is explained whole by it
#| label: whole
stairs = (5 * positions[..., 0]).floor().exp()
torch.testing.assert_close(explain(positions[..., 0], stairs), torch.ones(len(seeds)))


# %% how much each explains
def explain_all(losses):
    """Return the share that each knob explains, (knobs, seeds)."""
    return torch.stack([explain(knob, losses) for knob in positions.unbind(2)])


shares = explain_all(over_decades), explain_all(within_four), explain_all(equal_steps)
far, wild = explain_all(as_far), explain_all(any_size)  # not in the figure
lr, momentum, decay, batch_size, width, size, nothing = range(len(knobs))


def lead(table, first):
    """Return how much more a knob explains than any other, in the mean of the seeds."""
    mean = table.mean(1)
    others = [knob for knob in range(len(knobs)) if knob != first]
    return (mean[first] - mean[others].max()).item()


# %% what came of it
leaders = lr, batch_size, momentum  # one in each search
leads = [lead(table, first) for table, first in zip(shares, leaders, strict=True)]
mean = torch.stack(shares).mean(2).cpu()  # (searches, knobs)
lr_mean, batch_mean, momentum_mean = mean[range(3), leaders].tolist()
next_mean = lr_mean - leads[0]
lr_four, lr_equal = mean[1:, lr].tolist()
luck_four, luck_equal = mean[1:, nothing].tolist()
width_mean, size_mean = mean[2, [width, size]].tolist()
batch_most, explained_most = shares[2][batch_size].max().item(), shares[0].sum(0).max()
quiet = mean[:, [decay, width, size]].amax(1)  # (searches,)
quiet_most, behind = quiet.max().item(), (mean.amax(1) - quiet).min().item()
above_luck = 100 * (mean[:, decay] - mean[:, nothing]).max().item()  # points
beats = (shares[2][[width, size]] > shares[2][nothing]).sum().item()
far_lr, far_momentum = far.mean(1)[[lr, momentum]].tolist()


# %% how far momentum stretches a step
def stretch(memory, steps):
    """Return by how much memory lengthens a run's mean step where the slope stays."""
    return (1 - memory * (1 - memory**steps) / (steps * (1 - memory))) / (1 - memory)


memory = 1 - at_position(positions[..., momentum], 0.05, 1)
tuned = at_position(positions[..., lr], 0.05, 0.2)
tuned_far = at_position(positions[..., lr], 0.1 / 20**0.5, 0.1 * 20**0.5)
joined = explain(tuned / (1 - memory), equal_steps)  # (seeds,)
both = shares[2][lr] + shares[2][momentum]
joined_mean, both_mean = joined.mean().item(), both.mean().item()
far_joined = explain(tuned_far / (1 - memory), as_far).mean().item()
at_24, most_stretched = stretch(memory, 24), stretch(0.95, 24)
stretched = explain(tuned * at_24, equal_steps).mean().item()
far_stretched = explain(tuned_far * at_24, as_far).mean().item()

# %% claim: over decades the learning rate explains most, on average by ten points
#| label: decades
assert leads[0] > 0.1
assert 0 < next_mean < lr_mean
torch.testing.assert_close(shares[0][lr], explain(positions[..., lr], over_decades))

# %% claim: within four it explains under 15%, batch size most by 20 points, on average
#| label: within
assert lr_four < 0.15
assert leads[1] > 0.2

# %% claim: with equal steps batch size falls below 30%, momentum leads on average
#| label: steps
assert batch_most < 0.3
assert leads[2] > 0

# %% claim: on average rate over 1 - momentum explains nearly as much as the two apart
#| label: one
assert (joined / both).mean() > 0.7
assert joined_mean > momentum_mean

# %% claim: let the rate vary as far as 1 / (1 - momentum) and it leads, on average
#| label: far
assert lead(far, lr) > 0.1

# %% claim: the mean step of 24 explains no less than rate over 1 - momentum
#| label: stretch
assert far_joined > far_lr
torch.testing.assert_close(memory.min(), torch.zeros(()), rtol=0, atol=0.05)
assert stretched + far_stretched > joined_mean + far_joined - 0.06  # in two searches
kept = moved = torch.zeros(())
for _ in range(24):
    kept = 0.95 * kept + 1
    moved = moved + kept
torch.testing.assert_close(moved.item() / 24, most_stretched)

# %% claim: weight decay stays within ten points of the knob wired to nothing, on average
#| label: quiet
assert above_luck < 10

# %% claim: at equal steps width and first weights mostly beat that knob
#| label: second
assert beats > len(seeds)  # of two for each seed

# %% claim: decay, width and size of first weights stay 15 points behind, on average
#| label: behind
assert 0.15 < behind < min(lr_mean, batch_mean, momentum_mean)

# %% claim: let first weights vary from a fiftieth to fifty times and they lead on average
#| label: wild
assert lead(wild, size) > 0.2

# %% three searches
#| caption: >
#|   How much of the outcome each knob explains, in three searches of {trials} trials:
#|   five seeds (dots) and their mean (bars). Network and digits are the same. After the
#|   first panel the range of the rate changes, after the second the number of steps.
#| alt: >
#|   Three panels of dots, one row for each knob. Learning rate over decades: it
#|   explains about a third, all else next to nothing. Learning rate within a factor of
#|   four: it drops to the level of the knob wired to nothing, and batch size explains
#|   about six tenths. The same with equal steps: batch size drops too, momentum
#|   explains about half and the learning rate a quarter.
names = "rate over decades", "rate within × 4", "… and equal steps"
fig, panels = plt.subplots(3, sharex=True, sharey=True, figsize=(4.5, 6.6))
apart = torch.linspace(0.2, -0.2, len(seeds)).cpu()
for ax, name, table in zip(panels, names, shares, strict=True):
    for row, seen in enumerate(table.cpu()):
        color = "C1" if row == nothing else "C0"
        ax.plot(seen, apart - row, "o", color=color, markersize=3.5)
        ax.vlines(seen.mean(), -row - 0.36, -row + 0.36, color=color, linewidth=2.5)
    ax.annotate(name, (0.98, 0.06), xycoords="axes fraction", ha="right")
    ax.set(xlim=(-0.02, 0.75), ylim=(0.5 - len(knobs), 0.6), xticks=[0, 0.3, 0.6])
panels[2].set_yticks(range(0, -len(knobs), -1), knobs)
panels[2].set_xlabel("share of the variance explained")
