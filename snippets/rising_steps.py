# %% [markdown]
# # Can gradient descent raise the loss and still succeed?
# All data at every step, so no noise is to blame. Which steps raise the loss?

# %% the network
#| device: cpu
import matplotlib.pyplot as plt
import torch
from digits import load_digits, make_mlp

torch.set_default_dtype(torch.float64)
seeds, steps = range(5), 600
bold, timid = 0.7, 0.05  # learning rates


def draw(seed):
    """Return the weights and the loss of a fresh network on 200 digits."""
    torch.manual_seed(seed)
    images, labels, *_ = load_digits(200, seed)
    images, targets = images.double(), torch.nn.functional.one_hot(labels, 10).double()
    network = make_mlp(64, 32, 32, 10, activation=torch.nn.Tanh).double()

    def loss():
        return 0.5 * (network(images) - targets).square().sum(1).mean()

    return list(network.parameters()), loss


# %% one run, and a look at every tenth step
def descend(seed, lr):
    """Return the losses, and (rate * curvature, share kept) of every tenth step."""
    weights, loss = draw(seed)
    losses, looks = [], []
    for step in range(steps):
        look = step % 10 == 0
        height = loss()
        losses.append(height.item())
        gradient = torch.autograd.grad(height, weights, create_graph=look)
        if look:  # the curvature along the step
            length = sum(part.square().sum() for part in gradient)  # |gradient| ** 2
            bends = torch.autograd.grad(length / 2, weights)  # Hessian times gradient
            curved = sum((b * g).sum() for b, g in zip(bends, gradient, strict=True))
            looks.append(((lr * curved / length).item(), (lr * length).item()))
        with torch.no_grad():
            for weight, part in zip(weights, gradient, strict=True):
                weight -= lr * part
    losses = torch.tensor([*losses, loss().item()])  # (steps + 1,)
    product, promised = torch.tensor(looks).T  # (steps / 10,) each
    return losses, torch.stack([product, -losses.diff()[::10] / promised], 1)


runs = {lr: [descend(seed, lr) for seed in seeds] for lr in (bold, timid)}
late = steps // 2
rising = {
    lr: torch.stack([(losses[late:].diff() > 0).double().mean() for losses, _ in found])
    for lr, found in runs.items()
}  # share of rising steps in the second half, for each seed
ends = {lr: torch.stack([losses[-1] for losses, _ in runs[lr]]) for lr in runs}
starts = torch.stack([losses[0] for losses, _ in runs[bold]])
fewest, most = rising[bold].min().item(), rising[bold].max().item()
gain, handicap = (
    (starts / ends[bold]).min().item(),
    (ends[timid] / ends[bold]).min().item(),
)
looks = {lr: torch.cat([looked for _, looked in runs[lr]]) for lr in runs}  # (300, 2)
misses = (looks[bold][:, 1] - (1 - looks[bold][:, 0] / 2)).abs()
foretold = ((looks[bold][:, 1] < 0) == (looks[bold][:, 0] > 2)).double()
agree = foretold.view(len(seeds), -1).mean(1).min().item()

# %% claim: at the bold rate more than a quarter of the late steps raise the loss
#| label: rises
assert fewest > 0.25

# %% claim: that run lowers the loss more than tenfold all the same, every seed
#| label: falls
assert gain > 10

# %% claim: at the timid rate no step raises the loss, in the second half of any seed
#| label: timid
assert rising[timid].max() == 0

# %% claim: and it ends more than twice as high as the bold one, every seed
#| label: behind
assert handicap > 2

# %% claim: nineteen of twenty steps keep what their curvature says, within 0.05
#| label: line
assert misses.quantile(0.95) < 0.05

# %% claim: rate times curvature above 2 foretells the rise in 70 % of steps, every seed
#| label: agree
assert agree > 0.7

# %% every step that raises the loss
#| caption: >
#|   Each tick is a step that raised the loss, in ten runs on all the data: five
#|   networks at the rate 0.7 (below) and the same five at 0.05 (above, without a tick).
#| alt: >
#|   Ten rows along 600 steps. The five rows of the rate 0.7 are empty at first, then
#|   ticked in bursts to the end. The five rows of the rate 0.05 are empty.
marks = [
    (losses.diff() > 0).nonzero().flatten()
    for lr in (bold, timid)
    for losses, _ in runs[lr]
]
fig, ax = plt.subplots()
gap = float("nan")  # lifts the pen, so that a row is one line
for row, mark in enumerate(marks):
    across = [x for step in mark.tolist() for x in (step, step, gap)]
    up = [row - 0.35, row + 0.35, gap] * len(mark)
    ax.plot(across, up, color="C0", linewidth=0.8)
ax.axhline(4.5, color="C2", linestyle=":")
ax.set(xlabel="step", xlim=(0, steps), ylim=(-0.6, 9.6))
ax.set_yticks([2, 7], [f"rate {bold}", f"rate {timid}"])

# %% each step and its curvature
#| caption: >
#|   Every tenth step of ten runs, five at each of two rates. Below 0 the step raised
#|   the loss. The dashed line is what the curvature along the step foretells.
#| alt: >
#|   Share of the promised fall against learning rate times curvature along the step.
#|   The dots of the rate 0.05 sit at the upper left, near 1. Those of the rate 0.7
#|   crowd on a falling line where it crosses zero, at 2, on both sides of it.
fig, ax = plt.subplots()
ax.plot([0, 2.8], [1, -0.4], "--", color="C2", linewidth=1)
for lr in runs:
    ax.plot(*looks[lr].T, ".", markersize=4, label=f"rate {lr}")
ax.axhline(0, color="C2", linestyle=":")
ax.set(xlabel="learning rate × curvature along the step", xlim=(-0.1, 2.8))
ax.set(ylabel="fall of the loss /\n(rate × |gradient|²)", ylim=(-0.5, 1.1))
ax.legend()
