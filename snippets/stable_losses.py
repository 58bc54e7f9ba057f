# %% [markdown]
# # Where does a loss written out by hand stop learning?
# Sigmoid and then the logarithm, in four precisions. One wrong answer, ever more
# certain.

# %% one wrong answer at every logit
#| device: cpu
import math
from functools import partial

import matplotlib.pyplot as plt
import torch
from torch.nn.functional import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    soft_margin_loss,
    softplus,
)

lr, steps = 0.5, 200
kinds = {"float16": torch.float16, "float32": torch.float32, "float64": torch.float64}
fine = torch.arange(0, 48, 1 / 128, dtype=torch.float64)  # exact in float16 up to 16


def pull(loss, logits, target=0.0):
    """Return losses of answers that should be the target, and their slopes."""
    logits = logits.clone().requires_grad_()
    losses = loss(logits, torch.full_like(logits, target))
    losses.sum().backward()
    return losses.detach(), logits.grad


def naive(logits, _target):
    return -torch.log(1 - torch.sigmoid(logits))


def hidden(logits, target):
    return binary_cross_entropy(torch.sigmoid(logits), target, reduction="none")


def clipped(logits, target):
    probability = torch.sigmoid(logits).clamp(1e-7, 1 - 1e-7)
    return binary_cross_entropy(probability, target, reduction="none")


def stable(logits, target):
    return binary_cross_entropy_with_logits(logits, target, reduction="none")


# %% where each dies
def find_wall(kind):
    """Return the smallest logit at which the loss written out is infinite."""
    losses, _ = pull(naive, fine.to(kind))
    return fine.to(kind)[losses.isposinf().int().argmax()].item()


walls = {name: find_wall(kind) for name, kind in kinds.items()}
wall32, wall64 = walls["float32"], walls["float64"]
predicted = {name: math.log(2 / torch.finfo(kinds[name]).eps) for name in kinds}
exact, _ = pull(stable, fine)
clamped, clamped_slope = pull(hidden, fine.float())
kept, kept_slope = pull(stable, fine.float())
beyond = fine >= 17
_, clamped_slope64 = pull(hidden, fine)
half_deaf = fine[(clamped_slope64 > 0.5).nonzero().max()].item()
one16, one_brain = find_wall(torch.float16), find_wall(torch.bfloat16)
missed, missed_slope = pull(hidden, -fine.float(), target=1.0)
floor = math.log(1e12)  # torch divides by p(1 - p), or by 1e-12 if that is less
quietest = -floor
fading = (fine > floor + 0.01) & (fine < 30)  # beyond 30 rounding shows
fall = torch.exp(floor - fine)
clipped_loss, clipped_slope = pull(clipped, fine.float())
p, in_logit = pull(lambda logits, _target: torch.sigmoid(logits), fine.float())
_, in_p = pull(partial(binary_cross_entropy, reduction="none"), p)
certain = torch.arange(-100, 101.0)
truth = stable(certain.double(), torch.zeros_like(certain).double())
error = stable(certain, torch.zeros_like(certain)) - truth
worst = (error.abs() / truth.clamp(min=1)).max().item()

# %% claim: in float32 and float64 the loss is infinite from ln(2 / eps) on
#| label: wall
assert abs(wall32 - predicted["float32"]) < 0.02
assert abs(wall64 - predicted["float64"]) < 0.02

# %% claim: in float16 and bfloat16 it is infinite from ln(4 / eps) on
#| label: halves
assert abs(one16 - math.log(4 / torch.finfo(torch.float16).eps)) < 0.03
assert abs(one_brain - math.log(4 / torch.finfo(torch.bfloat16).eps)) < 0.03
assert torch.tensor(one16).half().sigmoid() == 1
assert torch.tensor(one_brain).bfloat16().sigmoid() == 1

# %% claim: BCELoss says 100 from a logit of 17 on, and its slope there is exactly 0
#| label: silent
assert (clamped[beyond] == 100).all()
assert (clamped_slope[beyond] == 0).all()

# %% claim: there BCELoss's slope in p is 1e12, and the sigmoid's is 0
#| label: vanished
assert (in_logit[beyond] == 0).all()
torch.testing.assert_close(
    in_p[beyond], torch.full_like(in_p[beyond], 1e12), rtol=1e-6, atol=0
)

# %% claim: a missed positive keeps its loss, and its slope down to -ln(1e12)
#| label: missed
assert (missed / softplus(fine) - 1).abs().max() < 1e-6
assert (missed_slope / -fine.sigmoid() - 1)[-fine >= quietest].abs().max() < 1e-6

# %% claim: a probability that is clamped loses the slope all the same
#| label: clamped
assert clipped_loss.isfinite().all()
assert (clipped_slope[beyond] == 0).all()

# %% claim: the slope of the loss with logits is 1 there, to seven digits
#| label: heard
torch.testing.assert_close(
    kept_slope[beyond], torch.ones(beyond.sum()), rtol=1e-7, atol=0
)

# %% claim: beyond ln(1e12) BCELoss's slope is 1e12 exp(-z), and half at ln(2e12)
#| label: early
assert (clamped_slope64 / fall - 1)[fading].abs().max() < 0.01
assert (-missed_slope / fall - 1)[fading].abs().max() < 0.01
assert abs(half_deaf - math.log(2e12)) < 0.02
assert half_deaf < wall64 - 8

# %% claim: the loss with logits agrees with float64 to a millionth, from -100 to 100
#| label: stable
assert worst < 1e-6


# %% the same mistake, two hundred steps
def unlearn(loss, logit=20.0):
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

# %% claim: SoftMarginLoss overflows at a logit of -100 for the label 1
#| label: margin
assert soft_margin_loss(torch.tensor(-100.0), torch.ones(())) == float("inf")
assert stable(torch.tensor(-100.0), torch.ones(())) == 100

# %% pull of a wrong answer
#| caption: >
#|   Slope of the loss of one answer that should be 0, against its logit. The three
#|   curves lie on each other up to 17. Beyond, BCELoss hears less of the mistake, and
#|   the loss with logits all of it.
#| alt: >
#|   Slope against logit. All three curves climb to 1 by a logit of 5. The loss with
#|   logits stays there. BCELoss in float32 drops to 0 at 17, in float64 it stays at 1
#|   up to 27 and slides to 0 by 33.
fig, ax = plt.subplots(figsize=(4.5, 2.8))
shown = slice(0, None, 32)
curves = {
    "BCEWithLogitsLoss, float32": (kept_slope, "C2", 7),
    "BCELoss, float64": (clamped_slope64, "C1", 4),
    "BCELoss, float32": (clamped_slope, "C0", 1.5),
}
for label, (slope, color, width) in curves.items():
    ax.plot(fine[shown], slope[shown], color, linewidth=width, label=label)
ax.set(
    xlabel="logit of the wrong answer", ylabel="slope of its loss", ylim=(-0.05, 1.9)
)
ax.legend(loc="upper right")
