# %% [markdown]
# # Is one range test and three runs as good as a sweep?
# Three optimizers, five seeds: fifteen searches, each beside a sweep of twelve rates,
# and beside the shortcuts that one is tempted to take.

# %% three optimizers, five seeds
#| slow: true
import matplotlib.pyplot as plt
import torch
from choosing_bench import draw, train
from choosing_searches import (
    climb,
    find_steepest,
    find_valley,
    list_sweep,
    pick,
    read_slopes,
    run_fully,
    steps,
    test_steps,
    ways,
)
from torch.nn.functional import cross_entropy
from torch.optim import SGD, AdamW

seeds = range(5)
table_rates = dict(zip(ways, (0.01, 0.1, 0.001), strict=True))  # where to begin
even_rates = torch.arange(1, 13) / 12  # spread evenly from 0 to 1
powers = 3.0 ** torch.arange(-3, 8)  # as far as the border may move


# %% one search, with everything it is to be compared with
def measure(name):
    """Return the rates of the full runs, and their scores (seed, rate).

    The rates of each seed: the sweep (12), the even grid (12), around r (8), bottom,
    valley, steepest fall, around a table's rate (11).
    """
    tests, bottoms = climb(name, seeds)
    fixed = torch.cat([list_sweep(name), even_rates]).expand(len(seeds), -1)
    around = bottoms[:, None] / 10 * powers[:8]
    slopes = torch.tensor([read_slopes(losses) for losses in tests])
    table = (table_rates[name] * powers).expand(len(seeds), -1)
    rates = torch.cat([fixed, around, bottoms[:, None], slopes, table], 1)
    return rates, *run_fully(name, rates, seeds)


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
all_rates, checks, accuracies = zip(*map(measure, ways), strict=True)
picks, runs, table_runs = {}, [], []
for check in checks:
    best, take, count = zip(*map(look_past_border, check[:, 24:32]), strict=True)
    runs += count
    _, usual, count = zip(*map(look_past_border, check[:, 35:]), strict=True)
    table_runs += count
    fours = [start + 2 * check[:, start:12:2].argmin(1) for start in (0, 1)]
    prices = torch.stack([check.gather(1, each[:, None])[:, 0] for each in fours])
    here = {
        "three": 26 + check[:, 26:29].argmin(1),
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
all_rates, check, accuracy = map(torch.stack, (all_rates, checks, accuracies))

# %% each way to choose beside the sweep
swept = check[:, :, :12].argmin(2)
price = {kind: pick(check, index) / pick(check, swept) for kind, index in picks.items()}
lost_points = {
    kind: 100 * (pick(accuracy, swept) - pick(accuracy, index))
    for kind, index in picks.items()
}
best_rate = pick(all_rates, swept)
three_price = price["three"].max().item()
three_points = lost_points["three"].max().item()
most_runs, mean_runs = max(runs), sum(runs) / len(runs)
bill = (mean_runs + test_steps / steps) / 12  # the range test is part of a run
sgd_alone = price["alone"][0].max().item()
take_price, four_price = price["take"].max().item(), price["fours"].max().item()
usual_price, usual_runs = price["usual"].max().item(), sum(table_runs) / len(runs)
each = len(seeds)  # SGD's runs stand first, then momentum's
sgd_runs, momentum_runs = sum(table_runs[:each]), sum(table_runs[each : 2 * each])
sgd_runs, momentum_runs = sgd_runs / each, momentum_runs / each
steep_price = price["steepest"].max().item()
valley_price = price["valley"].max().item()
sgd_valley = price["valley"][0].log().mean().exp()
valley_rate = (pick(all_rates, picks["valley"]) / best_rate)[0].log().mean().exp()
even_price = price["even"][2].log().mean().exp().item()
lowest_seeds = (picks["even"][2] == 12).sum().item()
lucky_price = price["even"][:2].max().item()
moved_points = (lost_points["three"] - lost_points["moved"]).abs().mean().item()
beyond_grid = (best_rate[2] / even_rates[0]).log().mean().exp()


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

# %% claim: three runs come within three points of the sweep's accuracy, each time
#| label: close
assert three_points < 3

# %% claim: and their validation loss is within three tenths of the sweep's
#| label: loss
assert three_price < 1.3
apart = all_rates[:, :, 26:29] / all_rates[:, :, 27:28]
torch.testing.assert_close(apart, torch.tensor([1 / 3, 1.0, 3.0]).expand_as(apart))

# %% claim: so is that of the rate that the procedure takes in the end
#| label: take
assert take_price < 1.3
assert (price["take"] >= price["moved"]).all()
assert (price["take"] < 1.05 * price["moved"]).all()

# %% claim: six rates in steps of four come within two fifths
#| label: fours
assert four_price < 1.4
assert (price["fours"] >= 1).all()

# %% claim: a search by threes from a table's rate comes within a quarter, in more runs
#| label: table
assert usual_price < 1.25
assert usual_runs > mean_runs
assert sgd_runs > 6
assert momentum_runs < 4

# %% claim: the rate at the steepest fall comes within a half, with no full run
#| label: steepest
assert steep_price < 1.5
assert find_steepest([5.0, 4.0, 1.0, 0.0]) == 1

# %% claim: the valley is over eightfold too low for SGD, on average, and costs two fifths
#| label: valley
assert valley_rate < 1 / 8
assert sgd_valley > 1.4
assert find_valley([6.0, 5.0, 4.0, 3.0, 2.0, 1.0, 9.0]) == 2

# %% claim: moving past the border changes accuracies by under a test image on average
#| label: moved
assert moved_points < 100 / 517
change = pick(accuracy, picks["moved"]) - pick(accuracy, picks["three"])
torch.testing.assert_close(moved_points, 100 * change.abs().mean().item())

# %% claim: the search takes fewer than five runs, on average
#| label: runs
assert mean_runs < 5
steps_each = sum(count * steps + test_steps for count in runs) / len(runs)
torch.testing.assert_close(bill, steps_each / (12 * steps))

# %% claim: for AdamW the best of the even grid costs over four times the loss, on average
#| label: even
assert even_price > 4

# %% claim: its best rate lies below two fifths of that grid's lowest, on average
#| label: lowest
assert 1 / 70 < beyond_grid < 2 / 5

# %% claim: for the other two the even grid is within a half of the sweep
#| label: lucky
assert lucky_price < 1.5
assert (pick(check, picks["even"]) == check[:, :, 12:24].amin(2)).all()

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
