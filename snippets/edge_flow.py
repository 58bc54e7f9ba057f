# %% [markdown]
# # Can the smoothed path of a run at the edge be computed?
# The central flow: small steps down the slope, each followed by the shortest push that
# takes the sharpest curvature back to 2 / learning rate. No hops. Where does it go?

# %% gradient descent in five networks, from shortly before their edges
#| device: cpu
#| slow: true
import matplotlib.pyplot as plt
import torch
from edge_networks import draw_networks, find_sharpest, find_slope, squared_loss

seeds, lr, before, steps, cuts, every = range(5), 0.5, 40, 300, 2, 10
start, *data = draw_networks(seeds, 100)
for _ in range(before):
    start = start - lr * find_slope(squared_loss, start, *data)[1]

weights, direction, path, losses, readings = start, None, [], [], []
for step in range(steps):
    if step % every == 0:
        products = 5 if step else 20
        curvature, direction = find_sharpest(
            squared_loss, weights, data, products, direction
        )
        readings.append(lr * curvature / 2)  # 1 at the edge
    loss, gradient = find_slope(squared_loss, weights, *data)
    path.append(weights)
    losses.append(loss)
    weights = weights - lr * gradient
path, losses, readings = (torch.stack(each) for each in (path, losses, readings))


# %% the central flow
def find_rise(weights, direction, products):
    """Return the sharpest curvature, its direction, and its gradient."""
    _, direction = find_sharpest(squared_loss, weights, data, products, direction)
    weights = weights.detach().requires_grad_()
    losses = squared_loss(weights, *data).sum()
    (slope,) = torch.autograd.grad(losses, weights, create_graph=True)
    (bend,) = torch.autograd.grad(slope, weights, direction, create_graph=True)
    curvature = (direction * bend).sum(1)
    (rise,) = torch.autograd.grad(curvature.sum(), weights)
    return curvature.detach(), direction, rise


def follow(central):
    """Return weights, losses, mean squares of the hops and readings, step by step."""
    weights, direction, rows = start, None, []
    for cut in range(steps * cuts):
        loss, gradient = find_slope(squared_loss, weights, *data)
        if central or cut % (every * cuts) == 0:
            curvature, direction, rise = find_rise(weights, direction, 3 if cut else 20)
        time, square = lr / cuts, torch.zeros_like(loss)
        if central:  # the x² with which this small step ends at the edge, or none
            beyond = (curvature - 2 / lr) / time - (gradient * rise).sum(1)
            square = (2 * beyond / (rise**2).sum(1)).clamp(min=0)
        rows.append((weights, loss, square, lr * curvature / 2))
        weights = weights - time * (gradient + square[:, None] / 2 * rise)
    parts = (torch.stack(each) for each in zip(*rows, strict=True))
    return [each.unflatten(0, (steps, cuts)).mean(1) for each in parts]


# %% both flows, with x² pushes and without
central_path, floors, squares, central_readings = follow(central=True)
gradient_path, gradient_losses, _, gradient_readings = follow(central=False)
central_losses = floors + squares / lr  # the hops' height on top

# %% how far the run is from each
late, last = slice(steps // 3, steps), slice(steps - 50, steps)
run, middle = losses[late].mean(0), path[last].mean(0)  # hops to and fro cancel
ratios, others = (
    each[late].mean(0) / run for each in (central_losses, gradient_losses)
)
least_ratio, most_ratio = ratios.min().item(), ratios.max().item()
other_ratio = others.mean().item()
floor_ratios = floors[last].mean(0) / squared_loss(middle, *data)
floor_gap = (floor_ratios - 1).abs().max().item()
astray, further = (
    (middle - each[last].mean(0)).norm(dim=1) for each in (central_path, gradient_path)
)
nearer = (further / astray).median().item()
highest = central_readings.max().item()
left_behind = gradient_readings[-1].mean().item()

# %% claim: no network has reached its edge where the flows begin
#| label: begins
assert readings[0].max() < 1

# %% claim: the central flow's mean loss is within 15 % of the run's, in each network
#| label: loss
assert least_ratio > 0.85
assert most_ratio < 1.15

# %% claim: its own loss, without the hops' height, is that of the run's middle, within 3 %
#| label: floor
assert floor_gap < 0.03

# %% claim: the run's mean weights are five times as near it as the gradient flow: median
#| label: nearer
assert nearer > 5

# %% claim: pushed so, the curvature stays below 1.1 of the edge, in each network
#| label: held
assert highest < 1.1

# %% claim: without, it ends a quarter past the edge and the loss is lower, on average
#| label: left behind
assert left_behind > 1.25
assert other_ratio < 1

# %% the flow through the run
#| caption: >
#|   Network 0 (100 digits) at the rate {lr}, from step {before} on: its loss and ηS / 2,
#|   rate × curvature / 2, and what the two flows predict. The central flow's loss
#|   contains the height of the hops, x² / η. Dotted: the edge.
#| alt: >
#|   Above, a jagged loss with a spike near step 180 falls; the central flow's line runs
#|   through it, the gradient flow's below it. Below, the curvature climbs past the
#|   edge, is thrown back and settles near it; the central flow goes along the edge, the
#|   gradient flow climbs to 1.8.
fig, (above, below) = plt.subplots(2, sharex=True, figsize=(4.5, 3.6))
at = before + torch.arange(steps)
few = slice(0, steps, every)
above.semilogy(at[::2], losses[::2, 0], linewidth=1, label="gradient descent")
smooth = central_losses[:, 0].unflatten(0, (-1, every)).mean(1)
above.semilogy(at[few] + every / 2, smooth, label="central flow")
above.semilogy(at[few], gradient_losses[few, 0], "--", label="gradient flow")
below.plot(at[few], readings[:, 0], linewidth=1)
below.plot(at[few], central_readings[few, 0])
below.plot(at[few], gradient_readings[few, 0], "--")
below.axhline(1, linestyle=":", color="C4")
above.set(ylabel="loss")
below.set(xlabel="step", ylabel="ηS / 2", ylim=(0, 2))
fig.legend(loc="outside upper center", ncols=3)
