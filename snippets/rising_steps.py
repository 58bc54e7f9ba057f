# %% [markdown]
# # Can gradient descent raise the loss and still succeed?
# All data at every step, so no noise is to blame. Which steps raise the loss?

# %% five networks, twice
#| device: cpu
import matplotlib.pyplot as plt
import torch
from edge_networks import draw_networks, find_slope, squared_loss

seeds, steps = range(5), 600
bold, timid = 0.7, 0.05  # learning rates
weights, *data = draw_networks([*seeds, *seeds], 200)
rates = torch.tensor([bold, timid]).repeat_interleave(len(seeds))


# %% all runs, and a look at every tenth step
def look(weights):
    """Return the rate times the curvature along the step, and the promised fall."""
    weights = weights.detach().requires_grad_()
    height = squared_loss(weights, *data).sum()
    (slope,) = torch.autograd.grad(height, weights, create_graph=True)
    (bend,) = torch.autograd.grad(slope, weights, slope)  # Hessian x gradient
    slope = slope.detach()
    length = slope.square().sum(1)
    return rates * (bend * slope).sum(1) / length, rates * length


losses, looks = [], []
for step in range(steps):
    if step % 10 == 0:
        looks.append(look(weights))
    loss, gradient = find_slope(squared_loss, weights, *data)
    losses.append(loss)
    weights = weights - rates[:, None] * gradient
losses = torch.stack([*losses, squared_loss(weights, *data)])  # (steps + 1, runs)
product, promised = map(torch.stack, zip(*looks, strict=True))  # (steps / 10, runs)
kept = -losses.diff(dim=0)[::10] / promised
looked = torch.stack([product, kept], -1)

# %% what came of it
late = steps // 2
runs = dict(zip((bold, timid), losses.split(len(seeds), 1), strict=True))
looks = dict(zip((bold, timid), looked.split(len(seeds), 1), strict=True))
rising = {lr: (run[late:].diff(dim=0) > 0).float().mean(0) for lr, run in runs.items()}
starts, ends = runs[bold][0], {lr: run[-1] for lr, run in runs.items()}
fewest, most = rising[bold].min().item(), rising[bold].max().item()
gain = (starts / ends[bold]).log().mean().exp().item()  # a geometric mean
handicap = (ends[timid] / ends[bold]).mean().item()
product, kept = looks[bold].unbind(-1)  # (60, seeds) each
misses = (kept - (1 - product / 2)).abs()
agree = ((kept < 0) == (product > 2)).float().mean(0).min().item()

# %% claim: at the bold rate more than a quarter of the late steps raise the loss
#| label: rises
assert fewest > 0.25

# %% claim: that run lowers the loss more than tenfold all the same, on average
#| label: falls
assert gain > 10

# %% claim: at the timid rate no step raises the loss, in the second half of any seed
#| label: timid
assert rising[timid].max() == 0

# %% claim: and it ends more than three times as high as the bold one, on average
#| label: behind
assert handicap > 3

# %% claim: nineteen of twenty steps keep what their curvature says, within 0.05
#| label: line
assert misses.quantile(0.95) < 0.05

# %% claim: rate times curvature above 2 foretells the rise in 70 % of steps, every seed
#| label: agree
assert agree > 0.7

# %% every step that raises the loss
#| caption: >
#|   Each tick is a step that raised the loss, in ten runs on all the data: five
#|   networks at the rate 0.7 (below) and the same five at 0.05 (above, without a tick).
#| alt: >
#|   Ten rows along 600 steps. The five rows of the rate 0.7 are empty at first, then
#|   ticked in bursts to the end. The five rows of the rate 0.05 are empty.
marks = [
    (losses.diff() > 0).nonzero().flatten() for run in runs.values() for losses in run.T
]
fig, ax = plt.subplots()
gap = float("nan")  # lifts the pen, so that a row is one line
for row, mark in enumerate(marks):
    across = [x for step in mark.tolist() for x in (step, step, gap)]
    up = [row - 0.35, row + 0.35, gap] * len(mark)
    ax.plot(across, up, color="C0", linewidth=0.8)
ax.axhline(4.5, color="C2", linestyle=":")
ax.set(xlabel="step", xlim=(0, steps), ylim=(-0.6, 9.6))
ax.set_yticks([2, 7], [f"rate {bold}", f"rate {timid}"])

# %% each step and its curvature
#| caption: >
#|   Every tenth step of ten runs, five at each of two rates. Below 0 the step raised
#|   the loss. The dashed line is what the curvature along the step foretells.
#| alt: >
#|   Share of the promised fall against learning rate times curvature along the step.
#|   The dots of the rate 0.05 sit at the upper left, near 1. Those of the rate 0.7
#|   crowd on a falling line where it crosses zero, at 2, on both sides of it.
fig, ax = plt.subplots()
ax.plot([0, 2.8], [1, -0.4], "--", color="C2", linewidth=1)
for lr in runs:
    ax.plot(*looks[lr].flatten(0, 1).T, ".", markersize=4, label=f"rate {lr}")
ax.axhline(0, color="C2", linestyle=":")
ax.set(xlabel="learning rate × curvature along the step", xlim=(-0.1, 2.8))
ax.set(ylabel="fall of the loss /\n(rate × |gradient|²)", ylim=(-0.5, 1.1))
ax.legend()
