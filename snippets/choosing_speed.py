# %% [markdown]
# # How fast should a range test run?
# The same ladder of rates, climbed in twelve steps or in two thousand.

# %% one ladder, many paces
#| slow: true
import math

import matplotlib.pyplot as plt
import torch
from choosing_bench import adam, examine, momentum, read_off, sgd, train

seeds = range(5)
lengths = (12, 24, 60, 120, 240, 480, 1920)
names = ["SGD", "SGD, momentum 0.9", "AdamW"]


def all_three(gradient, memory, step):
    """Turn gradients into the directions of SGD, SGD with momentum and AdamW."""
    _, with_momentum, with_adam = (
        [kept[:, way] for kept in memory] for way in range(3)
    )
    gradient[:, 1] = momentum(gradient[:, 1], with_momentum, step)
    gradient[:, 2] = adam(gradient[:, 2], with_adam, step)
    return gradient


def climb(length):
    """Return the losses of every seed's range tests, (seed, optimizer, step)."""
    ladder = torch.logspace(-5, 1, length).expand(len(seeds), 3, -1)
    return train(all_three, ladder, seeds, decay=torch.tensor([0, 0, 0.01]))[0]


def find_bottoms(losses, smoothing=0.9, stop=4.0):
    """Return the rate at the bottom of each range test, (optimizer, seed)."""
    ladder = torch.logspace(-5, 1, losses.shape[-1])
    found = [[read_off(one, ladder, smoothing, stop) for one in row] for row in losses]
    return torch.tensor(found).T


climbs = [climb(length) for length in lengths]
stacked = torch.stack([find_bottoms(losses) for losses in climbs], 1)
bottoms = dict(zip(names, stacked, strict=True))  # each (length, seed)
raw_bottoms = torch.stack([find_bottoms(one, 0.0, math.inf) for one in climbs[:6]], 1)


# %% what the bottoms are worth
def run(rule, rates, steps=180):
    """Return the validation loss of each seed's run at its own constant rate."""
    _, weights = train(rule, rates[:, None, None].expand(-1, 1, steps), seeds)
    return examine(weights, seeds)[0][:, 0]


def compare(bottoms, others):
    """Return the ratio of bottoms, on geometric average over optimizers and seeds."""
    return (bottoms / others).log().mean().exp().item()


steady = stacked[:, 2:6].flatten(1)  # 60 to 480 steps, all seeds
drift = (steady[0].max() / steady[0].min()).item()
typical = stacked[:, 2:6].log().mean(2).exp()  # on average over seeds
sgd_drift, momentum_drift, adam_drift = (typical.amax(1) / typical.amin(1)).tolist()
falling = compare(stacked[1:, 2], stacked[1:, 4])  # momentum and AdamW, 60 against 240
hasty = compare(stacked[:, 1], stacked[:, 3])  # 24 steps against 120
hasty_raw = compare(raw_bottoms[:, 1], raw_bottoms[:, 3])
hasty_adam = compare(bottoms["AdamW"][0], bottoms["AdamW"][3])  # 12 against 120
lag = compare(stacked[:, 3], raw_bottoms[:, 3])  # what smoothing does at 120 steps
early_least = stacked[:2, 0].min().item()  # SGD without and with momentum
late = stacked[:2, -1]
late_least = late.min().item()
fresh = torch.stack(
    [run(rule, rates) for rule, rates in zip((sgd, momentum), late, strict=True)]
)
at_four = torch.logspace(-5, 1, lengths[-1]) > 4
learnt_most = climbs[-1][:, :2, at_four].median(2).values.max().item()

# %% claim: for SGD, eightfold pace and five seeds move the bottom less than sixfold
#| label: steady
assert drift < 6

# %% claim: for momentum and AdamW less than eightfold, on average over seeds
#| label: drift
assert max(momentum_drift, adam_drift) < 8

# %% claim: their bottom is higher in 60 steps than in 240, on average
#| label: falling
assert falling > 1
fast, slow = (climbs[lengths.index(length)] for length in (60, 240))
by_hand = compare(find_bottoms(fast)[1:], find_bottoms(slow)[1:])
torch.testing.assert_close(falling, by_hand)

# %% claim: in 24 steps the bottom is higher than in 120, on average
#| label: hasty
assert hasty > 1

# %% claim: and so it is without the smoothing
#| label: hasty raw
assert hasty_raw > 1

# %% claim: in 12 steps AdamW's bottom is on average over twice as high as in 120
#| label: hasty adam
assert hasty_adam > 2

# %% claim: at 120 steps smoothing moves the bottom up, on average by less than four
#| label: lag
assert 1 < lag < 4

# %% claim: in 1,920 steps SGD and momentum climb to a rate of 5 and their loss still falls
#| label: late
assert late_least > 5

# %% claim: in 12 steps their bottoms lie on the last three rungs of the ladder
#| label: early
assert early_least > 0.4  # between the third and the fourth

# %% claim: a fresh run at that rate is lost, every seed
#| label: fresh
assert (fresh > 1000).all()

# %% claim: above a rate of 4 the slow tests have a batch loss below 0.05
#| label: learnt
assert learnt_most < 0.05
late_losses = climbs[-1][..., torch.logspace(-5, 1, 1920) > 4]
torch.testing.assert_close(
    learnt_most, late_losses.median(2).values[:, :2].max().item()
)

# %% the bottom against the length of the test
#| caption: >
#|   The rate at the lowest point of a range test, against the number of steps in which
#|   it climbs from 0.00001 to 10; five seeds each. Dashed: the bottom of the loss that
#|   is not smoothed, the middle of the seeds. The dotted line is the top of the ladder.
#| alt: >
#|   Bottom of the range test against its length, both axes logarithmic. From 12 to 60
#|   steps the bottoms fall. From 60 to 480 those of SGD are nearly level, the others go
#|   on falling at first. At 1,920 steps those of SGD, with momentum and without, lie at
#|   the top of the ladder. The dashed lines run a little below, as steeply at the left.
fig, ax = plt.subplots(figsize=(4.5, 3.2))
for color, (name, rates) in enumerate(bottoms.items()):
    lines = ax.loglog(lengths, rates.cpu(), ".-", color=f"C{color}", linewidth=1)
    lines[0].set_label(name)
    middle = raw_bottoms[color].median(1).values.cpu()
    ax.loglog(lengths[:6], middle, "--", color=f"C{color}", linewidth=2)
ax.axhline(10, color="C3", linestyle=":", label="end of the ladder")
ax.set(ylim=(0.008, 15))
ax.set(xlabel="steps in the range test", ylabel="learning rate at the bottom")
fig.legend(ncols=2, loc="outside upper center")
