# %% [markdown]
# # Which hyperparameters move the best learning rate?
# Find the best rate, change one other hyperparameter, and find it again.
# By how much has it moved, and what does it cost not to look?

# %% the data and the rates
import matplotlib.pyplot as plt
import torch
from digits import load_digits, make_mlp
from torch.nn.functional import cross_entropy, pad

seeds = range(5)
exponents = range(-10, 4)
rates = 2.0 ** torch.tensor(exponents)  # (14,)
usual = {"momentum": 0.0, "batch_size": 64, "width": 32}
images_each, epochs = 768, 8
usual_steps = epochs * images_each // usual["batch_size"]
draws = [load_digits(images_each, seed) for seed in seeds]
images, labels, new_images, new_labels = map(torch.stack, zip(*draws, strict=True))


# %% all rates and all seeds at once
def start(width):
    """Return weights (seed, rate, out, in + 1) of 64-width-10; the last column: biases."""
    torch.manual_seed(seeds[0])
    first = (2 * torch.rand(len(seeds), 65, width) - 1) / 64**0.5
    last = (2 * torch.rand(len(seeds), width + 1, 10) - 1) / width**0.5
    copies = [part.mT[:, None].repeat(1, len(rates), 1, 1) for part in (first, last)]
    return [part.requires_grad_() for part in copies]


def measure(weights, images, labels):
    """Return the mean cross-entropy, (seed, rate); images are (seed, image, pixel)."""
    first, last = weights
    # The networks of a seed see the same images: their first layers are one matrix.
    hidden = (first.flatten(1, 2) @ pad(images, (0, 1), value=1.0).mT).relu()
    hidden = hidden.unflatten(1, first.shape[1:3])  # (seed, rate, width, image)
    logits = last[..., :-1] @ hidden + last[..., -1:]
    labels = labels.repeat_interleave(len(rates), 0)
    every = cross_entropy(logits.flatten(0, 1), labels, reduction="none")
    return every.mean(1).view(first.shape[:2])


def sweep(momentum, batch_size, width):
    """Return the loss on new digits for each seed and rate."""
    weights, lr = start(width), rates[:, None, None]
    memory = [torch.zeros_like(part) for part in weights]
    for _ in range(epochs * images_each // batch_size):
        some = torch.randint(images_each, (batch_size,))
        cost = measure(weights, images[:, some], labels[:, some])
        gradients = torch.autograd.grad(cost.sum(), weights)
        with torch.no_grad():
            for part, kept, gradient in zip(weights, memory, gradients, strict=True):
                kept.mul_(momentum).add_(gradient)
                part.sub_(lr * kept)
    with torch.no_grad():
        return measure(weights, new_images, new_labels).nan_to_num(torch.inf)


# %% three hyperparameters, changed one at a time
values = {
    "momentum": [0.0, 0.5, 0.9, 0.99],
    "batch_size": [16, 64, 256],
    "width": [8, 32, 128],
}
losses = {
    (knob, value): sweep(**{**usual, knob: value})
    for knob, tried in values.items()
    for value in tried
}

# %% claim: each run is one of torch's network under torch.optim.SGD
#| label: torch
lr, twin = rates[5].item(), make_mlp(64, usual["width"], 10)
optimizer = torch.optim.SGD(twin.parameters(), lr=lr, momentum=0.9)
for layer, part in zip(twin[::2], start(usual["width"]), strict=True):
    spread, torchs = part.abs().max(), layer.weight.abs().max()
    torch.testing.assert_close(spread, torchs, rtol=0.03, atol=0)
    with torch.no_grad():
        layer.weight.copy_(part[0, 5, :, :-1])
        layer.bias.copy_(part[0, 5, :, -1])
for _ in range(usual_steps):
    some = torch.randint(images_each, (usual["batch_size"],))
    optimizer.zero_grad()
    cross_entropy(twin(images[0, some]), labels[0, some]).backward()
    optimizer.step()
theirs = cross_entropy(twin(new_images[0]), new_labels[0])
torch.testing.assert_close(losses["momentum", 0.9][0, 5], theirs, rtol=1e-3, atol=0)

# %% the best rates, and the price of carrying one over
place = {key: table.log().mean(0).argmin().item() for key, table in losses.items()}
best = {key: exponents[index] for key, index in place.items()}  # one for all seeds


def at_rate_of(source, key):
    """Return the losses at key's values and at the rate that is best for source."""
    return losses[key][:, place[source]]  # (seeds,)


plain, heavy, heavier = (("momentum", value) for value in (0.0, 0.9, 0.99))
good = at_rate_of(plain, plain)
momentum_fall = 2.0 ** float(best[plain] - best[heavy])
further_fall = 2.0 ** float(best[heavy] - best[heavier])
falls = losses[plain].argmin(1) - losses[heavy].argmin(1)  # in doublings
fall_least, fall_most = (2.0 ** end.item() for end in falls.aminmax())
best_64, best_256 = (2.0 ** best["batch_size", size] for size in (64, 256))
few_steps, many_steps = (epochs * images_each // size for size in (256, 16))
alone, together = at_rate_of(plain, heavy), at_rate_of(heavy, heavy)
as_good = (together / good).max().item()
forgetful = (losses[heavier].amin(1) / good).log().mean().exp().item()
carried = at_rate_of(plain, ("batch_size", 16))
widths = [("width", value) for value in (8, 128)]
prices = [(at_rate_of(plain, key) / at_rate_of(key, key)).log() for key in widths]
extra = torch.stack(prices).mean(1).max().exp().item() - 1  # the mean over seeds
guess = torch.tensor(10.0).log().item()
lost = (carried > guess).sum().item()

# %% claim: the best rate falls fourfold at least from momentum 0 to 0.9
#| label: momentum
assert best[plain] - best[heavy] >= 2
assert momentum_fall == 2.0 ** (best[plain] - best[heavy])
assert [fall_least, fall_most] == [
    2.0 ** end.item() for end in falls.sort()[0][[0, -1]]
]

# %% claim: and again more than twofold from 0.9 to 0.99
#| label: more momentum
assert best[heavy] - best[heavier] > 1
assert further_fall == 2.0 ** (best[heavy] - best[heavier])

# %% claim: at the rate that was best without it momentum 0.9 ends worse than guessing
#| label: alone
assert alone.min() > guess

# %% claim: at its own best rate it is as good, within three fifths on average
#| label: together
assert 0.8 < (together / good).log().mean().exp() < 1.6
worst = (together.log() - good.log()).max().exp()  # printed: in the worst seed
torch.testing.assert_close(as_good, worst.item(), rtol=1e-4, atol=0)

# %% claim: momentum 0.99 is worse at every rate, by half or more on average
#| label: forgetful
assert forgetful > 1.5

# %% claim: in most networks a quarter of the batch ends worse than guessing at the old rate
#| label: batch
assert lost > len(seeds) / 2

# %% claim: four times the batch moves the best rate by a factor of two at most
#| label: saturates
assert abs(best["batch_size", 256] - best["batch_size", 64]) <= 1
assert 1 / 2 <= best_256 / best_64 <= 2
assert {best_64, best_256} <= set(rates.tolist())

# %% claim: a width 4 times smaller or larger may keep the rate for three fifths more loss
#| label: width
assert extra < 3 / 5
assert min(price.mean() for price in prices) >= 0  # it has a best rate of its own

# %% windows of good rates
#| caption: >
#|   Rates within a quarter of the lowest loss on new digits (bars, half a rung longer
#|   at both ends) and the best rate (dots), five seeds each, while one hyperparameter
#|   changes. All run {epochs} epochs: batches of 16, 64 and 256 take {many_steps},
#|   {usual_steps} and {few_steps} steps. Dotted: a rate in proportion to 1 − momentum,
#|   or to the batch size.
#| alt: >
#|   Three panels, learning rate on a log axis. The window of good rates falls steeply
#|   from momentum 0 to 0.99, a little faster than in proportion to 1 minus momentum.
#|   It rises from batch size 16 to 64 and then hardly at all, below the dotted line.
#|   It stays level from width 8 to 128.
fig, panels = plt.subplots(1, 3, sharey=True, width_ratios=[4, 3, 3])
for ax, (knob, tried) in zip(panels, values.items(), strict=True):
    for column, value in enumerate(tried):
        table = losses[knob, value].cpu()
        for seed, row in enumerate(table):
            window = rates.cpu()[row < 1.25 * row.min()]
            x = column + 0.12 * (seed - (len(table) - 1) / 2)
            ends = [window.min() / 2**0.5, window.max() * 2**0.5]
            ax.plot([x, x], ends, color="C0", alpha=0.7, solid_capstyle="butt")
            ax.plot(x, rates.cpu()[row.argmin()], "o", color="C0", markersize=4)
    ax.set_xticks(range(len(tried)), [f"{value:g}" for value in tried])
    ax.set(xlabel=knob.replace("_", " "), yscale="log", xlim=(-0.5, len(tried) - 0.5))
panels[0].plot(range(4), [2 * (1 - m) for m in values["momentum"]], "C1:")
panels[1].plot(range(3), [2 * b / 64 for b in values["batch_size"]], "C1:")
panels[0].annotate("∝ 1 − β", (1.7, 0.7))
panels[1].annotate("∝ batch", (-0.4, 5))
panels[0].set_yticks([0.01, 0.1, 1], ["0.01", "0.1", "1"])
panels[0].set_ylabel("learning rate")
