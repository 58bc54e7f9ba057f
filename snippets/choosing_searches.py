"""Range tests and full runs of three optimizers, on the small network of the bench."""

from itertools import pairwise

import torch
from choosing_bench import (
    adam,
    examine,
    momentum,
    read_off,
    sgd,
    smooth_out,
    train,
)

steps, test_steps = 180, 120
ladder = torch.logspace(-5, 1, test_steps)
ways = {  # update rule, weight decay, lowest exponent of the sweep
    "SGD": (sgd, 0.0, -8),
    "SGD, momentum 0.9": (momentum, 0.0, -11),
    "AdamW": (adam, 0.01, -13),
}


def climb(name, seeds):
    """Return the losses (seed, step) of range tests, and the rates at their bottoms."""
    rule, decay, _ = ways[name]
    losses = train(rule, ladder.expand(len(seeds), 1, -1), seeds, decay)[0][:, 0]
    return losses, torch.tensor([read_off(each, ladder) for each in losses])


def find_steepest(smooth):
    """Return the step before the steepest fall, fastai's `steep`."""
    falls = [before - after for before, after in pairwise(smooth)]
    return falls.index(max(falls))


def find_valley(smooth):
    """Return the step half-way down the longest series of ever lower losses.

    This is fastai's `valley`.
    """
    length = [1] * len(smooth)
    for here, loss in enumerate(smooth):
        lower = [length[i] for i, before in enumerate(smooth[:here]) if loss < before]
        length[here] = max(lower, default=0) + 1
    longest = max(length)
    return length.index(longest) - longest + int(longest / 3) + int(longest / 6)


def read_slopes(losses):
    """Return the rates at the valley and at the steepest fall."""
    first = test_steps // 10  # fastai leaves these out, and the last five
    smooth = smooth_out(losses)[first:-5]
    return [ladder[first + find(smooth)] for find in (find_valley, find_steepest)]


def look_past_border(losses, start):
    """Return the best and the number of runs of a search that begins around start.

    losses stand at rates a factor of three apart; the search ends where they do.
    """
    low, high = start - 1, start + 1
    while True:
        best = low + losses[low : high + 1].argmin().item()
        if low < best < high or best in (0, len(losses) - 1):
            return best, high - low + 1
        low, high = low - (best == low), high + (best == high)


def list_sweep(name):
    """Return the twelve rates of an optimizer's sweep, a factor of two apart."""
    exponent = ways[name][2]
    return 2.0 ** torch.arange(exponent, exponent + 12)


def run_fully(name, rates, seeds):
    """Return validation losses and test accuracies (seed, rate) of runs at rates."""
    rule, decay, _ = ways[name]
    _, weights = train(rule, rates[:, :, None].expand(-1, -1, steps), seeds, decay)
    return examine(weights, seeds)


def pick(table, index):
    """Return the entries of (way, seed, rate) that the index (way, seed) picks."""
    return table.gather(2, index[:, :, None]).squeeze(2)
