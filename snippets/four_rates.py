# %% [markdown]
# # Four learning rates in one valley
# One weight, one valley, the same start, the same number of steps.
# Only the learning rate differs. Which runs end where?

# %% the valley
#| device: cpu
import matplotlib.pyplot as plt
import torch

torch.set_default_dtype(torch.float64)
curvature = 4.0  # the loss is curvature * weight**2 / 2
ideal = 1 / curvature  # the rate that lands on the bottom in one step
rates = {"crawls": 0.1, "lands": 1.0, "bounces": 1.9, "diverges": 2.1}  # x ideal
steps = 10


def loss(weight):
    return 0.5 * curvature * weight**2


# %% one run
def descend(lr, steps=steps, start=1.0):
    """Return the weight before the first step and after each step."""
    weight = torch.nn.Parameter(torch.tensor(start))
    optimizer = torch.optim.SGD([weight], lr=lr)
    path = [weight.item()]
    for _ in range(steps):
        optimizer.zero_grad()
        loss(weight).backward()
        optimizer.step()
        path.append(weight.item())
    return torch.tensor(path)  # (steps + 1,)


paths = {name: descend(rate * ideal) for name, rate in rates.items()}
left = {name: (loss(path[-1]) / loss(path[0])).item() for name, path in paths.items()}

# %% claim: each step multiplies the weight by 1 - lr * curvature
#| label: factor
for multiple in (0.01, 0.1, 0.5, 1.0, 1.5, 1.9, 2.0, 2.1, 3.0):
    lr = multiple * ideal
    predicted = (1 - lr * curvature) ** torch.arange(steps + 1)
    torch.testing.assert_close(descend(lr), predicted, rtol=1e-12, atol=0)

# %% claim: the rates 0.1 and 1.9 have the same loss at every step
#| label: mirror
low, high = descend(0.1 * ideal, 100), descend(1.9 * ideal, 100)
torch.testing.assert_close(loss(high), loss(low), rtol=1e-12, atol=0)
torch.testing.assert_close(loss(paths["bounces"]), loss(paths["crawls"]))
assert abs(left["crawls"] / (1 - 0.1) ** (2 * steps) - 1) < 1e-9

# %% claim: the bouncing run changes side at every step
#| label: sides
assert (paths["bounces"][1:] * paths["bounces"][:-1]).max() < 0

# %% claim: the ideal rate leaves nothing after one step
#| label: lands
assert descend(ideal, 1)[-1] == paths["lands"][1] == 0

# %% claim: at twice the ideal rate the loss never changes
#| label: edge
assert loss(descend(2 * ideal, 100)).unique().tolist() == [loss(1.0)]

# %% claim: above twice the ideal rate every step raises the loss
#| label: diverges
assert loss(descend(2.1 * ideal, 100)).diff().min() > 0

# %% claim: subtracting the bare derivative, the rate 1, diverges in this valley
#| label: bare
assert loss(descend(1.0)).diff().min() > 0

# %% four rates in one valley
#| caption: >
#|   Ten steps from the same start, at four learning rates (1 is the rate that lands on
#|   the bottom in one step). The dotted line is the height where the rate 0.1 ends,
#|   with {kept:.0%} of its loss left.
#| alt: >
#|   Four copies of one valley. At rate 0.1 the dots creep down one side. At rate 1 the
#|   first step lands on the bottom. At rate 1.9 they hop from side to side and end at
#|   the same height as at rate 0.1. At rate 2.1 they hop higher and higher, out of the
#|   picture.
kept = left["crawls"]
grid = torch.linspace(-1.6, 1.6, 81)
fig, panels = plt.subplots(2, 2, sharex=True, sharey=True, figsize=(4.5, 4))
for ax, (name, path) in zip(panels.flat, paths.items(), strict=True):
    ax.plot(grid, loss(grid))
    ax.plot(path, loss(path), "o-", markersize=4, linewidth=1)
    ax.plot(path[-1], loss(path[-1]), "o", color="C1", markersize=8)
    ax.hlines(loss(paths["crawls"][-1]), -0.4, 0.8, color="C2", linestyle=":")
    ax.set_title(f"{rates[name]} {name}", fontsize="medium")
    ax.set(xlim=(-1.6, 1.6), ylim=(-0.2, 3.4))
for ax in panels[1]:
    ax.set_xlabel("weight")
for ax in panels[:, 0]:
    ax.set_ylabel("loss")
