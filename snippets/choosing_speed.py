# %% [markdown]
# # How fast should a range test run?
# The same ladder of rates, climbed in twelve steps or in two thousand.

# %% one ladder, many paces
#| slow: true
import matplotlib.pyplot as plt
import torch
from choosing_bench import adam, examine, momentum, read_off, sgd, train

seeds = range(5)
lengths = (12, 24, 60, 120, 240, 480, 1920)
rules = {"SGD": (sgd, 0.0), "SGD, momentum 0.9": (momentum, 0.0), "AdamW": (adam, 0.01)}


def climb(rule, decay, length):
    """Return the bottom of each seed's range test, and its losses (seed, step)."""
    ladder = torch.logspace(-5, 1, length)
    losses = train(rule, ladder.expand(len(seeds), 1, -1), seeds, decay)[0][:, 0]
    return torch.tensor([read_off(row, ladder) for row in losses]), losses


bottoms, slow_losses = {}, {}
for name, (rule, decay) in rules.items():
    found = [climb(rule, decay, length) for length in lengths]
    bottoms[name] = torch.stack([bottom for bottom, _ in found])  # (length, seed)
    slow_losses[name] = found[-1][1]


# %% what the bottoms are worth
def run(rule, rates, steps=180):
    """Return the validation loss of each seed's run at its own constant rate."""
    _, weights = train(rule, rates[:, None, None].expand(-1, 1, steps), seeds)
    return examine(weights, seeds)[0][:, 0]


steady = bottoms["SGD"][2:6]  # 60 to 480 steps
drift = (steady.max() / steady.min()).item()
hasty = (bottoms["AdamW"][1] / bottoms["AdamW"][3]).min().item()
two = list(rules)[:2]  # SGD without and with momentum
late = {name: bottoms[name][-1] for name in two}
early_least = min(bottoms[name][0].min().item() for name in two)
late_least = torch.stack([*late.values()]).min().item()
fresh = torch.stack([run(rules[name][0], late[name]) for name in two])
at_four = torch.logspace(-5, 1, lengths[-1]) > 4
learnt = torch.stack([slow_losses[name][:, at_four].median(1).values for name in two])
learnt_most = learnt.max().item()

# %% claim: for SGD an eightfold change of pace moves the bottom less than fivefold
#| label: steady
assert drift < 5

# %% claim: in 24 steps AdamW's bottom is half as high again as in 120, every seed
#| label: hasty
assert hasty > 1.5

# %% claim: in 1,920 steps SGD and momentum climb to a rate of 5 and their loss still falls
#| label: late
assert late_least > 5

# %% claim: in 12 steps their bottoms lie on the last two rungs of the ladder
#| label: early
assert early_least > 2.5

# %% claim: a fresh run at that rate is lost, every seed
#| label: fresh
assert (fresh > 1000).all()

# %% claim: above a rate of 4 the slow tests have a batch loss below 0.05
#| label: learnt
assert learnt_most < 0.05

# %% the bottom against the length of the test
#| caption: >
#|   The rate at the lowest point of a range test, against the number of steps in which
#|   it climbs from 0.00001 to 10; five seeds each. The dotted line is the top of the
#|   ladder.
#| alt: >
#|   Bottom of the range test against its length, both axes logarithmic. From 12 to 60
#|   steps the bottoms fall, from 60 to about 480 most of them are level, and at 1,920
#|   steps those of SGD, with momentum and without, lie at the top of the ladder.
fig, ax = plt.subplots()
for color, (name, rates) in enumerate(bottoms.items()):
    lines = ax.loglog(lengths, rates.cpu(), ".-", color=f"C{color}", linewidth=1)
    lines[0].set_label(name)
ax.axhline(10, color="C3", linestyle=":", label="end of the ladder")
ax.set(ylim=(0.008, 15))
ax.set(xlabel="steps in the range test", ylabel="learning rate at the bottom")
fig.legend(ncols=2, loc="outside upper center")
