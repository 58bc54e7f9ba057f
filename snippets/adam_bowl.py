# %% [markdown]
# # Does Adam straighten a valley?
# Descent, momentum and Adam on a bowl whose long axis lies along a weight, and on the
# same bowl turned by 45 degrees, each at its best learning rate, momentum at its best
# factor too.

# %% bowls that are steeper one way than the other
#| device: cpu
import math
from itertools import product

import matplotlib.pyplot as plt
import torch

torch.set_default_dtype(torch.float64)
default, eps = (0.9, 0.999), 1e-8  # betas of Adam
near = 0.01  # a run has arrived when less than this share of the way is left, for good
stretches, degrees = [10, 100, 1000], [15, 30, 45, 60, 75]  # of bowls, and of starts
curvatures = torch.tensor([[1.0, stretch] for stretch in stretches])[:, None, None]
steep = curvatures[..., 1:]
angles = torch.deg2rad(torch.tensor(degrees))
starts = torch.stack([-angles.cos(), angles.sin()], -1)[:, None]


# %% three rules
def descend(gradient, _memory, _step):
    return gradient


def make_momentum(factor):
    def roll(gradient, memory, _step):
        memory[0] = factor * memory[0] + gradient
        return memory[0]

    return roll


def make_adam(beta1, beta2):
    def adam(gradient, memory, step):
        short = memory[0] = beta1 * memory[0] + (1 - beta1) * gradient
        long = memory[1] = beta2 * memory[1] + (1 - beta2) * gradient**2
        size = (long / (1 - beta2**step)).sqrt()
        return short / (1 - beta1**step) / (size + eps)

    return adam


# %% all starts and rates at once, on a bowl that is turned
def follow(rule, lr, steps, angle):
    """Return (step, stretch, start, rate, 2): points in the directions of the bowl."""
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    turn = torch.tensor([[cos, sin], [-sin, cos]])
    points = torch.broadcast_tensors(starts, lr, curvatures)[0] @ turn
    memory, path = [0.0, 0.0], [points]
    for step in range(1, steps + 1):
        gradient = points @ turn.T * curvatures @ turn
        points = points - lr * rule(gradient, memory, step)
        path.append(points)
    return torch.stack(path) @ turn.T


def count(path):
    """Return at which step each run has arrived, or infinity."""
    away = ~(path.norm(dim=-1) < near)
    last = len(path) - away.int().flip(0).argmax(0)  # the first step that is not away
    return last.double().masked_fill(away[-1], torch.inf)


# %% the best settings of each
def shares(low, high):
    return 2.0 ** torch.arange(low, high + 0.1, 0.25)[:, None]


factors = [0.1, 0.3, 0.5, 0.7, 0.8, 0.85, 0.9, 0.95]  # of momentum
adam_rates = shares(-5, 3).expand(3, 1, -1, 1)
plans = {  # rule, its rates, and how many steps it may take
    "descent": (descend, shares(-1, 1) / steep, 2800),
    "Adam": (make_adam(*default), adam_rates, 600),
} | {factor: (make_momentum(factor), shares(-3, 2) / steep, 150) for factor in factors}
paths = {
    (name, angle): follow(*plan, angle)
    for name, plan in plans.items()
    for angle in (0, 45)
}
means = {run: count(path).log().mean(1).exp() for run, path in paths.items()}
best = {run: table.argmin(1) for run, table in means.items()}  # of the rates
needed = {run: table.amin(1) for run, table in means.items()}  # steps, by stretch
for angle in (0, 45):  # momentum at its best factor
    tries = torch.stack([needed[factor, angle] for factor in factors])
    needed["momentum", angle], chosen = tries.min(0)
    if not angle:
        tuned = [factors[place] for place in chosen.tolist()]  # by stretch
        drawn = tuned[1]
aligned, turned = (needed["Adam", angle][-1].item() for angle in (0, 45))

# %% Adam at its best betas too, on the bowl of stretch 1,000
betas = list(product([0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95], [0.9, 0.99, 0.999]))
tuned_aligned, tuned_turned = (
    min(
        count(follow(make_adam(*pair), adam_rates, 600, angle))[-1]
        .log().mean(0).amin().exp().item()
        for pair in betas
    )
    for angle in (0, 45)
)  # fmt: skip

# %% the same by torch, on the turned bowl of stretch 100
weights, half = torch.nn.Parameter(torch.zeros(2)), math.sqrt(0.5)
tilt = torch.tensor([[half, half], [-half, half]])
makers = {
    "descent": lambda lr: torch.optim.SGD([weights], lr),
    0.9: lambda lr: torch.optim.SGD([weights], lr, momentum=0.9),
    "Adam": lambda lr: torch.optim.Adam([weights], lr),
}
by_torch, by_hand = [], []
for rule, make in makers.items():
    weights.data = starts[1, 0] @ tilt
    library = make(plans[rule][1][1, 0, 2].item())
    for _ in range(60):
        library.zero_grad()
        (0.5 * curvatures[1, 0, 0] * (weights @ tilt.T) ** 2).sum().backward()
        library.step()
    by_torch.append(weights.detach() @ tilt.T)
    by_hand.append(paths[rule, 45][60, 1, 1, 2])

# %% claim: these are torch.optim.SGD and torch.optim.Adam
#| label: torch
torch.testing.assert_close(torch.stack(by_torch), torch.stack(by_hand))

# %% claim: along the axes Adam takes the same path, whatever the bowl is stretched by
#| label: same
first = paths["Adam", 0][:, :1]
torch.testing.assert_close(paths["Adam", 0], first.expand_as(paths["Adam", 0]))

# %% claim: turned, a thousandfold bowl costs Adam over 4 times the steps, a hundredfold 5/4
#| label: turned
assert turned > 4 * aligned
assert needed["Adam", 45][1] < 1.25 * needed["Adam", 0][1]

# %% claim: so it does at the best of the betas tried too, and momentum takes fewer steps
#| label: tuned
assert tuned_turned > 4 * tuned_aligned
assert needed["momentum", 45][-1] < tuned_turned

# %% each path of descent and of momentum at its best rate, and the same on a turned bowl
straight, across = (
    torch.cat([
        paths[rule, angle][:, row, :, best[rule, 0][row]].flatten()
        for row, factor in enumerate(tuned)
        for rule in ("descent", factor)
    ])
    for angle in (0, 45)
)  # fmt: skip
reaches = [
    (best[rule, angle][row].item(), len(means[rule, angle][row]))
    for angle in (0, 45)
    for row, factor in enumerate(tuned)
    for rule in ("descent", "Adam", factor)
] + [(factors.index(factor), len(factors)) for factor in tuned]

# %% claim: descent and momentum take the same path on a turned bowl
#| label: blind
torch.testing.assert_close(straight, across, rtol=0, atol=1e-9)

# %% claim: momentum takes under a third of Adam's steps there, tenfold under half
#| label: momentum
assert 3 * needed["momentum", 45][-1] < turned
assert 2 * needed["momentum", 0][0] < needed["Adam", 0][0]

# %% claim: no best rate or factor lies at the border of its grid
#| label: inside
assert all(0 < place < tried - 1 for place, tried in reaches)

# %% steps to the bottom
#| output: markdown
columns = ["descent", "momentum (its factor)", "Adam", "Adam, turned by 45°"]
runs = [("descent", 0), ("momentum", 0), ("Adam", 0), ("Adam", 45)]
print(f"| ratio of curvatures | {' | '.join(columns)} |\n|---:|---:|---:|---:|---:|")
for row, stretch in enumerate(stretches):
    cells = [f"{needed[run][row]:,.0f}" for run in runs]
    cells[1] += f" ({tuned[row]})"
    print(f"| {stretch:,} | {' | '.join(cells)} |")

# %% four paths to the bottom
#| caption: >
#|   Thirty-two steps from one start on a bowl of curvatures 1 and 100, each at its best
#|   rate for five starts, momentum with the factor {drawn}. A dot every eighth step. The
#|   axes are the two weights.
#| alt: >
#|   Four panels. Descent falls into the valley at once and creeps along it.
#|   Momentum swings along it to the bottom. Adam walks the diagonal, curls
#|   round the bottom. On the turned bowl Adam swings across the valley as
#|   momentum does.
circle = torch.linspace(0, 2 * math.pi, 17)
ring = torch.stack([circle.cos(), circle.sin() / math.sqrt(stretches[1])], -1)
titles = ["descent", "momentum", "Adam", "Adam, turned by 45°"]
fig, axes = plt.subplots(2, 2, figsize=(4.5, 4.4), sharex=True, sharey=True)
for ax, title, run in zip(axes.flat, titles, runs, strict=True):
    settings = (drawn if run[0] == "momentum" else run[0]), run[1]
    path = paths[settings][:33, 1, 1, best[settings][1]]
    seen = tilt if run[1] else torch.eye(2)
    ax.plot(*(ring @ seen).T, color="C9", linewidth=0.5)  # equal heights
    ax.plot(*(path @ seen).T, "C2.-", linewidth=1, markersize=3, markevery=8)
    ax.set(xlim=(-1.3, 1.1), ylim=(-1.2, 1.2), title=title, aspect="equal")
fig.supxlabel("first weight")
fig.supylabel("second weight")
