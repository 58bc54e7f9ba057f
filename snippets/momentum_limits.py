# %% [markdown]
# # How large may the learning rate be?
# With momentum every step is longer. Is the largest stable learning rate smaller?
# Asked of heavy ball and Nesterov momentum, on a bowl and on networks.

# %% the largest stable learning rate, by torch.optim
#| device: cpu
import matplotlib.pyplot as plt
import torch
from edge_networks import draw_networks, find_sharpest, find_slope, squared_loss

products = torch.arange(0.2, 4.2, 0.002, dtype=torch.float64)  # each a bowl of its own
betas = [0.0, 0.3, 0.6, 0.9, 0.99]


def find_limit(beta, nesterov, steps=500):
    """Return the largest learning rate times curvature that does not diverge."""
    points = torch.nn.Parameter(torch.ones_like(products))
    optimizer = torch.optim.SGD([points], lr=1.0, momentum=beta, nesterov=nesterov)
    for _ in range(steps):
        points.grad = products * points.detach()
        optimizer.step()
    stable = points.detach().abs() < 1e3  # nan counts as diverged
    return products[stable.int().cumprod(0).bool()].max()


heavy = torch.stack([find_limit(beta, nesterov=False) for beta in betas])
nesterov = torch.stack([find_limit(beta, nesterov=beta > 0) for beta in betas])
beta = torch.tensor(betas, dtype=torch.float64)
heavy_formula, nesterov_formula = 2 * (1 + beta), 2 * (1 + beta) / (1 + 2 * beta)
heavy_at_ninety, nesterov_at_ninety = (
    limits[betas.index(0.9)].item() for limits in (heavy_formula, nesterov_formula)
)

# %% claim: momentum raises the limit to 2 (1 + momentum)
#| label: heavy
torch.testing.assert_close(heavy, heavy_formula, rtol=0.01, atol=0)

# %% claim: Nesterov's look-ahead lowers it to that over 1 + 2 momentum
#| label: nesterov
torch.testing.assert_close(nesterov, nesterov_formula, rtol=0.01, atol=0)

# %% the regions of momentum
#| caption: >
#|   What one direction of a bowl does with heavy-ball momentum: below the shaded part
#|   it crawls, inside it swings, above it it jumps from side to side, up to its limit.
#|   Nesterov has other regions, and its limit alone is drawn. Dots: torch.optim.SGD.
#| alt: >
#|   Learning rate times curvature against momentum. Heavy ball's limit rises from 2
#|   to 4, Nesterov's falls from 2 to 4/3.
share = torch.linspace(0, 1, 101)
low, high = (1 - share.sqrt()) ** 2, (1 + share.sqrt()) ** 2
fig, ax = plt.subplots()
ax.plot(share, 2 * (1 + share), color="C1", label="limit of heavy ball")
ax.plot(betas, heavy, "o", color="C1")
ax.plot(share, 2 * (1 + share) / (1 + 2 * share), color="C2", label="limit of Nesterov")
ax.plot(betas, nesterov, "o", color="C2")
ax.fill_between(share, low, high, color="C0", alpha=0.2)
for x, y, word in (0.02, 0.2, "crawls"), (0.6, 0.7, "swings"), (0.2, 3.9, "diverges"):
    ax.text(x, y, word)
ax.annotate("jumps", (0.25, 2.38), (0.12, 3.1), arrowprops={"arrowstyle": "-"})
ax.set(xlabel="momentum", ylabel="learning rate × curvature", xlim=(0, 1), ylim=(0, 5))
ax.legend(ncols=2, loc="upper left")

# %% full-batch training of networks at one learning rate
seeds, lr, every = range(5), 0.5, 25
kinds = [(0.0, False), (0.5, False), (0.5, True), (0.9, False), (0.9, True)]
drawn = draw_networks(seeds, 100)
weights, *data = (part.repeat_interleave(len(kinds), 0) for part in drawn)  # a row each
decay = torch.tensor([beta for beta, _ in kinds] * len(seeds))[:, None]
ahead = torch.tensor([look for _, look in kinds] * len(seeds))[:, None]
measured = (decay < 0.9)[:, 0]  # the first three kinds of each network
velocity, direction, curvatures = torch.zeros_like(weights), None, []
for step in range(501):
    if step % every == 0:
        curvature, direction = find_sharpest(
            squared_loss,
            weights[measured],
            [part[measured] for part in data],
            5 if step else 20,
            direction,
        )
        curvatures.append(curvature.view(len(seeds), 3))
    loss, gradient = find_slope(squared_loss, weights, *data)
    velocity.mul_(decay).add_(gradient)
    move = torch.where(ahead, gradient + decay * velocity, velocity)
    weights -= lr * move
edges = lr * torch.stack(curvatures)  # (readings, seeds, kinds)
final_loss = loss.view(len(seeds), len(kinds))

# %% claim: at momentum 0.9 heavy ball ends below a fifth of the plain loss in all five
#| label: trains
heavy_share = (final_loss[:, 3] / final_loss[:, 0]).max().item()
assert heavy_share < 0.2

# %% where the curvature settles
late = 8  # readings
settled = edges[-late:].median(0).values  # (seeds, kinds)
settled_steps = late * every
least, most = settled.min(0).values.tolist(), settled.max(0).values.tolist()
plain_least, heavy_least, nesterov_least = least
plain_most, heavy_most, nesterov_most = most
limits = torch.tensor([2.0, 3.0, 1.5])
start_mean = edges[0].mean().item()
lost = (~final_loss[:, 4].isfinite()).sum().item()  # by Nesterov at 0.9

# %% claim: in every network each method settles at its own limit
#| label: settles
assert (settled / limits - 1).abs().max() < 0.14
assert len(settled) == len(seeds)
assert (settled.median(0).values / limits - 1).abs().max() < 0.07

# %% claim: at momentum 0.9 Nesterov loses networks that start below its limit, on average
#| label: lost
assert lost >= 1
assert start_mean < nesterov_at_ninety

# %% rate times curvature during training
#| caption: >
#|   Learning rate times largest curvature while five networks train at the same
#|   learning rate, without momentum and with momentum 0.5. Dashed: the limits on a
#|   bowl, 2, 3 and 3/2.
#| alt: >
#|   In all five networks the product climbs past a level, swings, and then stays near
#|   it: 2 without momentum, 3 with heavy ball, 1.5 with Nesterov.
reading = every * torch.arange(len(edges))
fig, ax = plt.subplots()
for kind, name in enumerate(["plain", "heavy ball 0.5", "Nesterov 0.5"]):
    lines = ax.plot(reading, edges[:, :, kind], color=f"C{kind}", linewidth=1)
    lines[0].set_label(name)
    ax.axhline(limits[kind].item(), color=f"C{kind}", linestyle="--", linewidth=1)
ax.set(xlabel="step", ylabel="learning rate × curvature", ylim=(0, 4.5))
fig.legend(ncols=3, loc="outside upper center")
