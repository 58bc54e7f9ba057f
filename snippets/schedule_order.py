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


def shuffle(seed):
    """Return the same rates in a random order."""
    return falling[torch.randperm(steps, generator=torch.Generator().manual_seed(seed))]


orders = torch.stack([falling, falling.flip(0), *[shuffle(seed) for seed in seeds]])


# %% what noisy gradient descent does on average, exactly
def follow(rates, curvature, noise, start):
    """Return the root mean squared distance to the minimum before and after each step.

    A gradient is curvature * point plus noise of that standard deviation; the last
    axis of rates is the step.
    """
    mean = torch.full(rates.shape[:-1], start)
    variance = torch.zeros_like(mean)
    path = [mean.abs()]
    for lr in rates.unbind(-1):
        factor = 1 - lr * curvature
        mean = factor * mean
        variance = factor**2 * variance + lr**2 * noise**2
        path.append((mean**2 + variance).sqrt())
    return torch.stack(path, -1)


quiet = follow(orders, curvature, 0.0, start)  # (7, steps + 1)
noisy = follow(orders, curvature, noise, start)
rising_excess = (noisy[1, -1] / noisy[0, -1]).item()
shuffled_excess = (noisy[2:, -1] / noisy[0, -1]).min().item()
left = (quiet[0, -1] / start).item()

# %% claim: without noise every order ends at the same place
#| label: same
torch.testing.assert_close(
    quiet[:, -1], quiet[:1, -1].expand(7), rtol=1e-12, atol=0
)  # fmt: skip

# %% claim: on the way the orders are far apart
#| label: way
assert quiet[1, steps // 2] > 10 * quiet[0, steps // 2]

# %% claim: with noise the rising order ends more than four times as far off
#| label: rising
assert rising_excess > 4

# %% claim: with noise each of five shuffled orders ends more than twice as far off
#| label: shuffled
assert shuffled_excess > 2


# %% the same by torch.optim
def sample(seed, chains=10_000):
    """Return the root mean squared distance of three orders after all steps."""
    torch.manual_seed(seed)
    points = [torch.nn.Parameter(torch.full((chains,), start)) for _ in range(3)]
    optimizer = torch.optim.SGD([{"params": [point]} for point in points], lr=1.0)
    scheduler = torch.optim.lr_scheduler.LambdaLR(
        optimizer,
        [lambda step, order=order: order[min(step, steps - 1)].item() for order in orders[:3]],
    )  # fmt: skip
    for _ in range(steps):
        for point in points:
            point.grad = curvature * point.detach() + noise * torch.randn(chains)
        optimizer.step()
        scheduler.step()
    return torch.stack([point.detach().square().mean().sqrt() for point in points])


sampled = torch.stack([sample(seed) for seed in seeds])  # (seed, order)

# %% claim: ten thousand runs of torch.optim.SGD with LambdaLR agree in every seed
#| label: torch
torch.testing.assert_close(sampled, noisy[:3, -1].expand(5, 3), rtol=0.04, atol=0)

# %% three orders, with noise and without
#| caption: >
#|   The same {steps} learning rates in three orders, on a bowl. Dotted: exact
#|   gradients. Solid: noisy gradients, root mean square over all runs.
#| alt: >
#|   Distance to the minimum against step, on a log axis. The three dotted curves take
#|   different ways and meet in one point at the last step. Of the solid ones only the
#|   falling order follows its dotted curve far down; the shuffled and the rising order
#|   end several times higher.
fig, ax = plt.subplots()
for color, label in enumerate(("falling", "rising", "shuffled")):
    ax.semilogy(noisy[color], color=f"C{color}", label=label)
    ax.semilogy(quiet[color], color=f"C{color}", linestyle=":")
ax.set(xlabel="step", ylabel="distance to the minimum")
ax.legend()

# %% the floor of a constant rate
constants = torch.tensor([0.1, 1.0])
floors = follow(constants[:, None].expand(2, 9000), curvature, noise, start)[:, -1]
floor_ratio = (floors[1] / floors[0]).square().item()

# %% claim: a constant rate ends at its floor
#| label: floor
formula = noise * (constants / (curvature * (2 - constants * curvature))).sqrt()
torch.testing.assert_close(floors, formula, rtol=1e-6, atol=0)
