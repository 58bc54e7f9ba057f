# %% [markdown]
# # Schedules on a network
# On a bowl the order of plain steps matters because of noise, and only because of it.
# Is a network the same? And when is a falling rate better than a constant one?

# %% the data and ten networks
#| slow: true
import matplotlib.pyplot as plt
import torch
from choosing_bench import align, answer, backpropagate, find_losses
from digits import load_digits, make_mlp
from torch.nn.functional import cross_entropy

seeds, widths = range(10), (64, 32, 10)
images, labels, new_images, new_labels = (
    torch.stack(parts)
    for parts in zip(*[load_digits(1200, seed) for seed in seeds], strict=True)
)


def init(seed):
    torch.manual_seed(seed)
    return [part.detach() for part in make_mlp(*widths).parameters()]


first_weights = [
    torch.stack(parts) for parts in zip(*map(init, seeds), strict=True)
]  # fmt: skip


# %% all runs of one kind at once
def loss_on(weights, images, labels):
    """Return the mean loss of every network as a (seed, run) tensor."""
    return find_losses(answer(weights, images), labels)


def draw_batches(steps, size, images):
    """Return image numbers as (seed, step, size): fresh permutations, one after another."""
    batches = []
    for seed in seeds:
        generator = torch.Generator("cpu").manual_seed(seed)
        orders = [
            torch.randperm(images, generator=generator, device="cpu")
            for _ in range(-(-steps * size // images))
        ]
        batches.append(torch.cat(orders)[: steps * size].view(steps, size))
    return torch.stack(batches).to(labels.device)


def train(rates, size, data, keep=(), momentum=0.0):
    """Return the weights after the steps in keep and after the last one.

    Rates is a (run, step) tensor. Every run sees the same minibatches of that size.
    """
    images, labels = data  # (seed, image, 64) and (seed, image)
    runs, steps = rates.shape
    rows = torch.arange(len(seeds))[:, None]
    batches = draw_batches(steps, size, images.shape[1])
    weights = [part[:, None].repeat_interleave(runs, 1) for part in first_weights]
    velocities, kept = [torch.zeros_like(part) for part in weights], []
    for step in range(steps):
        batch = batches[:, step]
        _, gradients = backpropagate(weights, images[rows, batch], labels[rows, batch])
        lr = rates[None, :, step]
        for part, velocity, gradient in zip(
            weights, velocities, gradients, strict=True
        ):
            velocity.mul_(momentum).add_(gradient)
            part.addcmul_(align(lr, part), velocity, value=-1)
        if step + 1 in keep or step + 1 == steps:
            kept.append([part.clone() for part in weights])
    return kept


# %% the same rates in three orders
peak, few, order_steps = 0.7, 400, 160
falling = peak * (1 - torch.arange(order_steps) / order_steps)
mixed = falling[torch.randperm(order_steps, generator=torch.Generator().manual_seed(0))]
orders = torch.stack([falling, falling.flip(0), mixed])
small = images[:, :few], labels[:, :few]
noisy = loss_on(train(orders, 5, small)[-1], *small)  # (seed, order)
exact = loss_on(train(orders, few, small)[-1], *small)
heavy = loss_on(train(orders[:2] / 10, few, small, momentum=0.9)[-1], *small)
noisy_excess, exact_excess = noisy[:, 1:] / noisy[:, :1], exact[:, 1:] / exact[:, :1]
rising_mean, mixed_mean = noisy_excess.log().mean(0).exp().tolist()
heavy_mean = (heavy[:, 1] / heavy[:, 0]).log().mean().exp().item()
most_exact = (exact_excess - 1).abs().max().item()

# %% claim: with minibatches the rising order ends five times as high or more, on average
#| label: rising
assert rising_mean > 5

# %% claim: and the mixed order by two fifths more, or higher
#| label: mixed
assert mixed_mean > 1.4

# %% claim: with full batches all three orders end within five per cent, every seed
#| label: exact
assert most_exact < 0.05
farthest = (exact / exact[:, :1] - 1).abs().max().item()
torch.testing.assert_close(most_exact, farthest, rtol=1e-4, atol=0)

# %% claim: momentum 0.9 undoes this: rising ends one to three tenths lower, on average
#| label: heavy
assert 0.7 < heavy_mean < 0.9

# %% a falling rate against a constant one, by budget
epochs, size = (1, 2, 4, 8), 10
keep = [count * len(labels[0]) // size for count in epochs]
constant_peaks, decay_peaks = 2.0 ** torch.arange(-4, 1), 2.0 ** torch.arange(-3, 2)


def fall(steps):
    """Return the rates of lines to zero, one from each peak, (run, step)."""
    return decay_peaks[:, None] * (1 - torch.arange(steps) / steps)


def try_rates(rates, keep=(), fitted=None):
    """Return the losses on new digits, (budget, seed, run).

    Append to fitted, if given, the share of training digits that the last ends know.
    """
    ends = train(rates, size, (images, labels), keep)
    if fitted is not None:
        right = answer(ends[-1], images).argmax(2) == labels[:, None]
        fitted.append(right.float().mean(2))
    losses = [loss_on(end, new_images, new_labels) for end in ends]
    return torch.stack(losses).nan_to_num(torch.inf)


level = constant_peaks[:, None].expand(-1, keep[-1])
fitted = []  # (seed, run) after the last budget
both = try_rates(torch.cat([level, fall(keep[-1])]), keep, fitted)
constant, longest = both.split([len(constant_peaks), len(decay_peaks)], 2)
linear = torch.cat([*[try_rates(fall(steps)) for steps in keep[:-1]], longest[-1:]])
gain = linear.min(2).values / constant.min(2).values  # (budget, seed)
cut_short = 1 - gain[:2].log().mean().exp().item()
mean_long = gain[-1].log().mean().exp().item()
worse_long = (gain[-1] > 1).sum().item()
doublings = (decay_peaks[linear.argmin(2)] / constant_peaks[constant.argmin(2)]).log2()
peak_ratio = 2 ** doublings[:2].mean().item()


# %% two cuts by ten, in one epoch and in two
def cut(share):
    return 0.1 ** ((share >= 0.5) * 1.0 + (share >= 0.75) * 1.0)


cuts = torch.stack(
    [
        try_rates(decay_peaks[:, None] * cut(torch.arange(steps) / steps))[0]
        for steps in keep[:2]
    ]
)  # (budget, seed, peak)
over_linear = cuts.min(2).values / linear[:2].min(2).values
cuts_behind = over_linear.log().mean().exp().item()

# %% claim: two cuts by ten, half-way and at three quarters, are worse on average
#| label: cuts
assert cuts_behind > 1.1
before_and_after = cut(torch.tensor([0.49, 0.51, 0.74, 0.76]))
torch.testing.assert_close(before_and_after, torch.tensor([1.0, 0.1, 0.1, 0.01]))

# %% claim: in one epoch and in two, together, the best line cuts the loss on average
#| label: short
assert cut_short > 0
one_and_two = linear[:2].min(2).values.log() - constant[:2].min(2).values.log()
torch.testing.assert_close(1 - cut_short, one_and_two.mean().exp().item())

# %% claim: in eight epochs the mean of both is the same, within a fifth
#| label: long
assert 4 / 5 < mean_long < 6 / 5
after_eight = (linear[3].min(1).values / constant[3].min(1).values).log().mean()
torch.testing.assert_close(mean_long, after_eight.exp().item(), rtol=1e-4, atol=0)

# %% claim: by then the best constant rate knows 99 % of the training digits on average
#| label: fits
at_best = constant[3].argmin(1)[:, None]
assert fitted[0].gather(1, at_best).mean() > 0.99

# %% claim: for one or two epochs its best peak is higher, by half or more in the mean
#| label: peak
assert peak_ratio > 1.5
in_doublings = torch.tensor(peak_ratio).log2()
torch.testing.assert_close(in_doublings, doublings[:2].mean(), rtol=1e-4, atol=0)

# %% claim: no best rate lies at the border of its grid
#| label: margins
for table in constant, linear, cuts:
    assert table.argmin(-1).min() > 0
    assert table.argmin(-1).max() < 4
for grid in constant_peaks, decay_peaks:
    assert (grid[1:] == 2 * grid[:-1]).all()

# %% claim: this is torch.optim.SGD with LambdaLR
#| label: torch
torch.manual_seed(seeds[0])
network = make_mlp(*widths)
optimizer = torch.optim.SGD(network.parameters(), lr=1.0)
rates = [*falling.tolist(), 0.0]
scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, rates.__getitem__)
for batch in draw_batches(order_steps, 5, few)[0]:
    optimizer.zero_grad()
    cross_entropy(network(images[0, batch]), labels[0, batch]).backward()
    optimizer.step()
    scheduler.step()
end = cross_entropy(network(images[0, :few]), labels[0, :few]).detach()
torch.testing.assert_close(end, noisy[0, 0], rtol=1e-3, atol=0)

# %% what a decay gains, by budget
#| caption: >
#|   Loss on new digits of the best line to zero, divided by that of the best constant
#|   rate, both chosen on these same digits. One dot for each of ten seeds.
#| alt: >
#|   Ratio of losses against epochs. At one and two epochs all dots but a few lie below
#|   0.95, at four and eight epochs they lie around 1.
fig, ax = plt.subplots(figsize=(4.5, 2.6))
for seed in seeds:
    ax.plot(range(len(epochs)), gain[:, seed].cpu(), "o", color="C1")
ax.axhline(1, color="C0", linestyle=":", label="no gain")
ax.set_xticks(range(len(epochs)), epochs)
ax.set(xlabel="epochs in all", ylabel="best line / best constant", ylim=(0.5, 1.4))
ax.legend(loc="upper left")
