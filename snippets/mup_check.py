# %% [markdown]
# # How far does one step move each layer?
# The coordinate check: take a few steps and measure how much the hidden layer and the
# output have changed. What changes with the width cannot keep its learning rate.

# %% three steps at many widths
import math

import matplotlib.pyplot as plt
import torch
from mup_bench import answer, draw, train

seeds = range(10)
widths, lr, steps = [32, 128, 512], 0.0003, 3
names = "standard", "hidden rate alone", "muP"


def move(name, width, seed):
    """Return the root mean square change of the hidden layer and of the output."""
    points = draw(seed)[0][:200]
    weights, fresh, multiplier = train(name, width, seed, torch.tensor([lr]), steps)
    before, after = (answer(part, points, multiplier) for part in (fresh, weights))
    pairs = zip(before, after, strict=True)
    return torch.stack([((b - a) ** 2).mean().sqrt() for b, a in pairs])


moves = {
    name: torch.stack(
        [
            torch.stack([move(name, width, seed) for seed in seeds], dim=1)
            for width in widths
        ]
    )
    for name in names
}  # (width, layer, seed)

# %% the power of the width
hidden, output = 0, 1
span = math.log(widths[-1] / widths[0])
powers = {
    name: ((table[-1] / table[0]).log() / span).mean(-1)  # over the seeds
    for name, table in moves.items()
}

standard_output = powers["standard"][output].item()
half_output, flat_output = (powers[name][output].item() for name in names[1:])

# %% claim: standard, hidden layer and output move with the width or nearly so
#| label: standard
assert powers["standard"].min() > 0.6
assert powers["standard"].max() < 1.7

# %% claim: with the hidden rate alone divided the output still does
#| label: half
assert powers["hidden rate alone"][hidden].abs() < 0.3
assert 0.5 < powers["hidden rate alone"][output] < 1.2

# %% claim: in muP neither grows with the width
#| label: flat
assert powers["muP"][hidden].abs() < 0.15
assert powers["muP"][output] < 0.2

# %% movement against width
#| caption: >
#|   Root mean square change after {steps} steps of Adam at rate {lr:g}, ten seeds.
#|   Dotted: in proportion to the width.
#| alt: >
#|   Two panels, hidden layer and output, against width. Standard: both rise in
#|   proportion. With the hidden rate alone divided the hidden layer is flat and the
#|   output still rises. muP: both are flat.
fig, panels = plt.subplots(1, 2, sharex=True)
for layer, (ax, title) in enumerate(
    zip(panels, ("hidden layer", "output"), strict=True)
):
    for color, (name, table) in enumerate(moves.items()):
        lines = ax.loglog(widths, table[:, layer].cpu(), f"C{color}", linewidth=1)
        lines[0].set_label(name)
    first = moves["standard"][0, layer].mean().item()
    ax.loglog(
        widths, [first * width / widths[0] for width in widths], "k:", linewidth=1
    )
    ax.set_xticks(widths, [f"{width}" for width in widths])
    ax.minorticks_off()
    ax.set(xlabel="width", title=title)
panels[0].set_ylabel("change")
fig.legend(*panels[1].get_legend_handles_labels(), ncols=3, loc="outside upper center")
