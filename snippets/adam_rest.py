# %% [markdown]
# # Does Adam come to rest?
# Near the minimum the gradients vanish, and Adam divides by their size.
# Torch's Adam at its defaults, in float32, puts a line through noisy points.

# %% lines through noisy points
#| device: cpu
import matplotlib.pyplot as plt
import torch

seeds, points, steps = range(5), 20, 10_000
beta1, beta2 = 0.9, 0.999
settings = torch.tensor([  # unit of the data, learning rate, eps
    [1.0, 0.1, 1e-8],
    [1000.0, 1e-4, 1e-8],
    [1.0, 0.1, 0.01],
])  # fmt: skip
units, rates, epsilons = settings.T[..., None]  # (settings, 1) each


def draw(seed):
    """Return columns x and 1, and values: a line and noise."""
    generator = torch.Generator().manual_seed(seed)
    x, noise = torch.randn(2, points, generator=generator)
    return torch.stack([x, torch.ones(points)], 1), 10 * x - 5 + 2.5 * noise


columns, values = map(torch.stack, zip(*map(draw, seeds), strict=True))
inputs = units[..., None, None] * columns  # (settings, seeds, points, 2)
targets = (units * rates)[..., None] * values  # the minimum is some ten rates away
minimum = torch.linalg.lstsq(inputs.double(), targets.double()[..., None]).solution

# %% torch's Adam at all settings and seeds at once
weights = torch.zeros(len(settings), len(seeds), 2, 1)
parts = [torch.nn.Parameter(part) for part in weights]  # they share its memory
optimizer = torch.optim.Adam(
    [
        {"params": [part], "lr": rate, "eps": eps}
        for part, (_, rate, eps) in zip(parts, settings.tolist(), strict=True)
    ],
    fused=True,
)
transposed, target = inputs.mT / points, targets[..., None]
places, squares = [], []
for _ in range(steps):
    gradients = transposed @ (inputs @ weights - target)
    for part, gradient in zip(parts, gradients, strict=True):
        part.grad = gradient
    optimizer.step()
    places.append(weights.clone())
    squares.append(torch.stack([optimizer.state[part]["exp_avg_sq"] for part in parts]))
distances = (torch.stack(places) - minimum).norm(dim=(3, 4)) / rates

# %% learning rate × curvature / size, the curvature as Adam sees it
age = torch.arange(1, steps + 1).view(-1, 1, 1, 1, 1)
size = (torch.stack(squares).double() / (1 - beta2**age)).sqrt()
scale = (size + epsilons[..., None, None]).rsqrt()
quotient = scale * (transposed @ inputs) * scale.mT  # of the Hessian, symmetric
edges = rates * torch.linalg.eigvalsh(quotient)[..., -1]  # (steps, settings, seeds)

# %% when each run arrives, crosses the limit and turns
limit = 2 * (1 + beta1) / (1 - beta1)
count = torch.arange(1, steps + 1)[:, None, None]
arrivals = (distances < 1e-5).int().argmax(0)
crossings, turns = (
    (is_there & (count > arrivals + 1)).int().argmax(0)[:-1] + 1
    for is_there in (edges > limit, distances > 0.01)
)
crossing = crossings[0, 0].item()
soonest, latest = (each.item() for each in (turns - crossings).aminmax())
closest = distances.amin(0).max().item()
late = distances[-3000:]
spells = late[:, :-1].view(3, 1000, -1).amax(1)  # farthest in each thousand steps
least_spell, most_spell = spells.min().item(), spells.max().item()
usual_edge = edges[-3000:, :-1].median(0).values
resting, resting_edge = late[:, -1].max().item(), edges[-3000:, -1].max().item()

# %% claim: in every run Adam comes within a hundred-thousandth of a learning rate
#| label: arrives
assert closest < 1e-5

# %% claim: and in each of the last thousands of steps it strays by a twentieth or more
#| label: leaves
assert least_spell > 0.05

# %% claim: by less than half a rate, over a millionfold of curvature and 1000 of rate
#| label: alike
assert most_spell < 0.5

# %% claim: it leaves within 150 steps after the quotient passes 2 (1 + b1) / (1 - b1)
#| label: turns
assert soonest > 0
assert crossing == crossings.flatten()[0]  # of the run in the figure
assert latest < 150

# %% claim: and the quotient stays near that limit afterwards
#| label: stays
assert (usual_edge / limit - 1).abs().max() < 0.15

# %% claim: where eps keeps the quotient below the limit it comes to rest
#| label: rests
assert resting_edge < limit
assert resting < 1e-4

# %% claim: where the slope becomes exactly zero, torch's Adam lands and stays
#| label: lands
weight = torch.nn.Parameter(torch.tensor(2.0))
lander = torch.optim.Adam([weight], lr=0.1)
landing = []
for _ in range(8000):
    weight.grad = weight.detach() - 1  # a parabola with its bottom at 1
    lander.step()
    landing.append(weight.item())
assert set(landing[-5000:]) == {1.0}

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
torch.testing.assert_close(default_wall.item(), 1.0, rtol=0.005, atol=0)

# %% distance from the minimum
#| caption: >
#|   Torch's Adam at its default betas fits a line to {points} noisy points, in float32
#|   and full batches, learning rate 0.1: distance from the least-squares line. Dashed:
#|   learning rate × curvature / size passes 38, at step {crossing:,}. Below: the last
#|   1,000 steps, on a linear axis.
#| alt: >
#|   Distance from the minimum in learning rates, on a log axis. It falls to below 1e-5
#|   in a few hundred steps and stays there. At the dashed line it leaps to about 0.2
#|   and then comes and goes between 1e-4 and 0.3. With eps 0.01 it stays down. The
#|   lower panel shows spikes of about 0.25, with quiet times between.
every = 100
shown = every * torch.arange(steps // every)
fig, (ax, low) = plt.subplots(2, figsize=(4.5, 3.9), height_ratios=[2, 1])
for row, label in (0, "eps 1e-8"), (-1, "eps 0.01"):
    envelope = distances[:, row, 0].view(-1, every).amax(1)
    ax.semilogy(shown, envelope, linewidth=1, label=label)
ax.axvline(crossing, color="C2", linestyle="--", label="quotient is 38")
ax.set(ylabel="distance / rate", ylim=(1e-8, 1e3))
last = distances[-1000:, 0, 0].view(-1, 10).amax(1)
low.plot(steps - 1000 + 10 * torch.arange(len(last)), last, linewidth=1)
low.set(xlabel="step", ylabel="the last 1,000", ylim=(0, 0.35))
fig.legend(ncols=3, loc="outside upper center")
