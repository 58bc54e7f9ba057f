# %% [markdown]
# # Do networks trained at other rates read new digits otherwise?
# Compare them after equal steps, and the answer is yes. Stop each where its training
# loss has come down to the same value, and look again: with all images at every step,
# and with twenty.

# %% five networks
import matplotlib.pyplot as plt
import torch
from choosing_bench import answer, find_losses
from digits import load_digits, make_mlp

seeds = range(5)
widths, few, target, most_steps, early, batch = (64, 64, 10), 200, 0.02, 1600, 15, 20
rates = 2.0 ** torch.arange(-2, 4)  # 1/4 to 8
batch_rates = 2.0 ** torch.arange(-4, 2)  # 1/16 to 2
images, labels, new_images, new_labels = (
    torch.stack(parts)
    for parts in zip(*[load_digits(few, seed) for seed in seeds], strict=True)
)
new_count = new_images.shape[1]


def init(seed):
    torch.manual_seed(seed)
    return [part.detach() for part in make_mlp(*widths).parameters()]


start = [torch.stack(parts)[:, None] for parts in zip(*map(init, seeds), strict=True)]


def read(weights, images, labels):
    """Return loss and accuracy of all networks, as (seed, rate) tensors."""
    with torch.no_grad():
        logits = answer(weights, images)  # (seed, rate, 10, image)
    right = (logits.argmax(2) == labels[:, None]).float().mean(2)
    return find_losses(logits, labels), right


# %% each rests when the loss over all its images is down to the target
def train(rates, batch):
    """Return steps taken, losses on the way, weights, and new digits read early.

    The loss is looked at, and a network may come to rest, after each epoch.
    """
    weights = [part.repeat(1, len(rates), *[1] * (part.dim() - 2)) for part in start]
    weights = [part.requires_grad_() for part in weights]
    steps, losses, early_right = torch.zeros(len(seeds), len(rates)), [], None
    torch.manual_seed(seeds[0])
    for step in range(most_steps):
        if step % (few // batch) == 0:
            order = torch.rand(len(seeds), few).argsort(1).split(batch, 1)
            losses.append(read(weights, images, labels)[0])
            moving = ~(losses[-1] < target)  # NaN is not below anything
            if not (moving & (rates <= 4)).any():  # at 8 they never rest
                break
        if step == early:
            early_right = read(weights, new_images, new_labels)[1]
        chosen = order[step % len(order)]  # (seed, image)
        seen = images.gather(1, chosen[..., None].expand(-1, -1, images.shape[2]))
        loss = find_losses(answer(weights, seen), labels.gather(1, chosen)).sum()
        gradients = torch.autograd.grad(loss, weights)
        steps += moving
        lr = moving * rates
        with torch.no_grad():
            for part, gradient in zip(weights, gradients, strict=True):
                part -= lr.view(*lr.shape, *[1] * (part.dim() - 2)) * gradient
    return steps, torch.stack(losses), weights, early_right


steps, losses, weights, early_right = train(rates, few)
_, right = read(weights, new_images, new_labels)
_, batch_losses, batch_weights, _ = train(batch_rates, batch)
_, batch_right = read(batch_weights, new_images, new_labels)


# %% how far apart, in points of a hundred and in weights
def lead(right, rates, rate, other):
    """Return by how many points one rate reads better than another, by network."""
    return 100 * (right[:, rates == rate] - right[:, rates == other])[:, 0]


def find_spread(right, rates, highest):
    """Return how many points lie between the rates up to the highest, by network."""
    least, most = right[:, rates <= highest].aminmax(dim=1)
    return 100 * (most - least)


def stray(weights, index):
    """Return how far the end at one rate lies from that at the lowest, by network.

    The unit is the distance from the first weights to the end at the lowest rate.
    """
    flat, first = (torch.cat([p.flatten(2) for p in ps], 2) for ps in (weights, start))
    far = (flat[:, index] - flat[:, 0]).norm(dim=1)
    return (far / (flat[:, 0] - first[:, 0]).norm(dim=1)).detach()


apart = find_spread(right, rates, 2)
batch_apart = find_spread(batch_right, batch_rates, 1)
points, most_points = apart.mean().item(), apart.max().item()
batch_points = batch_apart.mean().item()
early_points = lead(early_right, rates, 2, 1 / 4).mean().item()
bouncing = lead(right, rates, 1, 4)
bouncing_points, most_bouncing = bouncing.mean().item(), bouncing.max().item()
batch_lost = lead(batch_right, batch_rates, 1, 2).mean().item()
longer = steps[:, 0] / steps[:, 3]  # for each network
_, fitted = read(weights, images, labels)
fitted_share, read_share = fitted[:, :4].min().item(), right[:, :4].mean().item()
astray, batch_astray = stray(weights, 3), stray(batch_weights, 4)
most_astray, batch_least_astray = astray.max().item(), batch_astray.min().item()
rises = losses.diff(dim=0).amax(0)  # the largest rise of the loss in one step
least_jump = rises[:, 4].min().item()

# %% claim: from 1/4 to 2 all come down to the same training loss
#| label: fits
assert (losses[-1, :, :4] < target).all()
assert fitted_share == 1

# %% claim: after fifteen steps the rate 2 is ahead of 1/4 by 5 to 35 points, on average
#| label: early
assert 5 < early_points < 35

# %% claim: there these rates lie less than half a point apart on average, one at most
#| label: same
assert points < 0.5
assert most_points < 1

# %% claim: the lowest of them takes eight times the steps of the highest, within a tenth
#| label: longer
assert (longer / 8 - 1).abs().max() < 0.1

# %% claim: and they end at nearly the same weights, a seventh of the way apart at most
#| label: near
assert most_astray < 1 / 7

# %% claim: up to 1 the loss falls at every step, and at 4 it rises on its way down
#| label: bounces
assert rises[:, :3].max() <= 0
assert least_jump > 0

# %% claim: at 8 every network is lost
#| label: lost
assert losses[-1, :, 5].isnan().all()

# %% claim: with twenty images a step, 1/16 to 1 lie less than a point apart on average
#| label: batches
assert (batch_losses[-1, :, :5] < target).all()
assert batch_points < 1

# %% claim: though 1 ends a tenth of the way or more from 1/16
#| label: noisy
assert batch_least_astray > 0.1

# %% new digits read against learning rate
#| caption: >
#|   New digits read by five networks against the learning rate: above after {early}
#|   steps; below when each has come down to the training loss {target}, with all
#|   {few} images at every step and with {batch}. At 8 all images end in a loss of NaN.
#| alt: >
#|   Three panels, each with five lines, one a network. After fifteen steps the lines
#|   climb from about 70 per cent at the rate 1/4 to above 90 at 2; at 4 one falls to
#|   50. At equal training loss they are level from 1/4 to 2, each at its own height
#|   between 92 and 94 per cent, and at 4 some fall. With twenty images a step they are
#|   level from 1/16 to 1 at the same heights, and fall at 2.
panels = (
    (f"after {early} steps", rates[:5], early_right[:, :5]),
    ("at equal loss, all images a step", rates[:5], right[:, :5]),
    (f"at equal loss, {batch} images a step", batch_rates, batch_right),
)
fig, axes = plt.subplots(3, 1, figsize=(4.5, 5.4), sharex=True)
for index, (ax, (label, across, table)) in enumerate(zip(axes, panels, strict=True)):
    ax.semilogx(across.cpu(), table.T.cpu(), f"C{index}.-", linewidth=1)
    ax.text(0.03, 0.06, label, transform=ax.transAxes)
    ax.set(ylim=(0.86, 0.95) if index else (0.45, 1))
    ax.set_yticks([0.88, 0.9, 0.92, 0.94] if index else [0.5, 0.6, 0.7, 0.8, 0.9, 1])
ticks = ["1/16", "1/8", "1/4", "1/2", "1", "2", "4"]
axes[2].set_xticks(2.0 ** torch.arange(-4, 3).cpu(), ticks)
axes[2].minorticks_off()
axes[2].set_xlabel("learning rate")
fig.supylabel("new digits read")
