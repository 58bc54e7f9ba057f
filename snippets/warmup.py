# %% [markdown]
# # What does a warm-up wait for?
# Six hidden layers, first weights that are too large, and a rate that loses nearly every
# run. Raise that rate over the first steps instead, and watch the critical rate.

# %% five networks, and the ways to start them
import math
from itertools import pairwise

import matplotlib.pyplot as plt
import torch
from digits import load_digits
from torch.nn.functional import cross_entropy

seeds = range(5)
widths, steps, batch_size, seen = (64, *[64] * 6, 10), 150, 32, 60
usual, large = math.sqrt(2), 2.8  # standard deviation of the first weights × √inputs
images, labels, new_images, new_labels = (
    torch.stack(parts)
    for parts in zip(*[load_digits(1200, seed) for seed in seeds], strict=True)
)
every_seed = torch.arange(len(seeds))[:, None]


def draw(seed):
    """Return first weights whose scale is 1, and the minibatches."""
    torch.manual_seed(seed)
    weights = [
        torch.randn(ins, outs) / math.sqrt(ins) for ins, outs in pairwise(widths)
    ]
    return *weights, torch.randint(len(labels[0]), (steps, batch_size))


*units, batches = map(torch.stack, zip(*[draw(seed) for seed in seeds], strict=True))


def loss_on(weights, images, labels):
    """Return the loss (seed, run) and the accuracy; weights are (seed, run, in, out)."""
    hidden = images[:, None]
    for layer, matrix in enumerate(weights):
        hidden = (hidden.relu() if layer else hidden) @ matrix
    labels = labels[:, None].expand(hidden.shape[:3])
    losses = cross_entropy(hidden.flatten(0, 2), labels.flatten(), reduction="none")
    right = (hidden.argmax(3) == labels).float().mean(2)
    return losses.view(labels.shape).mean(2), right


def ramp(peak, length, step):
    """Return the rate at a step, counted from 0: a straight line up to the peak."""
    return peak * min(1.0, (step + 1) / max(length, 1))


# %% SGD and Adam, every run at once
def train(plan, adam=False, watch=None):
    """Return the accuracies (seed, run), the last losses, the watched run's weights.

    A plan is a list of (scale of the first weights, peak rate, length of the ramp).
    """
    scales = torch.tensor([scale for scale, _, _ in plan])[:, None, None]
    weights = [(scales * unit[:, None]).requires_grad_() for unit in units]
    means, squares = ([torch.zeros_like(part) for part in weights] for _ in range(2))
    watched = []
    for step in range(steps):
        if watch is not None and step <= seen:
            watched.append([part[:, [watch]].detach().clone() for part in weights])
        batch = every_seed, batches[:, step]
        loss, _ = loss_on(weights, images[batch], labels[batch])
        gradients = torch.autograd.grad(loss.sum(), weights)
        lr = torch.tensor([ramp(peak, length, step) for _, peak, length in plan])
        with torch.no_grad():
            for at, gradient in enumerate(gradients):
                move = gradient
                if adam:
                    means[at].lerp_(gradient, 0.1)
                    squares[at].lerp_(gradient**2, 0.001)
                    size = (squares[at] / (1 - 0.999 ** (step + 1))).sqrt() + 1e-8
                    move = means[at] / (1 - 0.9 ** (step + 1)) / size
                weights[at] -= lr[:, None, None] * move
    with torch.no_grad():
        _, right = loss_on(weights, new_images, new_labels)
    return right, loss.detach(), watched


high = 1 / 16
plan = [(large, high, length) for length in (0, 2, 5, 10, 20)]
plan += [(usual, high, 0), (usual, high, 20)]
right, last_loss, watched = train(plan, watch=4)
_, *saved, usual_sudden, usual_twenty = right.T
adam_rates = [0.001, 0.004, 0.016]
adam_plan = [(usual, lr, length) for length in (0, 20) for lr in adam_rates]
adam_right, _, adam_watched = train(adam_plan, adam=True, watch=4)
adam_sudden, adam_twenty = adam_right.unflatten(1, (2, -1)).unbind(1)
lost = last_loss[:, 0].isnan().sum().item()
saved_by_two, saved_by_five, saved_by_ten, saved_by_twenty = (
    (each > 0.6).sum().item() for each in saved
)
usual_least, adam_least = usual_sudden.min().item(), adam_sudden.min().item()
usual_points = 100 * (usual_twenty - usual_sudden).mean().item()
adam_points = 100 * (adam_twenty - adam_sudden).mean().item()

# %% claim: without a warm-up at least four of five networks' losses end as NaN
#| label: lost
assert lost >= 4

# %% claim: with two steps of warm-up at most two of five read three new digits in five
#| label: two
assert saved_by_two <= 2

# %% claim: with ten steps at least three of five do
#| label: ten
assert saved_by_ten >= 3

# %% claim: and so with twenty
#| label: twenty
assert saved_by_twenty >= 3

# %% claim: with weights of the usual size the rate needs no warm-up
#| label: usual
assert usual_least > 0.7

# %% claim: nor does Adam, at three rates
#| label: adam
assert adam_least > 0.6

# %% claim: a warm-up brings neither of them five points on average
#| label: nothing
assert max(usual_points, adam_points) < 5


# %% claim: these are torch's SGD and Adam under LinearLR
#| label: torch
def follow(scale, peak, kind):
    """Return the first network after three steps of the longer ramp, by torch."""
    network = torch.nn.Sequential(*[
        part for pair in pairwise(widths)
        for part in (torch.nn.Linear(*pair, bias=False), torch.nn.ReLU())
    ][:-1])  # fmt: skip
    for part, unit in zip(network.parameters(), units, strict=True):
        part.data = scale * unit[0].T.clone()
    optimizer = kind(network.parameters(), lr=peak)
    scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, 1 / 20, total_iters=19)
    for batch in batches[0, :3]:
        optimizer.zero_grad()
        cross_entropy(network(images[0, batch]), labels[0, batch]).backward()
        optimizer.step()
        scheduler.step()
    for step in range(3, 30):
        assert math.isclose(scheduler.get_last_lr()[0], ramp(peak, 20, step))
        scheduler.step()
    return [part.detach().T for part in network.parameters()]


for kind, run, ours in (
    (torch.optim.SGD, plan[4], watched),
    (torch.optim.Adam, adam_plan[4], adam_watched),
):
    for theirs, own in zip(follow(*run[:2], kind), ours[3], strict=True):
        torch.testing.assert_close(theirs, own[0, 0], rtol=1e-3, atol=1e-4)


# %% the critical rate on the way
def find_critical_rate(weights, products, direction):
    """Return 2 / largest curvature for each seed, by power iteration on 240 images."""
    weights = [part.requires_grad_() for part in weights]
    loss, _ = loss_on(weights, images[:, :240], labels[:, :240])
    gradients = torch.autograd.grad(loss.sum(), weights, create_graph=True)
    for _ in range(products):
        length = sum(part.square().sum((2, 3), keepdim=True) for part in direction)
        direction = [part / length.sqrt() for part in direction]
        bends = torch.autograd.grad(gradients, weights, direction, retain_graph=True)
        pairs = zip(direction, bends, strict=True)
        curvature = sum((part * bend).sum((1, 2, 3)) for part, bend in pairs)
        direction = bends
    return 2 / curvature.abs(), direction


torch.manual_seed(0)
direction = [torch.randn_like(part) for part in watched[0]]
times, critical, directions = list(range(0, seen + 1, 5)), [], []
for step in times:
    products = 8 if step else 25  # later the last direction is a good first guess
    rate, direction = find_critical_rate(watched[step], products, direction)
    critical.append(rate)
    directions.append(direction)
critical = torch.stack(critical)  # (reading, seed)
start = critical[0]
middle = critical[4:].log().mean(0).exp()  # from step 20 on
mean_over = (high / start).log().mean().exp().item()
least_rise, most_rise = (each.item() for each in (middle / start).aminmax())
mean_rise = (middle / start).log().mean().exp().item()
ramped = torch.tensor([ramp(high, 20, step) for step in times[:4]])
ahead = (ramped[:, None] / critical[:4]).log().mean(1).exp()
least_ahead, most_ahead = (each.item() for each in ahead.aminmax())

# %% claim: the rate is more than eight times the critical one of the start, on average
#| label: over
assert mean_over > 8

# %% claim: in the median network a second difference of the loss agrees, within 30%
#| label: bend
length = sum(part.square().sum((2, 3), keepdim=True) for part in directions[0]).sqrt()
nudges = torch.tensor([-1e-3, 0.0, 1e-3], dtype=torch.float64)[:, None, None]
nudged = [
    part + nudges * direction / length
    for part, direction in zip(watched[0], directions[0], strict=True)
]
losses, _ = loss_on(nudged, images[:, :240].double(), labels[:, :240])
bend = (losses[:, 0] - 2 * losses[:, 1] + losses[:, 2]) / 1e-3**2
differenced = (2 / bend.abs() / start).median().item()
assert 0.7 < differenced < 1.3

# %% claim: under the ramp the critical rate rises more than sixfold, on average
#| label: rises
assert mean_rise > 6

# %% claim: while the ramp lasts it is above the critical rate, below 15 times, on average
#| label: ahead
assert least_ahead > 1
assert most_ahead < 15

# %% the ramp and the wall
#| caption: >
#|   Learning rate of the warm-up, and the critical rate of each of five networks under
#|   it. Without the ramp the run would begin at the dashed line.
#| alt: >
#|   Rates against step on a log axis. Five thin lines of critical rates start near
#|   0.001, climb to about 0.01 within ten steps and to 0.03 and more within thirty. The
#|   ramp climbs in the same steps, about four times above them, from 0.003 to 0.06. The
#|   dashed line at 0.06 lies far above all of them at step 0.
fig, ax = plt.subplots()
lines = ax.semilogy(times, critical.cpu(), color="C0", linewidth=1)
lines[0].set_label("critical rate, five networks")
shown = range(seen + 1)
ax.semilogy(shown, [ramp(high, 20, step) for step in shown], "C1", label="warm-up")
ax.axhline(high, color="C2", linestyle="--", label="no warm-up")
ax.set(xlabel="step", ylabel="learning rate")
ax.legend(loc="lower right")
