# %% [markdown]
# # Every learning rate, on handwritten digits
# A valley has one curvature. A network has thousands, and noisy gradients.
# Where do crawling, landing, bouncing and diverging lie for a network?

# %% the data and the networks
import matplotlib.pyplot as plt
import torch
from choosing_bench import adam, align, answer, find_losses, sgd
from digits import load_digits, make_mlp
from torch.nn.functional import cross_entropy

seeds = range(5)
steps, batch_size = 240, 32
sgd_rates = 2.0 ** torch.arange(-6.5, 4.0)  # (11,)
adam_rates = 2.0 ** torch.arange(-12, 3.0)  # (15,)
length_rates = 4.0 ** torch.arange(-2, 2.0)  # (4,), for steps of a fixed length
widths = 64, 32, 10


def draw(seed):
    """Return a fresh network, the data, and the order of the minibatches."""
    torch.manual_seed(seed)
    train_x, train_y, test_x, test_y = load_digits(1200, seed)
    batches = torch.randint(len(train_y), (steps, batch_size))
    return make_mlp(*widths), train_x, train_y, batches, test_x, test_y


# %% a third rule, beside those of SGD and Adam
def normalised(gradient, _memory, _step):
    lengths = gradient.flatten(2).norm(dim=2) + 1e-12  # for a gradient of zero
    return gradient / align(lengths, gradient)


# %% all runs and all seeds at once
def measure(weights, images, labels):
    """Return the loss of each run, (seed, run)."""
    return find_losses(answer(weights, images), labels)


def take_steps(methods, weights, images, labels, batches):
    """Return the training loss before every 20th step; the weights are changed.

    methods are pairs of a rule and its rates; their runs lie side by side.
    """
    rules, rates = zip(*methods, strict=True)
    counts, lr = [len(some) for some in rates], torch.cat(rates).expand(len(seeds), -1)
    memories = [(torch.zeros_like(part), torch.zeros_like(part)) for part in weights]
    each, curve = torch.arange(len(seeds))[:, None], []
    for step, batch in enumerate(batches.unbind(1), 1):
        if step % 20 == 1:
            curve.append(measure(weights, images, labels))
        parts = [part.detach().requires_grad_() for part in weights]
        losses = measure(parts, images[each, batch], labels[each, batch])
        gradients = torch.autograd.grad(losses.sum(), parts)
        for part, gradient, memory in zip(weights, gradients, memories, strict=True):
            runs = [whole.split(counts, 1) for whole in (gradient, *memory)]
            moves = [
                rule(mine, kept, step)
                for rule, mine, *kept in zip(rules, *runs, strict=True)
            ]
            part -= align(lr, part) * torch.cat(moves, 1)
    curve.append(measure(weights, images, labels))
    return torch.stack(curve, 2)


def sweep(methods):
    """Return curves (seed, run, steps / 20 + 1) and test accuracies (seed, run)."""
    networks, *rest = zip(*map(draw, seeds), strict=True)
    *data, test_x, test_y = map(torch.stack, rest)
    runs = sum(len(rates) for _, rates in methods)
    weights = [
        torch.stack(same).detach()[:, None].repeat_interleave(runs, 1)
        for same in zip(*(network.parameters() for network in networks), strict=True)
    ]
    curves = take_steps(methods, weights, *data)
    hits = answer(weights, test_x).argmax(2) == test_y[:, None]
    return curves, hits.float().mean(2)


counts = [len(sgd_rates), len(adam_rates), len(length_rates)]
curves, accuracy = sweep(
    [(sgd, sgd_rates), (adam, adam_rates), (normalised, length_rates)]
)
sgd_curves, adam_curves, length_curves = curves.split(counts, 1)
sgd_accuracy, adam_accuracy, _ = accuracy.split(counts, 1)


# %% the same with torch.optim
def descend_60(optimizer_class, lr):
    """Return the first network's training loss after 60 steps."""
    network, train_x, train_y, batches, *_ = draw(seeds[0])
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
def end_of(curves):
    """Return the geometric mean of the training loss over the last 80 steps."""
    end = curves[..., -5:].log().mean(-1).exp()
    return torch.where(end.isnan(), torch.inf, end)  # (seed, rate); NaN is the worst


def pick(table, index):
    """Return for each seed the entry of its row at its own index."""
    return table.gather(1, index[:, None]).squeeze(1)  # (seed,)


sgd_end, adam_end = end_of(sgd_curves), end_of(adam_curves)
sgd_best, adam_best = sgd_end.argmin(1), adam_end.argmin(1)  # one index for each seed
first_loss = sgd_curves[:, 0, 0]
price = (pick(sgd_accuracy, sgd_best) - pick(sgd_accuracy, sgd_best - 2)).max().item()
points = 100 * price  # of accuracy
crawled = (sgd_end[:, 0] / first_loss).min().item()  # at 0.01
apart = (sgd_rates[sgd_best] / adam_rates[adam_best]).min().item()
beyond = (adam_rates[-1] / adam_rates[adam_best]).min().item()
sgd_usual = sgd_rates[sgd_best].median().item()
too_low = sgd_rates[sgd_best].min().item() / 0.01  # the usual first value
adam_usual = adam_rates[adam_best].median().item()
above_default = adam_rates[adam_best].min().item() / 1e-3  # torch's default rate
length_end = end_of(length_curves)
length_best = length_rates[length_end.argmin(1)].tolist()
fourfold, sixteenfold = (length_end[:, 2:] / first_loss[:, None]).max(0).values.tolist()
reads = adam_accuracy[:, -1].min().item()

# %% claim: below SGD's best rate every doubling helps every seed
#| label: falls
for losses, lowest in zip(sgd_end, sgd_best, strict=True):
    assert losses[: lowest + 1].diff().max() < 0

# %% claim: at the rate 2.8 runs end higher than at 1.4, on geometric average
#| label: jumpy
assert [round(rate, 1) for rate in sgd_rates[7:9].tolist()] == [1.4, 2.8]
assert (sgd_end[:, 8] / sgd_end[:, 7]).log().mean() > 0

# %% claim: at four times SGD's best rate the loss of every seed ends as NaN
#| label: cliff
assert pick(sgd_curves[..., -1], sgd_best + 2).isnan().all()

# %% claim: at 0.01 every seed keeps more than three quarters of its first loss
#| label: crawls
assert crawled > 0.75

# %% claim: a quarter of SGD's best rate costs no seed four points of accuracy
#| label: slope
quarter = (4 * sgd_rates == sgd_rates[sgd_best][:, None]).float().argmax(1)
lost = (pick(sgd_accuracy, sgd_best) - pick(sgd_accuracy, quarter)).max().item()
assert 100 * lost == points < 4

# %% claim: with gradients of length 1 the best of four rates is 1/4, in every seed
#| label: length
assert length_best == [0.25] * len(seeds)

# %% claim: four times that rate ends below a fifth of the first loss, every seed
#| label: fourfold
assert fourfold < 0.2

# %% claim: and sixteen times that rate below twice the first loss, with no NaN
#| label: sixteenfold
assert sixteenfold < 2
assert length_curves.isfinite().all()

# %% claim: the best rates of SGD and Adam lie more than eight times apart
#| label: apart
assert apart > 8

# %% claim: every best rate of SGD is more than fifty times the usual 0.01
#| label: far
torch.testing.assert_close(0.01 * too_low, sgd_rates[sgd_best].min().item())
assert too_low > 50

# %% claim: every best rate of Adam is at least seven times torch's default
#| label: default
torch.testing.assert_close(1e-3 * above_default, adam_rates[adam_best].min().item())
assert above_default > 7

# %% claim: at 1/64 Adam ends twenty times lower than SGD at the larger rate 0.022
#| label: number
assert adam_rates[6] == 1 / 64 < sgd_rates[1]
assert (sgd_end[:, 1] / adam_end[:, 6]).min() > 20

# %% claim: from the rate 1 on Adam ends above its first loss, every seed
#| label: uphill
assert (adam_end[:, adam_rates >= 1] > first_loss[:, None]).all()

# %% claim: at its largest rate Adam ends above twenty times the first loss, every seed
#| label: hill
assert (adam_end[:, -1] > 20 * first_loss).all()
assert beyond == 4 / adam_rates[adam_best].max()

# %% claim: there it still reads four new digits in five, every seed
#| label: reads
assert reads > 0.8

# %% claim: no loss of Adam's was ever anything but finite
#| label: silent
assert adam_curves.isfinite().all()

# %% four rates on the digits
#| caption: >
#|   Training loss of a network on handwritten digits, minibatch SGD, five seeds for
#|   each of four learning rates. The rate that does best and the one that fails are a
#|   factor of four apart.
#| alt: >
#|   Loss against step on a log axis. At rate 0.01 the loss hardly falls. At 1.4 it
#|   falls far below its start. At 2.8 it jumps up and down far above that. At 5.7
#|   it leaves the picture at once.
shown = {"0.01 crawls": 0, "1.4 does best": 7, "2.8 bounces": 8, "5.7 diverges": 9}
fig, ax = plt.subplots()
for color, (label, index) in enumerate(shown.items()):
    curves = sgd_curves[:, index].T.cpu()
    lines = ax.semilogy(range(0, steps + 1, 20), curves, color=f"C{color}", linewidth=1)
    lines[0].set_label(label)
ax.set(xlabel="step", ylabel="training loss", ylim=(1e-4, 1e3))
ax.legend(loc="lower left", ncols=2)

# %% slope, cliff and hill
#| caption: >
#|   Where {steps} steps end, for every learning rate, five seeds each. Their best
#|   rates lie a factor of {apart:.0f} apart in the closest seed.
#| alt: >
#|   Final loss against learning rate, both axes logarithmic. Both optimizers have a
#|   valley. SGD's falls gently from the left, has its lowest point between 1 and 2,
#|   and then rises like a wall. Adam's lowest point is near 1/64, and beyond it
#|   the loss climbs steadily to the edge of the picture.
fig, ax = plt.subplots()
for color, (label, rates, ends) in enumerate(
    (("SGD", sgd_rates, sgd_end), ("Adam", adam_rates, adam_end))
):
    seen = ends.clamp(max=1e9).T.cpu()  # infinity is drawn above the frame
    lines = ax.loglog(rates.cpu(), seen, color=f"C{color}", linewidth=1)
    lines[0].set_label(label)
ax.axhline(first_loss.mean().item(), color="C2", linestyle=":", label="before training")
ax.set(xlabel="learning rate", ylabel="training loss at the end", ylim=(1e-3, 1e3))
ax.legend()
