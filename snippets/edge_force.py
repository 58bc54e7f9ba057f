# %% [markdown]
# # What do hops across the valley do to its steepness?
# Weights that stand x off the middle of their hops should be pushed with the force
# x² / 2 times the gradient of the curvature. Weigh that force in running networks.

# %% five networks, until their hops raise the loss
#| device: cpu
import matplotlib.pyplot as plt
import torch
from edge_networks import draw_networks, find_slope, squared_loss

seeds, lr, followed = range(5), 0.5, 40
weights, *data = draw_networks(seeds, 100)
last = torch.full((len(seeds),), torch.inf)
waiting, begin = torch.ones(len(seeds), dtype=torch.bool), weights
for _ in range(400):
    loss, gradient = find_slope(squared_loss, weights, *data)
    burst = waiting & (loss > 1.01 * last)
    begin, last = torch.where(burst[:, None], weights, begin), loss
    waiting &= ~burst
    weights = weights - lr * gradient

# %% the steps that follow, and the middle of the hops
path, losses = [begin], []
for _ in range(followed + 2):
    loss, gradient = find_slope(squared_loss, path[-1], *data)
    losses.append(loss)
    path.append(path[-1] - lr * gradient)
path, losses = torch.stack(path), torch.stack(losses)  # (step, network, …)
middle = (path[:-2] + 2 * path[1:-1] + path[2:]) / 4  # a hop to and fro cancels


# %% the curvature there, and which way it rises
def find_rise(weights, direction, products):
    """Return the slope, the sharpest curvature and its direction and gradient."""
    weights = weights.detach().requires_grad_()
    losses = squared_loss(weights, *data).sum()
    (slope,) = torch.autograd.grad(losses, weights, create_graph=True)
    for _ in range(products):  # power iteration
        (bend,) = torch.autograd.grad(slope, weights, direction, retain_graph=True)
        direction = bend / bend.norm(dim=1, keepdim=True)
    (bend,) = torch.autograd.grad(slope, weights, direction, create_graph=True)
    curvature = (direction * bend).sum(1)
    (rise,) = torch.autograd.grad(curvature.sum(), weights)  # the third derivative
    return slope.detach(), curvature.detach(), direction, rise


def find_push(weights, aside):
    """Return half the gradient of the curvature along aside, times its square."""
    weights = weights.detach().requires_grad_()
    losses = squared_loss(weights, *data).sum()
    (slope,) = torch.autograd.grad(losses, weights, create_graph=True)
    (bend,) = torch.autograd.grad(slope, weights, aside, create_graph=True)
    (push,) = torch.autograd.grad((aside * bend).sum(), weights)
    return push / 2


# %% the force along that gradient: what the formula says, and what moves the middle
direction, rows, triple = torch.ones_like(begin), [], (0.25, 0.5, 0.25)
for step in range(followed):
    slope, curvature, direction, rise = find_rise(
        middle[step], direction, 4 if step else 100
    )
    asides = path[step : step + 3] - middle[step]  # (3, network, weight)
    hops = (asides * direction).sum(2)
    square = sum(part * hop**2 for part, hop in zip(triple, hops, strict=True))
    along = -square / 2 * (rise**2).sum(1)  # along the sharpest direction alone
    pushes = [find_push(middle[step], aside) for aside in asides]
    push = sum(part * each for part, each in zip(triple, pushes, strict=True))
    predicted = -(push * rise).sum(1)  # in every direction
    moved = (middle[step + 1] - middle[step]) / lr
    measured = ((moved + slope) * rise).sum(1)  # beyond the slope of the middle
    sharpening = -(slope * rise).sum(1)
    each = curvature, hops[1], measured, predicted, along, sharpening
    rows.append(torch.stack(each))
curvature, hop, measured, predicted, along, sharpening = torch.stack(rows).unbind(1)
share = measured.sum(0) / predicted.sum(0)  # 1 if the law holds
least_share, most_share = share.min().item(), share.max().item()
shares_along = measured.sum(0) / along.sum(0)
least_along, most_along = shares_along.min().item(), shares_along.max().item()

# %% what comes of it, in the median of five
losses = losses[1 : followed + 1]  # at the points whose hops are drawn
reading = lr * curvature / 2  # 1 at the edge
bumps, left = losses.max(0).values / losses[0], losses[20] / losses[0]
peaks, troughs = reading[:20].max(0).values, reading[:20].min(0).values
again = reading[20:].max(0).values
told = torch.stack([bumps, peaks, troughs, left, again])  # (5, networks)
bump, peak, trough, back, twice = told.median(1).values.tolist()
sharpened, pushed = sharpening.sum(0).mean().item(), -predicted.sum(0).mean().item()
outweighed = pushed / sharpened

# %% claim: in each network all hops together push the middle as predicted, within a tenth
#| label: law
assert not waiting.any()
assert least_share > 0.9
assert most_share < 1.1

# %% claim: the sharpest direction alone: within 5 % in the median, within twofold in all
#| label: along
assert abs(shares_along.median() - 1) < 0.05
assert least_along > 1 / 2
assert most_along < 2

# %% claim: on average the slope of the middle alone would go on sharpening
#| label: alone
assert sharpened > 0
assert outweighed > 1.5
torch.testing.assert_close(outweighed * sharpened, pushed)

# %% claim: in the median the curvature falls, and climbs back near the edge
#| label: falls
assert peak > 1
assert trough < peak
assert twice > 0.9

# %% claim: the loss rises by half and more, and falls by three tenths, in the median
#| label: bump
assert bump > 1.5
assert back < 0.7 * bump

# %% a hop of either sign pushes the same way
#| caption: >
#|   Network 0 (100 digits) at the rate {lr}, from the first hop that raises the loss.
#|   From the top: how far it stands from the middle of its hops, along the sharpest
#|   direction; its loss; the force on the middle along the gradient of the curvature,
#|   measured at every step to 9 and every third from 12 on; and ηS / 2, rate ×
#|   curvature / 2, dotted at the edge.
#| alt: >
#|   From the top: a line that swings to both sides, wider and wider, shrinks, and
#|   swells again; a loss that rises with the swings and comes back; a force that dives
#|   while the swings are wide, measured dots on the predicted line; and a curvature that
#|   falls from above the edge to below it, climbs past it and falls again.
dots = [*range(10), *range(12, followed, 3)]
fig, panels = plt.subplots(4, sharex=True, figsize=(4.5, 4.6))
swing, height, force, bend = panels
swing.plot(hop[:, 0], linewidth=1)
height.plot(losses[:, 0], color="C2", linewidth=1)
force.plot(predicted[:, 0], label="predicted")
force.plot(measured[:, 0], "o", markersize=4, markevery=dots, label="measured")
bend.plot(reading[:, 0], color="C3", linewidth=1)
bend.axhline(1, linestyle=":", color="C4")
for ax, name in zip(panels, ("$x$", "loss", "force", "ηS / 2"), strict=True):
    ax.set_ylabel(name)
bend.set_xlabel("step")
force.legend()
fig.align_ylabels()
