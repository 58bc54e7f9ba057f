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

# %% one run, four questions
torch.manual_seed(0)
points = torch.randn(40, 2)
points[:20] += 3  # two clouds that a line can part
points[20:] -= 3
signs = torch.ones(40)
signs[20:] = -1
weights, lr = torch.zeros(2), 0.5
losses, sizes, slopes, rights = [], [], [], []
for _ in range(3000):
    margins = signs * (points @ weights)
    gradient = -((signs * torch.sigmoid(-margins))[:, None] * points).mean(0)
    losses.append(torch.nn.functional.softplus(-margins).mean().item())
    sizes.append(weights.norm().item())
    slopes.append(gradient.norm().item())
    rights.append((margins > 0).double().mean().item())
    weights = weights - lr * gradient
loss_fall = losses[1] / losses[-1]
growth = sizes[-1] / sizes[300]
growth_before = sizes[300] / sizes[30]

# %% claim: the accuracy is settled after the first step
#| label: accuracy
assert all(right == 1 for right in rights[1:])

# %% claim: loss and gradient go to zero, ever more slowly
#| label: loss
assert losses[-1] < losses[300] / 5 < losses[30] / 25
assert slopes[-1] < slopes[300] / 5 < slopes[30] / 25

# %% claim: and the weights never settle: each tenfold of steps adds as much again
#| label: weights
added = sizes[2999] - sizes[300], sizes[300] - sizes[30]
assert 0.8 < added[0] / added[1] < 1.2

# %% what has converged?
#| caption: >
#|   One run of gradient descent that parts two clouds of points, each quantity as a share
#|   of its largest value.
#| alt: >
#|   Accuracy is at its final value from the first step. Loss and gradient fall towards
#|   zero. The size of the weights rises, in a straight line on the logarithmic axis.
fig, ax = plt.subplots()
steps = [0, *sorted({round(10 ** (k / 20)) for k in range(70)})]
for values, label in (
    (rights, "accuracy"),
    (losses, "loss"),
    (slopes, "gradient"),
    (sizes, "size of the weights"),
):
    shown = [step for step in steps if step < 3000]
    ax.plot(shown, [values[step] / max(values) for step in shown], label=label)
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
