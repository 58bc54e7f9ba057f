# %% [markdown]
# # What does label smoothing ask for?
# Smoothing takes a tenth of the target away from the right class and spreads it over
# all. How far apart does it want the logits, and what does that do to the largest rate?

# %% the logits that smoothing wants
#| device: cpu
import math

import matplotlib.pyplot as plt
import torch
from digits import load_digits
from torch.nn.functional import cross_entropy, kl_div, one_hot

torch.set_default_dtype(torch.float64)
seeds = range(5)
classes, many, steps, smoothing = 10, 400, 160, 0.1


def find_gap(smoothing, classes):
    """Return how far the right logit ends above the others, by descent on one row."""
    logits = torch.zeros(1, classes, requires_grad=True)
    optimizer = torch.optim.LBFGS(
        [logits], max_iter=200, tolerance_grad=1e-12, tolerance_change=1e-14,
        line_search_fn="strong_wolfe",
    )  # fmt: skip

    def measure():
        optimizer.zero_grad()
        cost = cross_entropy(logits, torch.tensor([0]), label_smoothing=smoothing)
        cost.backward()
        return cost

    optimizer.step(measure)
    return (logits[0, 0] - logits[0, 1]).item()


cases = [(share, k) for share in (0.3, 0.1, 0.01) for k in (2, 10, 1000)]
gaps = torch.tensor([find_gap(*case) for case in cases])
formula = torch.tensor([math.log(1 + k * (1 - share) / share) for share, k in cases])
usual_gap = find_gap(smoothing, classes)
all_spread = math.log((1 - smoothing) / (smoothing / (classes - 1)))

# %% claim: the best gap is ln(1 + K (1 - eps) / eps)
#| label: gap
torch.testing.assert_close(gaps, formula, rtol=1e-5, atol=0)

# %% claim: which is not what spreading over the wrong classes alone would give
#| label: wrong classes
assert usual_gap > all_spread + 0.05

# %% cross-entropy, divergence and entropy
torch.manual_seed(0)
targets = torch.randn(64, classes).softmax(1)
guesses = (4 * torch.randn(64, classes)).log_softmax(1)
crossed = cross_entropy(guesses, targets)
divergence = kl_div(guesses, targets, reduction="batchmean")
entropy = -(targets * targets.log()).sum(1).mean()
slopes = []
for loss in (
    cross_entropy,
    lambda z, q: kl_div(z.log_softmax(1), q, reduction="batchmean"),
):
    logits = guesses.clone().requires_grad_()
    slopes.append(torch.autograd.grad(loss(logits, targets), logits)[0])

# %% claim: cross-entropy is the divergence plus the entropy of the target
#| label: sum
torch.testing.assert_close(crossed, divergence + entropy, rtol=1e-12, atol=0)

# %% claim: so both have the same gradient
#| label: same
torch.testing.assert_close(slopes[0], slopes[1], rtol=0, atol=1e-14)

# %% separable digits, with and without smoothing
draws = [load_digits(many, seed) for seed in seeds]
images = torch.stack([pictures.double() for pictures, *_ in draws])  # (seeds, 400, 64)
answers = torch.stack([one_hot(labels, classes).double() for _, labels, *_ in draws])
of_inputs = torch.linalg.eigvalsh(images.mT @ images / many)[:, -1]
bold = torch.tensor([1.0, 10.0, 100.0, 1e3])
rates = (2 * classes / of_inputs[:, None] * bold)[:, None, :, None]


def train(smoothing):
    """Return the divergence from the targets at every step, (steps, seeds, rates)."""
    targets = ((1 - smoothing) * answers + smoothing / classes)[:, :, None]
    floor = -torch.xlogy(targets, targets).sum(-1).mean(1)  # the targets' entropy
    weights, losses = torch.zeros(len(seeds), 64, len(bold), classes), []
    for _ in range(steps):
        logits = (images @ weights.flatten(2)).unflatten(2, (-1, classes))
        guesses = logits.log_softmax(-1)
        losses.append(-(guesses * targets).sum(-1).mean(1) - floor)
        slope = images.mT @ (guesses.exp() - targets).flatten(2) / many
        weights = weights - rates * slope.unflatten(2, (-1, classes))
    return torch.stack(losses)


hard = train(0.0)[steps // 2 :].mean(0)  # (seeds, rates)
soft = train(smoothing)[steps // 2 :].mean(0)
growth = soft[:, 3] / soft[:, 2]  # for ten times the rate
least_hover, most_hover = soft[:, 2].min().item(), soft[:, 2].max().item()
most_hard = hard[:, 2].max().item()
most_hard_millionths = 1e6 * most_hard

# %% claim: with smoothing the loss hovers in proportion to the rate
#| label: hovers
torch.testing.assert_close(growth, torch.full_like(growth, 10.0), rtol=0.3, atol=0)

# %% claim: a hundred times above, one is fitted and the other worse than guessing
#| label: apart
assert most_hard_millionths < 1e3
assert least_hover > 2 * math.log(classes)

# %% excess loss against learning rate
#| caption: >
#|   Loss above its minimum, mean of the last {shown} steps, for digits that a linear
#|   model can separate, in five draws. What is below 1e-8 is drawn there.
#| alt: >
#|   On log axes against the learning rate in multiples of the critical one at the
#|   start. Without smoothing the excess falls steeply. With smoothing it rises
#|   twentyfold from the critical rate to ten times it, and then in proportion.
shown = steps // 2
fig, ax = plt.subplots()
for color, (label, excess) in enumerate({"none": hard, "0.1": soft}.items()):
    kept = excess.clamp(min=1e-8)  # at the bottom of the picture
    ax.loglog(bold, kept.T, ".", color=f"C{color}")
    ax.loglog(bold, kept.mean(0), color=f"C{color}", label=f"smoothing {label}")
ax.set(xlabel="learning rate / critical rate at the start", ylabel="excess loss")
ax.legend()
