# %% [markdown]
# # Schedules under AdamW, beside SGD
# Four shapes, each at its own best peak rate. Do they keep their places under AdamW, what
# does a peak cost that is too high, and do the line's rates do as well when they rise?

# %% four shapes, ten networks
import math

import matplotlib.pyplot as plt
import torch
from choosing_bench import (
    adam,
    answer,
    draw,
    find_losses,
    held_out,
    images_each,
    sgd,
    train,
)
from digits import load_digits
from torch.nn.functional import cross_entropy

seeds, decay = range(10), 0.01  # decay of AdamW alone
rest = [load_digits(images_each, seed)[2:] for seed in seeds]
new_images, new_labels = map(torch.stack, zip(*rest, strict=True))
shapes = {
    "constant": torch.ones_like,
    "line": lambda share: 1 - share,
    "cosine": lambda share: (1 + (torch.pi * share).cos()) / 2,
    "late fall": lambda share: ((1 - share) / 0.2).clamp(max=1),
}


# %% every shape at every peak
def search(rule, peaks, epochs, batch_size=4):
    """Return log losses (part, seed, shape, peak): digits to choose by, then others."""
    steps = int(epochs * images_each / batch_size)
    share = torch.arange(steps) / steps
    rates = [peaks[:, None] * shape(share) for shape in shapes.values()]
    rates = torch.cat(rates).expand(len(seeds), -1, -1)
    wane = decay if rule is adam else 0.0
    _, weights = train(rule, rates, seeds, wane, batch_size)
    shape = 2, len(seeds), len(shapes), len(peaks)
    return judge(weights).nan_to_num(torch.inf).view(shape).log()


def judge(weights):
    """Return losses (part, seed, run): on digits to choose by, then on others."""
    logits = answer(weights, new_images)
    parts = slice(held_out), slice(held_out, None)
    losses = [find_losses(logits[..., part], new_labels[:, part]) for part in parts]
    return torch.stack(losses)


sgd_peaks, peaks = 2.0 ** torch.arange(-4, 1), 2.0 ** torch.arange(-9, -4)
found = {
    "SGD, 2 epochs": search(sgd, sgd_peaks, 2),
    "AdamW, 2 epochs": search(adam, peaks, 2),
    "AdamW, half an epoch": search(adam, 2 * peaks[:-1], 0.5),
    "AdamW, 4 epochs of 16": search(adam, peaks[1:], 4, 16),
}
means = {name: logs.mean(1) for name, logs in found.items()}  # (part, shape, peak)
best = {name: mean[0].argmin(1) for name, mean in means.items()}  # by the first part
over_constant = {  # judged by the second
    name: (at := mean[1].gather(1, best[name][:, None])[:, 0]).sub(at[0]).exp()
    for name, mean in means.items()
}
over_each = [  # the same ratio in every network, (shape, seed)
    (at := logs[1].gather(2, best[name].expand(len(seeds), -1)[..., None])[..., 0])
    .sub(at[:, :1])
    .exp()
    .T
    for name, logs in found.items()
]
_, adamw_gain, adamw_half, adamw_four = over_constant.values()
each_best = [logs[0].argmin(2).float().mean(0) for logs in found.values()]
sgd_higher, adamw_higher = (2.0 ** (at[1] - at[0]).item() for at in each_best[:2])

# %% both at the line's best peak, and at twice that
sgd_ends, adamw_ends = (means[name][1].exp() for name in list(found)[:2])
(_, sgd_line, *_), (level, line, *_) = (best[name].tolist() for name in list(found)[:2])
constant_cost = (adamw_ends[0, line] / adamw_ends[0, level]).item()
sgd_lost = sgd_ends[1, sgd_line + 1].item()
twice_cost = (adamw_ends[1, line + 1] / adamw_ends[1, line]).item()
twice_constant = (adamw_ends[0, line + 1] / adamw_ends[1, line + 1]).item()

# %% the rates of AdamW's best line, falling and rising
falling = peaks[line] * (1 - torch.arange(384) / 384)
orders = torch.stack([falling, falling.flip(0)]).expand(len(seeds), -1, -1)
by_order = judge(train(adam, orders, seeds, decay, 4)[1])[1].log().mean(0)
rising_ends = (by_order[1] - by_order[0]).exp().item()

# %% claim: in two epochs the line beats AdamW's constant rate, on average
#| label: gains
assert adamw_gain[1] < 1
assert all(
    (each(torch.linspace(0, 1, 9)).diff() <= 0).all() for each in shapes.values()
)

# %% claim: in half an epoch, and four of larger batches, it gains less than a tenth
#| label: elsewhere
assert (adamw_half[1] * adamw_four[1]).sqrt() > 0.9

# %% claim: in two epochs each network's best peak of the line is higher, on average
#| label: higher
assert sgd_higher > 1
assert adamw_higher > 1
doublings = torch.tensor([sgd_higher, adamw_higher], device="cpu").log2()
apart = torch.stack([at[1] - at[0] for at in each_best[:2]]).cpu()
torch.testing.assert_close(doublings, apart)

# %% claim: at the line's best peak AdamW's constant rate ends above its own best
#| label: pays
assert constant_cost > 1
mean, (one, two, *_) = means["AdamW, 2 epochs"], best["AdamW, 2 epochs"]
torch.testing.assert_close(
    constant_cost, (mean[1, 0, two] - mean[1, 0, one]).exp().item()
)

# %% claim: at twice its best peak SGD's line ends above the loss of guessing
#| label: lost
assert sgd_lost > math.log(10)
assert (sgd_peaks[1:] == 2 * sgd_peaks[:-1]).all()

# %% claim: there AdamW's line has less than twice its lowest loss
#| label: near
assert twice_cost < 2
assert (peaks[1:] == 2 * peaks[:-1]).all()
more = means["AdamW, 2 epochs"][1, 1].diff().exp()  # with each doubling
torch.testing.assert_close(twice_cost, more[line].item(), rtol=1e-4, atol=0)

# %% claim: and the constant rate three times the line's loss, or more
#| label: far
assert twice_constant > 3
torch.testing.assert_close(
    twice_constant * twice_cost, (adamw_ends[0, line + 1] / adamw_ends[1, line]).item()
)

# %% claim: rising, the rates of AdamW's line end above one and a half times its loss
#| label: order
assert rising_ends > 1.5
torch.testing.assert_close(by_order[0], means["AdamW, 2 epochs"][1, 1, line])

# %% claim: no best peak lies at the border of its grid
#| label: margins
for key, at in best.items():
    assert at.min() > 0
    assert at.max() < means[key].shape[2] - 1


# %% claim: this is torch.optim.AdamW with LambdaLR
#| label: torch
network, images, labels, batches = draw(seeds[0], 50, 4)
line = (1 - torch.arange(50) / 50) / 128
_, ours = train(adam, line.expand(1, 1, -1), seeds[:1], decay, 4)
optimizer = torch.optim.AdamW(network.parameters(), lr=1.0, weight_decay=decay)
then = [*line.tolist(), 0.0]
scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, then.__getitem__)
for batch in batches:
    optimizer.zero_grad()
    cross_entropy(network(images[batch]), labels[batch]).backward()
    optimizer.step()
    scheduler.step()
for theirs, own in zip(network.parameters(), ours, strict=True):
    torch.testing.assert_close(theirs.detach(), own[0, 0], rtol=1e-3, atol=1e-4)

# %% the four at their best peaks
#| output: markdown
print(f"| shape | {' | '.join(found)} |\n|---|{'---:|' * len(found)}")
for row, name in enumerate(shapes):
    cells = [f"{ratios[row]:.2f}" for ratios in over_constant.values()]
    if row:
        cells = [
            f"{cell}<br><small>{each[row].min():.2f}–{each[row].max():.2f}</small>"
            for cell, each in zip(cells, over_each, strict=True)
        ]
    print(f"| {name} | {' | '.join(cells)} |")

# %% loss against peak
#| caption: >
#|   Loss on new digits after two epochs in batches of four, against the peak rate:
#|   geometric means of ten networks.
#| alt: >
#|   Two panels, SGD and AdamW, losses against peak rates, both logarithmic. Each of four
#|   curves has a lowest point. That of the line and of the cosine is lower than that of
#|   the constant rate, and further right. Beyond it the constant rate climbs first, then
#|   the late fall, the line last.
fig, axes = plt.subplots(1, 2, sharey=True)
for ax, name, rates in zip(axes, found, (sgd_peaks, peaks), strict=False):
    for shape, losses in zip(shapes, means[name][1].exp().cpu(), strict=True):
        ax.loglog(rates, losses, label=shape)
    ax.set_xscale("log", base=2)
    ax.minorticks_off()
    ax.set(title=name.split(",")[0], xlabel="peak rate", ylim=(0.08, 1))
axes[0].set(ylabel="loss on new digits")
axes[0].set_yticks([0.1, 0.2, 0.5, 1], [0.1, 0.2, 0.5, 1])
fig.legend(*axes[0].get_legend_handles_labels(), ncols=2, loc="outside upper center")
