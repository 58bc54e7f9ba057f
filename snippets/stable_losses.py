# %% [markdown]
# # Where does a loss written out by hand stop learning?
# Sigmoid and then the logarithm, in three precisions. One wrong answer, ever more
# certain.

# %% one wrong answer at every logit
#| device: cpu
import math

import matplotlib.pyplot as plt
import torch
from torch.nn.functional import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    softplus,
)

kinds = {"float16": torch.float16, "float32": torch.float32, "float64": torch.float64}
fine = torch.arange(0, 48, 1 / 128, dtype=torch.float64)  # exact in float16 up to 16


def pull(loss, logits):
    """Return losses, and their slopes, of answers that should be 0."""
    logits = logits.clone().requires_grad_()
    losses = loss(logits, torch.zeros_like(logits))
    losses.sum().backward()
    return losses.detach(), logits.grad


def naive(logits, _target):
    return -torch.log(1 - torch.sigmoid(logits))


def hidden(logits, target):
    return binary_cross_entropy(torch.sigmoid(logits), target, reduction="none")


def stable(logits, target):
    return binary_cross_entropy_with_logits(logits, target, reduction="none")


# %% where each dies
def find_wall(kind):
    """Return the smallest logit at which the loss written out is infinite."""
    losses, _ = pull(naive, fine.to(kind))
    return fine[losses.isposinf().int().argmax()].item()


walls = {name: find_wall(kind) for name, kind in kinds.items()}
wall32, wall64 = walls["float32"], walls["float64"]
predicted = {name: math.log(2 / torch.finfo(kinds[name]).eps) for name in kinds}
exact, _ = pull(stable, fine)
clamped, clamped_slope = pull(hidden, fine.float())
kept, kept_slope = pull(stable, fine.float())
beyond = fine > 20
_, clamped_slope64 = pull(hidden, fine)
half_deaf = fine[(clamped_slope64 > 0.5).nonzero().max()].item()
certain = torch.arange(-100, 101.0)
truth = stable(certain.double(), torch.zeros_like(certain).double())
error = stable(certain, torch.zeros_like(certain)) - truth
worst = (error.abs() / truth.clamp(min=1)).max().item()

# %% claim: in float32 and float64 the loss is infinite from ln(2 / eps) on
#| label: wall
assert abs(wall32 - predicted["float32"]) < 0.02
assert abs(wall64 - predicted["float64"]) < 0.02

# %% claim: BCELoss says 100 from a logit of 20 on, and its slope there is exactly 0
#| label: silent
assert (clamped[beyond] == 100).all()
assert (clamped_slope[beyond] == 0).all()

# %% claim: the slope of the loss with logits is 1 there, to seven digits
#| label: heard
torch.testing.assert_close(
    kept_slope[beyond], torch.ones(beyond.sum()), rtol=1e-7, atol=0
)

# %% claim: in float64 BCELoss's slope is halved ten logits before its loss gives out
#| label: early
assert half_deaf < wall64 - 8

# %% claim: the loss with logits agrees with float64 to a millionth, from -100 to 100
#| label: stable
assert worst < 1e-6


# %% the same mistake, two hundred steps
def unlearn(loss, logit=20.0, lr=0.5, steps=200):
    """Return the logit after steps of SGD towards the answer 0."""
    logit = torch.nn.Parameter(torch.tensor(logit))
    optimizer = torch.optim.SGD([logit], lr=lr)
    for _ in range(steps):
        optimizer.zero_grad()
        loss(logit, torch.zeros(())).backward()
        optimizer.step()
    return logit.item()


stuck, freed = unlearn(hidden), unlearn(stable)

# %% claim: from a logit of 20 BCELoss does not move by a bit, and the other turns round
#| label: stuck
assert stuck == 20
assert -6 < freed < -2


# %% losses of two classes far apart
def find_gap(kind):
    """Return the smallest gap of two logits at which log(softmax) is infinite."""
    gaps = torch.arange(1, 800, 1 / 8, dtype=torch.float64)
    logits = torch.stack([gaps, 0 * gaps], 1).to(kind)
    dead = torch.softmax(logits, 1)[:, 1].log().isinf()
    kept = torch.log_softmax(logits, 1)[:, 1].double()
    off = (kept / -softplus(gaps) - 1).abs().max()  # inf where it dies
    return gaps[dead.int().argmax()].item(), off.item()


(gap16, off16), (gap32, off32), (gap64, off64) = map(find_gap, kinds.values())
smallest = {name: torch.finfo(kind).smallest_normal * torch.finfo(kind).eps
            for name, kind in kinds.items()}  # fmt: skip
gaps = dict(zip(kinds, (gap16, gap32, gap64), strict=True))

# %% claim: log(softmax) is infinite from -ln of half the smallest number on
#| label: gap
for name, gap in gaps.items():
    assert abs(gap / -(math.log(smallest[name]) - math.log(2)) - 1) < 0.01

# %% claim: log_softmax never is, and even in float16 it is right to a thousandth
#| label: safe
assert max(off16, off32, off64) < 1e-3

# %% pull of a wrong answer
#| caption: >
#|   Slope of the loss of one wrong answer, against the logit that it should not have.
#|   The more certain the mistake, the less BCELoss hears of it; the loss with logits
#|   hears all of them.
#| alt: >
#|   Slope against logit. All three curves climb to 1 by a logit of 5. The loss with
#|   logits stays there. BCELoss in float32 drops to 0 at 17, in float64 it slides to 0
#|   between 26 and 32.
fig, ax = plt.subplots(figsize=(4.5, 2.8))
shown = slice(0, None, 48)
ax.plot(fine[shown], kept_slope[shown], "C2", label="BCEWithLogitsLoss, float32")
ax.plot(fine[shown], clamped_slope[shown], "C0", label="BCELoss, float32")
ax.plot(fine[shown], clamped_slope64[shown], "C1", label="BCELoss, float64")
ax.set(
    xlabel="logit of the wrong answer", ylabel="slope of its loss", ylim=(-0.05, 1.9)
)
ax.legend(loc="upper right")
