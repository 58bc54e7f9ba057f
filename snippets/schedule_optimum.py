# %% [markdown]
# # Is there a best schedule?
# Four shapes of schedule on two bowls, at ten levels of noise, each shape with the best
# peak rate that a grid has for it. The mean loss after the last step is computed exactly.

# %% four shapes
#| device: cpu
import math

import matplotlib.pyplot as plt
import torch

torch.set_default_dtype(torch.float64)

steps, start, critical = 100, 10.0, 2.0  # critical rate of the steepest direction
share = torch.arange(steps) / steps
shapes = {
    "constant": torch.ones(steps),
    "1 / t": 1 / (steps * share + 1),
    "linear": 1 - share,
    "cosine": (1 + torch.cos(math.pi * share)) / 2,
}
peaks = critical * 2.0 ** torch.linspace(-10, 0, 101)

# %% two bowls, by the curvatures of their axes, and ten levels of noise
bowls = {"round": torch.ones(1), "uneven": torch.logspace(0, -2, 20)}
noises = 2.0 ** torch.arange(-4, 6)  # beside the start


def end_loss(shape, curvatures, noises, peaks=peaks):
    """Return the mean loss after all steps, (noise, peak).

    Each direction starts at start; its gradients carry noise of that deviation.
    """
    mean = torch.full((len(noises), len(peaks), len(curvatures)), start)
    variance = torch.zeros_like(mean)
    for lr in shape[:, None, None] * peaks[:, None]:
        factor = 1 - lr * curvatures
        mean = factor * mean
        variance = factor**2 * variance + (lr * noises[:, None, None]) ** 2
    loss = (curvatures * (mean**2 + variance) / 2).sum(2)
    return torch.where(loss.isfinite(), loss, torch.inf)


ends = torch.stack(
    [
        torch.stack([end_loss(shape, bowl, noises) for shape in shapes.values()])
        for bowl in bowls.values()
    ]
)
best, at = ends.min(3)  # (bowl, shape, noise)
over_best = best / best.amin(1, keepdim=True)
ranks = best.argsort(1).argsort(1) + 1
leads = over_best.sort(1).values[:, 1]  # of the first over the second, (bowl, noise)
names = list(shapes)
constant_behind = over_best[0, 0, 4].item()
harmonic_least = over_best[1, 1].min().item()

# %% claim: at a constant rate the noise leaves what the geometric sum says
#| label: noise
factor = (1 - peaks[:-1]) ** 2  # of the variance, in a step
sums = peaks[:-1] ** 2 * (1 - factor**steps) / (1 - factor)
for row, noise in zip(ends[0, 0, :, :-1], noises, strict=True):
    torch.testing.assert_close(row, (start**2 * factor**steps + noise**2 * sums) / 2)

# %% claim: on the round bowl 1 / t is first by a hundredth or more and constant last
#| label: round
assert (ranks[0, 1] == 1).all()
assert (over_best[0, 1] == 1).all()
assert leads[0].min() > 1.01
assert (ranks[0, 0] == 4).all()
at_one = best[0, :2, noises == 1].flatten()
torch.testing.assert_close(constant_behind, (at_one[0] / at_one[1]).item())

# %% claim: on the uneven bowl constant wins, then linear, then constant, by 4 % or more
#| label: winners
assert [names[index] for index in best[1, :, [0, 4, 9]].argmin(0)] == [
    "constant", "linear", "constant"
]  # fmt: skip
assert noises[[0, 4, 9]].tolist() == [1 / 16, 1, 32]
assert leads[1, [0, 4, 9]].min() > 1.04

# %% claim: on the uneven bowl 1 / t is last at every noise, by half the loss or more
#| label: fall
assert (ranks[1, 1] == 4).all()
assert harmonic_least > 1.5

# %% claim: no best peak lies at the border of the grid, save at the critical rate
#| label: inside
assert at.min() > 0
assert at[0].max() < len(peaks) - 1
assert abs(1 - peaks[-1] * max(bowls["uneven"])) == 1
assert all(shape[0] == shape.max() == 1 for shape in shapes.values())
torch.testing.assert_close(peaks[1:] / peaks[:-1], torch.full((100,), 2**0.1))

# %% two bowls, and the noise
#| caption: >
#|   Mean loss after {steps} steps over the lowest of the four, each shape at its best
#|   peak up to the critical rate. All directions start at {start:.0f}; noise is the
#|   standard deviation of each gradient.
#| alt: >
#|   Loss ratios against noise, both axes logarithmic. On the round bowl 1 / t lies at 1
#|   throughout and the constant rate highest. On the uneven bowl 1 / t lies highest
#|   throughout; the constant rate is at 1 for little noise, the linear decay in the
#|   middle with the cosine just above it, and the constant rate for most noise.
fig, axes = plt.subplots(1, 2, sharey=True)
for ax, bowl, ratios in zip(axes, bowls, over_best, strict=True):
    for name, ratio in zip(names, ratios, strict=True):
        ax.loglog(noises, ratio, label=name)
    ax.set(title=f"{bowl} bowl", xlabel="noise", ylim=(0.9, 100))
    ax.set_xticks([0.1, 1, 10], [0.1, 1, 10])
    ax.minorticks_off()
axes[0].set(ylabel="loss / lowest loss")
axes[0].set_yticks([1, 3, 10, 30], [1, 3, 10, 30])
fig.legend(*axes[0].get_legend_handles_labels(), ncols=4, loc="outside upper center")

# %% the uneven bowl with exact gradients, and peaks above the critical rate
more = 2.0 ** torch.arange(-8, 6.01, 0.1)
exact_ends = [
    end_loss(shapes[name], bowls["uneven"], torch.zeros(1), more)[0].min(0)
    for name in ("constant", "linear")
]
exact_share = (exact_ends[1].values / exact_ends[0].values).item()
exact_peaks = [more[end.indices].item() for end in exact_ends]

# %% claim: without noise the uneven bowl's best decay ends below half of the constant
#| label: exact
assert all(0 < end.indices < len(more) - 1 for end in exact_ends)
assert exact_share < 0.5
way = start * (1 - exact_peaks[0] * bowls["uneven"]) ** steps  # left in each direction
torch.testing.assert_close(exact_ends[0].values, (bowls["uneven"] * way**2 / 2).sum())

# %% claim: and begins at more than twice the critical rate, the constant below it
#| label: above
assert exact_peaks[1] > 2 * critical
assert exact_peaks[0] < critical


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
