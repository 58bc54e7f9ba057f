# %% [markdown]
# # The critical learning rate
# A bowl is steep in one direction and flat in another.
# How far below the first rate that diverges does the best rate lie?

# %% a bowl, steep one way and flat the other
#| device: cpu
import math

import matplotlib.pyplot as plt
import torch

torch.set_default_dtype(torch.float64)
kappas = torch.tensor([10.0, 100.0, 1000.0])  # how many times steeper than flat


def descend(kappa, shares, steps):
    """Return the error (the larger coordinate) after each step, from (1, 1).

    One run for each share of the critical learning rate 2 / kappa.
    """
    curvature = torch.tensor([1.0, kappa])  # flat direction, steep direction
    lr = shares[:, None] * 2 / kappa
    point = torch.ones(len(shares), 2)
    errors = []
    for _ in range(steps):
        gradient = curvature * point
        point = point - lr * gradient
        errors.append(point.abs().amax(1))
    return torch.stack(errors)  # (steps, shares)


def steps_to_thousandth(errors):
    """Return the first step with an error of 1/1000, inf where there is none."""
    reached = errors <= 1e-3
    return torch.where(reached.any(0), reached.int().argmax(0) + 1.0, math.inf)


# %% claim: this is torch.optim.SGD
#| label: torch
weights = torch.nn.Parameter(torch.ones(2))
optimizer = torch.optim.SGD([weights], lr=0.9 * 2 / 100)
for _ in range(50):
    optimizer.zero_grad()
    (0.5 * (torch.tensor([1.0, 100.0]) * weights**2).sum()).backward()
    optimizer.step()
by_hand = descend(100.0, torch.tensor([0.9]), 50)[-1, 0]
torch.testing.assert_close(weights.abs().max().detach(), by_hand, rtol=1e-12, atol=0)

# %% the steps that each rate needs
gaps = torch.logspace(-0.1, -3.7, 80)  # to the critical rate, as shares of it
shares = 1 - gaps
counts = [
    steps_to_thousandth(descend(kappa, shares, max(1000, 20 * int(kappa))))
    for kappa in kappas.tolist()
]

# %% the best rate
candidates = torch.linspace(0.9, 1.001, 10_101)  # 1e-5 apart
best = torch.stack(
    [
        candidates[descend(kappa, candidates, 100)[-1].argmin()]
        for kappa in kappas.tolist()
    ]
)
predicted_best = kappas / (kappas + 1)
best_at_ten, _, best_at_thousand = best.tolist()
at_half, at_best, beyond = torch.tensor([0.5, best_at_thousand, 1.001])[:, None]
best_steps = int(steps_to_thousandth(descend(1000.0, at_best, 4000)).item())
half_steps = int(steps_to_thousandth(descend(1000.0, at_half, 8000)).item())
growth = descend(1000.0, beyond, best_steps)[-1].item()

# %% claim: the best rate is kappa / (kappa + 1) of the critical one
#| label: best
torch.testing.assert_close(best, predicted_best, rtol=0, atol=2e-5)

# %% claim: half the critical rate takes twice as many steps as the best rate
#| label: half
torch.testing.assert_close(half_steps / best_steps, 2.0, rtol=0.01, atol=0)

# %% claim: a tenth of a per cent past the limit the error grows 500- to 2000-fold
#| label: cliff
assert 500 < growth < 2000

# %% steps against learning rate
#| caption: >
#|   Steps to a thousandth of the error against how far a rate lies below the critical
#|   one, on bowls that are 10, 100 and 1000 times steeper one way than the other. Dots:
#|   the best rate of each.
#| alt: >
#|   Three curves. Each falls slowly as the rate comes nearer to the critical one, to a
#|   lowest point, and then rises steeply. The more uneven the bowl, the more steps it
#|   needs and the closer its best rate lies to the limit: at a tenth, a hundredth and a
#|   thousandth below it.
fig, ax = plt.subplots()
for kappa, count, share in zip(kappas.tolist(), counts, best, strict=True):
    (line,) = ax.loglog(gaps, count, label=f"{kappa:.0f} times steeper")
    fewest = steps_to_thousandth(descend(kappa, share[None], 4 * int(kappa)))
    ax.plot(1 - share, fewest, "o", color=line.get_color())
ax.set_xticks([0.5, 0.1, 0.01, 0.001], ["50%", "90%", "99%", "99.9%"])
ax.set_xticks([], minor=True)
ax.set(xlabel="learning rate, in per cent of the critical one", ylabel="steps needed")
ax.set(xlim=(0.8, 2e-4), ylim=(20, 4e4))
fig.legend(ncols=2, loc="outside upper center")

# %% five random bowls in twenty directions
seeds = range(5)
draws = []
for seed in seeds:
    torch.manual_seed(seed)
    draws.append((torch.randn(20, 20), torch.rand(20), torch.randn(20, 1)))
axes, spreads, start = (torch.stack(each) for each in zip(*draws, strict=True))
rotation = torch.linalg.qr(axes).Q
spectrum = torch.logspace(-2, 1, 20) * (1 + spreads)
hessian = rotation @ torch.diag_embed(spectrum) @ rotation.mT  # (5 bowls, 20, 20)
budget, bound = 3000, 1e6


def diverges(lr):
    """Tell for each bowl if the distance passes the bound within the budget."""
    point = start
    for _ in range(budget):
        point = point - lr[:, None, None] * (hessian @ point)
    return ~(point.norm(dim=(1, 2)) < bound)  # nan and inf count as diverged


# %% the measured limit
largest = torch.linalg.eigvalsh(hessian)[:, -1]
low, high = torch.zeros_like(largest), 4 / largest
for _ in range(22):
    middle = (low + high) / 2
    over = diverges(middle)
    low, high = torch.where(over, low, middle), torch.where(over, middle, high)
limits = low * largest / 2  # as a share of 2 / the largest curvature
lowest_limit, highest_limit = limits.min().item(), limits.max().item()

# %% claim: the limit is 2 / the largest curvature
#| label: limit
torch.testing.assert_close(limits, torch.ones_like(limits), rtol=5e-3, atol=0)

# %% claim: the excess is what the budget hides
#| label: excess
top = torch.linalg.eigh(hessian).eigenvectors[:, :, -1:]
part = (top * start).sum((1, 2)).abs()
hidden = (bound / part).log() / (2 * budget)
torch.testing.assert_close(limits - 1, hidden, rtol=0.01, atol=0)

# %% between one and two over the curvature
point = 1.0
for _ in range(100):
    point = point - 1.9 * point  # learning rate times curvature: 1.9

# %% claim: at 1.9 over the curvature a hundred steps leave under a ten-thousandth
#| label: swings
assert abs(point) < 1e-4
