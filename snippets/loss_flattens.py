# %% [markdown]
# # Cross-entropy moves its own critical rate
# Squared error of a linear model has one curvature for all of training.
# What does the curvature of cross-entropy do while the same kind of model learns?

# %% softmax regression on the digits
#| device: cpu
import torch
from digits import load_digits
from torch.nn.functional import one_hot

seeds = range(5)
lr, steps = 1.0, 1000
draws = [load_digits(600, seed) for seed in seeds]
images = torch.stack([images for images, *_ in draws])  # (seeds, 600, 64)
answers = torch.stack([one_hot(labels, 10) for _, labels, *_ in draws])


def find_critical(weights):
    """Return 2 / the largest curvature of each cost, by power iteration."""
    p, direction = (images @ weights).softmax(-1), torch.randn_like(weights)
    for _ in range(60):
        direction = direction / direction.flatten(1).norm(dim=1)[:, None, None]
        moved = images @ direction  # how far the logits move
        bent = p * moved - p * (p * moved).sum(-1, keepdim=True)
        product = images.mT @ bent / 600  # the Hessian times the direction
        curvature, direction = (direction * product).flatten(1).sum(1), product
    return 2 / curvature


# %% a thousand steps
torch.manual_seed(0)
weights = torch.zeros(len(draws), 64, 10)
before = find_critical(weights)
for _ in range(steps):
    residual = (images @ weights).softmax(-1) - answers
    weights = weights - lr * images.mT @ residual / 600
after = find_critical(weights)
first, last = before.mean().item(), after.mean().item()
risen = last / first

# %% claim: the critical rate of cross-entropy rises while it learns
#| label: rises
certainty = ((images @ weights).softmax(-1) * answers).sum(-1).mean(1)
assert certainty.min() > 0.9  # a tenth before the first step
of_inputs = torch.linalg.eigvalsh(images.mT @ images / 600)[:, -1]
torch.testing.assert_close(before, 2 * 10 / of_inputs, rtol=0.02, atol=0)
assert (after / before).min() > 2.5
assert 3 < risen < 16  # of the means
