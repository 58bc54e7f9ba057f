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
count, wrong, width, judging, patience = 400, 60, 32, 600, 5
rates, total, looks = torch.tensor([0.3, 0.6, 1.2]), 432, 90  # total: rate times steps
draws = [load_digits(count, seed) for seed in seeds]
images, labels, new_images, new_labels = map(torch.stack, zip(*draws, strict=True))
kept_images, kept_labels = (new[:, judging:800] for new in (new_images, new_labels))
new_images, new_labels = new_images[:, :judging], new_labels[:, :judging]
kept = kept_images.shape[1]


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


def look(weights, given):
    """Return six numbers for each seed, as a tensor (6, seeds).

    Losses on the images of training, on new ones and on those kept apart; the accuracy
    on new ones; the share of the images whose label is right that are answered so; and
    of the others, the share that are answered with the digit that they show.
    """
    with torch.no_grad():
        ours, new = predict(weights, images), predict(weights, new_images)
        apart = predict(weights, kept_images)
    spoilt, sound = (slice(0, wrong), slice(wrong, count))
    return torch.stack(
        [
            find_losses(ours, given),
            find_losses(new, new_labels),
            find_losses(apart, kept_labels),
            find_accuracy(new, new_labels),
            find_accuracy(ours[..., sound], labels[:, sound]),
            find_accuracy(ours[..., spoilt], labels[:, spoilt]),
        ]
    )[..., 0]


def train(given, rate):
    """Return what is seen at every look, (looks + 1, 6, seeds), and the share fitted."""
    weights, seen = begin(1), []
    every = round(total / looks / rate)
    for step in range(looks * every + 1):
        if step % every == 0:
            seen.append(look(weights, given))
        loss = find_losses(predict(weights, images), given).sum()
        gradients = torch.autograd.grad(loss, weights)
        with torch.no_grad():
            for weight, gradient in zip(weights, gradients, strict=True):
                weight -= rate * gradient
    with torch.no_grad():
        fitted = find_accuracy(predict(weights, images), given)
    return torch.stack(seen), fitted[:, 0]


told = spoil(labels)
runs = [train(told, rate) for rate in rates.tolist()]
fitted = torch.stack([run[1] for run in runs], 1)  # (seeds, rates)
seen = torch.stack([run[0] for run in runs], 3)  # (looks + 1, 6, seeds, rates)
train_losses, losses, kept_losses, accuracies, sound_read, spoilt_read = seen.unbind(1)
clean_seen, clean_fitted = train(labels, rates[-1].item())
clean_losses = clean_seen[:, 1]  # (looks + 1, seeds)

# %% claim: each run is one of torch's network under torch.optim.SGD
#| label: torch
for ours, given in (losses[:, 0, -1], told), (clean_losses[:, 0], labels):
    twin = make_mlp(64, width, 10)
    with torch.no_grad():
        for layer, own in zip(twin[::2], begin(1), strict=True):
            layer.weight.copy_(own[0, 0, :, :-1])
            layer.bias.copy_(own[0, 0, :, -1])
    optimizer = torch.optim.SGD(twin.parameters(), lr=rates[-1].item())
    for _ in range(40):
        optimizer.zero_grad()
        cross_entropy(twin(images[0]), given[0]).backward()
        optimizer.step()
    theirs = cross_entropy(twin(new_images[0]), new_labels[0])
    torch.testing.assert_close(ours[10], theirs, rtol=1e-3, atol=0)  # at the tenth look

# %% the best moment of each run
lowest, at = losses.min(0)  # (seeds, rates)
work = at * (total / looks)  # learning rate times steps
best_step = work / rates
earliest, latest = work.min().item(), work.max().item()
spread = (work.amax(1) / work.amin(1)).mean().item()
unlike = spread - 1
same_low = (lowest.amax(1) / lowest.amin(1)).max().item()
share = (best_step[:, :-1] / best_step[:, 1:]).mean()  # of steps, at half the rate


def pick(table, at):
    """Return what the highest rate shows at a look, for each seed."""
    return table[..., -1].gather(0, at[None, :, -1])[0]


lost_points = 100 * (pick(accuracies, at) - accuracies[-1, :, -1]).mean().item()
clean_rise = clean_losses[-1] / clean_losses.min(0).values
wrong_rise = (losses[-1] / lowest)[:, -1]
rise, largest_clean = wrong_rise.mean().item() - 1, clean_rise.max().item() - 1
least_rise, most_rise = wrong_rise.min().item() - 1, wrong_rise.max().item() - 1
clean_mean = clean_rise.mean().item() - 1
sound_share = pick(sound_read, at).mean().item()
spoilt_share = pick(spoilt_read, at).mean().item()
weights_each = sum(part[0, 0].numel() for part in begin(1))


# %% stopping by images kept apart
def find_stop(losses):
    """Return the look with the lowest loss when patience runs out."""
    best = 0
    for look, loss in enumerate(losses):
        if loss < losses[best]:
            best = look
        if look - best == patience:
            break
    return best


stops = [
    [find_stop(run) for run in runs] for runs in kept_losses.permute(1, 2, 0).tolist()
]
stopped = (pick(losses, torch.tensor(stops)) / lowest[:, -1]).mean().item() - 1

# %% claim: at every rate both sets of labels are fitted to the last one
#| label: fitted
assert fitted.min() == 1
assert clean_fitted.min() == 1

# %% claim: all the while the training loss falls
#| label: falls
assert train_losses.diff(dim=0).max() < 0

# %% claim: with wrong labels the loss on new digits rises by 15 % or more on average
#| label: rises
assert rise > 0.15

# %% claim: and accuracy is lost, on average over the draws
#| label: points
assert lost_points > 0

# %% claim: with right labels it rises by less than a tenth, on average
#| label: clean
assert 0 <= clean_mean < 0.1

# %% claim: at twice the rate the best moment comes after half of the steps, on average
#| label: half
torch.testing.assert_close(share, torch.full_like(share, 2.0), rtol=0.1, atol=0)

# %% claim: rate times steps at the best moment is the same within three tenths, on average
#| label: work
assert 1 <= spread < 1.3

# %% claim: the lowest loss is the same at every rate, within a twentieth
#| label: same
assert 1 <= same_low < 1.05

# %% claim: at the best moment nearly all right labels are fitted, 38 % of the wrong not
#| label: order
assert sound_share > 0.95
assert spoilt_share > 0.38

# %% claim: patience on images kept apart ends within a tenth of the lowest, on average
#| label: patience
assert 0 <= stopped < 0.1

# %% the same overfitting, three times
#| caption: >
#|   Loss while three rates fit {count} images with {wrong} wrong labels, mean of five
#|   seeds: solid on new digits, a dot at the lowest, dashed on the images of training.
#|   Above against steps, below against learning rate times steps, with the loss on new
#|   digits after training with right labels, dotted. The first steps lie above 1.
#| alt: >
#|   Above, three solid curves fall to the same depth at three different steps and rise
#|   again, the fastest first; three dashed curves fall on towards zero. Below, the three
#|   lie on one another, lowest near fifty. A dotted curve, for right labels, falls much
#|   lower and stays there.
fig, axes = plt.subplots(2, 1, figsize=(4.5, 5.2), sharey=True)
times = torch.arange(looks + 1) * (total / looks)
for ax, scales in zip(axes, (rates.tolist(), [1.0] * 3), strict=True):
    for index, (rate, scale) in enumerate(zip(rates.tolist(), scales, strict=True)):
        new, fall = losses[:, :, index].mean(1), train_losses[:, :, index].mean(1)
        across = (times / scale).cpu()
        look_like = {"color": f"C{index}", "linewidth": 2.6 - 0.8 * index}
        ax.plot(across, new.cpu(), label=f"rate {rate:.1f}", **look_like)
        ax.plot(across, fall.cpu(), "--", **look_like)
        lowest_at = new.argmin().item()
        ax.plot(across[lowest_at], new[lowest_at].item(), "o", color=f"C{index}")
    ax.set(ylim=(0, 1), ylabel="loss")
axes[1].plot(times.cpu(), clean_losses.mean(1).cpu(), "C3:")
for height, text, color in (
    (0.69, "new digits", None),
    (0.23, "new digits, right labels", "C3"),
    (0.04, "training", None),
):
    axes[1].text(total, height, text, color=color, ha="right", va="bottom")
axes[0].set(xlabel="step", xlim=(0, 800))
axes[1].set(xlabel="learning rate × steps", xlim=(0, total))
axes[0].legend(loc="upper right", ncols=3)
