# %% [markdown]
# # Sentences put to the test
# What a classifier's accuracy hides, four meanings of convergence on one run, and what
# a quadratic order looks like.

# %% a thousand patients, ten of them ill, and a model that calls everyone healthy
#| device: cpu
import math

import matplotlib.pyplot as plt
import torch

torch.set_default_dtype(torch.float64)
is_ill = torch.arange(1000) < 10
says_ill = torch.zeros(1000, dtype=torch.bool)
accuracy = (says_ill == is_ill).double().mean().item()
recall = ((says_ill & is_ill).sum() / is_ill.sum()).item()

# %% claim: accuracy can be 99 per cent while nobody who is ill is found
#| label: recall
assert accuracy >= 0.99
assert recall == 0

# %% four questions to a run, and to four more
seeds = range(5)
signs = torch.ones(40)
signs[20:] = -1


def draw(seed):
    """Return two clouds of twenty points that a line can part."""
    torch.manual_seed(seed)
    return torch.randn(40, 2) + 3 * signs[:, None]


points = torch.stack([draw(seed) for seed in seeds])  # (seeds, 40, 2)
weights, lr = torch.zeros(len(seeds), 2), 0.5
losses, sizes, slopes, rights = [], [], [], []
for _ in range(3000):
    margins = signs * (points @ weights[..., None]).squeeze(2)  # (seeds, 40)
    pulls = signs * torch.sigmoid(-margins)
    gradient = -(pulls[..., None] * points).mean(1)
    losses.append(torch.nn.functional.softplus(-margins).mean(1))
    sizes.append(weights.norm(dim=1))
    slopes.append(gradient.norm(dim=1))
    rights.append((margins > 0).double().mean(1))
    weights = weights - lr * gradient
losses, sizes, slopes, rights = map(torch.stack, (losses, sizes, slopes, rights))
again = ((sizes[-1] - sizes[300]) / (sizes[300] - sizes[30])).min().item()

# %% claim: the accuracy is settled after the first step
#| label: accuracy
assert (rights[1:] == 1).all()

# %% claim: loss and gradient go to zero, ever more slowly
#| label: loss
for falling in losses, slopes:  # (steps, seeds)
    early, late = falling[30] / falling[300], falling[300] / falling[-1]
    assert torch.cat([early, late]).min() > 1.8
    assert (late.log() < 2 * early.log()).all()  # in ten times the steps

# %% claim: and the weights never settle: the last tenfold of steps adds as much, nearly
#| label: weights
assert again > 0.9

# %% what has converged?
#| caption: >
#|   One run of gradient descent that parts two clouds of points, each quantity as a share
#|   of its largest value.
#| alt: >
#|   Accuracy is at its final value from the first step. Loss and gradient fall towards
#|   zero. The size of the weights rises, from step 30 on in a straight line on the
#|   logarithmic axis.
fig, ax = plt.subplots()
steps = [0, *sorted({round(10 ** (k / 20)) for k in range(70)})]
for values, label in (
    (rights, "accuracy"),
    (losses, "loss"),
    (slopes, "gradient"),
    (sizes, "size of the weights"),
):
    shown = [step for step in steps if step < 3000]
    ax.plot(shown, values[shown, 0] / values[:, 0].max(), label=label)
ax.set(xscale="symlog", xlabel="step", ylabel="share of the largest", ylim=(0, 1.05))
ax.set_xticks([0, 10, 100, 1000])
fig.legend(ncols=2, loc="outside upper center")


# %% two orders
def order(errors):
    """Return p in: the next error is about c · errorᵖ, from the last three."""
    last, now, new = (math.log(error) for error in errors[-3:])
    return (new - now) / (now - last)


def slope(x):
    """Return the derivative of eˣ − x, whose minimum is at 0."""
    return math.expm1(x)


newton, descent = [1.0], [1.0]
for _ in range(4):
    newton.append(newton[-1] - slope(newton[-1]) / math.exp(newton[-1]))
for _ in range(60):
    descent.append(descent[-1] - 0.2 * slope(descent[-1]))
newton_order, descent_order = order(newton), order(descent)

# %% claim: Newton's order is 2 and gradient descent's is 1, within a twentieth
#| label: order
assert abs(newton_order - 2) < 0.05
assert abs(descent_order - 1) < 0.05
