# %% [markdown]
# # Is there a best schedule?
# Four shapes of schedule on three bowls, each shape with the best peak rate that a grid
# has for it. The mean loss after the last step is computed exactly.

# %% four shapes
#| device: cpu
import math

import matplotlib.pyplot as plt
import torch

torch.set_default_dtype(torch.float64)

steps, start = 100, 10.0
share = torch.arange(steps) / steps
shapes = {
    "constant": torch.ones(steps),
    "1 / t": 1 / (steps * share + 1),
    "linear": 1 - share,
    "cosine": (1 + torch.cos(math.pi * share)) / 2,
}
peaks = 2.0 ** torch.arange(-8, 6.01, 0.1)

# %% three bowls: curvatures of the axes, noise of each gradient
bowls = {
    "round,\nno noise": (torch.ones(1), 0.0),
    "round,\nnoise": (torch.ones(1), 1.0),
    "uneven,\nnoise": (torch.logspace(0, -2, 20), 1.0),
}


def end_loss(shape, curvatures, noise):
    """Return the mean loss after all steps, for every peak rate."""
    mean = torch.full((len(peaks), len(curvatures)), start)
    variance = torch.zeros_like(mean)
    for lr in shape[:, None, None] * peaks[:, None]:
        factor = 1 - lr * curvatures
        mean, variance = factor * mean, factor**2 * variance + lr**2 * noise**2
    loss = (curvatures * (mean**2 + variance) / 2).sum(1)
    return torch.where(loss.isfinite(), loss, torch.inf)


ends = torch.stack(
    [
        torch.stack([end_loss(shape, *bowl) for shape in shapes.values()])
        for bowl in bowls.values()
    ]
)
best, at = ends.min(2)  # (bowl, shape)
names = list(shapes)
winners = [names[index] for index in best.argmin(1)]
ranks = best.argsort(1).argsort(1) + 1
leads = best.sort(1).values[1:]
least_lead = (leads[:, 1] / leads[:, 0]).min().item()
constant_behind = (best[1, 0] / best[1].min()).item()
harmonic_behind = (best[2, 1] / best[2].min()).item()

# %% the uneven bowl with exact gradients
uneven, _ = bowls["uneven,\nnoise"]
exact_ends = [
    end_loss(shapes[name], uneven, 0.0).min(0) for name in ("constant", "linear")
]
exact_share = (exact_ends[1].values / exact_ends[0].values).item()

# %% claim: without noise the uneven bowl's best decay ends below half of the constant
#| label: exact
assert all(0 < end.indices < len(peaks) - 1 for end in exact_ends)
assert exact_share < 0.5
rate = peaks[exact_ends[0].indices]
way = start * (1 - rate * uneven) ** steps  # what is left of it in each direction
torch.testing.assert_close(exact_ends[0].values, (uneven * way**2 / 2).sum())

# %% claim: at a constant rate the noise leaves what the geometric sum says
#| label: noise
factor = (1 - peaks[:90]) ** 2  # of the variance, in a step
sums = peaks[:90] ** 2 * (1 - factor**steps) / (1 - factor)
noisy = end_loss(shapes["constant"], *bowls["round,\nnoise"])[:90]
torch.testing.assert_close(noisy, (start**2 * factor**steps + sums) / 2)

# %% claim: each of the three bowls has another winner, by five per cent or more
#| label: winners
assert winners == ["constant", "1 / t", "linear"]
assert least_lead > 1.05
assert (leads[:, 1] >= 0.999 * least_lead * leads[:, 0]).all()

# %% claim: on the round bowl the winner without noise is the last with noise
#| label: last
assert best[0, 0] == 0
assert ranks[1, 0] == 4

# %% claim: the winner of the round bowl with noise is the last of the uneven one
#| label: fall
assert ranks[2, 1] == 4
assert harmonic_behind > 1.5

# %% claim: on the bowls with noise no best peak lies at the border of the grid
#| label: inside
assert at[1:].min() > 0
assert at[1:].max() < len(peaks) - 1
assert all(shape[0] == shape.max() == 1 for shape in shapes.values())

# %% three bowls, three winners
#| caption: >
#|   Place of each shape of schedule by the mean loss after the last step, each at its
#|   own best peak rate. Each winner but the last is last on the next bowl.
#| alt: >
#|   Four lines that cross between three bowls. The constant rate goes from first to
#|   last place when the round bowl gets noise, 1 / t from first to last when the bowl
#|   is uneven; there the linear decay is first and the cosine second.
fig, ax = plt.subplots()
for name, places in zip(names, ranks.T, strict=True):
    ax.plot(range(3), places, "o-", label=name)
ax.set_xticks(range(3), bowls)
ax.set_yticks([1, 2, 3, 4])
ax.set(ylabel="place by final loss", ylim=(4.3, 0.7), xlim=(-0.3, 2.3))
ax.legend(loc="upper center", bbox_to_anchor=(0.5, 1.18), ncols=4)


# %% a linear decay from above the critical rate
def grows(peak, steps=5_000):
    """Return whether a linear decay to zero ends higher than it began."""
    rates = peak * (1 - torch.arange(steps) / steps)
    return (1 - rates).abs().log().sum() > 0


low, high = 3.0, 6.0  # in units of one over the curvature
for _ in range(30):
    middle = (low + high) / 2
    low, high = (low, middle) if grows(middle) else (middle, high)
peak_limit = low

# %% claim: on a bowl a linear decay may begin at 4.59, not at 2, over the curvature
#| label: peak
torch.testing.assert_close(
    (peak_limit - 1) * math.log(peak_limit - 1), peak_limit, rtol=2e-3, atol=0
)
assert peak_limit > 4.5
