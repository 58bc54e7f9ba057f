# %% [markdown]
# # Where does the curvature stop rising?
# Training sharpens the loss at any rate. Compare rates at equal learning rate × steps.

# %% four rates from the same start
#| device: cpu
#| slow: true
import matplotlib.pyplot as plt
import torch
from edge_networks import draw_networks, find_sharpest, find_slope, squared_loss

seeds = range(5)
rates, length = [0.1, 0.2, 0.4, 0.6], 140  # length: learning rate × steps
fresh, *data = draw_networks(seeds, 100)


def train(lr):
    """Return curvatures at equal lr * steps, and how many steps raised the loss."""
    weights, direction, curvatures, losses = fresh, None, [], []
    for step in range(round(length / lr) + 1):
        if step % round(4.8 / lr) == 0:
            products = 5 if step else 20
            curvature, direction = find_sharpest(
                squared_loss, weights, data, products, direction
            )
            curvatures.append(curvature)
        loss, gradient = find_slope(squared_loss, weights, *data)
        losses.append(loss)
        weights = weights - lr * gradient
    rising = (torch.stack(losses).diff(dim=0) > 0).sum(0)
    return torch.stack(curvatures), rising  # (readings, networks), (networks,)


paths, risings = zip(*(train(lr) for lr in rates), strict=True)
paths = torch.stack(paths)  # (rates, readings, networks)

# %% before and after the exit
edges = 2 / torch.tensor(rates)[:, None, None]
gentle = paths[0]
inside = (paths < 0.9 * edges).int().cumprod(1).bool()  # not yet near the edge
gaps = ((paths / gentle - 1).abs() * inside).amax((0, 1))  # (networks,)
widest, mean_gap = gaps.max().item(), gaps.mean().item()
gain = (gentle[-1] / gentle[0]).mean().item()
peaks = (paths[2:] / edges[2:]).amax(1)  # of the two larger rates, 1 at the edge
less_bold_peak, bold_peak = peaks.mean(1).tolist()
reached = (gentle / edges[0]).max().item()  # how near the gentlest comes to its edge
of_boldest = paths[-1, -6:].median(0).values
bold = of_boldest / edges[-1, 0]  # where the boldest ends
bold_least, bold_most = bold.min().item(), bold.max().item()
gentle_rises = risings[0].sum().item()
overtaken = (gentle[-1] / of_boldest).mean().item()

# %% claim: before the edge all rates follow one path, within a quarter
#| label: path
assert widest < 0.25
assert mean_gap < 0.1  # the widest gap of each network, on average
assert (paths < 0.9 * edges)[inside].all()

# %% claim: on it the curvature rises by four fifths and more, on average
#| label: sharpens
assert 1.8 < gain < 5

# %% claim: the largest ends within a quarter of its edge, every seed
#| label: exits
assert (bold - 1).abs().max() < 0.25
assert (bold - 1).abs().mean() < 0.2
assert [bold_least, bold_most] == [bold.min(), bold.max()]

# %% claim: the smallest stays below 85 % of its own edge
#| label: never
assert reached < 0.85
assert (gentle[-1] / gentle[-6]).mean() > 1  # and is still rising

# %% claim: on average the two larger rates pass their edges before they fall back
#| label: over
assert less_bold_peak > 1
assert bold_peak > less_bold_peak
for own, path, rate in zip(peaks, paths[2:], rates[2:], strict=True):
    torch.testing.assert_close(own, path.amax(0) * rate / 2)

# %% claim: the smallest ends with over 1.3 times the curvature of the largest, on average
#| label: sharper
assert 1.3 < overtaken < 4

# %% claim: at the smallest rate no step raises the loss, at the largest over five do
#| label: smooth
assert gentle_rises == 0
assert risings[-1].min() > 5

# %% one path, an exit for each rate
#| caption: >
#|   The sharpest curvature of one network (seed 4, 100 digits), trained from the same
#|   start at four rates, drawn every 4.8 of rate × steps. Dotted: 2 / learning rate, for
#|   the rates 0.2, 0.4 and 0.6.
#| alt: >
#|   Curvature against learning rate × steps. Four curves rise together. That of 0.6
#|   passes its dotted line at 3.3 and leaves only at 5, that of 0.4 passes 5 and leaves
#|   at 6.5; both fall back to their lines. Those of 0.1 and 0.2 rise on to about 9.
time = 4.8 * torch.arange(paths.shape[1])
fig, ax = plt.subplots()
for number, lr in enumerate(rates):
    width = 1.5 if number else 4  # the gentlest shows beneath the next
    ax.plot(
        time, paths[number, :, 4], color=f"C{number}", linewidth=width, label=f"{lr}"
    )
    if number:
        ax.axhline(2 / lr, linestyle=":", color=f"C{number}", linewidth=1)
ax.set(xlabel="learning rate × steps", ylabel="sharpest curvature", ylim=(0, 11))
fig.legend(title="learning rate", loc="outside upper center", ncols=4)
