# %% [markdown]
# # Which hyperparameter matters most?
# Draw six hyperparameters and one knob that is wired to nothing at random, train,
# and ask how much of the outcome each explains. Then search a little differently.

# %% the knobs and the data
import math

import matplotlib.pyplot as plt
import torch
from choosing_bench import align, answer, backpropagate, find_losses
from digits import load_digits, make_mlp
from torch.nn.functional import cross_entropy

seeds = range(5)
trials, widest, images_each, epochs = 150, 24, 512, 3
knobs = [
    "learning rate",
    "1 − momentum",
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


def draw_knobs(seed):
    """Return positions in [0, 1), (trials, knobs), each knob spread evenly."""
    torch.manual_seed(seed)
    order = torch.stack([torch.randperm(trials) for _ in knobs], dim=1)
    return (order + torch.rand(trials, len(knobs))) / trials


def at_position(position, low, high):
    """Return the value at a position between low and high, on a log scale."""
    return low * (high / low) ** position


# %% many networks at once, no two with the same hyperparameters
def start(width, size):
    """Return weights (seeds, networks, out, in) and biases of networks 64-width-10."""
    used = torch.arange(widest) < width[..., None]  # a narrow network is full of zeros
    first = (2 * torch.rand(*width.shape, widest, 65) - 1) / 8 * used[..., None]
    last = 2 * torch.rand(*width.shape, 10, widest + 1) - 1  # the last column: biases
    last = last / width.sqrt()[..., None, None]
    last[..., :-1] *= used[..., None, :]
    layers = [align(size, layer) * layer for layer in (first, last)]
    parts = [part for layer in layers for part in (layer[..., :-1], layer[..., -1])]
    return [part.contiguous() for part in parts]


def measure(weights):
    """Return the mean cross-entropy of each network on its seed's new images."""
    return find_losses(answer(weights, new_images), new_labels)


def train(weights, steps, batch_size, knobs):
    lr, momentum, decay = knobs  # each (seeds, networks)
    memory = [torch.zeros_like(part) for part in weights]
    for _ in range(steps):
        some = torch.randint(images_each, (batch_size,))
        _, slopes = backpropagate(weights, images[:, some], labels[:, some])
        for part, kept, slope in zip(weights, memory, slopes, strict=True):
            slope.addcmul_(align(decay, part), part)
            kept.mul_(align(momentum, part)).add_(slope)
            part.addcmul_(align(lr, part), kept, value=-1)


# %% claim: each of them is torch's network, trained by torch.optim.SGD
#| label: sgd
torch.manual_seed(0)
ones = torch.ones(len(seeds), 1)
ours, twin = start(20 * ones, ones), make_mlp(64, 20, 10)
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
train(ours, 10, 32, [0.1 * ones, 0.9 * ones, 0.01 * ones])
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
        weights = start(width, at_position(where[5], 1 / times, times))
        enough = steps or epochs * images_each // batch_size
        train(weights, enough, batch_size, chosen)
        losses[mine] = measure(weights).flatten()
    # A lost run counts as guessing, which is always possible.
    return losses.nan_to_num(torch.inf).clamp(max=math.log(10))


positions = torch.stack([draw_knobs(seed) for seed in seeds])
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
lr, one_minus_momentum, decay, batch_size, width, size, nothing = range(len(knobs))


def runner_up(table, first):
    """Return the largest share of any knob but the first, for each seed if given."""
    others = [knob for knob in range(len(knobs)) if knob != first]
    return table[others].amax(0)


def lead(table, first):
    """Return how much more a knob explains than any other, in the mean of the seeds."""
    mean = table.mean(1)
    return (mean[first] - runner_up(mean, first)).item()


# %% what came of it
leaders = lr, batch_size, one_minus_momentum  # one in each search
leads = [lead(table, first) for table, first in zip(shares, leaders, strict=True)]
lr_mean, batch_mean, momentum_mean = (
    table[first].mean().item() for table, first in zip(shares, leaders, strict=True)
)
next_mean = lr_mean - leads[0]
lr_most, batch_most = shares[1][lr].max().item(), shares[2][batch_size].max().item()
explained_most = shares[0].sum(0).max().item()
luck_most = shares[1][nothing].max().item()
quiet = [table.mean(1)[[decay, width, size]].max().item() for table in shares]
quiet_most = max(quiet)
behind = min(
    most - least
    for most, least in zip((lr_mean, batch_mean, momentum_mean), quiet, strict=True)
)
tuned = at_position(positions[..., lr], 0.05, 0.2)
effective = tuned / at_position(positions[..., one_minus_momentum], 0.05, 1)
joined = explain(effective, equal_steps)  # (seeds,)
both = shares[2][lr] + shares[2][one_minus_momentum]
joined_mean = joined.mean().item()

# %% claim: over decades the learning rate explains most, on average by fifteen points
#| label: decades
assert leads[0] > 0.15
assert 0 < next_mean < lr_mean
torch.testing.assert_close(shares[0][lr], explain(positions[..., lr], over_decades))

# %% claim: within four it explains under a fifth, batch size most by 20 points, on average
#| label: within
assert shares[1][lr].mean() < 0.2
assert leads[1] > 0.2

# %% claim: with equal steps batch size falls below 30%, none is 5 points above momentum
#| label: steps
assert batch_most < 0.3
assert leads[2] > -0.05  # on average

# %% claim: on average rate over 1 - momentum explains nearly as much as the two apart
#| label: one
assert (joined / both).mean() > 0.75
assert joined_mean > momentum_mean

# %% claim: let the rate vary as far as 1 / (1 - momentum) and it leads, on average
#| label: far
assert lead(far, lr) > 0.2

# %% claim: decay, width and size of first weights stay 20 points behind, on average
#| label: quiet
assert 0.2 < behind < min(lr_mean, batch_mean, momentum_mean)

# %% claim: let the first weights vary from a fiftieth to fifty times and they lead
#| label: wild
assert (wild[size] - runner_up(wild, size)).min() > 0

# %% three searches
#| caption: >
#|   How much of the outcome each knob explains, in three searches of {trials} trials,
#|   five seeds each. Only the search has changed between the panels, and each time
#|   another knob comes first.
#| alt: >
#|   Three panels of dots, one row for each knob. Learning rate over decades: it
#|   explains about a third, all else next to nothing. Learning rate within a factor of
#|   four: it drops to the level of the knob wired to nothing, and batch size explains
#|   about six tenths. The same with equal steps: batch size drops too, and momentum
#|   explains about half.
names = "rate over decades", "rate within × 4", "… and equal steps"
fig, panels = plt.subplots(3, sharex=True, sharey=True, figsize=(4.5, 6.6))
for ax, name, table in zip(panels, names, shares, strict=True):
    for row, seen in enumerate(table.cpu()):
        color = "C1" if row == nothing else "C0"
        ax.plot(seen, [-row] * len(seen), "o", color=color, alpha=0.8)
    ax.annotate(name, (0.02, 0.6))
    ax.set(xlim=(-0.02, 0.75), ylim=(1 - len(knobs) - 0.5, 1.2), xticks=[0, 0.3, 0.6])
panels[2].set_yticks(range(0, -len(knobs), -1), knobs)
panels[2].set_xlabel("share of the variance explained")
