# %% [markdown]
# # When does Adam beat SGD?
# A small network predicts the next word. Once the words come in the frequencies of a
# language, and once all equally often. Each optimizer has its best learning rate.

# %% words, and what follows them
#| device: cpu
import math
from itertools import pairwise

import matplotlib.pyplot as plt
import torch

seeds = range(5)
words, width, steps, batch_size = 64, 32, 100, 64
likely = 0.8  # the chance of each word's own successor; else any word, by frequency
ranks = torch.arange(1.0, words + 1)
shares = {"1 / rank": 1 / ranks, "equal": torch.ones(words)}
shares = {kind: share / share.sum() for kind, share in shares.items()}


def draw(seed, share):
    """Return what follows each word, and the weights of a network in torch's init."""
    torch.manual_seed(seed)
    successors = (1 - likely) * share.repeat(words, 1)
    successors[torch.arange(words), torch.randperm(words)] += likely
    table, layer = torch.nn.Embedding(words, width), torch.nn.Linear(width, words)
    return successors, table.weight, layer.weight.T, layer.bias[None]


def sample(share, successors):
    """Return how often each pair of words occurs in a minibatch of each seed."""
    pairs = (share[:, None] * successors).flatten(1)
    drawn = torch.multinomial(pairs, batch_size, replacement=True)
    counts = torch.zeros_like(pairs).scatter_add_(1, drawn, torch.ones(drawn.shape))
    return counts.view_as(successors) / batch_size


# %% all seeds and rates at once
def train(optimizer_class, powers, kind, is_noisy=False, **settings):
    """Return (rate, seed, word): how far the loss stays above the least possible."""
    share = shares[kind]
    successors, *start = map(
        torch.stack, zip(*(draw(seed, share) for seed in seeds), strict=True)
    )
    groups = [
        {"params": [part.detach().clone() for part in start], "lr": 2.0**power}
        for power in powers
    ]
    copies = list(zip(*(group["params"] for group in groups), strict=True))
    optimizer = optimizer_class(groups, **settings)
    for step in range(steps + 1):
        stacked = [torch.stack(parts).requires_grad_() for parts in copies]
        table, matrix, bias = stacked  # (rates, seeds, words, width), …
        log_chances = (table @ matrix + bias).log_softmax(-1)
        if step == steps:
            surprise = successors.log() - log_chances.detach()
            return (successors * surprise).sum(-1)
        pairs = sample(share, successors) if is_noisy else share[:, None] * successors
        loss = -(pairs * log_chances).sum()  # no rate or seed sees another
        for parts, whole in zip(
            copies, torch.autograd.grad(loss, stacked), strict=True
        ):
            for part, gradient in zip(parts, whole, strict=True):
                part.grad = gradient
        optimizer.step()
    return None


# %% each optimizer at its best learning rate
classes = {
    "SGD": (torch.optim.SGD, {}),
    "momentum 0.9": (torch.optim.SGD, {"momentum": 0.9}),
    "Adam": (torch.optim.Adam, {"fused": True}),
}
worlds = {  # frequencies, whether minibatches are drawn, and powers of two to try
    "unequal": ("1 / rank", False, [range(-1, 5), range(-2, 4), range(-5, 0)]),
    "equal": ("equal", False, [range(2, 8), range(1, 7), range(-5, 0)]),
    "noisy": ("1 / rank", True, [range(-2, 4), range(-4, 2), range(-8, -2)]),
}
by_word, ends, reaches = {}, {}, []
for world, (kind, is_noisy, plans) in worlds.items():
    for (name, (optimizer_class, settings)), powers in zip(
        classes.items(), plans, strict=True
    ):
        excess = train(optimizer_class, powers, kind, is_noisy, **settings)
        means = (excess @ shares[kind]).nan_to_num(torch.inf)  # (rates, seeds)
        best = means.log().mean(1).argmin().item()
        reaches.append((best, len(powers)))
        by_word[world, name], ends[world, name] = excess[best], means[best]


def compare(world, name):
    """Return the share of that optimizer's loss at which Adam ends, on average."""
    return (ends[world, "Adam"] / ends[world, name]).log().mean().exp().item()


of_sgd, of_momentum = compare("unequal", "SGD"), compare("unequal", "momentum 0.9")
of_momentum_equal = compare("equal", "momentum 0.9")
of_momentum_noisy = compare("noisy", "momentum 0.9")
octaves = [1, 2, 4, 8, 16, 32, words + 1]  # of ranks
spans = [slice(low - 1, high - 1) for low, high in pairwise(octaves)]


def mean_over(kind, loss, span):
    """Return the mean of a loss for each word over those words of the text."""
    share = shares[kind][span]
    return (loss[..., span] * share).sum(-1) / share.sum()


def share_of_sgd(span):
    """Return Adam's loss on a range of ranks, where unequal, as a share of SGD's."""
    own, other = (
        mean_over("1 / rank", by_word["unequal", name], span).log().mean()
        for name in ("Adam", "SGD")
    )
    return (own - other).exp().item()


most_of_sgd = max(share_of_sgd(span) for span in spans)

# %% which words the lead comes from
rare_from = 16
common, rare = slice(1), slice(rare_from - 1, None)
text = shares["1 / rank"]
common_text, rare_text = text[common].sum().item(), text[rare].sum().item()


def lead_from(name, span):
    """Return which share of Adam's lead in the mean loss those words give."""
    lead = (by_word["unequal", name] - by_word["unequal", "Adam"]).mean(0)  # by word
    part, whole = (mean_over("1 / rank", lead, each) for each in (span, slice(None)))
    return (text[span].sum() * part / whole).item()


common_sgd, rare_sgd = (lead_from("SGD", span) for span in (common, rare))
common_momentum, rare_momentum = (
    lead_from("momentum 0.9", span) for span in (common, rare)
)

# %% claim: on unequal words it ends at 1/8 to 1/3 of SGD's loss, 1/4 to 0.8 of momentum's
#| label: momentum
assert 1 / 8 < of_sgd < 1 / 3
assert 1 / 4 < of_momentum < 0.8

# %% claim: SGD ends above it on every range of ranks, and rank 16 on gives over a third
#| label: everywhere
assert most_of_sgd < 0.8
assert rare_sgd > 1 / 3
assert common_sgd < 1 / 3

# %% claim: rank 16 on, under a third of the text, gives over half of the lead on momentum
#| label: rare
assert rare_text < 1 / 3
assert rare_momentum > 1 / 2
assert common_momentum < 0.1

# %% claim: on equal words Adam ends within a fifth of momentum's loss, on geometric average
#| label: equal
assert abs(math.log(of_momentum_equal)) < math.log(1.2)

# %% claim: in minibatches of 64 within 30 per cent, on unequal words too
#| label: noisy
assert abs(math.log(of_momentum_noisy)) < math.log(1.3)

# %% claim: no best rate lies at the border of its grid
#| label: inside
assert all(0 < best < rates - 1 for best, rates in reaches)
assert len(reaches) == len(worlds) * len(classes)

# %% loss by the rank of the word
#| caption: >
#|   How far the loss stays above the least possible after {steps} steps on all pairs of
#|   {words} words, by the rank of the first word: means of ranks 1, 2 to 3, 4 to 7 and so
#|   on, and of five seeds. A rank is as wide as its share of the text: the area below a
#|   line is a mean loss. An embedding of width {width} and one linear layer.
#| alt: >
#|   Two panels of steps. Where a word's frequency is 1 / rank, Adam and momentum are level
#|   at rank 1, and Adam's lead grows towards the rare words; SGD lies above both. Where
#|   words are equally frequent, the lines are level, Adam and momentum close together.
fig, axes = plt.subplots(1, 2, figsize=(4.5, 3.1), sharey=True)
titles = "frequency 1 / rank", "equal frequency"
for ax, title, world in zip(axes, titles, ("unequal", "equal"), strict=True):
    kind = worlds[world][0]
    ends_at = shares[kind].cumsum(0)[[high - 2 for high in octaves[1:]]]
    edges = [0.0, *ends_at.tolist()]
    for name in classes:
        mean = by_word[world, name].mean(0)
        loss = [mean_over(kind, mean, span).item() for span in spans]
        ax.step(edges, [*loss, loss[-1]], where="post", label=name)
    ticks = [0, 2, 4, 5] if world == "unequal" else [0, 3, 4, 5]
    ax.set_xticks([edges[tick] for tick in ticks], [octaves[tick] for tick in ticks])
    ax.set(xlabel="rank of the word, from", title=title, xlim=(0, 1), ylim=(0, None))
axes[0].set(ylabel="loss above the least", yticks=[0, 0.05, 0.1])
fig.legend(*axes[0].get_legend_handles_labels(), ncols=3, loc="outside upper center")
