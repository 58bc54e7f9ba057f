# %% [markdown]
# # Choose a learning rate tonight
# One range test, three runs, and a look at the border. Nothing here knows which
# optimizer it is tuning.

# %% what is fixed beforehand
import math

import matplotlib.pyplot as plt
import torch
from choosing_bench import (
    draw,
    examine,
    held_out,
    images_each,
    momentum,
    read_off,
    smooth_out,
    train,
)
from digits import load_digits
from torch.nn.functional import cross_entropy

seed, steps, test_steps, divisor = 0, 180, 120, 10
_, _, unseen, unseen_labels = load_digits(images_each, seed)
check, check_labels = unseen[:held_out], unseen_labels[:held_out]


# %% a fresh run, and one step of it
def start(lr, steps):
    """Return a network, its optimizer, its batches."""
    network, images, labels, order = draw(seed, steps)
    weights = network.parameters()
    optimizer = torch.optim.SGD(weights, lr, momentum=0.9)
    batches = [(images[i], labels[i]) for i in order]
    return network, optimizer, batches


def take_step(network, optimizer, images, labels):
    network.train()
    loss = cross_entropy(network(images), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


# %% one range test
def range_test():
    """Return the rates, and the smoothed loss at each."""
    ladder = torch.logspace(-5, 1, test_steps).tolist()
    network, optimizer, batches = start(0, test_steps)
    rates, smooth, average = [], [], 0
    for lr, batch in zip(ladder, batches, strict=True):
        for group in optimizer.param_groups:
            group["lr"] = lr
        loss = take_step(network, optimizer, *batch)
        average = 0.9 * average + 0.1 * loss
        rates.append(lr)
        smooth.append(average / (1 - 0.9 ** len(rates)))
        if not smooth[-1] < 4 * min(smooth):
            break
    return rates, smooth


rates, smooth = range_test()
bottom = rates[smooth.index(min(smooth))]
guess = bottom / divisor


# %% three runs, and a look at the border
def run(lr):
    """Return the validation loss of a run at one rate."""
    network, optimizer, batches = start(lr, steps)
    for batch in batches:
        take_step(network, optimizer, *batch)
    network.eval()  # dropout off, batch norm too
    with torch.no_grad():
        loss = cross_entropy(network(check), check_labels)
    # A NaN would win every min.
    return loss.nan_to_num(math.inf).item()


row = guess / 3, guess, guess * 3
found = {lr: run(lr) for lr in row}
best = min(found, key=found.get)
while best in (min(found), max(found)):
    if len(found) == 9:
        raise RuntimeError("still at the border")
    is_top = best == max(found)
    further = best * 3 if is_top else best / 3
    found[further] = run(further)
    best = min(found, key=found.get)

print(f"lowest at {bottom:.3g}, so r is {guess:.3g}")
for lr, loss in sorted(found.items()):
    mark = "<- take" if lr == best else ""
    print(f"rate {lr:.4f}: loss {loss:.4f} {mark}")

# %% the same on the bench
seeds = [seed]
ladder = torch.logspace(-5, 1, test_steps)
bench_losses, _ = train(momentum, ladder.expand(1, 1, -1), seeds)
bench_guess = read_off(bench_losses[0, 0], ladder) / divisor
_, bench_weights = train(momentum, torch.full((1, 1, steps), guess), seeds)
bench_loss = examine(bench_weights, seeds)[0].item()

# %% claim: the range test of the bench finds the same rate
#| label: same
assert abs(bench_guess / guess - 1) < 1e-3
torch.testing.assert_close(smooth, smooth_out(bench_losses[0, 0]), rtol=1e-3, atol=1e-4)

# %% claim: and its run ends at the same validation loss
#| label: run
assert abs(bench_loss / found[guess] - 1) < 1e-2

# %% claim: the search ends with a rate that beats a third of it and three times it
#| label: ends
assert abs(row[2] / row[0] / 9 - 1) < 1e-9
tried = sorted(found)
below, above = (tried[tried.index(best) + side] for side in (-1, 1))
assert found[best] < min(found[below], found[above])
assert abs(best / below / 3 - 1) < 1e-9
assert abs(above / best / 3 - 1) < 1e-9

# %% tonight's search
#| caption: >
#|   The smoothed loss of this range test, its lowest point, a tenth of that, and where
#|   the full runs end on validation images.
#| alt: >
#|   Loss against learning rate, both axes logarithmic. The range test is level up to
#|   0.001, falls to its lowest point near 1 and rises. The full runs stand around a tenth
#|   of that rate, far below the curve, the one in the middle lowest.
fig, ax = plt.subplots(figsize=(4.5, 2.8))
ax.loglog(rates, smooth, label="range test")
ax.plot(bottom, min(smooth), "o", label="its lowest point")
ax.axvline(guess, color="C2", linestyle=":", label="a tenth of that, r")
ends = sorted(found.items())
ax.plot(*zip(*ends, strict=True), "s-", color="C3", label="full runs")
ax.set(ylim=(0.05, 5), xlabel="learning rate", ylabel="loss")
ax.legend(loc="lower left")
