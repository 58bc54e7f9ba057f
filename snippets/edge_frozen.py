# %% [markdown]
# # What saves a run beyond its limit?
# At its sharpest moment, replace the loss by the bowl that fits it there. Then go on.

# %% the sharpest moment of five runs
#| device: cpu
import matplotlib.pyplot as plt
import torch
from edge_networks import draw_networks, find_sharpest, find_slope, squared_loss

seeds, lr = range(5), 0.5
weights, *data = draw_networks(seeds, 200)
direction, sharpest, moment = None, torch.zeros(len(seeds)), weights
for step in range(300):
    if step >= 100 and step % 10 == 0:
        products = 20 if direction is None else 5
        curvature, direction = find_sharpest(
            squared_loss, weights, data, products, direction
        )
        sharper = lr * curvature / 2 > sharpest
        sharpest = torch.where(sharper, lr * curvature / 2, sharpest)
        moment = torch.where(sharper[:, None], weights, moment)
    _, gradient = find_slope(squared_loss, weights, *data)
    weights = weights - lr * gradient
above = sharpest.min().item()

# %% the same steps on the bowl and on the network, finely rounded
moment, sharpest = moment.double(), sharpest.double()
data = [part.double() for part in data]
start = moment.detach().requires_grad_()
height = squared_loss(start, *data)
(slope,) = torch.autograd.grad(height.sum(), start, create_graph=True)


def fit(move):
    """Return the bowl's height and slope a move away from the moment."""
    (bend,) = torch.autograd.grad(slope, start, move, retain_graph=True)
    return (height + ((slope + bend / 2) * move).sum(1)).detach(), slope.detach() + bend


weights, direction, move = moment, None, torch.zeros_like(moment)
bowl, network, after = [], [], []
for step in range(60):
    if step % 3 == 0:
        curvature, direction = find_sharpest(
            squared_loss, weights, data, 5 if step else 20, direction
        )
        after.append(lr * curvature / 2)
    loss, gradient = fit(move)
    bowl.append(loss)
    move = move - lr * gradient
    loss, gradient = find_slope(squared_loss, weights, *data)
    network.append(loss)
    weights = weights - lr * gradient
bowl, network = torch.stack(bowl), torch.stack(network)  # (60, networks)
powers = (bowl[30] / bowl[0]).log10().mean().item()
shares = network[:31] / network[0]
bump, back = shares.amax(0).mean().item(), shares[30].mean().item()
dips = torch.stack(after[:11]).amin(0)  # of the same thirty steps
top, dip = sharpest.mean().item(), dips.mean().item()

# %% claim: at its sharpest moment every run is beyond the edge
#| label: beyond
assert above > 1
torch.testing.assert_close(after[0], sharpest, rtol=0.03, atol=0)

# %% claim: there the bowl bends as the network does, along the slope
#| label: fits
ways = 0.1 * lr * slope.detach() * torch.tensor([1.0, -1.0])[:, None, None]
by_bowl = sum(fit(way)[0] for way in ways) - 2 * height.detach()
by_network = (
    sum(squared_loss(moment + way, *data) for way in ways) - 2 * height.detach()
)
torch.testing.assert_close(by_bowl, by_network, rtol=0.02, atol=0)

# %% claim: on the frozen bowl the loss gains over four powers of ten, on average
#| label: bursts
assert powers > 4

# %% claim: there each hop is longer by the factor rate x curvature - 1, as on any bowl
#| label: factor
factor = (bowl[50] / bowl[40]) ** (1 / 20)  # the loss grows with the hop's square
torch.testing.assert_close(factor, 2 * sharpest - 1, rtol=0.01, atol=0)

# %% claim: on the network it rises by a tenth to sixfold and comes back, on average
#| label: bump
assert 1.1 < bump < 6
assert back < 0.8 * bump

# %% claim: there the curvature sinks by over 7 % in thirty steps, on average
#| label: sinks
assert dip / top < 0.93

# %% with and without a bend
#| caption: >
#|   The loss of five networks (200 digits) from their sharpest moment on, at the rate
#|   0.5, and what the same steps do on the bowl that has the network's slope and
#|   curvature there.
#| alt: >
#|   Loss against step on a log axis. The five bowls climb in straight lines past a
#|   million within 30 steps. The five networks bump up a little and come back.
fig, ax = plt.subplots()
for each, colour, label in (
    (bowl, "C1", "the frozen bowl"),
    (network, "C0", "the network"),
):
    lines = ax.semilogy(range(0, len(each), 2), each[::2], color=colour, linewidth=1)
    lines[0].set_label(label)
ax.set(xlabel="steps from the sharpest moment", ylabel="loss", ylim=(0.01, 1e8))
ax.legend(loc="upper left")
