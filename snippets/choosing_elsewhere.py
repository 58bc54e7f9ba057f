# %% [markdown]
# # Does the same search find the rate of another network, and of another task?
# First a network with three hidden layers instead of one. Then one that fills in the
# lower half of a digit. Nothing about the search is changed.

# %% two tasks
#| slow: true
import torch
from choosing_bench import (
    adam,
    align,
    answer,
    draw,
    find_losses,
    held_out,
    images_each,
    momentum,
    parameters,
    read_off,
    sgd,
)
from choosing_searches import ladder, look_past_border, read_slopes, steps
from digits import load_digits
from torch.nn.functional import cross_entropy, mse_loss

seeds = range(5)
ways = {"SGD": (sgd, 0.0), "momentum": (momentum, 0.0), "AdamW": (adam, 0.01)}
tasks = {  # widths of the network, highest exponent of each optimizer's sweep
    "three hidden layers": ((64, 32, 32, 32, 10), (2, 0, -4)),
    "half a digit": ((32, 64, 64, 32), (4, 2, -3)),
}
powers = 3.0 ** torch.arange(-2, 4)  # as far as the border may move
swept = 8  # rates of a sweep


def pose(images, labels, widths):
    """Return what the network sees and what it should answer."""
    if widths[0] == 64:
        return images, labels
    return images[..., :32], images[..., 32:]  # the upper rows, the lower rows


def judge(answers, wanted):
    """Return the losses (seed, rate) of answers (seed, rate, output, image)."""
    if wanted.dim() == 2:
        return find_losses(answers, wanted)
    return (answers - wanted.mT.unsqueeze(1)).square().mean((2, 3))


def train(widths, way, rates):
    """Return the losses (seed, rate, step) of the batches, and the validation losses."""
    rule, decay = ways[way]
    draws = [draw(seed, rates.shape[-1], widths=widths) for seed in seeds]
    networks, images, labels, batches = zip(*draws, strict=True)
    seen, wanted = pose(torch.stack(images), torch.stack(labels), widths)
    batches, each = torch.stack(batches), torch.arange(len(seeds))[:, None]
    weights = [
        torch.stack(same)[:, None].repeat_interleave(rates.shape[1], 1)
        for same in zip(*map(parameters, networks), strict=True)
    ]
    memory = [(torch.zeros_like(part), torch.zeros_like(part)) for part in weights]
    curve = []
    for step in range(1, rates.shape[-1] + 1):
        batch, lr = batches[:, step - 1], rates[:, :, step - 1]
        weights = [part.requires_grad_() for part in weights]
        losses = judge(answer(weights, seen[each, batch]), wanted[each, batch])
        gradients = torch.autograd.grad(losses.sum(), weights)
        curve.append(losses.detach())
        with torch.no_grad():
            weights = [
                part * (1 - align(lr * decay, part))
                - align(lr, part) * rule(gradient, kept, step)
                for part, gradient, kept in zip(weights, gradients, memory, strict=True)
            ]
    unseen = [load_digits(images_each, seed)[2:] for seed in seeds]
    images, labels = map(torch.stack, zip(*unseen, strict=True))
    images, labels = pose(images[:, :held_out], labels[:, :held_out], widths)
    return torch.stack(curve, -1), judge(answer(weights, images), labels)


# %% fifteen searches on each
def measure(widths, way, highest):
    """Return the readings r and s of each test, and the losses of full runs.

    The losses (seed, rate) are those of the sweep, around r (6), around s (3).
    """
    tests = train(widths, way, ladder.expand(len(seeds), 1, -1))[0][:, 0]
    tenth = torch.tensor([read_off(losses, ladder) / 10 for losses in tests])
    steepest = torch.tensor([read_slopes(losses)[1] for losses in tests])
    sweep = 2.0 ** torch.arange(highest + 1 - swept, highest + 1)
    around = tenth[:, None] * powers, steepest[:, None] * powers[1:4]
    rates = torch.cat([sweep.expand(len(seeds), -1), *around], 1)
    losses = train(widths, way, rates[:, :, None].expand(-1, -1, steps))[1]
    best = sweep[losses[:, :swept].argmin(1)]
    return tenth / best, steepest / best, losses.nan_to_num(torch.inf)


def end(losses):
    """Return losses of r alone and of its search, of s alone and of three; the runs."""
    around, three = losses[:, swept:-3], losses[:, -3:]
    best, runs = torch.tensor([look_past_border(row, 2) for row in around]).T
    searched = around.gather(1, best[:, None])[:, 0]
    return torch.stack([around[:, 2], searched, three[:, 1], three.amin(1)]), runs


found = [
    measure(widths, way, highest)
    for widths, exponents in tasks.values()
    for way, highest in zip(ways, exponents, strict=True)
]
tenths, steeps, losses = map(torch.stack, zip(*found, strict=True))  # (search, seed, …)
ended, runs = zip(*map(end, losses), strict=True)
least = losses[:, :, :swept].amin(2)
price = (torch.stack(ended) / least[:, None]).unflatten(0, (len(tasks), len(ways)))
alone, searched, steep_alone, steep_three = price.unbind(2)  # (task, way, seed)
searched_worst, searched_mean = searched.max().item(), searched.mean().item()
deep_worst, half_worst = searched.amax((1, 2)).tolist()
three_worst = steep_three.max().item()
mean_runs = torch.stack(runs).float().mean().item()
deep_steep = steeps[1]  # three hidden layers, momentum
too_high = deep_steep.log().mean().exp().item()
deep_least = steep_alone[0, 1].min().item()
beyond = (steep_three > 1.5).sum().item()


# %% the same with torch's AdamW
def descend(widths, count=20, lr=0.003):
    """Return the losses of the first seed's first batches, and of validation."""
    network, images, labels, batches = draw(seeds[0], count, widths=widths)
    _, _, *unseen = load_digits(images_each, seeds[0])
    check = pose(*(part[:held_out] for part in unseen), widths)
    images, wanted = pose(images, labels, widths)
    loss_of = cross_entropy if wanted.dim() == 1 else mse_loss
    optimizer, losses = torch.optim.AdamW(network.parameters(), lr), []
    for batch in batches:
        optimizer.zero_grad()
        losses.append(loss_of(network(images[batch]), wanted[batch]))
        losses[-1].backward()
        optimizer.step()
    return torch.stack([*losses, loss_of(network(check[0]), check[1])]).detach()


by_torch = torch.stack([descend(widths) for widths, _ in tasks.values()])
short = torch.full((len(seeds), 1, 20), 0.003)
by_hand = [train(widths, "AdamW", short) for widths, _ in tasks.values()]
by_hand = [torch.cat([curve[0, 0], check[0]]) for curve, check in by_hand]

# %% claim: on both tasks the training is that of torch's AdamW
#| label: torch
torch.testing.assert_close(torch.stack(by_hand), by_torch, rtol=1e-4, atol=1e-5)
assert [widths for widths, _ in tasks.values()] == [
    (64, 32, 32, 32, 10),
    (32, 64, 64, 32),
]

# %% claim: the search from a tenth of the bottom comes within nine tenths each time
#| label: search
assert searched_worst < 1.9
assert (searched <= alone).all()
[start] = (powers == 1).nonzero()[:, 0].tolist()  # where r itself stands
torch.testing.assert_close(alone.flatten(0, 1) * least, losses[:, :, swept + start])
assert losses.shape[2] == swept + len(powers) + 3
for rows, ends in zip(
    losses[:, :, swept:-3], searched.flatten(0, 1) * least, strict=True
):
    for row, last in zip(rows, ends, strict=True):
        torch.testing.assert_close(row[look_past_border(row, start)[0]], last)
places = losses[:, :, :swept].argmin(2)
assert 0 < places.min() <= places.max() < swept - 1  # no best rate is at a border
assert mean_runs < 5

# %% claim: three runs around the steepest fall end over half above the sweep, at times
#| label: steepest
assert beyond >= 1
assert (steep_three <= steep_alone).all()

# %% claim: in the deep network with momentum it is too high, on average
#| label: high
assert too_high > 1

# %% claim: a run at it ends above three times the loss of the sweep, every seed
#| label: lost
assert deep_least > 3


# %% how near each start ends
#| output: markdown
def in_words(ratios):
    worst = ratios.max().item()
    return f"{ratios.median().item():.2f}, {f'{worst:.2f}' if worst < 100 else 'lost'}"


print("| median, worst | " + " | ".join(tasks) + " |")
print("|---|---|---|")
names = "$r$ alone", "its search", "$s$ alone", "best of $s/3$, $s$, $3s$"
for name, ratios in zip(names, price.unbind(2), strict=True):
    print(f"| {name} | " + " | ".join(map(in_words, ratios)) + " |")
