# %% [markdown]
# # Who does not come to the edge?
# The same networks, digits and rate, with small batches and with another loss.

# %% four ways to train
#| device: cpu
#| slow: true
import matplotlib.pyplot as plt
import torch
from edge_networks import (
    cross_entropy,
    draw_networks,
    find_sharpest,
    find_slope,
    squared_loss,
)

seeds, lr, steps, every = range(5), 0.5, 1000, 50
count = 100  # digits
fresh, images, targets = draw_networks(seeds, count)


def draw_batch(size, generator):
    """Return random images and targets, other ones for each network."""
    pick = torch.randint(count, (len(seeds), 1, size), generator=generator)
    return (
        images.gather(2, pick.expand(-1, images.shape[1], -1)),
        targets.gather(2, pick.expand(-1, targets.shape[1], -1)),
    )


def train(loss, batch, lr=lr, steps=steps, every=every):
    """Return rate * curvature / 2 and the loss on all digits, every so many steps."""
    weights, direction, readings, losses = fresh, None, [], []
    generator = torch.Generator().manual_seed(0)
    for step in range(steps + 1):
        if step % every == 0:
            curvature, direction = find_sharpest(
                loss, weights, (images, targets), 5 if step else 20, direction
            )
            readings.append(lr * curvature / 2)
            losses.append(loss(weights, images, targets).detach())
        data = draw_batch(batch, generator) if batch < count else (images, targets)
        _, gradient = find_slope(loss, weights, *data)
        weights = weights - lr * gradient
    return torch.stack(readings), torch.stack(losses)  # (readings, networks) each


# %% the four runs
full, full_losses = train(squared_loss, count)
twenty, _ = train(squared_loss, 20)
eight, eight_losses = train(squared_loss, 8)
entropy, _ = train(cross_entropy, count)
begun = torch.stack(
    [train(cross_entropy, count, lr * more, 100, 5)[0] for more in (1, 2, 3, 4)]
)  # (rates, readings, networks)
half = len(full) // 2
ends = torch.stack([each[half:].median(0).values for each in (full, twenty, eight)])
full_least, twenty_least, eight_least = ends.amin(1).tolist()
full_most, twenty_most, eight_most = ends.amax(1).tolist()
peaks = begun.amax(1)  # (rates, networks)
entropy_peak, entropy_end = peaks[0].max().item(), entropy[-1].max().item()
peak_least, peak_most, peak_mean = (
    each(peaks[-1]).item() for each in (torch.min, torch.max, torch.mean)
)
soon = begun[:, -1].max().item()
arrival = (full > 0.9).int().argmax(0)  # the reading at which the edge is near
at_arrival = full_losses[arrival, torch.arange(len(seeds))]
learnt = (eight_losses[-5:].mean(0) / at_arrival).max().item()

# %% claim: with all digits the second half of the run sits within 5 % of the edge
#| label: full
assert full_least > 0.95
assert full_most < 1.05

# %% claim: the smaller the batch, the lower the curvature, on average
#| label: order
assert twenty_least > 0.55
assert twenty_most < 1
assert (ends[2] / ends[1]).mean() < 1
assert (ends[1] / ends[0]).mean() < 1

# %% claim: batches of eight stay below 90 % of the edge, every seed
#| label: eight
assert eight_least > 0.3
assert eight_most < 0.9

# %% claim: although they have learnt more than full batches had on arriving there
#| label: learnt
assert learnt < 1
assert (eight_losses[-5:].mean(0) <= 1.001 * learnt * at_arrival).all()

# %% claim: with cross-entropy the curvature never reaches half of the edge
#| label: entropy
assert entropy_peak < 0.5
assert entropy.max() < 0.5

# %% claim: and ends below a thirtieth of it
#| label: gone
assert entropy_end < 1 / 30

# %% claim: at four times the rate it comes near the edge or past it, in twenty steps
#| label: larger
assert (begun[-1].argmax(0) * 5 <= 20).all()
multiples = torch.arange(1, 5)[:, None] * begun[0, 0]
torch.testing.assert_close(begun[:, 0], multiples, rtol=1e-4, atol=0)
assert peak_least > 0.5
assert peak_most < 2.5
assert abs(peak_mean - 1) < 1 / 2

# %% claim: after a hundred steps it is below a fifth of the edge, at each rate
#| label: soon
assert soon < 1 / 5

# %% claim: at each of the four rates it rises first, on average
#| label: first
assert ((peaks / begun[:, 0]).mean(1) > 1.05).all()

# %% below the edge
#| caption: >
#|   Learning rate × curvature of the full loss / 2, from the least to the most of five
#|   networks, 100 digits. Left: squared loss at the rate 0.5 with all digits, with batches
#|   of 20 and of 8. Right: cross-entropy with all digits, at 0.5 and at 2.
#| alt: >
#|   Left, three bands. All digits: rises to 1 and stays. Batches of 20 end near 0.85,
#|   batches of 8 near 0.55. Right, cross-entropy at 2 rises to the edge and at
#|   0.5 to 0.3; both sink, the faster rate at once.
fig, (left, right) = plt.subplots(1, 2, sharey=True, figsize=(4.5, 2.8))
at, soon_at = torch.arange(0, steps + 1, every), torch.arange(0, 61, 5)
bundles = {"all digits": full, "batches of 20": twenty, "batches of 8": eight}
for number, (label, each) in enumerate(bundles.items()):
    band = each[::3].amin(1), each[::3].amax(1)
    left.fill_between(
        at[::3], *band, color=f"C{number}", alpha=0.6, linewidth=0, label=label
    )
for rate, each, number in ((4 * lr, begun[-1], 5), (lr, begun[0], 3)):
    band, label = (each[:13].amin(1), each[:13].amax(1)), f"rate {rate:g}"
    right.fill_between(
        soon_at, *band, color=f"C{number}", alpha=0.6, linewidth=0, label=label
    )
for ax, title in ((left, "squared loss"), (right, "cross-entropy")):
    ax.axhline(1, linestyle=":", color="C4")
    ax.set(xlabel="step", title=title, ylim=(0, 2.6))
    ax.legend(loc="upper right")
left.set_ylabel("learning rate × curvature / 2")
