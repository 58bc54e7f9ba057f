# %% [markdown]
# # Four paths over one bowl
# What do two directions of a bowl make of one learning rate, with momentum and without?

# %% a bowl ten times steeper one way than the other
#| device: cpu
import math

import matplotlib.pyplot as plt
import torch

torch.set_default_dtype(torch.float64)
curvature = torch.tensor([1.0, 10.0])
start = torch.tensor([-1.2, 0.6])
runs = [(0.03, 0.0), (0.17, 0.0), (0.21, 0.0), (0.25, 0.7)]  # rate, momentum


def descend(lr, momentum, steps=60):
    """Return the points that torch.optim.SGD visits, (steps + 1, 2)."""
    weights = torch.nn.Parameter(start.clone())
    optimizer = torch.optim.SGD([weights], lr=lr, momentum=momentum)
    path = [start]
    for _ in range(steps):
        weights.grad = curvature * weights.detach()
        optimizer.step()
        path.append(weights.detach().clone())
    return torch.stack(path)


limit = 2 / curvature.max()
paths = [descend(lr, momentum) for lr, momentum in runs]
shrunk = torch.stack([path[-1] / path[0] for path in paths])  # (runs, directions)

# %% claim: past 2 / curvature the steep direction grows, however flat the other is
#| label: lost
assert runs[1][0] < limit < runs[2][0]
assert shrunk[1].abs().max() < 1e-3
torch.testing.assert_close(shrunk[2], (1 - runs[2][0] * curvature) ** 60)
assert shrunk[2, 0].abs() < 1e-3
assert shrunk[2, 1].abs() > 100

# %% claim: with momentum 0.7 a rate beyond that limit brings both directions home
#| label: beyond
assert runs[3][0] > 1.2 * limit
assert shrunk[3].abs().max() < 1e-3

# %% four paths
#| caption: >
#|   The first 30 steps of four runs over the contours of one bowl, of curvatures 1 and
#|   10 and critical rate 0.2. The third run leaves the picture.
#| alt: >
#|   Four panels with elliptical contours. At rate 0.03 a path falls to the long axis and
#|   creeps along it. At 0.17 it zigzags and arrives. At 0.21 the zigzag grows. At 0.25
#|   with momentum 0.7 the path swings around the minimum and arrives.
turn = torch.linspace(0, 2 * math.pi, 25)
ring = torch.stack([turn.cos(), turn.sin() / curvature.max().sqrt()])  # equal heights
fig, axes = plt.subplots(2, 2, figsize=(4.5, 4), sharex=True, sharey=True)
for ax, (lr, momentum), path in zip(axes.flat, runs, paths, strict=True):
    for size in (0.6, 1.2):
        ax.plot(*(size * ring), color="C9", linewidth=0.5)
    ax.plot(*path[:31].T, color="C2", linewidth=1)
    ax.set(xlim=(-1.4, 1.4), ylim=(-0.9, 0.9), title=f"rate {lr}\nmomentum {momentum}")
fig.supxlabel("flat direction")
fig.supylabel("steep direction")
