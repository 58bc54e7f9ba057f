# %% [markdown]
# # How fast can a loss climb?
# Start small networks far above their critical learning rate.
# Which of them come back, and what kept the others from it?

# %% five small networks as one tensor
#| device: cpu
import math

import matplotlib.pyplot as plt
import torch
from digits import load_digits, make_mlp
from torch.nn.functional import one_hot
from torch.nn.utils import parameters_to_vector

torch.set_default_dtype(torch.float64)
seeds = range(5)
widths, many, steps = (64, 32, 32, 10), 100, 150
sizes = [part.numel() for part in make_mlp(*widths).parameters()]


def respond(weights, images, bend):
    """Return each network's outputs; a row of weights is one network."""
    parts, hidden = weights.split(sizes, dim=1), images  # (networks, images, 64)
    for layer, (matrix, bias) in enumerate(zip(parts[::2], parts[1::2], strict=True)):
        hidden = bend(hidden) if layer else hidden
        matrix = matrix.view(len(weights), bias.shape[1], -1)
        hidden = torch.baddbmm(bias[:, None], hidden, matrix.mT)
    return hidden


def crossed(outputs, answers):
    return -(outputs.log_softmax(2) * answers).sum(2).mean(1)


def squared(outputs, answers):
    return 0.5 * ((outputs - answers) ** 2).sum(2).mean(1)


kinds = {  # name: the loss, the activation
    "squared, tanh": (squared, torch.nn.Tanh),
    "cross-entropy, tanh": (crossed, torch.nn.Tanh),
    "cross-entropy, ReLU": (crossed, torch.nn.ReLU),
}
multiples = 2.0, 4.0  # of the critical rate at the start

# %% the data
data = [load_digits(many, seed) for seed in seeds]
images = torch.stack([pictures.double() for pictures, *_ in data])
answers = torch.stack([one_hot(labels, 10).double() for _, labels, *_ in data])


# %% the critical rate of fresh networks
def draw(activation):
    """Return five fresh networks as rows, with torch's own initial weights."""
    rows = []
    for seed in seeds:
        torch.manual_seed(seed)
        network = make_mlp(*widths, activation=activation)
        rows.append(parameters_to_vector(network.parameters()).detach())
    return torch.stack(rows).double()


def find_critical(loss, weights, bend, products=150):
    """Return 2 / the largest curvature of each network, by power iteration."""
    torch.manual_seed(0)
    weights = weights.clone().requires_grad_()
    total = loss(respond(weights, images, bend), answers).sum()
    (slope,) = torch.autograd.grad(total, weights, create_graph=True)
    direction = torch.randn_like(weights)
    for _ in range(products):
        direction = direction / direction.norm(dim=1, keepdim=True)
        (product,) = torch.autograd.grad(slope, weights, direction, retain_graph=True)
        curvature = (direction * product).sum(1)
        direction = product + direction / 2  # the largest, not the most negative
    return 2 / curvature


def descend(loss, weights, bend, rates):
    """Return the loss of every rate and seed before each step."""
    weights = weights.repeat(len(rates), 1)
    copies = [each.repeat(len(rates), 1, 1) for each in (images, answers)]
    losses = []
    for _ in range(steps):
        weights = weights.detach().requires_grad_()
        cost = loss(respond(weights, copies[0], bend), copies[1])
        (gradient,) = torch.autograd.grad(cost.sum(), weights)
        weights = weights.detach() - rates.flatten()[:, None] * gradient
        losses.append(cost.detach())
    return torch.stack(losses).unflatten(1, rates.shape)  # (steps, rates, seeds)


# %% the runs
climbs, rates = {}, {}
for kind, (loss, activation) in kinds.items():
    fresh, bend = draw(activation), activation()
    critical = find_critical(loss, fresh, bend)
    rates[kind] = torch.tensor(multiples)[:, None] * critical  # (rates, seeds)
    climbs[kind] = descend(loss, fresh, bend, rates[kind])
at = {multiple: row for row, multiple in enumerate(multiples)}

# %% claim: these are torch's losses on torch's own layers, under torch's SGD
#| label: torch
for name, (measure, activation) in kinds.items():
    torch.manual_seed(seeds[0])
    twin = make_mlp(*widths, activation=activation)
    lr = rates[name][at[2.0], 0].item()
    optimizer = torch.optim.SGD(twin.parameters(), lr=lr)
    for step in range(10):
        optimizer.zero_grad()
        if measure is crossed:
            cost = torch.nn.functional.cross_entropy(twin(images[0]), answers[0])
        else:  # half the sum over ten outputs, where torch takes their mean
            cost = 5 * torch.nn.functional.mse_loss(twin(images[0]), answers[0])
        ours = climbs[name][step, at[2.0], 0]
        torch.testing.assert_close(cost.detach(), ours, rtol=1e-6, atol=0)
        cost.backward()
        optimizer.step()


# %% the line that bounded features cannot climb past
def find_line(kind):
    """Return the bound on the loss before each step, (steps, rates, seeds)."""
    features = widths[-2] + 1  # between -1 and 1, with a 1 for the bias
    last_layer = draw(kinds[kind][1]).split(sizes, dim=1)[-2:]
    length = torch.cat(last_layer, dim=1).norm(dim=1)
    taken = torch.arange(steps)[:, None, None]
    grown = length + taken * rates[kind] * math.sqrt(2 * features)
    return math.log(widths[-1]) + math.sqrt(2 * features) * grown


shares = {kind: climbs[kind] / find_line(kind) for kind in kinds}
counted = {kind: climb.nan_to_num(math.inf) for kind, climb in climbs.items()}
ends = {kind: climb[-20:].mean(0) for kind, climb in counted.items()}  # (rates, seeds)
peaks = {kind: climb.amax(0) for kind, climb in counted.items()}
worst_end = ends["cross-entropy, tanh"][at[2.0]].max().item()
worst_peak = peaks["cross-entropy, tanh"][at[2.0]].max().item()
mean_climb = (
    (peaks["cross-entropy, tanh"] / climbs["cross-entropy, tanh"][0])[at[2.0]]
    .mean()
    .item()
)
relu_end = ends["cross-entropy, ReLU"][at[2.0]].min().item()
relu_peak = peaks["cross-entropy, ReLU"][at[4.0]].min().item()
fallen = ends["cross-entropy, ReLU"][at[4.0]]
fallen_least, fallen_most = fallen.min().item(), fallen.max().item()
as_guessing = ((fallen / math.log(10)).log2().abs() < 1).sum().item()  # networks
past_line = shares["cross-entropy, ReLU"][:, at[4.0]].nan_to_num(math.inf) > 1
through = past_line.any(0).sum().item()
billions = relu_peak / 1e9

# %% claim: at twice the critical rate cross-entropy trains all five tanh networks
#| label: trains
assert worst_end < 0.01

# %% claim: although its loss first climbs, on average by a third of the first and more
#| label: climbs
assert 4 / 3 < mean_climb < worst_peak / climbs["cross-entropy, tanh"][0].min()

# %% claim: squared loss loses all five
#| label: lost
assert not climbs["squared, tanh"][-1].isfinite().any()

# %% claim: and cross-entropy with ReLU has learnt next to nothing
#| label: relu
assert relu_end > 1.8

# %% claim: after the climb, at four times the rate, four of five cost half to twice a guess
#| label: guesses
assert as_guessing >= 4

# %% claim: the loss of the tanh networks stays below the line
#| label: below
assert shares["cross-entropy, tanh"].max() < 1
line = find_line("cross-entropy, tanh")
climb = 2 * (widths[-2] + 1) * rates["cross-entropy, tanh"]  # of the line, in a step
torch.testing.assert_close(line.diff(dim=0), climb.expand(steps - 1, -1, -1))
last_layer = torch.cat(draw(torch.nn.Tanh).split(sizes, dim=1)[-2:], dim=1)
reach = math.log(10) + last_layer.norm(dim=1) * math.sqrt(2 * (widths[-2] + 1))
torch.testing.assert_close(line[0], reach.expand(len(multiples), -1))

# %% claim: with ReLU most break through, at four times the critical rate
#| label: through
assert len(seeds) / 2 < through <= len(seeds)
assert math.isclose(billions * 10**9, relu_peak)

# %% loss against step
#| caption: >
#|   Five networks of each kind at four times their critical rate. Dashed: the line
#|   that bounded features cannot climb past.
#| alt: >
#|   Loss against step on a log axis. With tanh cross-entropy climbs to a few dozen and
#|   comes down again, well below the dashed line. With ReLU it shoots up by many powers
#|   of ten; squared loss with tanh leaves the picture within a few steps.
shown = 60
fig, ax = plt.subplots()
for color, kind in enumerate(reversed(kinds)):
    for seed in range(len(seeds)):
        label = kind if seed == 0 else None
        path = climbs[kind][:shown, at[4.0], seed]
        path = torch.where(path < 1e16, path, math.nan)  # far outside the picture
        drawn = [*range(10), *range(10, shown, 2)]
        ax.semilogy(drawn, path[drawn], color=f"C{color}", linewidth=1, label=label)
limit = find_line("cross-entropy, tanh")[:shown, at[4.0]].mean(1)
ax.semilogy(limit, "--", color="0.5")
ax.set(xlabel="step", ylabel="training loss", ylim=(1e-3, 1e12))
ax.legend()
