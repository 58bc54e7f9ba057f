# %% [markdown]
# # What a claim looks like
# One step of gradient descent on a bowl of curvature 1 multiplies the error by 1 - lr.

# %% one step
import torch


def step(error, lr):
    """Return the error after one step on ``error**2 / 2``, by autograd."""
    position = torch.tensor(error, requires_grad=True)
    (position**2 / 2).backward()
    return (position - lr * position.grad).item()


# %% claim: a rate of 0.5 halves the error
#| label: half
for error in 1.0, 3.0:
    assert step(error, 0.5) == error / 2

# %% what remains at another rate
shrunk = step(1.0, 0.1)
mistaken = 0.1

# %% claim: at 0.1 nine tenths remain, not one tenth
#| label: remains
assert abs(shrunk - 0.9) < 1e-6
