# %% [markdown]
# # Is one range test and three runs as good as a sweep?
# Three optimizers, five seeds: fifteen searches, each beside a sweep of twelve rates,
# and beside the shortcuts that one is tempted to take.

# %% three optimizers, five seeds
#| slow: true
import matplotlib.pyplot as plt
import torch
from choosing_bench import adam, draw, examine, momentum, read_off, sgd, train
from torch.nn.functional import cross_entropy
from torch.optim import SGD, AdamW

seeds = range(5)
steps, test_steps = 180, 120
ladder = torch.logspace(-5, 1, test_steps)
ways = {  # update rule, weight decay, lowest exponent of the sweep
    "SGD": (sgd, 0.0, -8),
    "SGD, momentum 0.9": (momentum, 0.0, -11),
    "AdamW": (adam, 0.01, -13),
}
even_rates = torch.arange(1, 13) / 12  # spread evenly from 0 to 1
powers = 3.0 ** torch.arange(-3, 5)  # r/27 ... 81 r: as far as the border may move


# %% one search, with everything it is to be compared with
def measure_way(rule, decay, exponent):
    """Return the range tests, and rates and scores (seed, rate) of the full runs.

    The rates of each seed: the sweep (12), the even grid (12), around r (8), bottom.
    """
    test_losses, _ = train(rule, ladder.expand(len(seeds), 1, -1), seeds, decay)
    bottoms = torch.tensor([read_off(losses, ladder) for losses in test_losses[:, 0]])
    sweep = 2.0 ** torch.arange(exponent, exponent + 12)
    fixed = torch.cat([sweep, even_rates]).expand(len(seeds), -1)
    around = bottoms[:, None] / 10 * powers
    rates = torch.cat([fixed, around, bottoms[:, None]], 1)
    _, weights = train(rule, rates[:, :, None].expand(-1, -1, steps), seeds, decay)
    return test_losses[:, 0], rates, *examine(weights, seeds)


def look_past_border(losses):
    """Return where the search ends among the rates around r, and how many runs it took."""
    low, high = 2, 4  # r/3, r, 3r
    while True:
        best = low + losses[low : high + 1].argmin().item()
        if low < best < high:
            return best, high - low + 1
        low, high = low - (best == low), high + (best == high)


# %% fifteen searches
picks = {name: [] for name in ("three", "moved", "alone", "even", "bottom")}
tests, rates, checks, accuracies, runs, first_picks = {}, {}, {}, {}, [], {}
for name, way in ways.items():
    tests[name], rates[name], check, accuracy = measure_way(*way)
    checks[name], accuracies[name] = check, accuracy
    ends = [look_past_border(losses) for losses in check[:, 24:32]]
    runs += [count for _, count in ends]
    first_picks[name] = check[:, 26:29].argmin(1)  # 0: r/3, 1: r, 2: 3r
    here = {
        "three": 26 + first_picks[name],
        "moved": torch.tensor([24 + end for end, _ in ends]),
        "alone": torch.full((len(seeds),), 27),
        "even": 12 + check[:, 12:24].argmin(1),
        "bottom": torch.full((len(seeds),), 32),
    }
    for kind, index in here.items():
        picks[kind].append(index)
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
even_price = price["even"][2].min().item()
all_rates = torch.stack([*rates.values()])
best_by_guess = at(all_rates, swept) / all_rates[:, :, 27]  # (way, seed)
least_low, most_low = best_by_guess[0].min().item(), best_by_guess[0].max().item()
other_low, other_high = best_by_guess[1:].min().item(), best_by_guess[1:].max().item()

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
    for (rule, decay, _), lr in zip(ways.values(), (0.1, 0.01, 0.001), strict=True)
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
assert other_low > 1 / 10
assert other_high < 10

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
    average, smooth = 0.0, []
    for step, loss in enumerate(losses.tolist(), 1):
        average = 0.9 * average + 0.1 * loss
        smooth.append(average / (1 - 0.9**step))
    test_line = ax.loglog(ladder.cpu(), smooth, "--", color="C0", linewidth=1)[0]
    keep = torch.cat([torch.arange(12), torch.tensor([32])])
    order = seed_rates[keep].argsort()
    seen = seed_checks[keep].clamp(max=1e9)
    ends = seed_rates[keep][order].cpu(), seen[order].cpu()
    run_line = ax.loglog(*ends, ".-", color="C1", linewidth=1)[0]
test_line.set_label("range test: loss on the way up")
run_line.set_label("full runs: validation loss at the end")
ax.set(xlim=(3e-4, 10), ylim=(0.05, 30), xlabel="learning rate", ylabel="loss")
ax.legend(loc="upper left")

# %% five ways to choose
#| caption: >
#|   Validation loss at the rate that each way chooses, divided by the lowest of the
#|   twelve-rate sweep. Three optimizers, five seeds each; what is lost stands at the
#|   right edge.
#| alt: >
#|   Five rows of points on a log axis. Three runs, with or without moving past the
#|   border, lie at 1. The range test's answer alone lies between 1 and 1.5. The even
#|   grid is near 1 for SGD with and without momentum, and between 4 and 20 for AdamW.
#|   At the bottom of the range test AdamW is above 10 and momentum at the edge.
rows = {
    "bottom of the range test": "bottom",
    "12 rates, even from 0 to 1": "even",
    "r alone": "alone",
    "r/3, r, 3r": "three",
    "…and past the border": "moved",
}
fig, ax = plt.subplots()
for row, kind in enumerate(rows.values()):
    for color, (label, ratios) in enumerate(zip(ways, price[kind].cpu(), strict=True)):
        height = [row + 0.2 * (color - 1)] * len(seeds)
        mark, name = "os^"[color], label if row == 0 else None
        ax.plot(ratios.clamp(max=100), height, mark, color=f"C{color}", label=name)
ax.axvline(1, color="C3", linestyle=":", linewidth=1)
ax.set(xscale="log", xlim=(0.8, 130), xlabel="validation loss ÷ that of the sweep")
ax.set_yticks(range(len(rows)), rows)
ax.legend()
