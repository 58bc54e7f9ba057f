# %% [markdown]
# # Where does the curvature settle under Adam?
# Adam measures curvature against the size that it divides by.
# Five networks train with full batches, each with three short memories.

# %% networks as rows of one tensor
#| device: cpu
import matplotlib.pyplot as plt
import torch
from digits import load_digits, make_mlp
from torch.nn.functional import one_hot
from torch.nn.utils import parameters_to_vector

seeds = range(5)
widths, lr, beta2, eps, steps = (64, 32, 32, 10), 0.006, 0.999, 1e-8, 700
betas = [0.9, 0.5, 0.0]  # of the short memory
sizes = [part.numel() for part in make_mlp(*widths).parameters()]


def squared_loss(weights, images, targets):
    """Return each network's loss; a row of weights is one network."""
    parts, hidden = weights.split(sizes, dim=1), images  # (networks, images, 64)
    for layer, (matrix, bias) in enumerate(zip(parts[::2], parts[1::2], strict=True)):
        hidden = hidden.tanh() if layer else hidden
        matrix = matrix.view(len(weights), bias.shape[1], -1)
        hidden = torch.baddbmm(bias[:, None], hidden, matrix.mT)
    return 0.5 * ((hidden - targets) ** 2).sum(2).mean(1)


# %% the largest curvature, as Adam sees it
def find_largest_curvature(weights, data, size, products, direction):
    """Return the largest eigenvalues of Hessian / size, by power iteration."""
    weights = weights.detach().requires_grad_()
    loss = squared_loss(weights, *data).sum()
    (gradient,) = torch.autograd.grad(loss, weights, create_graph=True)
    shrink = size.rsqrt()  # shrink · Hessian · shrink is symmetric, same eigenvalues
    for _ in range(products):
        direction = direction / direction.norm(dim=1, keepdim=True)
        (bend,) = torch.autograd.grad(
            gradient, weights, shrink * direction, retain_graph=True
        )
        curvature, direction = (direction * shrink * bend).sum(1), shrink * bend
    return curvature, direction


# %% full-batch Adam at one learning rate
weights, images, targets = [], [], []
for seed in seeds:
    torch.manual_seed(seed)
    network = make_mlp(*widths, activation=torch.nn.Tanh)
    pictures, labels, *_ = load_digits(100, seed)
    for _ in betas:
        weights.append(parameters_to_vector(network.parameters()).detach())
        images.append(pictures)
        targets.append(one_hot(labels, 10).float())
weights, data = torch.stack(weights), (torch.stack(images), torch.stack(targets))
beta1 = torch.tensor(betas * len(seeds))[:, None]
short, long = torch.zeros_like(weights), torch.zeros_like(weights)
direction = torch.randn_like(weights)
readings, losses, every = [], [], 20
for step in range(1, steps + 1):
    weights.requires_grad_()
    loss = squared_loss(weights, *data)
    (gradient,) = torch.autograd.grad(loss.sum(), weights)
    short = beta1 * short + (1 - beta1) * gradient
    long = beta2 * long + (1 - beta2) * gradient**2
    size = (long / (1 - beta2**step)).sqrt() + eps
    weights = weights.detach() - lr * short / (1 - beta1**step) / size
    losses.append(loss.detach().view(-1, len(betas)))
    if step % every == 0:
        curvature, direction = find_largest_curvature(
            weights, data, size, products=6 if readings else 40, direction=direction
        )
        readings.append(curvature.view(-1, len(betas)))
edges, losses = lr * torch.stack(readings), torch.stack(losses)  # (…, seeds, betas)

# %% claim: this is torch.optim.Adam on torch's own layers
#| label: torch
torch.manual_seed(seeds[0])
twin = make_mlp(*widths, activation=torch.nn.Tanh)
optimizer = torch.optim.Adam(twin.parameters(), lr=lr, betas=(betas[0], beta2))
for _ in range(30):
    optimizer.zero_grad()
    error = 0.5 * ((twin(data[0][0]) - data[1][0]) ** 2).sum(1).mean()
    error.backward()
    optimizer.step()
torch.testing.assert_close(error.detach(), losses[29, 0, 0], rtol=1e-3, atol=0)

# %% where it settles
limits = torch.tensor([2 * (1 + beta) / (1 - beta) for beta in betas])
settled = edges[-12:].median(0).values  # (seeds, betas), over the last third
farthest = (settled / limits - 1).abs().max().item()
least_nine, least_half, least_none = settled.min(0).values.tolist()
most_nine, most_half, most_none = settled.max(0).values.tolist()
ends = losses[-100:].log().mean(0).exp()
largest_share = (ends[:, 0] / ends[:, 2]).max().item()

# %% claim: in every network the product settles at 2 (1 + b1) / (1 - b1)
#| label: settles
assert farthest < 0.15

# %% claim: with b1 = 0.9 every network ends below a fifth of its loss with b1 = 0
#| label: trains
assert largest_share < 0.2

# %% rate times curvature as Adam sees it
#| caption: >
#|   Learning rate times the largest curvature, each weight measured in Adam's units,
#|   while five networks with two hidden layers of 32 units train at the rate {lr} with
#|   three short memories. Dashed: the limits on a parabola, 38, 6 and 2.
#| alt: >
#|   On a log axis, three bundles of five lines, which end close to 38 with beta1 0.9, to
#|   6 with beta1 0.5, and to 2 without a short memory. The first climbs there, the
#|   second hardly moves, the third comes down.
reading = every * torch.arange(1, len(edges) + 1)
fig, ax = plt.subplots()
for kind, beta in enumerate(betas):
    lines = ax.semilogy(
        reading[::4], edges[::4, :, kind], color=f"C{kind}", linewidth=1
    )
    lines[0].set_label(f"beta1 {beta:g}")
    ax.axhline(limits[kind].item(), color=f"C{kind}", linestyle="--", linewidth=1)
ax.set_yticks([2, 6, 38], ["2", "6", "38"])
ax.minorticks_off()
ax.set(xlabel="step", ylabel="learning rate × curvature / size", ylim=(1, 100))
fig.legend(ncols=3, loc="outside upper center")
