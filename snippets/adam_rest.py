# %% [markdown]
# # Does Adam come to rest?
# Near the bottom the gradients vanish, and Adam divides by their size.
# On a parabola, with nothing but the learning rate and eps to choose.

# %% Adam on a parabola
#| device: cpu
import math

import matplotlib.pyplot as plt
import torch

torch.set_default_dtype(torch.float64)
lr, beta1, beta2, steps = 0.1, 0.9, 0.999, 20_000


def descend(curvature, lr=lr, eps=1e-8, steps=steps, bottom=0.0):
    """Return the places, and learning rate × curvature / size at each step."""
    place, short, long = bottom + 10 * lr, 0.0, 0.0
    places, edges = [], []
    for step in range(1, steps + 1):
        gradient = curvature * (place - bottom)
        short = beta1 * short + (1 - beta1) * gradient
        long = beta2 * long + (1 - beta2) * gradient**2
        size = math.sqrt(long / (1 - beta2**step)) + eps
        place -= lr * short / (1 - beta1**step) / size
        places.append(place)
        edges.append(lr * curvature / size)
    return torch.tensor(places), torch.tensor(edges)


# %% claim: this is torch.optim.Adam
#| label: torch
weight = torch.nn.Parameter(torch.tensor(10 * lr))
library = torch.optim.Adam([weight], lr=lr)
for _ in range(300):
    weight.grad = weight.detach().clone()  # the slope of a parabola of curvature 1
    library.step()
by_hand, _ = descend(1.0, steps=300)
torch.testing.assert_close(weight.detach(), by_hand[-1], rtol=1e-9, atol=0)

# %% four parabolas, and one with a large eps
curvatures, rates = [1.0, 0.01, 100.0, 10_000.0], [lr, 1.0, 0.01, 0.001]
limit = 2 * (1 + beta1) / (1 - beta1)
places, edges = map(
    torch.stack, zip(*map(descend, curvatures, rates), strict=True)
)  # (parabolas, steps)
resting, resting_edges = descend(1.0, eps=0.01)
distances = places.abs() / torch.tensor(rates)[:, None]
crossings = (edges > limit).int().argmax(1)  # the first step past the limit
turns = distances[:, :8000].log().view(4, -1, 50).amax(2).argmin(1) * 50 + 25
turn, crossing = turns[0].item(), crossings[0].item()
closest = distances.min(1).values.max().item()
spells = distances[:, -10_000:].view(4, -1, 1000).amax(2)  # farthest in each thousand
least_spell, most_spell = spells.min().item(), spells.max().item()
usual_edge = edges[:, -10_000:].median(1).values

# %% claim: Adam comes within 1e-100 of every bottom
#| label: arrives
assert closest < 1e-100

# %% claim: and in each thousand of the last steps it leaves, by a fifth of its rate
#| label: leaves
assert least_spell > 0.2

# %% claim: by less than half of it, over a millionfold of curvature and 1000 of rate
#| label: alike
assert most_spell < 0.5

# %% claim: with the bottom at 1 it lands there to the last bit, and stays
#| label: lands
landing, _ = descend(1.0, bottom=1.0)
assert (landing[-10_000:] == 1.0).all()

# %% claim: it turns back where rate × curvature / size passes 2 (1 + b1) / (1 - b1)
#| label: turns
torch.testing.assert_close(turns.double(), crossings.double(), rtol=0.02, atol=0)

# %% claim: and it stays near that limit afterwards
#| label: stays
assert ((usual_edge / limit) - 1).abs().max() < 0.15

# %% claim: with an eps that keeps it below the limit it comes to rest
#| label: rests
assert resting_edges.max() < limit
assert resting[-1].abs() < 1e-300

# %% the smallest eps at which torch's Adam stays at the bottom
shares = torch.linspace(0.9, 1.1, 201)  # of learning rate × curvature / limit


def stays_put(beta1, curvature, lr, share, eps=None):
    """Return whether a nudge from the bottom dies out, by shares of the curvature."""
    bound = 2 * (1 + beta1) / (1 - beta1)
    eps = eps or lr * curvature / bound
    weights = torch.nn.Parameter(torch.zeros_like(share))
    optimizer = torch.optim.Adam([weights], lr=lr, betas=(beta1, 0.999), eps=eps)
    farthest = torch.zeros_like(share)
    for step in range(700):
        if step == 200:  # bias correction has faded
            weights.data.fill_(1e-12 * eps / curvature)
        weights.grad = curvature * share * weights.detach()
        optimizer.step()
        farthest = torch.maximum(farthest, weights.detach().abs())
    return farthest < 1e-9 * eps / curvature


walls = torch.stack([
    shares[stays_put(beta, curvature, rate, shares)].max()
    for beta, curvature, rate in ((0.9, 1.0, 0.1), (0.9, 300.0, 1e-3), (0.5, 1.0, 0.1))
])  # fmt: skip
default_flattest = limit * 1e-8 / 1e-3  # curvature that torch's defaults can rest on
default_wall = shares[stays_put(0.9, default_flattest, 1e-3, shares, eps=1e-8)].max()

# %% claim: the bottom holds Adam where eps exceeds rate × curvature / limit
#| label: eps
torch.testing.assert_close(walls, torch.ones(3), rtol=0.005, atol=0)

# %% claim: torch's defaults hold it below that curvature
#| label: defaults
torch.testing.assert_close(default_wall.item(), 1.0, rtol=0.005, atol=0)

# %% distance from the bottom
#| caption: >
#|   Adam on a parabola of curvature 1, learning rate {lr}. With torch's default eps,
#|   1e-8, it turns back near step {turn:,}; learning rate × curvature / size
#|   passes 38 at step {crossing:,}, the dashed line.
#| alt: >
#|   Distance from the bottom in learning rates, on a log axis. It falls in a straight
#|   line to below 1e-140, turns at the dashed line, climbs all the way back to about 1,
#|   and then hops between tiny distances and a third of a learning rate. With
#|   eps 0.01 the line falls for ever.
every = 100
envelope = distances[0].view(-1, every).amax(1)
resting_envelope = (resting.abs() / lr).view(-1, every).amax(1)
shown = every * torch.arange(len(envelope))
fig, ax = plt.subplots()
ax.semilogy(shown, envelope, label="eps 1e-8")
ax.semilogy(shown, resting_envelope, label="eps 0.01")
ax.axvline(crossing, color="C2", linestyle="--", label="quotient is 38")
ax.set(xlabel="step", ylabel="distance / learning rate", ylim=(1e-220, 1e20))
fig.legend(ncols=2, loc="outside upper center")
