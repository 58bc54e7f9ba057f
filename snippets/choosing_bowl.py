# %% [markdown]
# # What does the bottom of a range test mean?
# On a bowl every step of a range test can be followed by hand. At which rate does
# its loss begin to rise: at the critical rate, or somewhere else?
#
# A step at the rate x over the curvature multiplies the error by 1 - x. Climb with n
# steps a decade from far below 1. At x = X the logarithm of the error has changed by
# the sum of ln|1 - x| over the steps so far, which are evenly spaced in ln x: for large
# n by n / ln 10 times the integral of ln|1 - x| / x from 0 to X. That integral is minus
# the real part of the dilogarithm Li2(X), which is positive up to its only zero above
# 0, and negative beyond. There the error has its first size again, whatever n was.

# %% a range test on a bowl
#| device: cpu
import math

import matplotlib.pyplot as plt
import torch

critical = 2.0  # the sharpest curvature is 1
curvatures = torch.logspace(-3, 0, 20, dtype=torch.float64)


def range_test(curvatures, per_decade, low=1e-3, decades=5):
    """Return the rates, and the loss in every direction before each step."""
    point = torch.ones_like(curvatures)
    rates, losses = [], []
    for step in range(decades * per_decade):
        lr = low * 10 ** ((step + 0.5) / per_decade)
        rates.append(lr)
        losses.append(curvatures * point**2 / 2)
        point = point - lr * curvatures * point
    return torch.tensor(rates, dtype=torch.float64), torch.stack(losses)


def bottom(curvatures, per_decade):
    """Return the rate at which the loss of a range test is lowest."""
    rates, losses = range_test(curvatures, per_decade)
    return rates[losses.sum(1).nan_to_num(torch.inf).argmin()].item()


# %% the rate that undoes everything before it
def dilogarithm(x, terms=200):
    """Return the real part of the dilogarithm at x > 1, by inversion."""
    series = sum(x**-k / k**2 for k in range(1, terms))
    return math.pi**2 / 3 - math.log(x) ** 2 / 2 - series


low, high = 2.0, 20.0  # it falls from pi^2/4 at 2, and is negative at 20
for _ in range(60):
    middle = (low + high) / 2
    low, high = (middle, high) if dilogarithm(middle) > 0 else (low, middle)
undone = low  # rate times curvature


# %% when the sharpest direction is back
def come_back(per_decade):
    """Return the rate at which one direction has regained the size it began with."""
    rates, losses = range_test(torch.ones(1, dtype=torch.float64), per_decade)
    gone = (rates > 1) & (losses[:, 0] > losses[0, 0])
    return rates[gone][0].item()


paces = (20, 50, 100, 400)  # steps a decade
returns = {pace: come_back(pace) for pace in paces}
bottoms = {pace: bottom(curvatures, pace) for pace in paces}
beyond = undone / critical
tenth = beyond / 10

# %% claim: one direction is back at its first size where the dilogarithm vanishes
#| label: back
assert all(abs(math.log10(returns[n] / undone)) < 1.5 / n for n in paces)

# %% claim: at every pace the bottom lies above four times the critical rate
#| label: above
assert min(bottoms.values()) > 4 * critical

# %% claim: in a slow test it lies at the predicted rate, within three per cent
#| label: slow
assert abs(bottoms[400] / critical / beyond - 1) < 0.03
assert abs(bottoms[400] / 10 / critical / tenth - 1) < 0.03

# %% losses during a range test
#| caption: >
#|   Range tests on a bowl, at 20 and at 40 steps for each decade of the rate. Above, the
#|   whole loss. Below, the loss along the sharpest direction: it falls to almost
#|   nothing, and is back where it began near {undone:.1f}, at either pace.
#| alt: >
#|   Two panels of loss against rate times sharpest curvature, on a log axis. Above, the
#|   whole loss falls smoothly through the critical rate 2 and turns up only above 10.
#|   Below, the loss along the sharpest direction leaves the picture at 1, and comes back
#|   to its first value near 12.6 for the quick test and for the slow one.
fig, (above, below) = plt.subplots(2, sharex=True, figsize=(4.5, 3.6))
for color, pace in enumerate((20, 40)):
    rates, losses = range_test(curvatures, pace)
    seen = (rates > 0.02) & (rates < 30)
    look = {"color": f"C{color}", "label": f"{pace} steps a decade"}
    above.semilogx(rates[seen], losses.sum(1)[seen], **look)
    below.loglog(rates[seen], losses[seen, -1], **look)
for ax in above, below:
    ax.axvline(critical, color="C2", linestyle="--", label="critical rate")
above.set(ylim=(0, 1.6), ylabel="whole loss")
below.set(ylim=(1e-12, 1e6), ylabel="sharpest direction")
below.set(xlabel="learning rate × sharpest curvature")
fig.legend(*above.get_legend_handles_labels(), ncols=2, loc="outside upper center")
