# %% [markdown]
# # Does momentum average the noise away?
# A bowl whose slope is only known with noise, at a constant rate, with and without
# momentum. How far from the bottom does the weight come to rest?

# %% the floor, at equal learning rate and at equal effective rate
#| device: cpu
import torch

torch.set_default_dtype(torch.float64)
seeds = range(5)
rate = 0.1
momenta = [0.0, 0.5, 0.9]
runs, steps, settled = 2000, 900, 500

settings = [(rate, beta, 1.0) for beta in momenta]  # learning rate, momentum, curvature
settings += [(rate * (1 - beta), beta, 1.0) for beta in momenta]
settings += [(rate, 0.5, 4.0)]
lr, beta, curvature = torch.tensor(settings).T[..., None]  # (settings, 1) each


def measure_floors(seed):
    """Return the mean square distance from the bottom, over many runs and steps.

    There is one for each setting; all settings meet the same noise.
    """
    generator = torch.Generator().manual_seed(seed)
    point = velocity = torch.zeros(len(settings), runs)
    total = torch.zeros(len(settings))
    for step in range(steps):
        noise = torch.randn(runs, generator=generator)
        velocity = beta * velocity + curvature * point + noise
        point = point - lr * velocity
        if step >= settled:
            total += (point**2).mean(1)
    return total / (steps - settled)


def predict(lr, beta, curvature):
    """Return the same by the formula, for noise of variance 1."""
    wide = lr * (1 + beta) / (curvature * (1 - beta))
    return wide / (2 * (1 + beta) - lr * curvature)


floors = torch.stack([measure_floors(seed) for seed in seeds])  # (seeds, settings)
same, fair, _ = floors.split(len(momenta), dim=1)  # (seeds, momenta) each
raises, keeps = same[:, 2] / same[:, 0], fair[:, 2] / fair[:, 0]
raised, kept = raises.mean().item(), keeps.mean().item()

# %% claim: the floor is that of the formula
#| label: formula
formula = predict(lr, beta, curvature).T.expand_as(floors)
torch.testing.assert_close(floors, formula, rtol=0.06, atol=0)

# %% claim: at the same learning rate momentum 0.9 raises the floor about tenfold
#| label: raised
assert raises.min() > 8
assert raises.max() < 12

# %% claim: at the same effective rate it leaves the floor where it was, within a tenth
#| label: kept
assert (keeps - 1).abs().max() < 0.1

# %% the floor with and without momentum
#| output: markdown
print("| momentum | at the rate 0.1 | at the rate 0.1 (1 − β) |")
print("|--:|--:|--:|")
for momentum, *row in zip(momenta, same.mean(0), fair.mean(0), strict=True):
    print(f"| {momentum:g} | {row[0]:.3f} | {row[1]:.3f} |")
