# %% [markdown]
# # The same learning rates in another order
# A decaying schedule is a set of rates and an order. Which of the two helps, and when?

# %% a thousand rates
#| device: cpu
import matplotlib.pyplot as plt
import torch

torch.set_default_dtype(torch.float64)

seeds = range(5)
steps, curvature, noise, start = 1000, 0.02, 0.1, 10.0
falling = 1 - torch.arange(steps) / steps  # from 1 down to 1 / steps
critical = 2 / curvature


def shuffle(seed):
    """Return the same rates in a random order."""
    return falling[torch.randperm(steps, generator=torch.Generator().manual_seed(seed))]


orders = torch.stack([falling, falling.flip(0), *[shuffle(seed) for seed in seeds]])


# %% what noisy gradient descent does on average, exactly
def follow(rates, curvature, noise, start):
    """Return the mean loss at the start and after each step; rates end in a step axis.

    A gradient is curvature * point, plus noise of that standard deviation.
    """
    mean = torch.full(rates.shape[:-1], start)
    variance = torch.zeros_like(mean)
    path = [curvature * mean**2 / 2]
    for lr in rates.unbind(-1):
        factor = 1 - lr * curvature
        mean = factor * mean
        variance = factor**2 * variance + lr**2 * noise**2
        path.append(curvature * (mean**2 + variance) / 2)
    return torch.stack(path, -1)


quiet = follow(orders, curvature, 0.0, start)  # (7, steps + 1)
noisy = follow(orders, curvature, noise, start)
rising_excess = (noisy[1, -1] / noisy[0, -1]).item()
shuffled = noisy[2:, -1] / noisy[0, -1]
shuffled_excess = shuffled.min().item()

# %% claim: all the rates are far below the critical one
#| label: below
assert abs(1 - critical * curvature) == 1  # there a step changes the sign alone
assert falling.max() < critical / 50

# %% claim: without noise every order ends at the same place
#| label: same
torch.testing.assert_close(quiet[:, -1], quiet[:1, -1].expand(7), rtol=1e-12, atol=0)

# %% claim: they begin together, and on the way they are far apart
#| label: way
torch.testing.assert_close(quiet[:, 0], torch.full((7,), curvature * start**2 / 2))
assert quiet[1, steps // 2] > 100 * quiet[0, steps // 2]

# %% claim: with noise the rising order ends more than four times as high
#| label: rising
assert rising_excess > 4

# %% claim: with noise each of five shuffled orders ends more than twice as high
#| label: shuffled
assert len(shuffled) == len(seeds)
assert shuffled_excess > 2

# %% claim: with noise each of them ends lower than the rising order
#| label: between
assert shuffled.max() < rising_excess


# %% the same by torch.optim
def sample(seed, chains=5_000):
    """Return the mean loss of three orders after all steps, by torch.optim.SGD."""
    torch.manual_seed(seed)
    points = [torch.nn.Parameter(torch.full((chains,), start)) for _ in range(3)]
    optimizer = torch.optim.SGD([{"params": [point]} for point in points], lr=1.0)
    rates = [[*order.tolist(), 0.0] for order in orders[:3]]
    scheduler = torch.optim.lr_scheduler.LambdaLR(
        optimizer, [order.__getitem__ for order in rates]
    )
    for _ in range(steps):
        kicks = noise * torch.randn(chains)  # the same ones for all three orders
        for point in points:
            point.grad = curvature * point.detach() + kicks
        optimizer.step()
        scheduler.step()
    return torch.stack(
        [curvature * point.detach().square().mean() / 2 for point in points]
    )


sampled = torch.stack([sample(seed) for seed in seeds])  # (seed, order)

# %% claim: five thousand runs of torch.optim.SGD with LambdaLR agree in every seed
#| label: torch
torch.testing.assert_close(sampled, noisy[:3, -1].expand(5, 3), rtol=0.15, atol=0)

# %% three orders, with noise and without
#| caption: >
#|   The same {steps} learning rates in three orders, on a bowl. Dotted: exact
#|   gradients. Solid: noisy gradients, mean over all runs.
#| alt: >
#|   Loss against step, on a log axis. The three dotted curves take different ways and
#|   meet in one point at the last step. Each solid one leaves its dotted one between
#|   0.01 and 0.002. The falling order leaves first, goes on sinking and ends lowest; the
#|   shuffled and the rising order end several times higher.
fig, ax = plt.subplots()
for order, label in enumerate(("falling", "rising", "shuffled")):
    shown, color = range(0, len(noisy[order]), 25), f"C{(1, 6, 9)[order]}"
    ax.semilogy(shown, noisy[order][::25], color, label=label)
    ax.semilogy(shown, quiet[order][::25], color, linestyle=":")
ax.set(xlabel="step", ylabel="loss above the minimum")
ax.legend()

# %% the floor of a constant rate
constants = torch.tensor([0.1, 1.0])
floors = follow(constants[:, None].expand(2, 9000), curvature, noise, start)[:, -1]
floor_ratio = (floors[1] / floors[0]).item()

# %% claim: a constant rate ends at the floor of the formula
#| label: floor
formula = constants * noise**2 / (2 * (2 - constants * curvature))
torch.testing.assert_close(floors, formula, rtol=1e-6, atol=0)

# %% claim: a tenth of the rate has a tenth of the floor, to a tenth
#| label: tenth
assert 10 < floor_ratio < 11

# %% rates that fall too fast, or just fast enough
counts = torch.arange(1, steps + 1)
harmonic = follow(1 / counts, 1.0, 1.0, start)[-1]
hasty = follow(1 / counts[1:] ** 2, 1.0, 0.0, start)[-1]
hasty_left = (2 * hasty).sqrt().item() / start

# %% claim: with rates 1 / t the loss is that of the mean of all noisy minima
#| label: harmonic
torch.testing.assert_close(harmonic, torch.tensor(1 / (2 * steps)), rtol=1e-10, atol=0)

# %% claim: rates that fall like 1 / t squared leave half of the way undone
#| label: hasty
torch.testing.assert_close(hasty_left, (steps + 1) / (2 * steps), rtol=1e-10, atol=0)
assert hasty_left > 0.5
