# %% [markdown]
# # Is one range test and three runs as good as a sweep?
# Fifteen searches, each beside a sweep of twelve rates, and beside tempting shortcuts.

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
    look_past_border,
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
table_rates = {"SGD": 0.01, "SGD, momentum 0.9": 0.1, "AdamW": 0.001}
even_rates = torch.arange(1, 13) / 12  # spread evenly from 0 to 1
powers = 3.0 ** torch.arange(-3, 8)  # as far as the border may move


# %% one search, with everything it is to be compared with
def measure(name):
    """Return the rates of the full runs, and their scores (seed, rate).

    The rates of each seed: the sweep (12), the even grid (12), around a tenth of the
    bottom (8), around the steepest fall (8), bottom, valley, around a table's rate (11).
    """
    tests, bottoms = climb(name, seeds)
    fixed = torch.cat([list_sweep(name), even_rates]).expand(len(seeds), -1)
    slopes = torch.tensor([read_slopes(losses) for losses in tests])
    around = bottoms[:, None] / 10 * powers[:8], slopes[:, 1:] * powers[:8]
    table = (table_rates[name] * powers).expand(len(seeds), -1)
    rates = torch.cat([fixed, *around, bottoms[:, None], slopes[:, :1], table], 1)
    return rates, *run_fully(name, rates, seeds)


def search(check, first, count):
    """Return the places of the best and the runs, for each seed, of one search."""
    found = [look_past_border(row, 3) for row in check[:, first : first + count]]
    best, runs = torch.tensor(found).T
    return first + best, runs


# %% fifteen searches
all_rates, checks, accuracies = zip(*map(measure, ways), strict=True)
picks, runs = {}, {}
for check in checks:
    moved, guessed = search(check, 24, 8)
    rising, steeply = search(check, 32, 8)
    usual, by_table = search(check, 42, 11)
    fours = [start + 2 * check[:, start:12:2].argmin(1) for start in (0, 1)]
    prices = torch.stack([check.gather(1, each[:, None])[:, 0] for each in fours])
    chosen = {
        "alone": torch.full((len(seeds),), 27),
        "three": 26 + check[:, 26:29].argmin(1),
        "moved": moved,
        "steepest": torch.full((len(seeds),), 35),
        "around": rising,
        "usual": usual,
        "fours": torch.where(prices[0] > prices[1], *fours),  # the worse of the two
        "valley": torch.full((len(seeds),), 41),
        "even": 12 + check[:, 12:24].argmin(1),
        "bottom": torch.full((len(seeds),), 40),
    }
    for kind, index in chosen.items():
        picks.setdefault(kind, []).append(index)
    for kind, count in ("moved", guessed), ("around", steeply), ("usual", by_table):
        runs.setdefault(kind, []).append(count)
picks = {kind: torch.stack(index) for kind, index in picks.items()}  # (way, seed)
runs = {kind: torch.stack(count).float() for kind, count in runs.items()}
all_rates, check, accuracy = map(torch.stack, (all_rates, checks, accuracies))

# %% each way to choose beside the sweep
swept = check[:, :, :12].argmin(2)
price = {kind: pick(check, index) / pick(check, swept) for kind, index in picks.items()}
worst = {kind: ratios.max().item() for kind, ratios in price.items()}
mean = {kind: ratios.mean().item() for kind, ratios in price.items()}
mean_runs, around_runs, usual_runs = (each.mean().item() for each in runs.values())
test_cost = test_steps / steps  # the range test is part of a run
whole_runs = mean_runs + test_cost
saved = (runs["usual"] - runs["moved"]).mean(1) - test_cost  # in full runs
sgd_saved, momentum_saved, adam_saved = saved.tolist()
momentum_more = -momentum_saved
kinds = "moved", "usual", "steepest", "around", "fours"
moved_price, usual_price, steep_price, around_price, four_price = map(worst.get, kinds)
moved_mean, usual_mean, steep_mean, *_ = map(mean.get, kinds)
sgd_alone = price["alone"][0].mean().item()
other_alone = price["alone"][1:].mean().item()
points = 100 * (pick(accuracy, swept) - pick(accuracy, picks["moved"]))
most_points, gain = points.max().item(), price["three"] / price["moved"]
gains, most_gain = (gain > 1).sum().item(), 1 - 1 / gain.max().item()
sgd_valley = price["valley"][0].mean().item()
even_price = price["even"][2].log().mean().exp().item()
lowest_seeds = (picks["even"][2] == 12).sum().item()
lucky_price = price["even"][:2].max().item()
best_rate = pick(all_rates, swept)
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

# %% claim: the search ends within a half of the sweep's loss, each time
#| label: search
assert moved_price < 1.5
assert (pick(check, swept) == check[:, :, :12].amin(2)).all()
apart = all_rates[:, :, 26:29] / all_rates[:, :, 27:28]
torch.testing.assert_close(apart, torch.tensor([1 / 3, 1.0, 3.0]).expand_as(apart))

# %% claim: it loses fewer than three points of the sweep's accuracy, each time
#| label: close
assert most_points < 3

# %% claim: the search takes fewer than five runs, on average
#| label: runs
assert mean_runs < 5
steps_each = (runs["moved"] * steps + test_steps).mean().item()
torch.testing.assert_close(whole_runs, steps_each / steps)

# %% claim: r alone costs plain SGD loss on average, and the others under three tenths
#| label: alone
assert sgd_alone > 1
assert other_alone < 1.3

# %% claim: moving past the border leaves six of fifteen searches or more as they were
#| label: moved
assert gains == (price["three"] > price["moved"]).sum() <= 15 - 6
assert abs(1 - most_gain - (price["moved"] / price["three"]).min()) < 1e-6

# %% claim: a search by threes from a table's rate comes within three fifths
#| label: table
assert usual_price < 1.6

# %% claim: the range test saves SGD over a run, AdamW some, momentum under one
#| label: saved
assert sgd_saved > 1
assert adam_saved > 0
assert momentum_saved < 1
assert abs(momentum_more - test_cost - (runs["moved"] - runs["usual"])[1].mean()) < 1e-6

# %% claim: six rates in steps of four come within three fifths
#| label: fours
assert four_price < 1.6
assert (price["fours"] >= 1).all()

# %% claim: the rate at the steepest fall comes within a fifth on average, with no full run
#| label: steepest
assert steep_mean < 1.2
assert find_steepest([5.0, 4.0, 1.0, 0.0]) == 1

# %% claim: a search around it comes within a half, in fewer than five runs
#| label: around
assert around_price < 1.5
assert around_runs < 5

# %% claim: the valley costs SGD loss, on average
#| label: valley
assert sgd_valley > 1
assert find_valley([6.0, 5.0, 4.0, 3.0, 2.0, 1.0, 9.0]) == 2

# %% claim: for AdamW the best of the even grid costs over thrice the loss, on average
#| label: even
assert even_price > 3

# %% claim: its best rate lies below two fifths of that grid's lowest, on average
#| label: lowest
assert 1 / 70 < beyond_grid < 2 / 5

# %% claim: for the other two the even grid is within three quarters of the sweep
#| label: lucky
assert lucky_price < 1.75
assert (pick(check, picks["even"]) == check[:, :, 12:24].amin(2)).all()

# %% ten ways to choose
#| caption: >
#|   Validation loss at the rate that each way chooses, divided by the lowest of the
#|   sweep; the lowest mean stands first. Three optimizers, five seeds each; beyond 1.5
#|   points stand at the edge. Right: the worst of the fifteen; full runs, test included.
#| alt: >
#|   Ten rows of points between 0.8 and 1.5. The searches around the steepest fall,
#|   from a table's rate and around a tenth of the bottom lie near 1, and so do three
#|   runs and the steepest fall alone; six rates in steps of four are a little above.
#|   A tenth of the bottom alone lies near 1.3 for SGD. The valley, the even grid and the
#|   bottom of the range test are at the edge for one optimizer or more.
rows = {  # name, cost in full runs
    "steepest": ("s alone", test_cost),
    "around": ("search around s", around_runs + test_cost),
    "alone": ("r alone", test_cost),
    "three": ("best of r/3, r, 3r", 3 + test_cost),
    "moved": ("search around r", whole_runs),
    "usual": ("search from a table", usual_runs),
    "fours": ("6 rates by fours", 6),
    "valley": ("valley", test_cost),
    "even": ("12 even rates", 12),
    "bottom": ("bottom", test_cost),
}
order = sorted(rows, key=mean.get)
fig, ax = plt.subplots(figsize=(4.5, 4.2))
for row, kind in enumerate(order):
    for color, (label, ratios) in enumerate(zip(ways, price[kind].cpu(), strict=True)):
        height = [row + 0.2 * (color - 1)] * len(seeds)
        mark, name = "os^"[color], label if row == 0 else None
        look = {"color": f"C{color}", "label": name, "clip_on": False}
        ax.plot(ratios.clamp(max=1.5), height, mark, markersize=4, **look)
beside = [f"{worst[kind]:.2f}  {rows[kind][1]:.1f}" for kind in order]
right = ax.secondary_yaxis("right")
right.set_yticks(range(len(rows)), beside)
ax.axvline(1, color="C3", linestyle=":", linewidth=1)
ax.set(xlim=(0.85, 1.5), xlabel="validation loss ÷ that of the sweep")
ax.set_yticks(range(len(rows)), [rows[kind][0] for kind in order])
ax.invert_yaxis()
fig.legend(ncols=3, loc="outside lower center")
