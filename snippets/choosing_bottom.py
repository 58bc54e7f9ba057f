# %% [markdown]
# # Where does the best rate lie, seen from the bottom of a range test?
# Beside each range test, a sweep of full runs, and runs at and below its bottom.

# %% fifteen range tests, fifteen sweeps
import matplotlib.pyplot as plt
import torch
from choosing_bench import smooth_out
from choosing_searches import (
    climb,
    ladder,
    list_sweep,
    pick,
    run_fully,
    ways,
)

seeds = range(5)
test_steps = len(ladder)
below = torch.tensor([1.0, 1 / 30, 1 / 10, 3 / 10])  # of the bottom: it, r/3, r, 3 r
tests, rates, checks, accuracies = [], [], [], []
for name in ways:
    losses, bottoms = climb(name, seeds)
    sweep = list_sweep(name).expand(len(seeds), -1)
    tests.append(losses)
    rates.append(torch.cat([sweep, bottoms[:, None] * below], 1))
    check, accuracy = run_fully(name, rates[-1], seeds)
    checks.append(check)
    accuracies.append(accuracy)
rates, check, accuracy = map(torch.stack, (rates, checks, accuracies))
swept = check[:, :, :12].argmin(2)  # what the sweep chooses, (way, seed)
best_rate = pick(rates, swept)
price = check / pick(check, swept)[:, :, None]

# %% the best rate against r, and what r and the bottom are worth
best_by_guess = best_rate / rates[:, :, 14]
least_low, most_low = (ratio.item() for ratio in best_by_guess[0].aminmax())
other_low, other_high = (ratio.item() for ratio in best_by_guess[1:].aminmax())
sgd_mean, *other_means = best_by_guess.log().mean(1).exp().tolist()
momentum_alone = price[1, :, 14].max().item()
_, momentum_third, _ = price[:, :, 15].log().mean(1).exp().tolist()
_, momentum_bottom, adam_bottom = price[:, :, 12].log().mean(1).exp().tolist()
lucky_seeds = (price[0, :, 12] < 1.25).sum().item()
tripled_seeds = (check[0, :, 13:].argmin(1) == 2).sum().item()

# %% the best rate against the largest that works
works = check[:, :, :12] < 2.3  # better than guessing among ten digits
last = 11 - works.int().flip(2).argmax(2)  # (way, seed)
below_edge = (pick(rates, last) / best_rate).log().mean(1).exp()  # Bengio: at most two
sgd_edge, momentum_edge, adam_edge = below_edge.tolist()

# %% how wide is the good range
swept_accuracy = accuracy[:, :, :12]
good = swept_accuracy >= swept_accuracy.amax(2, keepdim=True) - 0.01
widths = good.sum(2).float().mean(1)  # in doublings, one for each optimizer
sgd_width, momentum_width, adam_width = widths.tolist()
wider = adam_width - sgd_width

# %% claim: for SGD a tenth of the bottom is too low, on average over twofold
#| label: low
assert least_low <= sgd_mean <= most_low
assert sgd_mean > 2
by_hand = check[0, :, 13:].tolist()
assert tripled_seeds == sum(most < min(less) for *less, most in by_hand)

# %% claim: for each of the others it is within a factor of eight, on average
#| label: within
assert other_low <= min(other_means)
assert max(other_means) <= other_high
assert min(other_means) > 1 / 8
assert max(other_means) < 2
torch.testing.assert_close(best_by_guess * rates[:, :, 12] / 10, best_rate)

# %% claim: with momentum, a tenth of the bottom is within a quarter of the sweep
#| label: decade
assert momentum_alone < 1.25

# %% claim: a third of the bottom costs some of the loss, on average
#| label: third
assert momentum_third > 1

# %% claim: with momentum the run at the bottom is lost, on average over a hundredfold
#| label: lost
assert momentum_bottom > 100

# %% claim: for AdamW it ends over five times as high as the sweep, on average
#| label: bottom
assert adam_bottom > 5
assert lucky_seeds == sum(ratio < 1.25 for ratio in price[0, :, 12].tolist())

# %% claim: momentum and AdamW do best below 3/5 of the largest rate that works, on average
#| label: largest
assert min(momentum_edge, adam_edge) > 5 / 3
assert sgd_edge < min(momentum_edge, adam_edge)
assert (pick(check, last) < 2.3).all()
assert not (works & (torch.arange(12) > last[:, :, None])).any()

# %% claim: AdamW's good range is less than three doublings wider than that of SGD
#| label: width
assert abs(wider) < 3
assert widths.min() > 2
assert widths.max() < 7
assert good.shape == (len(ways), len(seeds), 12)

# %% range test and full runs
#| caption: >
#|   SGD with momentum 0.9, five seeds. Dashed: the smoothed loss of a range test of
#|   {test_steps} steps. Solid: where full runs, half as long again, end on validation
#|   images, each at one constant rate.
#| alt: >
#|   Loss against learning rate, both axes logarithmic. The dashed curves of the range
#|   tests fall until the rate is just above 1. The solid curve of the full runs has its
#|   lowest point near a tenth of that, and has left the top of the picture where the
#|   dashed curves are lowest.
fig, ax = plt.subplots()
for losses, seed_rates, seed_checks in zip(tests[1], rates[1], checks[1], strict=True):
    smooth = smooth_out(losses)
    passed = ladder.cpu()[: len(smooth)]
    test_line = ax.loglog(passed, smooth, "--", color="C0", linewidth=1)[0]
    order = seed_rates[:13].argsort()  # the sweep and the bottom
    seen = seed_checks[:13].clamp(max=1e9)
    ends = seed_rates[:13][order].cpu(), seen[order].cpu()
    run_line = ax.loglog(*ends, ".-", color="C1", linewidth=1)[0]
test_line.set_label("range test: on the way up")
run_line.set_label("full runs: at their end")
ax.set(xlim=(3e-4, 10), ylim=(0.05, 30), xlabel="learning rate", ylabel="loss")
ax.legend(loc="upper left")
