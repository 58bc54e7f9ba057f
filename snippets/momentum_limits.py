# %% [markdown]
# # How large may the learning rate be?
# With momentum every step is longer. Is the largest stable learning rate smaller?
# Asked of heavy ball and Nesterov momentum, on a bowl and on networks.

# %% the largest stable learning rate, by torch.optim
#| device: cpu
import matplotlib.pyplot as plt
import torch
from digits import load_digits, make_mlp
from torch.nn.functional import one_hot
from torch.nn.utils import parameters_to_vector

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
    limits[betas.index(0.9)].item() for limits in (heavy, nesterov)
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
#|   it crawls, inside it swings, between it and the upper line it jumps from side to
#|   side. Dots: the limits of torch.optim.SGD.
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
for x, y, word in (0.02, 0.2, "crawls"), (0.6, 0.7, "swings"), (0.2, 3.5, "diverges"):
    ax.text(x, y, word)
ax.set(xlabel="momentum", ylabel="learning rate × curvature", xlim=(0, 1), ylim=(0, 5))
ax.legend(ncols=2, loc="upper left")

# %% networks as rows of one tensor
seeds = range(5)
widths, lr = (64, 32, 32, 10), 0.5
sizes = [part.numel() for part in make_mlp(*widths).parameters()]
kinds = [(0.0, False), (0.5, False), (0.5, True), (0.9, False), (0.9, True)]


def squared_loss(weights, images, targets):
    """Return each network's loss; a row of weights is one network."""
    parts, hidden = weights.split(sizes, dim=1), images  # (networks, images, 64)
    for layer, (matrix, bias) in enumerate(zip(parts[::2], parts[1::2], strict=True)):
        hidden = hidden.tanh() if layer else hidden
        matrix = matrix.view(len(weights), bias.shape[1], -1)
        hidden = torch.baddbmm(bias[:, None], hidden, matrix.mT)
    return 0.5 * ((hidden - targets) ** 2).sum(2).mean(1)


def find_largest_curvature(weights, images, targets, products, direction):
    """Return each loss's largest curvature and its direction, by power iteration."""
    weights = weights.detach().requires_grad_()
    loss = squared_loss(weights, images, targets).sum()
    (gradient,) = torch.autograd.grad(loss, weights, create_graph=True)
    for _ in range(products):
        direction = direction / direction.norm(dim=1, keepdim=True)
        (bend,) = torch.autograd.grad(gradient, weights, direction, retain_graph=True)
        curvature, direction = (direction * bend).sum(1), bend
    return curvature, direction


# %% full-batch training at one learning rate
weights, images, targets = [], [], []
for seed in seeds:
    torch.manual_seed(seed)
    network = make_mlp(*widths, activation=torch.nn.Tanh)
    pictures, labels, *_ = load_digits(100, seed)
    for _ in kinds:
        weights.append(parameters_to_vector(network.parameters()).detach())
        images.append(pictures)
        targets.append(one_hot(labels, 10).float())
weights, data = torch.stack(weights), (torch.stack(images), torch.stack(targets))
decay = torch.tensor([beta for beta, _ in kinds] * len(seeds))[:, None]
ahead = torch.tensor([look for _, look in kinds] * len(seeds))[:, None]
velocity, direction = torch.zeros_like(weights), torch.randn_like(weights)
curvatures, every = [], 25
for step in range(501):
    if step % every == 0:
        curvature, direction = find_largest_curvature(
            weights, *data, products=6 if step else 60, direction=direction
        )
        curvatures.append(curvature.view(-1, len(kinds)))
        direction = direction.nan_to_num(1.0)  # where a run is lost
    weights.requires_grad_()
    loss = squared_loss(weights, *data)
    (gradient,) = torch.autograd.grad(loss.sum(), weights)
    velocity = decay * velocity + gradient
    move = torch.where(ahead, gradient + decay * velocity, velocity)
    weights = weights.detach() - lr * move
edges = lr * torch.stack(curvatures)  # (readings, seeds, kinds)
final_loss = loss.detach().view(-1, len(kinds))

# %% where the curvature settles
settled = edges[-8:].median(0).values[:, :3]  # (seeds, the first three kinds)
least, most = settled.min(0).values.tolist(), settled.max(0).values.tolist()
plain_least, heavy_least, nesterov_least = least
plain_most, heavy_most, nesterov_most = most
limits = torch.tensor([2.0, 3.0, 1.5])
start_least, start_most = edges[0].min().item(), edges[0].max().item()
finite = final_loss.isfinite().sum(0).tolist()

# %% claim: in every network each method settles at its own limit
#| label: settles
assert (settled / limits - 1).abs().max() < 0.1
assert (settled.median(0).values / limits - 1).abs().max() < 0.05

# %% claim: at momentum 0.9 Nesterov loses all five networks
#| label: lost
assert finite[4] == 0

# %% claim: there heavy ball ends below a tenth of the plain loss in all five
#| label: trains
assert (final_loss[:, 3] < 0.1 * final_loss[:, 0]).all()

# %% rate times curvature during training
#| caption: >
#|   Learning rate times largest curvature while five networks train at the same
#|   learning rate, without momentum and with momentum 0.5. Dashed: the limits on a
#|   bowl, 2, 3 and 3/2.
#| alt: >
#|   In all five networks the product climbs and then stays: at 2 without momentum, at
#|   3 with heavy ball, at 1.5 with Nesterov.
reading = every * torch.arange(len(edges))
fig, ax = plt.subplots()
for kind, name in enumerate(["plain", "heavy ball 0.5", "Nesterov 0.5"]):
    lines = ax.plot(reading, edges[:, :, kind], color=f"C{kind}", linewidth=1)
    lines[0].set_label(name)
    ax.axhline(limits[kind].item(), color=f"C{kind}", linestyle="--", linewidth=1)
ax.set(xlabel="step", ylabel="learning rate × curvature", ylim=(0, 4.5))
fig.legend(ncols=3, loc="outside upper center")
