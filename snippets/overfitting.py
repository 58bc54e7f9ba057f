# %% [markdown]
# # When does a network overfit?
# Four hundred digits, one label in seven wrong, three learning rates: at which step is
# the loss on new digits lowest, and how low is it?

# %% the data: the first sixty labels of each seed are replaced by wrong ones
import math

import matplotlib.pyplot as plt
import torch
from digits import load_digits, make_mlp
from torch.nn.functional import cross_entropy, pad

seeds = range(5)
count, wrong, width, steps, every = 400, 60, 32, 450, 10
rates = torch.tensor([0.2, 0.4, 0.8])
draws = [load_digits(count, seed) for seed in seeds]
images, labels, new_images, new_labels = map(torch.stack, zip(*draws, strict=True))
new_images, new_labels = new_images[:, :600], new_labels[:, :600]


def spoil(labels):
    """Return the labels (seeds, images) with the first of each seed moved to others."""
    labels = labels.clone()
    for row, seed in enumerate(seeds):
        torch.manual_seed(seed)
        labels[row, :wrong] += torch.randint(1, 10, (wrong,))
    return labels % 10


# %% a network 64-32-10 for each seed and rate, trained on all images at every step
def begin(networks):
    """Return the weights (seeds, networks, out, in + 1); networks differ by seed only."""
    parts = []
    for seed in seeds:
        torch.manual_seed(seed)
        first = torch.randn(65, width).T * math.sqrt(2 / 64)
        last = torch.randn(width + 1, 10).T / math.sqrt(width)
        first[:, -1], last[:, -1] = 0, 0  # the last column is the bias
        parts.append((first, last))
    both = (torch.stack(each)[:, None] for each in zip(*parts, strict=True))
    return [each.repeat(1, networks, 1, 1).requires_grad_() for each in both]


def predict(weights, images):
    """Return the logits (seeds, networks, 10, images)."""
    first, last = weights
    # The networks of a seed see the same images: their first layers are one matrix.
    hidden = (first.flatten(1, 2) @ pad(images, (0, 1), value=1.0).mT).relu()
    hidden = hidden.unflatten(1, first.shape[1:3])
    return last[..., :-1] @ hidden + last[..., -1:]


def find_losses(logits, labels):
    """Return the mean cross-entropy over the images (seeds, networks)."""
    labels = labels.repeat_interleave(logits.shape[1], 0)
    every = cross_entropy(logits.flatten(0, 1), labels, reduction="none")
    return every.mean(1).view(logits.shape[:2])


def find_accuracy(logits, labels):
    """Return the share that is answered as labelled (seeds, networks)."""
    return (logits.argmax(2) == labels[:, None]).float().mean(-1)


def train(labels, rates):
    """Return (times, seeds, rates) of the new loss and accuracy, and the share fitted."""
    weights = begin(len(rates))
    losses, accuracies = [], []
    for step in range(steps + 1):
        if step % every == 0:
            with torch.no_grad():
                logits = predict(weights, new_images)
            losses.append(find_losses(logits, new_labels))
            accuracies.append(find_accuracy(logits, new_labels))
        loss = find_losses(predict(weights, images), labels).sum()
        gradients = torch.autograd.grad(loss, weights)
        with torch.no_grad():
            for weight, gradient in zip(weights, gradients, strict=True):
                weight -= rates[:, None, None] * gradient
    with torch.no_grad():
        fitted = find_accuracy(predict(weights, images), labels)
    return torch.stack(losses), torch.stack(accuracies), fitted


spoilt = spoil(labels)
losses, accuracies, fitted = train(spoilt, rates)
clean_losses, _, clean_fitted = train(labels, rates[-1:])

# %% claim: each run is one of torch's network under torch.optim.SGD
#| label: torch
for ours, told in (losses, spoilt), (clean_losses, labels):
    twin = make_mlp(64, width, 10)
    with torch.no_grad():
        for layer, own in zip(twin[::2], begin(1), strict=True):
            layer.weight.copy_(own[0, 0, :, :-1])
            layer.bias.copy_(own[0, 0, :, -1])
    lr = rates[-ours.shape[2]].item()  # the first of those that were trained
    optimizer = torch.optim.SGD(twin.parameters(), lr=lr)
    for _ in range(10 * every):
        optimizer.zero_grad()
        cross_entropy(twin(images[0]), told[0]).backward()
        optimizer.step()
    theirs = cross_entropy(twin(new_images[0]), new_labels[0])
    torch.testing.assert_close(ours[10, 0, 0], theirs, rtol=1e-3, atol=0)
assert clean_losses.shape[2] == 1  # the highest rate alone

# %% the best moment of each run
lowest, at = losses.min(0)  # (seeds, rates)
best_step = at * every
work = best_step * rates  # learning rate times steps
earliest, latest = work.min().item(), work.max().item()
spread = (work.amax(1) / work.amin(1)).mean().item()
same_low = (lowest.amax(1) / lowest.amin(1)).max().item()
share = (best_step[:, :-1] / best_step[:, 1:]).mean()  # of steps, at half the rate
fast = losses[:, :, -1]  # at the highest rate, as the clean run
at_best = accuracies.gather(0, at[None])[0, :, -1]
lost_points = 100 * (at_best - accuracies[-1, :, -1]).mean().item()
clean_rise = (clean_losses[-1] / clean_losses.min(0).values)[:, 0]
wrong_rise = fast[-1] / fast.min(0).values
rise = wrong_rise.mean().item()
share_of_rise = ((clean_rise - 1) / (wrong_rise - 1)).max().item()
weights_each = sum(part[0, 0].numel() for part in begin(1))

# %% claim: at the highest rate both sets of labels are fitted to the last one
#| label: fitted
assert fitted[:, -1].min() == 1
assert clean_fitted.min() == 1

# %% claim: with wrong labels the loss on new digits rises by a twentieth or more on average
#| label: rises
assert rise > 1.05
torch.testing.assert_close(rise, (losses[-1] / lowest)[:, -1].mean().item())

# %% claim: and accuracy is lost, on average over the draws
#| label: points
assert lost_points > 0
lost = (accuracies.gather(0, at[None])[0] - accuracies[-1])[:, -1]
torch.testing.assert_close(100 * lost.mean().item(), lost_points, rtol=1e-4, atol=0)

# %% claim: with right labels it rises by less than half as much, on average
#| label: clean
assert (clean_rise - 1).mean() < 0.5 * (wrong_rise - 1).mean()
assert (clean_rise - 1 <= 1.001 * share_of_rise * (wrong_rise - 1)).all()

# %% claim: at twice the rate the best moment comes after half of the steps, on average
#| label: half
torch.testing.assert_close(share, torch.full_like(share, 2.0), rtol=0.1, atol=0)

# %% claim: rate times steps at the best moment is the same within a quarter, on average
#| label: work
assert 1 <= spread < 5 / 4

# %% claim: the lowest loss is the same at every rate, within a twentieth
#| label: same
assert 1 <= same_low < 1.05

# %% the same overfitting, three times
#| caption: >
#|   Loss on new digits while three rates fit 400 images with sixty wrong labels, mean of
#|   five seeds. Left against steps, right against learning rate times steps. Dotted:
#|   the highest rate with right labels.
#| alt: >
#|   Left, three curves fall to the same depth at three different steps and rise again,
#|   the fastest first. Right, the three lie on one another, lowest near fifty. A dotted
#|   curve, for right labels, falls much lower and stays there.
fig, axes = plt.subplots(1, 2, sharey=True)
times = torch.arange(len(losses)) * every
for column, (ax, scale) in enumerate(zip(axes, (torch.ones(3), rates), strict=True)):
    for index, rate in enumerate(rates):
        curve = losses[:, :, index].mean(1)[::2].cpu()
        ax.plot((times[::2] * scale[index]).cpu(), curve, label=f"rate {rate:.1f}")
    clean = clean_losses.mean((1, 2))[::2].cpu()
    ax.plot((times[::2] * scale[-1]).cpu(), clean, "C3:", label="right labels")
    ax.set(ylim=(0, 1), xlim=((0, steps), (0, 200))[column])
axes[0].set(xlabel="step", ylabel="loss on new digits")
axes[1].set(xlabel="learning rate × steps")
fig.legend(*axes[0].get_legend_handles_labels(), ncols=3, loc="outside upper center")
