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
    "cross-entropy, ReLU6": (crossed, torch.nn.ReLU6),  # ReLU, cut off at 6
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


# %% what came of them
counted = {kind: climb.nan_to_num(math.inf) for kind, climb in climbs.items()}
ends = {kind: climb[-20:].mean(0) for kind, climb in counted.items()}  # (rates, seeds)
peaks = {kind: climb.amax(0) for kind, climb in counted.items()}
worst_end = ends["cross-entropy, tanh"][at[2.0]].max().item()
mean_climb = (
    (peaks["cross-entropy, tanh"] / climbs["cross-entropy, tanh"][0])[at[2.0]]
    .mean()
    .item()
)
relu_end = ends["cross-entropy, ReLU"][at[2.0]].min().item()
tanh_peak = peaks["cross-entropy, tanh"][at[4.0]].max().item()
cut_peak = peaks["cross-entropy, ReLU6"][at[4.0]].max().item()
through = (peaks["cross-entropy, ReLU"][at[4.0]] > 1e6).sum().item()  # networks
tanh_end = ends["cross-entropy, tanh"][at[4.0]].median().item()
cut_end = ends["cross-entropy, ReLU6"][at[4.0]].median().item()
fallen = ends["cross-entropy, ReLU"][at[4.0]]
as_guessing = ((fallen / math.log(10)).log2().abs() < 1).sum().item()  # networks

# %% claim: at twice the critical rate cross-entropy trains all five tanh networks
#| label: trains
assert worst_end < 0.05

# %% claim: although its loss first climbs, on average by a third of the first and more
#| label: climbs
assert mean_climb > 4 / 3

# %% claim: squared loss loses all five
#| label: lost
assert not climbs["squared, tanh"][-1].isfinite().any()
errors = respond(draw(torch.nn.Tanh), images, torch.tanh) - answers
torch.testing.assert_close(climbs["squared, tanh"][0, 0], 5 * (errors**2).mean((1, 2)))

# %% claim: and cross-entropy with ReLU has learnt next to nothing
#| label: relu
assert relu_end > 1.8

# %% claim: at four times the rate tanh and cut ReLU stay below a hundred thousand
#| label: bounded
assert tanh_peak < 1000
assert cut_peak < 1e5

# %% claim: with ReLU most pass a million
#| label: through
assert through > len(seeds) / 2

# %% claim: after the climb three of five ReLU networks or more cost half to twice a guess
#| label: guesses
assert as_guessing >= 3

# %% claim: the median tanh network then fits, the median cut one costs more than guessing
#| label: cut
assert tanh_end < 0.05
assert cut_end > math.log(10)

# %% loss against step
#| caption: >
#|   Training loss of five networks of each kind at four times their critical rates.
#|   Left: bounded features, with cross-entropy. Right, on another scale: cross-entropy
#|   with ReLU, and squared loss with tanh.
#| alt: >
#|   On log axes. Left: with tanh the loss climbs to a few dozen and comes down again;
#|   with ReLU6 most networks stay in the hundreds. Right: with ReLU it shoots up by many
#|   powers of ten and falls back to about guessing; squared loss climbs in a straight
#|   line, out of the picture.
fig, (left, right) = plt.subplots(1, 2)
drawn = [*range(12), *range(14, steps, 15)]
kinds_of = {
    left: ("cross-entropy, tanh", "cross-entropy, ReLU6"),
    right: ("cross-entropy, ReLU", "squared, tanh"),
}
pairs = [(ax, kind) for ax, kinds_here in kinds_of.items() for kind in kinds_here]
for color, (ax, kind) in enumerate(pairs):
    path = counted[kind][drawn, at[4.0]]
    path = torch.where(path < 1e150, path, math.nan)  # far outside the picture
    lines = ax.semilogy(drawn, path, color=f"C{color}", linewidth=1)
    lines[0].set_label(kind.replace("cross-entropy, ", ""))
left.set(xlabel="step", ylabel="training loss", ylim=(1e-4, 1e8))
right.set(xlabel="step", ylim=(1e-2, 1e75))
for ax in left, right:
    ax.legend(loc="upper right")
