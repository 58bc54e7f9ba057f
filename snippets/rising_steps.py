# %% [markdown]
# # Can gradient descent raise the loss and still succeed?
# All data at every step, so no noise is to blame. Which steps raise the loss?

# %% five networks, at three rates
#| device: cpu
import matplotlib.pyplot as plt
import torch
from edge_networks import draw_networks, find_slope, squared_loss

seeds, steps, bold = range(5), 600, 0.7
rates = [0.05, 0.2, bold]
weights, *data = draw_networks([*seeds] * len(rates), 200)
lr = torch.tensor(rates).repeat_interleave(len(seeds))


# %% all runs, and a look at every tenth step
def look(weights):
    """Return the rate times the curvature along the step, and the promised fall."""
    weights = weights.detach().requires_grad_()
    height = squared_loss(weights, *data).sum()
    (slope,) = torch.autograd.grad(height, weights, create_graph=True)
    (bend,) = torch.autograd.grad(slope, weights, slope)  # Hessian x gradient
    slope = slope.detach()
    length = slope.square().sum(1)
    return lr * (bend * slope).sum(1) / length, lr * length


losses, looks = [], []
for step in range(steps):
    if step % 10 == 0:
        looks.append(look(weights))
    loss, gradient = find_slope(squared_loss, weights, *data)
    losses.append(loss)
    weights = weights - lr[:, None] * gradient
losses = torch.stack([*losses, squared_loss(weights, *data)])  # (steps + 1, runs)
product, promised = map(torch.stack, zip(*looks, strict=True))  # (steps / 10, runs)
kept = -losses.diff(dim=0)[::10] / promised

# %% what came of it
late = steps // 2
losses = losses.unflatten(1, (len(rates), len(seeds)))
product, kept = (each.view(-1, *losses.shape[1:]) for each in (product, kept))
rises = losses.diff(dim=0) > 0  # (steps, rates, seeds)
shares = rises[late:].float().mean(0)
fewest, most = shares[-1].min().item(), shares[-1].max().item()
bold_rises = rises[late:, -1]  # (steps - late, seeds)
begins = bold_rises[1:] & ~bold_rises[:-1]
bursts = bold_rises[0] + begins.sum(0)
burst = (bold_rises.sum(0) / bursts).mean().item()
gain = (losses[0, -1] / losses[-1, -1]).log().mean().exp().item()  # a geometric mean
behind = (losses[-1, :-1] / losses[-1, -1]).mean(1)
slowest_behind, slow_behind = behind.tolist()
product_bold, kept_bold = product[:, -1], kept[:, -1]  # (steps / 10, seeds)
misses = (kept_bold - (1 - product_bold / 2)).abs()
near, farthest = misses.quantile(0.95).item(), misses.max().item()
agree = ((kept_bold < 0) == (product_bold > 2)).float().mean(0).min().item()
crowd = ((product_bold - 2).abs() < 0.3).float().mean().item()

# %% claim: at the rate 0.7 a fifth to three fifths of the late steps raise the loss
#| label: rises
assert fewest > 0.2
assert 0.2 < most < 0.6

# %% claim: that run lowers the loss more than twentyfold all the same, on average
#| label: falls
assert gain > 20

# %% claim: at the rates 0.05 and 0.2 no step of the second half raises it, in any seed
#| label: timid
assert shares[:-1].max() == 0

# %% claim: on average they end more than five and one and a half times as high
#| label: behind
assert slowest_behind > 5
assert slow_behind > 1.5

# %% claim: at the rate 0.7 a burst of rising steps has more than two, on average
#| label: bursts
assert burst > 2

# %% claim: nineteen of twenty steps keep what their curvature says, within 0.05
#| label: line
assert near < 0.05

# %% claim: rate times curvature above 2 foretells the rise in 70 % of steps, every seed
#| label: agree
assert agree > 0.7

# %% claim: at the rate 0.7 seven tenths of the steps have it within 0.3 of 2
#| label: crowd
assert crowd > 0.7

# %% every step that raises the loss
#| caption: >
#|   Above: the loss of one network at three rates, on all the data in each step. Below:
#|   a bar wherever a step of the rate 0.7 raised the loss, in five networks.
#| alt: >
#|   Above, three falling curves on a logarithmic axis; the higher the rate the lower
#|   the end, and the curve of the rate 0.7 alone is jagged. Below, five rows along 600
#|   steps, empty at first, then full of bars of several steps each, with gaps as long.
colours = dict(zip(rates, ("C1", "C3", "C0"), strict=True))
fig, (above, below) = plt.subplots(
    2, sharex=True, figsize=(4.5, 4), height_ratios=[3, 2]
)
for rate, runs in zip(rates, losses.unbind(1), strict=True):
    above.semilogy(runs[:, 0], color=colours[rate], label=f"rate {rate}", linewidth=1.2)
above.set(ylabel="loss", ylim=(0.012, 1.2))
above.legend()
for row, rising in enumerate(rises[:, -1].T):
    low, high = torch.full((2, steps), row) + torch.tensor([[-0.38], [0.38]])
    below.fill_between(range(steps), low, high, where=rising, step="post", linewidth=0)
for collection in below.collections:
    collection.set_color(colours[bold])
below.set(xlabel="step", xlim=(0, steps), ylim=(4.6, -0.6), ylabel="network")
below.set_yticks(range(len(seeds)), [seed + 1 for seed in range(len(seeds))])
below.grid(False)

# %% each step and its curvature
#| caption: >
#|   Every tenth step of the same runs, five at each rate; below 0 the step raised the
#|   loss. The dashed line is what the curvature along the step foretells. Below: the
#|   rate 0.7 near 2, where foretold falls lie left and foretold rises right.
#| alt: >
#|   Share of the suggested fall against learning rate times curvature along the step.
#|   The dots of the rates 0.05 and 0.2 lie on a falling line between 1 and 0. Those of
#|   the rate 0.7 crowd where it crosses zero, at 2. Enlarged, they follow the line
#|   across; most are at upper left or lower right, a few a little above zero beyond 2.
fig, panels = plt.subplots(2, figsize=(4.5, 4.6))
for ax, shown in zip(panels, (rates, [bold]), strict=True):
    ax.plot([0, 3], [1, -0.5], "--", color="C2", linewidth=1)
    for rate in shown:
        dots = [each[:, rates.index(rate)].flatten() for each in (product, kept)]
        style = {"color": colours[rate], "markersize": 4, "zorder": 3 - rate}
        ax.plot(*dots, ".", label=f"rate {rate}", **style)
    ax.axhline(0, color="C2", linestyle=":")
    ax.axvline(2, color="C2", linestyle=":")
panels[0].set(xlim=(-0.1, 3), ylim=(-0.5, 1.1))
panels[0].legend(loc="lower left")
panels[1].set(xlim=(1.8, 2.2), ylim=(-0.13, 0.13))
panels[1].set(xlabel="learning rate × curvature along the step")
fig.supylabel("fall of the loss / (rate × |gradient|²)")
