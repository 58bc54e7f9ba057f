# %% [markdown]
# # Is there a best schedule?
# Four shapes of schedule on two bowls, at ten levels of noise, each shape with the best
# peak rate, above the critical rate too. The mean loss after the last step is computed
# exactly.

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
    "line": 1 - share,
    "cosine": (1 + torch.cos(math.pi * share)) / 2,
}
peaks = critical * 2.0 ** torch.linspace(-10, 6, 321)

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
harmonic_peak = peaks[at[1, 1, :2]].min().item() / critical

# %% claim: at a constant rate the noise leaves what the geometric sum says
#| label: noise
below = peaks[peaks < 0.99 * critical]
factor = (1 - below) ** 2  # of the variance, in a step
sums = below**2 * (1 - factor**steps) / (1 - factor)
for row, noise in zip(ends[0, 0, :, : len(below)], noises, strict=True):
    torch.testing.assert_close(row, (start**2 * factor**steps + noise**2 * sums) / 2)

# %% claim: on the round bowl 1 / t is first by a hundredth or more and constant last
#| label: round
assert (ranks[0, 1] == 1).all()
assert (over_best[0, 1] == 1).all()
assert leads[0].min() > 1.01
assert (ranks[0, 0] == 4).all()
at_one = best[0, :2, noises == 1].flatten()
torch.testing.assert_close(constant_behind, (at_one[0] / at_one[1]).item())

# %% claim: on the uneven bowl the line is first at noise 1/4 to 8, then the constant rate
#| label: winners
assert (ranks[1, 2, 2:8] == 1).all()
assert noises[[2, 7]].tolist() == [1 / 4, 8]
assert leads[1, 2:8].min() > 1.02
assert (ranks[1, 0, 8:] == 1).all()
assert noises[8:].tolist() == [16, 32]
assert leads[1, 8:].min() > 1.01

# %% claim: on the uneven bowl 1 / t is last from noise 1 on, by a tenth or more
#| label: fall
assert (ranks[1, 1, 4:] == 4).all()
assert (over_best[1, 1, 4:] > 1.1 * over_best[1, [0, 2, 3], 4:].amax(0)).all()

# %% claim: first at the two least, by a vast error; there the constant rate is last
#| label: lucky
assert (ranks[1, 1, :2] == 1).all()
assert noises[:2].tolist() == [1 / 16, 1 / 8]
assert harmonic_peak > 20
worst = (1 - harmonic_peak * critical * shapes["1 / t"]).abs().cumprod(0).max()
assert worst > 1e10  # times the error at the start
assert (ranks[1, 0, :2] == 4).all()

# %% claim: no best peak lies at the border of the grid
#| label: inside
assert at.min() > 0
assert at.max() < len(peaks) - 1
assert abs(1 - critical * max(bowls["uneven"])) == 1
assert all(shape[0] == shape.max() == 1 for shape in shapes.values())
torch.testing.assert_close(peaks[1:] / peaks[:-1], torch.full((320,), 2**0.05))

# %% two bowls, and the noise
#| caption: >
#|   Mean loss after {steps} steps over the lowest of the four, each shape at its best
#|   peak. All directions start at {start:.0f}; noise is the
#|   standard deviation of each gradient.
#| alt: >
#|   Loss ratios against noise, both axes logarithmic. On the round bowl 1 / t lies at 1
#|   throughout and the constant rate highest. On the uneven bowl 1 / t is at 1
#|   for the least noise and highest from noise 1 on. In between the line is at 1 with
#|   the cosine just above it, and for most noise the constant rate, which lies highest
#|   for little noise.
fig, axes = plt.subplots(1, 2, sharey=True)
for ax, bowl, ratios in zip(axes, bowls, over_best, strict=True):
    for name, ratio, color in zip(names, ratios, (0, 4, 1, 2), strict=True):
        ax.loglog(noises, ratio, f"C{color}", label=name)
    ax.set(title=f"{bowl} bowl", xlabel="noise", ylim=(0.9, 5))
    ax.set_xticks([0.1, 1, 10], [0.1, 1, 10])
    ax.minorticks_off()
axes[0].set(ylabel="loss / lowest loss")
axes[0].set_yticks([1, 2, 3, 4, 5], [1, 2, 3, 4, 5])
fig.legend(*axes[0].get_legend_handles_labels(), ncols=4, loc="outside upper center")

# %% the uneven bowl with exact gradients, on a finer grid
# The line also kills a direction outright where a rate is one over its curvature.
more = 2.0 ** torch.arange(-3, 4, 0.005)
exact_ends = [
    end_loss(shapes[name], bowls["uneven"], torch.zeros(1), more)[0].min(0)
    for name in ("constant", "line")
]
exact_share = (exact_ends[1].values / exact_ends[0].values).item()
exact_peaks = [more[end.indices].item() for end in exact_ends]

# %% claim: without noise the uneven bowl's best line ends below the best constant rate
#| label: exact
assert all(0 < end.indices < len(more) - 1 for end in exact_ends)
assert exact_share < 0.6
way = start * (1 - exact_peaks[0] * bowls["uneven"]) ** steps  # left in each direction
torch.testing.assert_close(exact_ends[0].values, (bowls["uneven"] * way**2 / 2).sum())

# %% claim: and begins at more than twice the critical rate, the constant below it
#| label: above
assert exact_peaks[1] > 2 * critical
assert exact_peaks[0] < critical


# %% a line from above the critical rate
def grows(peak, steps=5_000):
    """Return whether a line to zero ends higher than it began."""
    rates = peak * (1 - torch.arange(steps) / steps)
    return (1 - rates).abs().log().sum() > 0


low, high = 3.0, 6.0  # in units of one over the curvature
for _ in range(30):
    middle = (low + high) / 2
    low, high = (low, middle) if grows(middle) else (middle, high)
peak_limit = low

# %% claim: on a bowl a line may begin at 4.59, not at 2, over the curvature
#| label: peak
torch.testing.assert_close(
    (peak_limit - 1) * math.log(peak_limit - 1), peak_limit, rtol=2e-3, atol=0
)
assert peak_limit > 4.5
