# %% [markdown]
# # Every learning rate, on handwritten digits
# A valley has one curvature. A network has thousands, and noisy gradients.
# Where do crawling, landing, bouncing and diverging lie for a network?

# %% two rules
import matplotlib.pyplot as plt
import torch
from digits_bench import draw, end_of, sweep
from torch.nn.functional import cross_entropy

seeds = range(5)
steps, batch_size = 240, 32
sgd_rates = 2.0 ** torch.arange(-6.5, 4.0)  # (11,)
adam_rates = 2.0 ** torch.arange(-12, 3.0)  # (15,)


def sgd(gradient, _memory, _step):
    return gradient


def adam(gradient, memory, step):
    """Return Adam's direction; memory is a pair of tensors, changed in place."""
    mean, square = memory
    mean.lerp_(gradient, 0.1)
    square.mul_(0.999).add_(0.001 * gradient**2)
    root = (square / (1 - 0.999**step)).sqrt() + 1e-8
    return mean / (1 - 0.9**step) / root


# %% all runs and all seeds at once
methods = [(sgd, sgd_rates), (adam, adam_rates)]
curves, accuracy = sweep(methods, seeds, steps, batch_size)
sgd_curves, adam_curves = curves[:, :-15], curves[:, -15:]  # (seed, rate, reading)
sgd_accuracy, adam_accuracy = accuracy[:, :-15], accuracy[:, -15:]


# %% the same with torch.optim
def descend_60(optimizer_class, lr):
    """Return the first network's training loss after 60 steps."""
    network, train_x, train_y, batches, *_ = draw(seeds[0], steps, batch_size)
    optimizer = optimizer_class(network.parameters(), lr=lr.item())
    for batch in batches[:60]:
        optimizer.zero_grad()
        cross_entropy(network(train_x[batch]), train_y[batch]).backward()
        optimizer.step()
    return cross_entropy(network(train_x), train_y).detach()


# %% claim: the first rule is torch.optim.SGD
#| label: sgd
torch.testing.assert_close(
    sgd_curves[0, 4, 3], descend_60(torch.optim.SGD, sgd_rates[4]), rtol=1e-4, atol=0
)

# %% claim: the second rule is torch.optim.Adam
#| label: adam
torch.testing.assert_close(
    adam_curves[0, 4, 3], descend_60(torch.optim.Adam, adam_rates[4]), rtol=1e-4, atol=0
)


# %% where the runs end
def pick(table, index):
    """Return for each seed the entry of its row at its own index."""
    return table.gather(1, index[:, None]).squeeze(1)  # (seed,)


sgd_end, adam_end = end_of(sgd_curves), end_of(adam_curves)
sgd_best, adam_best = sgd_end.argmin(1), adam_end.argmin(1)  # one index for each seed
first_loss = sgd_curves[:, 0, 0]
crawled = (sgd_end[:, 0] / first_loss).min().item()  # at 0.01
apart = (sgd_rates[sgd_best] / adam_rates[adam_best]).min().item()
# The rate whose five runs end lowest on geometric average.
sgd_usual, adam_usual = (
    rates[ends.log().mean(0).argmin()].item()
    for rates, ends in ((sgd_rates, sgd_end), (adam_rates, adam_end))
)
usual_apart, beyond = sgd_usual / adam_usual, adam_rates[-1].item() / adam_usual
too_low = sgd_usual / 0.01  # the usual first value
above_default = adam_rates[adam_best].min().item() / 1e-3  # torch's default rate
lower = (sgd_end[:, 1] / adam_end[:, 6]).min().item()
adam_share = adam_end / first_loss[:, None]  # of the loss before training
rises = adam_share[:, adam_rates >= 1 / 2].log().mean(0).exp()  # (4,)
hills = adam_share[:, -1].tolist()
hill_low, hill_high = min(hills), max(hills)
reads = adam_accuracy[:, -1].min().item()


# %% what a wrong rate costs
def find_price(factor):
    """Return the end over the best, and the lost points of accuracy, of each seed."""
    wrong = factor * sgd_rates[sgd_best][:, None]
    index = (sgd_rates - wrong).abs().argmin(1)
    times = pick(sgd_end, index) / pick(sgd_end, sgd_best)
    return times, 100 * (pick(sgd_accuracy, sgd_best) - pick(sgd_accuracy, index))


factors = {"a quarter": 0.25, "half": 0.5, "twice": 2, "four times": 4}
prices = {name: find_price(factor) for name, factor in factors.items()}
twice = prices["twice"][0].median().item()
points = prices["a quarter"][1].max().item()
cliff_points = prices["four times"][1].min().item()
last_reading = pick(sgd_curves[..., -1], sgd_best + 2)
jumps = sgd_curves.log().diff().amax(2).exp()  # the largest rise between readings
smooth, jump = jumps[:, 7].median().item(), jumps[:, 8].median().item()

# %% a wrong rate
#| output: markdown
print("rate | loss at the end, times the best | test accuracy lost, points")
print("---|---|---")
for name, (times, lost) in prices.items():
    cell = f"{times.median():.2g}" if times.isfinite().all() else "NaN"
    print(f"{name} | {cell} | {lost.mean():.1f} (worst {lost.max():.1f})")

# %% claim: below SGD's best rate every doubling helps every seed
#| label: falls
for losses, lowest in zip(sgd_end, sgd_best, strict=True):
    assert losses[: lowest + 1].diff().max() < 0

# %% claim: at the best rate too the last 80 steps take a quarter of the loss, on average
#| label: still
late = pick(sgd_curves[..., -1] / sgd_curves[..., -5], sgd_best)
assert late.log().mean().exp() < 3 / 4

# %% claim: twice the best rate ends over half higher in the median network
#| label: jumpy
assert [round(rate, 1) for rate in sgd_rates[7:9].tolist()] == [1.4, 2.8]
assert twice > 1.5

# %% claim: at twice SGD's best rate every seed ends higher than at half of it
#| label: twice
assert (prices["twice"][0] / prices["half"][0]).min() > 1

# %% claim: at 2.8 the median network's largest rise is larger than at 1.4
#| label: jumps
assert jump > smooth

# %% claim: at four times SGD's best rate the loss of every seed ends as NaN
#| label: cliff
assert last_reading.isnan().all()

# %% claim: at 0.01 every seed keeps more than seven tenths of its first loss
#| label: crawls
assert 0.7 < crawled < 1
assert (curves[..., 0] == first_loss[:, None]).all()

# %% claim: a quarter of SGD's best rate costs no seed four points of accuracy
#| label: slope
quarter = (4 * sgd_rates == sgd_rates[sgd_best][:, None]).float().argmax(1)
lost = (pick(sgd_accuracy, sgd_best) - pick(sgd_accuracy, quarter)).max().item()
torch.testing.assert_close(points, 100 * lost)
assert points < 4

# %% claim: four times that rate costs every seed more than three quarters of it
#| label: price
assert cliff_points > 75

# %% claim: the best rates of SGD and Adam lie more than twenty times apart
#| label: apart
assert apart > 20

# %% claim: SGD's best rate of the mean is more than fifty times the usual 0.01
#| label: far
assert sgd_usual == 0.01 * too_low > 0.5

# %% claim: every best rate of Adam is at least seven times torch's default
#| label: default
torch.testing.assert_close(1e-3 * above_default, adam_rates[adam_best].min().item())
assert above_default > 7

# %% claim: at 1/64 Adam ends twenty times lower than SGD at the larger rate 0.022
#| label: number
assert adam_rates[6] == 1 / 64 < sgd_rates[1]
assert lower == (sgd_end[:, 1:2] / adam_end[:, adam_rates == 1 / 64]).min()
assert lower > 20

# %% claim: from the rate 1/2 on Adam ends above its first loss, on average
#| label: uphill
assert rises.shape == (4,)
assert rises.min() > 1 > adam_share[:, 0].max()

# %% claim: at its largest rate Adam ends above twenty times the first loss, every seed
#| label: hill
assert hill_low > 20
assert [hill_low, hill_high] == [
    s.item() for s in adam_share[:, adam_rates == 4].aminmax()
]
assert beyond * adam_usual == adam_rates.max()

# %% claim: there it still reads four new digits in five, every seed
#| label: reads
assert adam_accuracy.shape == (len(seeds), len(adam_rates))
assert reads == adam_accuracy[:, adam_rates == 4].min()
assert reads > 0.8

# %% claim: no loss of Adam's was ever anything but finite
#| label: silent
assert adam_curves.isfinite().all()

# %% four rates on the digits
#| caption: >
#|   Training loss of the network by plain SGD, five seeds for each of four learning
#|   rates, read at every 20th step. The dotted line is the loss before training.
#| alt: >
#|   Four panels, loss against step on a log axis. At rate 0.01 the loss hardly falls.
#|   At 1.4 it falls to less than a hundredth and is still falling. At 2.8 it jumps up
#|   and down around its start. At 5.7 it leaves the picture at once.
shown = {"0.01: too low": 0, "1.4: best": 7, "2.8: too high": 8, "5.7: lost": 9}
fig, panels = plt.subplots(2, 2, sharex=True, sharey=True, figsize=(4.5, 4))
for ax, (title, index) in zip(panels.flat, shown.items(), strict=True):
    seen = sgd_curves[:, index].clamp(max=1e9).nan_to_num(1e9).T.cpu()
    ax.semilogy(range(0, steps + 1, 20), seen, color="C0", linewidth=1)
    ax.axhline(first_loss.mean().item(), color="C2", linestyle=":")
    ax.set_title(title, fontsize="medium")
    ax.set(ylim=(1e-3, 1e3))
for ax in panels[1]:
    ax.set_xlabel("step")
for ax in panels[:, 0]:
    ax.set_ylabel("training loss")

# %% slope, cliff and hill
#| caption: >
#|   Where {steps} steps of a small network on handwritten digits end, for learning
#|   rates a factor of two apart, five seeds each: the geometric mean of the training
#|   losses at the steps 160, 180, ..., 240. Crosses: SGD's loss is NaN.
#| alt: >
#|   Final loss against learning rate, both axes logarithmic. Both optimizers have a
#|   valley. SGD's falls gently from the left, has its lowest point between 1 and 2,
#|   rises steeply at the next rate, and at the two after that there are only crosses:
#|   NaN. Adam's lowest point is near 1/64, and beyond it the loss climbs steadily,
#|   above its start from 1/2 on, and stays a number up to the last rate, 4.
fig, ax = plt.subplots()
for color, (label, rates, ends) in enumerate(
    (("SGD", sgd_rates, sgd_end), ("Adam", adam_rates, adam_end))
):
    lines = ax.loglog(rates.cpu(), ends.T.cpu(), color=f"C{color}", linewidth=1)
    lines[0].set_label(label)
    gone = rates[ends.isinf().all(0)].cpu()
    ax.plot(gone, torch.full_like(gone, 1e4), "x", color=f"C{color}")
ax.axhline(first_loss.mean().item(), color="C2", linestyle=":", label="before training")
ax.set(xlabel="learning rate", ylabel="training loss at the end", ylim=(1e-3, 3e4))
ax.annotate("NaN", (6, 1e3), color="C0")
ax.legend(loc="upper left")
