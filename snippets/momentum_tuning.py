# %% [markdown]
# # What momentum buys
# On an uneven bowl plain descent is slow. How many steps does momentum save, is Polyak's
# setting the fastest, and can there be too much of it?

# %% steps to a thousandth of the error
#| device: cpu
import math

import torch

torch.set_default_dtype(torch.float64)


def count_steps(kappa, lr, momentum, at_most=20_000):
    """Return after how many steps the error stays below a thousandth.

    The bowl has curvatures 1 and kappa; the error is the larger coordinate.
    """
    curvature = torch.tensor([1.0, kappa])
    point, velocity, last_above = torch.ones(2), torch.zeros(2), 0
    for step in range(1, at_most + 1):
        velocity = momentum * velocity + curvature * point
        point = point - lr * velocity
        if point.abs().max() > 1e-3:
            last_above = step
        elif step > 2 * last_above + 10:
            return last_above + 1
    return math.inf


# %% the best plain run and the best run with momentum
def best_plain(kappa):
    return {"lr": 2 / (1 + kappa), "momentum": 0.0}


def best_heavy(kappa):
    root = math.sqrt(kappa)
    return {"lr": 4 / (1 + root) ** 2, "momentum": ((root - 1) / (root + 1)) ** 2}


kappas = 10, 100, 1000
plain = [count_steps(kappa, **best_plain(kappa)) for kappa in kappas]
heavy = [count_steps(kappa, **best_heavy(kappa)) for kappa in kappas]
plain_at_hundred, plain_at_thousand = plain[1:]
heavy_at_hundred, heavy_at_thousand = heavy[1:]
factor_at_hundred = math.log(1e-3) / math.log(
    (math.sqrt(100) - 1) / (math.sqrt(100) + 1)
)


def count_double(kappa):
    """Return when (1 + growth t) sigma^t, a double root's error, is a thousandth."""
    sigma = (math.sqrt(kappa) - 1) / (math.sqrt(kappa) + 1)
    first_steep = abs(1 - kappa * best_heavy(kappa)["lr"])  # the first step's factor
    growth = first_steep / sigma - 1  # that of the flat direction is smaller
    steps = range(1, 20_000)
    return next(t for t in steps if (1 + growth * t) * sigma**t <= 1e-3)


# %% a search for a faster setting
def count_each(kappa, lr, momentum, at_most):
    """Return the steps of many settings (settings,); at_most where that is too few."""
    curvature = torch.tensor([1.0, kappa])
    point, velocity = torch.ones(len(lr), 2), torch.zeros(len(lr), 2)
    last_above = torch.zeros(len(lr), dtype=torch.long)
    for step in range(1, at_most + 1):
        velocity = momentum[:, None] * velocity + curvature * point
        point = point - lr[:, None] * velocity
        last_above[point.abs().amax(1) > 1e-3] = step
    return (last_above + 1).clamp(max=at_most)


def search(kappa, few):
    """Return the fewest steps, and the rate and the momentum that take them."""
    known = best_heavy(kappa)
    lr = known["lr"] * torch.linspace(0.9, 1.06, 81)
    momentum = known["momentum"] + torch.linspace(-0.02, 0.06, 81)
    lr, momentum = torch.cartesian_prod(lr, momentum).T
    counts = count_each(kappa, lr, momentum, 2 * few)
    least = counts.argmin()
    return counts[least].item(), lr[least].item(), momentum[least].item()


def find_width(momentum, kappa):
    """Return how many times as wide as the bowl the window of a momentum is."""
    root = math.sqrt(momentum)
    return ((1 + root) / (1 - root)) ** 2 / kappa


fastest = [search(kappa, few) for kappa, few in zip(kappas, heavy, strict=True)]
fastest_at_hundred = fastest[1][0]
widths = [find_width(beta, k) for k, (*_, beta) in zip(kappas, fastest, strict=True)]
narrowest, widest = min(widths) - 1, max(widths) - 1  # wider than the bowl, by

# %% steps with and without momentum
#| output: markdown
print("| κ | plain | Polyak | (his β) | fastest found | (its β) | saves |")
print("|--:|--:|--:|--:|--:|--:|--:|")
for kappa, many, few, (least, _, beta) in zip(
    kappas, plain, heavy, fastest, strict=True
):
    polyak = best_heavy(kappa)["momentum"]
    saved = f"× {many / least:.0f}"
    print(
        f"| {kappa} | {many} | {few} | {polyak:.2f} | {least} | {beta:.2f} | {saved} |"
    )

# %% claim: plain needs steps in proportion to the unevenness, momentum to its root
#| label: root
spread = math.log(kappas[-1] / kappas[0])
exponents = [math.log(counts[-1] / counts[0]) / spread for counts in (plain, heavy)]
torch.testing.assert_close(exponents, [1.0, 0.5], rtol=0, atol=0.1)
factors = [(kappa - 1) / (kappa + 1) for kappa in kappas]  # of the best plain rate
assert plain == [math.ceil(math.log(1e-3) / math.log(factor)) for factor in factors]

# %% claim: the counts are those of a double root, where the error falls like t s^t
#| label: double
assert all(
    abs(few - count_double(kappa)) <= 1
    for kappa, few in zip(kappas, heavy, strict=True)
)
assert heavy_at_hundred > 1.5 * factor_at_hundred

# %% claim: a window up to a quarter wider than the bowl takes a quarter fewer steps
#| label: faster
for kappa, few, (least, lr, beta) in zip(kappas, heavy, fastest, strict=True):
    assert count_steps(kappa, lr, beta) == least
    assert least <= 0.75 * few
assert narrowest > 0.05
assert widest < 0.25

# %% too much momentum
top = 2 * (1 + 0.99) / 100  # the largest stable learning rate
stubborn = {
    share: count_steps(100, lr=share * top, momentum=0.99)
    for share in (0.001, 0.01, 0.03, 0.1, 0.3, 0.9)
}
least_stubborn = min(stubborn.values())

# %% claim: with momentum 0.99 no learning rate is as fast as none at its best
#| label: stubborn
assert 2 * plain[1] < least_stubborn < 6 * plain[1]
