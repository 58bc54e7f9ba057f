# %% [markdown]
# # What do hops across the valley do to its steepness?
# Weights that stand x off the middle of their hops should be pushed with the force
# x² / 2 times the gradient of the curvature. Weigh that force in a running network.

# %% five networks, until their hops raise the loss
#| device: cpu
import matplotlib.pyplot as plt
import torch
from edge_networks import draw_networks, find_slope, squared_loss

seeds, lr, followed = range(5), 0.5, 24
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


# %% the force along that gradient: what the formula says, and what moves the middle
direction, rows = torch.ones_like(begin), []
for step in range(followed):
    slope, curvature, direction, rise = find_rise(
        middle[step], direction, 4 if step else 100
    )
    hop = ((path[step + 1] - middle[step]) * direction).sum(1)
    moved = (middle[step + 1] - middle[step]) / lr
    measured = ((moved + slope) * rise).sum(1)  # beyond the slope of the middle
    predicted = -(hop**2) / 2 * (rise**2).sum(1)
    sharpening = -(slope * rise).sum(1)
    rows.append(torch.stack([curvature, hop, measured, predicted, sharpening]))
curvature, hop, measured, predicted, sharpening = torch.stack(rows).unbind(1)
share = (measured * predicted).sum(0) / (predicted**2).sum(0)  # 1 if the law holds
least_share, most_share = share.min().item(), share.max().item()
mean_share = share.mean().item()

# %% what comes of it, on average over the networks
bump = (losses.max(0).values / losses[0]).mean().item()
left = (losses[-1] / losses[0]).mean().item()
reading = lr * curvature / 2  # 1 at the edge
peak = reading.max(0).values.mean().item()
trough = reading.min(0).values.mean().item()
fallen = (curvature.min(0).values / curvature.max(0).values).mean().item()
sharpened, pushed = sharpening.sum(0).mean().item(), -predicted.sum(0).mean().item()
outweighed = pushed / sharpened

# %% claim: hops push the middle with half their square times the curvature's gradient
#| label: law
assert not waiting.any()
assert 0.5 < least_share <= share.min()
assert share.max() <= most_share < 1.5
assert abs(mean_share - 1) < 1 / 8

# %% claim: on average the slope of the middle alone would go on sharpening
#| label: alone
assert sharpened > 0

# %% claim: they outweigh it by a quarter, and curvature falls past the edge, on average
#| label: falls
assert outweighed > 1.25
torch.testing.assert_close(outweighed * sharpened, pushed)
assert fallen < 0.95
assert trough < 1
assert peak > 1

# %% claim: on average the loss more than doubles meanwhile, and comes back
#| label: bump
assert bump > 2
assert left < 1.6

# %% a hop of either sign pushes the same way
#| caption: >
#|   Network 0 at the rate {lr}, from the first hop that raises the loss. From the top:
#|   how far it stands from the middle of its hops, along the sharpest direction; its
#|   loss; the force on the middle along the gradient of the curvature; and ηS / 2,
#|   rate × curvature / 2, dotted at the edge.
#| alt: >
#|   From the top: a line that swings to both sides, wider and wider, and dies out; a
#|   loss that rises and comes back; a force that is zero at first, dives while the
#|   swings are wide and returns to zero, measured dots on the predicted line; and a
#|   curvature that falls from above the edge to below it while the force acts, then
#|   climbs again.
fig, panels = plt.subplots(4, sharex=True, figsize=(4.5, 4.6))
swing, height, force, bend = panels
swing.plot(hop[:, 0], linewidth=1)
height.plot(losses[1 : followed + 1, 0], color="C2", linewidth=1)
force.plot(predicted[:, 0], label="predicted")
force.plot(measured[:, 0], "o", markersize=4, markevery=2, label="measured")
bend.plot(reading[:, 0], color="C3", linewidth=1)
bend.axhline(1, linestyle=":", color="C4")
for ax, name in zip(panels, ("$x$", "loss", "force", "ηS / 2"), strict=True):
    ax.set_ylabel(name)
bend.set_xlabel("step")
force.legend()
fig.align_ylabels()
