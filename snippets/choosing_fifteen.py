# %% [markdown]
# # Is one range test and three runs as good as a sweep?
# Three optimizers, five seeds: fifteen searches, each beside a sweep of twelve rates,
# and beside the shortcuts that one is tempted to take.

# %% three optimizers, five seeds
#| slow: true
from itertools import pairwise

import matplotlib.pyplot as plt
import torch
from choosing_bench import (
    adam,
    draw,
    examine,
    momentum,
    read_off,
    sgd,
    smooth_out,
    train,
)
from torch.nn.functional import cross_entropy
from torch.optim import SGD, AdamW

seeds = range(5)
steps, test_steps = 180, 120
ladder = torch.logspace(-5, 1, test_steps)
ways = {  # update rule, weight decay, lowest exponent of the sweep, a table's rate
    "SGD": (sgd, 0.0, -8, 0.01),
    "SGD, momentum 0.9": (momentum, 0.0, -11, 0.1),
    "AdamW": (adam, 0.01, -13, 0.001),
}
even_rates = torch.arange(1, 13) / 12  # spread evenly from 0 to 1
powers = 3.0 ** torch.arange(-3, 8)  # as far as the border may move


# %% two more readings of a range test, as fastai's `steep` and `valley` define them
def find_steepest(smooth):
    """Return the step before the steepest fall."""
    falls = [before - after for before, after in pairwise(smooth)]
    return falls.index(max(falls))


def find_valley(smooth):
    """Return the step half-way down the longest series of ever lower losses."""
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


# %% one search, with everything it is to be compared with
def measure_way(rule, decay, exponent, usual):
    """Return the range tests, and rates and scores (seed, rate) of the full runs.

    The rates of each seed: the sweep (12), the even grid (12), around r (8), bottom,
    valley, steepest fall, around a table's rate (11).
    """
    test_losses, _ = train(rule, ladder.expand(len(seeds), 1, -1), seeds, decay)
    bottoms = torch.tensor([read_off(losses, ladder) for losses in test_losses[:, 0]])
    sweep = 2.0 ** torch.arange(exponent, exponent + 12)
    fixed = torch.cat([sweep, even_rates]).expand(len(seeds), -1)
    around = bottoms[:, None] / 10 * powers[:8]
    slopes = torch.tensor([read_slopes(losses) for losses in test_losses[:, 0]])
    table = (usual * powers).expand(len(seeds), -1)
    rates = torch.cat([fixed, around, bottoms[:, None], slopes, table], 1)
    _, weights = train(rule, rates[:, :, None].expand(-1, -1, steps), seeds, decay)
    return test_losses[:, 0], rates, *examine(weights, seeds)


def look_past_border(losses):
    """Return the best rate, the rate to take and the runs of a search by threes."""
    low, high = 2, 4  # a third of the first guess, the guess, and three times it
    while True:
        best = low + losses[low : high + 1].argmin().item()
        if low < best < high:
            break
        low, high = low - (best == low), high + (best == high)
    tied = losses[low : high + 1] < 1.05 * losses[best]
    return best, low + tied.int().argmax().item(), high - low + 1


# %% fifteen searches
tests, rates, checks, accuracies, first_picks = {}, {}, {}, {}, {}
picks, runs, table_runs = {}, [], []
for name, way in ways.items():
    tests[name], rates[name], check, accuracy = measure_way(*way)
    checks[name], accuracies[name] = check, accuracy
    best, take, count = zip(*map(look_past_border, check[:, 24:32]), strict=True)
    runs += count
    _, usual, count = zip(*map(look_past_border, check[:, 35:]), strict=True)
    table_runs += count
    fours = [start + 2 * check[:, start:12:2].argmin(1) for start in (0, 1)]
    prices = torch.stack([check.gather(1, each[:, None])[:, 0] for each in fours])
    first_picks[name] = check[:, 26:29].argmin(1)  # 0: r/3, 1: r, 2: 3r
    here = {
        "three": 26 + first_picks[name],
        "moved": 24 + torch.tensor(best),
        "take": 24 + torch.tensor(take),
        "fours": torch.where(prices[0] > prices[1], *fours),  # the worse of the two
        "usual": 35 + torch.tensor(usual),
        "valley": torch.full((len(seeds),), 33),
        "steepest": torch.full((len(seeds),), 34),
        "alone": torch.full((len(seeds),), 27),
        "even": 12 + check[:, 12:24].argmin(1),
        "bottom": torch.full((len(seeds),), 32),
    }
    for kind, index in here.items():
        picks.setdefault(kind, []).append(index)
picks = {kind: torch.stack(index) for kind, index in picks.items()}  # (way, seed)
check, accuracy = torch.stack([*checks.values()]), torch.stack([*accuracies.values()])
swept = check[:, :, :12].argmin(2)


def at(table, index):
    """Return the entries of (way, seed, rate) that the index (way, seed) picks."""
    return table.gather(2, index[:, :, None]).squeeze(2)


price = {kind: at(check, index) / at(check, swept) for kind, index in picks.items()}
points = {
    kind: 100 * (at(accuracy, swept) - at(accuracy, index))
    for kind, index in picks.items()
}
three_price, three_points = price["three"].max().item(), points["three"].max().item()
mean_runs = sum(runs) / len(runs)
bill = (mean_runs + test_steps / steps) / 12  # the range test is part of a run
sgd_alone = price["alone"][0].max().item()
lucky_seeds = (price["bottom"][0] < 1.25).sum().item()
momentum_alone = price["alone"][1].max().item()
take_price, four_price = price["take"].max().item(), price["fours"].max().item()
usual_price, usual_runs = price["usual"].max().item(), sum(table_runs) / len(runs)
valley_price, steep_price = (price[way].max().item() for way in ("valley", "steepest"))
even_price = price["even"][2].min().item()
all_rates = torch.stack([*rates.values()])
best_by_guess = at(all_rates, swept) / all_rates[:, :, 27]  # (way, seed)
least_low, most_low = best_by_guess[0].min().item(), best_by_guess[0].max().item()
other_low, other_high = best_by_guess[1:].min().item(), best_by_guess[1:].max().item()
works = (check[:, :, :12] < 2.3).int()  # better than guessing among ten digits
largest = all_rates.gather(2, 11 - works.flip(2).argmax(2, keepdim=True))[:, :, 0]
below_edge = largest / at(all_rates, swept)  # Bengio: at most two
edge_least, edge_most = below_edge[1:].min().item(), below_edge[1:].max().item()

# %% how wide is the good range
good = accuracy[:, :, :12] >= accuracy[:, :, :12].amax(2, keepdim=True) - 0.01
widths = good.sum(2).float().mean(1)  # in doublings, one for each optimizer
sgd_width, momentum_width, adam_width = widths.tolist()
wider = adam_width - sgd_width


# %% the same with torch.optim
def descend_40(optimizer_class, lr, **options):
    """Return the losses of the first seed's first 40 batches."""
    network, images, labels, batches = draw(seeds[0], 40)
    optimizer = optimizer_class(network.parameters(), lr=lr, **options)
    losses = []
    for batch in batches:
        optimizer.zero_grad()
        loss = cross_entropy(network(images[batch]), labels[batch])
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    return torch.stack(losses)


by_torch = [
    descend_40(SGD, 0.1),
    descend_40(SGD, 0.01, momentum=0.9),
    descend_40(AdamW, 0.001),
]
by_hand = [
    train(rule, torch.full((1, 1, 40), lr), seeds[:1], decay)[0][0, 0]
    for (rule, decay, *_), lr in zip(ways.values(), (0.1, 0.01, 0.001), strict=True)
]

# %% claim: the three rules are SGD, SGD with momentum and AdamW of torch
#| label: torch
torch.testing.assert_close(by_hand, by_torch, rtol=1e-4, atol=1e-5)
assert ways["AdamW"][1] == AdamW([torch.zeros(1)]).defaults["weight_decay"]

# %% claim: three runs come within a point of the sweep's accuracy, fifteen times
#| label: close
assert three_points < 1

# %% claim: and their validation loss is within a quarter of the sweep's
#| label: loss
assert three_price < 1.25

# %% claim: so is that of the rate that the procedure takes in the end
#| label: take
assert take_price < 1.25
assert (price["take"] >= price["moved"]).all()
assert (price["take"] < 1.05 * price["moved"]).all()

# %% claim: six rates in steps of four are as near
#| label: fours
assert four_price < 1.3
assert (price["fours"] >= 1).all()

# %% claim: so is a search by threes from a table's rate, at the cost of more runs
#| label: table
assert usual_price < 1.25
assert usual_runs > mean_runs + test_steps / steps
each = len(seeds)  # SGD's runs stand first, then momentum's
assert min(table_runs[:each]) >= 7
assert max(table_runs[each : 2 * each]) == 3

# %% claim: the steepest slope alone is nearer than a tenth of the bottom, at their worst
#| label: steepest
assert steep_price < 1.4
assert steep_price < price["alone"].max()

# %% claim: the valley is far too low for SGD, every seed
#| label: valley
assert price["valley"][0].min() > 2

# %% claim: momentum and AdamW do best at less than half the largest rate that works
#| label: largest
assert below_edge[1:].min() > 2
assert below_edge[0].max() < below_edge[1:].max()

# %% claim: moving past the border changes accuracies by less than half a point on average
#| label: moved
assert (points["three"] - points["moved"]).abs().mean() < 0.5

# %% claim: the search never takes more than five runs
#| label: runs
assert max(runs) <= 5
steps_each = sum(count * steps + test_steps for count in runs) / len(runs)
torch.testing.assert_close(bill, steps_each / (12 * steps))

# %% claim: for SGD the first three runs always end at the border, at 3 r
#| label: border
assert (first_picks["SGD"] == 2).all()

# %% claim: for SGD a tenth of the bottom is too low by a factor above 1.5
#| label: low
assert least_low > 1.5

# %% claim: for the others it is within a factor of ten of the best rate
#| label: within
assert 1 / 10 < other_low <= best_by_guess[1:].min()
assert best_by_guess[1:].max() <= other_high < 10

# %% claim: with momentum, a tenth of the bottom is within a quarter of the sweep
#| label: decade
assert momentum_alone < 1.25

# %% claim: at the bottom itself momentum and AdamW end five times as high as the sweep
#| label: bottom
assert price["bottom"][1:].min() > 5

# %% claim: with momentum the run at the bottom is lost
#| label: lost
assert price["bottom"][1].min() > 1000

# %% claim: for AdamW the best rate of the even grid costs more than twice the loss
#| label: even
assert even_price > 2

# %% claim: and it is the lowest rate of that grid, every seed
#| label: lowest
assert (picks["even"][2] == 12).all()

# %% claim: for the other two the even grid is within a half of the sweep
#| label: lucky
assert price["even"][:2].max() < 1.5
assert (at(check, picks["even"]) == check[:, :, 12:24].amin(2)).all()

# %% claim: AdamW's good range is less than two doublings wider than that of SGD
#| label: width
assert abs(wider) < 2

# %% range test and full runs
#| caption: >
#|   SGD with momentum 0.9, five seeds. Dashed: the smoothed loss of a range test of
#|   {test_steps} steps. Solid: where full runs of {steps} steps end, on validation
#|   images, each at one constant rate.
#| alt: >
#|   Loss against learning rate, both axes logarithmic. The dashed curves of the range
#|   tests fall until the rate is just above 1. The solid curve of the full runs has its
#|   lowest point near a tenth of that, and has left the top of the picture where the
#|   dashed curves are lowest.
fig, ax = plt.subplots()
name = "SGD, momentum 0.9"
for losses, seed_rates, seed_checks in zip(
    tests[name], rates[name], checks[name], strict=True
):
    smooth = smooth_out(losses)
    passed = ladder.cpu()[: len(smooth)]
    test_line = ax.loglog(passed, smooth, "--", color="C0", linewidth=1)[0]
    keep = torch.cat([torch.arange(12), torch.tensor([32])])
    order = seed_rates[keep].argsort()
    seen = seed_checks[keep].clamp(max=1e9)
    ends = seed_rates[keep][order].cpu(), seen[order].cpu()
    run_line = ax.loglog(*ends, ".-", color="C1", linewidth=1)[0]
test_line.set_label("range test: on the way up")
run_line.set_label("full runs: at their end")
ax.set(xlim=(3e-4, 10), ylim=(0.05, 30), xlabel="learning rate", ylabel="loss")
ax.legend(loc="upper left")

# %% ten ways to choose
#| caption: >
#|   Validation loss at the rate that each way chooses, divided by the lowest of the
#|   twelve-rate sweep. Three optimizers, five seeds each; what is lost stands at the
#|   right edge.
#| alt: >
#|   Ten rows of points on a log axis. Near 1 lie the steepest slope, three runs with
#|   and without moving past the border and with the lowest of a tie, six rates in steps
#|   of four, and the search by threes from a table's rate. A tenth of the bottom lies
#|   between 1 and 1.5. The valley is between 3 and 6 for SGD. The even grid is near 1
#|   for SGD with and without momentum, and above 5 for AdamW. At the bottom of the range
#|   test AdamW is above 10 and momentum at the edge.
rows = {
    "bottom of the range test": "bottom",
    "12 rates, even from 0 to 1": "even",
    "steepest slope": "steepest",
    "valley": "valley",
    "r alone": "alone",
    "r/3, r, 3r": "three",
    "…and past the border": "moved",
    "…lowest of a tie": "take",
    "6 rates, in steps of four": "fours",
    "a table's rate, by threes": "usual",
}
fig, ax = plt.subplots(figsize=(4.5, 4.2))
for row, kind in enumerate(rows.values()):
    for color, (label, ratios) in enumerate(zip(ways, price[kind].cpu(), strict=True)):
        height = [row + 0.2 * (color - 1)] * len(seeds)
        mark, name = "os^"[color], label if row == 0 else None
        ax.plot(ratios.clamp(max=100), height, mark, color=f"C{color}", label=name)
ax.axvline(1, color="C3", linestyle=":", linewidth=1)
ax.set(xscale="log", xlim=(0.8, 130), xlabel="validation loss ÷ that of the sweep")
ax.set_yticks(range(len(rows)), rows)
ax.invert_yaxis()
ax.legend(loc="lower right")
