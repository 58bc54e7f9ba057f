# %% [markdown]
# # A ball that never comes to rest
# Tuned for a bowl, momentum is the fastest method there. Is it safe on a loss that is
# convex and smooth, but not a bowl?

# %% a convex loss with a flatter ring
#| device: cpu
import matplotlib.pyplot as plt
import torch

torch.set_default_dtype(torch.float64)


def slope(point):
    """Return the derivative: curvature 25, but 1 between 1 and 2."""
    return torch.where(
        point < 1, 25 * point, torch.where(point < 2, point + 24, 25 * point - 24)
    )


def descend(start, lr, momentum, steps):
    """Return the path of every start, as a (steps + 1, starts) tensor."""
    point, velocity, path = start, torch.zeros_like(start), [start]
    for _ in range(steps):
        velocity = momentum * velocity + slope(point)
        point = point - lr * velocity
        path.append(point)
    return torch.stack(path)


# %% the best settings for curvatures from 1 to 25
plain_lr = 2 / (1 + 25)
heavy_lr = 4 / (1 + 5) ** 2
heavy_momentum = ((5 - 1) / (5 + 1)) ** 2
start = torch.tensor([3.3])
plain = descend(start, plain_lr, 0.0, 3000)[:, 0]
heavy = descend(start, heavy_lr, heavy_momentum, 3000)[:, 0]

# %% claim: after 3000 steps the ball still repeats the same three places
#| label: cycle
torch.testing.assert_close(heavy[-300:], heavy[-303:-3])
assert heavy[-300:].abs().min() > 0.5

# %% claim: plain descent arrives
#| label: arrives
assert plain[300:].abs().max() < 1e-6

# %% from many starts
starts = torch.linspace(-6, 6, 1201)
ends = descend(starts, heavy_lr, heavy_momentum, 2000)[-1].abs()
stuck_share = (ends > 0.1).double().mean().item()

# %% claim: some starts end in the cycle and others arrive
#| label: some
assert 0.05 < stuck_share < 0.5

# %% claim: a tenth less learning rate, and every start arrives
#| label: cure
assert descend(starts, 0.9 * heavy_lr, heavy_momentum, 2000)[-1].abs().max() < 1e-6

# %% position against step
#| caption: >
#|   Two runs from 3.3, each with its best setting for curvatures between 1 and 25.
#| alt: >
#|   Plain descent swings into the minimum at 0. The run with momentum goes round
#|   three places for ever and never gets there.
shown = 36
fig, ax = plt.subplots()
ax.plot(plain[:shown], ".-", label="plain")
ax.plot(heavy[:shown], ".-", label=f"momentum {heavy_momentum:.2f}")
ax.set(xlabel="step", ylabel="position (minimum at 0)")
fig.legend(ncols=2, loc="outside upper center")
