# %% [markdown]
# # Where does the best rate lie, seen from a range test?
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
    read_slopes,
    run_fully,
    ways,
)

seeds = range(5)
test_steps = len(ladder)
below = torch.tensor([1.0, 1 / 10, 3 / 10])  # of the bottom: it, r, 3 r
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
steepest = torch.tensor([[read_slopes(each)[1] for each in losses] for losses in tests])
swept = check[:, :, :12].argmin(2)  # what the sweep chooses, (way, seed)
best_rate = pick(rates, swept)
price = check / pick(check, swept)[:, :, None]

# %% the bottom and the steepest fall beside the best rate
too_high = rates[:, :, 12] / best_rate
sgd_low, sgd_high = (ratio.item() for ratio in too_high[0].aminmax())
other_low, other_high = (ratio.item() for ratio in too_high[1:].aminmax())
sgd_mean, *other_means = too_high.log().mean(1).exp().tolist()
steep = steepest / best_rate
steep_low, steep_high = (ratio.item() for ratio in steep.aminmax())
steep_means = steep.log().mean(1).exp()
momentum_alone = price[1, :, 13].max().item()
_, momentum_third, _ = price[:, :, 14].log().mean(1).exp().tolist()
_, momentum_bottom, adam_bottom = price[:, :, 12].log().mean(1).exp().tolist()
lucky_seeds = (price[0, :, 12] < 1.25).sum().item()

# %% how far the tests had come at their lowest points
lowest = torch.tensor([[min(smooth_out(each)) for each in losses] for losses in tests])
test_low, test_high = (loss.item() for loss in lowest.aminmax())
unfinished = (lowest.log().mean() - pick(check, swept).log().mean()).exp().item()
run_low, run_high = (loss.item() for loss in pick(check, swept).aminmax())

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

# %% claim: for SGD the bottom is from half to six times the best rate, on average
#| label: low
assert 1 / 2 < sgd_mean < 6

# %% claim: for each of the others it is over three times the best rate, on average
#| label: high
assert min(other_means) > 3
torch.testing.assert_close(too_high * best_rate, rates[:, :, 12])

# %% claim: the steepest fall is within a factor of seven of the best rate, on average
#| label: steep
assert steep_means.max() < 7
assert steep_means.min() > 1 / 7

# %% claim: at its lowest point a test is over 1.8 times as high as a full run, on average
#| label: unfinished
assert unfinished > 1.8
lows = check[:, :, :12].amin(2)
torch.testing.assert_close([run_low, run_high], [lows.min().item(), lows.max().item()])

# %% claim: with momentum, a tenth of the bottom is within two fifths of the sweep
#| label: decade
least = check[1, :, :12].amin(1)
assert momentum_alone < 1.4
torch.testing.assert_close(momentum_alone, (check[1, :, 13] / least).max().item())

# %% claim: a third of the bottom costs some of the loss, on average
#| label: third
assert momentum_third > 1
by_hand = (check[1, :, 14] / check[1, :, :12].amin(1)).log().mean().exp().item()
torch.testing.assert_close(momentum_third, by_hand)

# %% claim: with momentum the run at the bottom is lost, on average over twentyfold
#| label: lost
assert momentum_bottom > 20

# %% claim: for AdamW it ends over four times as high as the sweep, on average
#| label: bottom
assert adam_bottom > 4
assert lucky_seeds == sum(ratio < 1.25 for ratio in price[0, :, 12].tolist())

# %% claim: plain SGD does best above 1/5 of the largest rate that works, on average
#| label: bengio
assert sgd_edge < 5
largest = torch.where(works, rates[:, :, :12], 0).amax(2)
by_hand = (largest / best_rate)[0].log().mean().exp().item()
torch.testing.assert_close(sgd_edge, by_hand)

# %% claim: momentum and AdamW do best below 3/5 of it, on average
#| label: largest
assert min(momentum_edge, adam_edge) > 5 / 3
assert (pick(check, last) < 2.3).all()
assert not (works & (torch.arange(12) > last[:, :, None])).any()

# %% claim: AdamW's good range is less than three doublings wider than that of SGD
#| label: width
assert abs(wider) < 3
assert widths.min() > 1.5
assert widths.max() < 7
assert good.shape == (len(ways), len(seeds), 12)

# %% range tests and full runs
#| caption: >
#|   Five seeds each. Dashed: the smoothed loss of a range test of {test_steps} steps;
#|   the dot is its lowest point, the cross its steepest fall. Solid: where full runs,
#|   half as long again, end on validation images, each at one constant rate.
#| alt: >
#|   Three panels of loss against learning rate, both axes logarithmic. The dashed curves
#|   of the range tests fall up to a rate near 1, to 4 for SGD and to 0.1 for AdamW. The
#|   full runs of SGD end lowest at half that rate, those of the other two near a tenth
#|   of it; they are far up, or out of the picture, where the dashed curves are lowest.
#|   The steepest fall lies near the best rate, somewhat below it for SGD.
fig, axes = plt.subplots(3, sharex=True, figsize=(4.5, 5.6))
for ax, name, *each in zip(axes, ways, tests, rates, checks, steepest, strict=True):
    for losses, seed_rates, seed_checks, fall in zip(*each, strict=True):
        smooth = smooth_out(losses)
        passed, low = ladder.cpu()[: len(smooth)], smooth.index(min(smooth))
        fallen = int((ladder == fall).nonzero())
        ax.loglog(passed, smooth, "--", color="C0", linewidth=1)
        ax.plot(passed[low], smooth[low], "o", color="C0", markersize=5)
        ax.plot(fall.cpu(), smooth[fallen], "x", color="C3", markersize=7, zorder=3)
        order = seed_rates[:13].argsort()  # the sweep and the bottom
        seen = seed_checks[:13].clamp(max=1e9)
        ends = seed_rates[:13][order].cpu(), seen[order].cpu()
        ax.loglog(*ends, ".-", color="C1", linewidth=1)
    ax.set(xlim=(3e-4, 10), ylim=(0.05, 30), ylabel="loss")
    ax.set_title(name, loc="left")
lines = axes[0].get_lines()
for line, label in zip(
    lines, ("range test", "lowest", "steepest", "runs"), strict=False
):
    line.set_label(label)
fig.legend(handles=lines[:4], ncols=4, loc="outside upper center")
axes[-1].set(xlabel="learning rate")
