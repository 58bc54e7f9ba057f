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


def measure_floor(lr, beta, seed, curvature=1.0):
    """Return the mean square distance from the bottom, over many runs and steps."""
    generator = torch.Generator().manual_seed(seed)
    point, velocity, total = torch.zeros(runs), torch.zeros(runs), 0.0
    for step in range(steps):
        noise = torch.randn(runs, generator=generator)
        velocity = beta * velocity + curvature * point + noise
        point = point - lr * velocity
        if step >= settled:
            total += (point**2).mean().item()
    return total / (steps - settled)


def predict(lr, beta, curvature=1.0):
    """Return the same by the formula, for noise of variance 1."""
    wide = lr * (1 + beta) / (curvature * (1 - beta))
    return wide / (2 * (1 + beta) - lr * curvature)


same, fair = (
    torch.tensor(
        [[measure_floor(lr(beta), beta, seed) for beta in momenta] for seed in seeds]
    )  # (seed, momentum)
    for lr in (lambda _beta: rate, lambda beta: rate * (1 - beta))
)
formula = torch.tensor(
    [[predict(rate, b) for b in momenta], [predict(rate * (1 - b), b) for b in momenta]]
)
raises, keeps = same[:, 2] / same[:, 0], fair[:, 2] / fair[:, 0]
raised, kept = raises.mean().item(), keeps.mean().item()
steep = torch.tensor([measure_floor(rate, 0.5, seed, curvature=4.0) for seed in seeds])

# %% claim: the floor is that of the formula
#| label: formula
torch.testing.assert_close(same, formula[0].expand_as(same), rtol=0.06, atol=0)
torch.testing.assert_close(fair, formula[1].expand_as(fair), rtol=0.06, atol=0)
on_steep = torch.full_like(steep, predict(rate, 0.5, curvature=4.0))
torch.testing.assert_close(steep, on_steep, rtol=0.06, atol=0)

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
for beta, first, second in zip(momenta, same.mean(0), fair.mean(0), strict=True):
    print(f"| {beta:g} | {first:.3f} | {second:.3f} |")
