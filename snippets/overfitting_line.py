# %% [markdown]
# # Overfitting on a solvable model
# Linear regression with as many weights as examples and noise in the targets: when
# should gradient descent stop, and is stopping a kind of ridge penalty?

# %% the model
#| device: cpu
import torch

torch.set_default_dtype(torch.float64)
seeds = range(20)
examples = weights = 40
rates, total = [0.05, 0.1, 0.2], 400  # every run ends at the same rate times steps


def draw(seed):
    """Return inputs, true weights and targets.

    Inputs have variances that fall like 1 / k; the targets carry noise.
    """
    torch.manual_seed(seed)
    inputs = torch.randn(examples, weights) / torch.arange(1.0, weights + 1).sqrt()
    truth = torch.randn(weights)
    return inputs, truth, inputs @ truth + torch.randn(examples)


inputs, truth, targets = map(torch.stack, zip(*map(draw, seeds), strict=True))
moments = 1 / torch.arange(1.0, weights + 1)  # of new inputs


def descend(rate, steps):
    """Return the excess error above the noise, (steps, seeds), and where runs end."""
    point, risks = torch.zeros_like(truth), []
    for _ in range(steps):
        risks.append((moments * (point - truth) ** 2).sum(1))
        misses = torch.einsum("snw,sw->sn", inputs, point) - targets
        point = point - rate * torch.einsum("snw,sn->sw", inputs, misses) / examples
    return torch.stack(risks), point


# %% when each rate should stop
runs = [descend(rate, round(total / rate))[0] for rate in rates]
best = torch.stack(
    [run.argmin(0) * rate for run, rate in zip(runs, rates, strict=True)]
)
spread = (best.amax(0) / best.amin(0)).mean().item()
unlike = spread - 1
earliest, latest = best.min().item(), best.max().item()
mean_overfit = min((run[-1] / run.amin(0)).mean().item() for run in runs)

# %% claim: rate times steps at the best moment is the same within a twentieth, on average
#| label: work
assert unlike == spread - 1 < 0.05

# %% claim: going on multiplies the excess error by 1.5 or more, on average over the draws
#| label: overfit
assert mean_overfit > 1.5

# %% stopping, as a filter
left, sizes, right = torch.linalg.svd(inputs[0], full_matrices=False)
values = sizes**2 / examples  # the eigenvalues of the loss's curvature
steps, rate = 300, 0.2
full = right.T @ ((left.T @ targets[0]) / sizes)  # what fits everything
filtered = right.T @ ((1 - (1 - rate * values) ** steps) * (right @ full))
stopped = descend(rate, steps)[1][0]

# %% claim: the stopped run is the full fit, each direction times 1 - (1 - rate λ)^steps
#| label: filter
torch.testing.assert_close(stopped, filtered, rtol=1e-8, atol=1e-10)
