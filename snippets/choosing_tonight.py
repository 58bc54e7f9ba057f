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
    train,
)
from digits import load_digits
from torch.nn.functional import cross_entropy

seed, steps, test_steps, divisor = 0, 180, 120, 10
_, _, unseen, unseen_labels = load_digits(images_each, seed)
check, check_labels = unseen[:held_out], unseen_labels[:held_out]


# %% a fresh run, and one step of it
def start(lr, steps):
    """Return a fresh network and its optimizer, and its minibatches."""
    network, images, labels, batches = draw(seed, steps)
    optimizer = torch.optim.SGD(network.parameters(), lr=lr, momentum=0.9)
    return network, optimizer, [(images[batch], labels[batch]) for batch in batches]


def take_step(network, optimizer, images, labels):
    network.train()
    loss = cross_entropy(network(images), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


# %% one range test
def range_test(low=1e-5, high=10.0, smoothing=0.9):
    """Return the rates tried, and the smoothed loss at each."""
    network, optimizer, batches = start(low, test_steps)
    rates, smooth, average = [], [], 0.0
    for step, (images, labels) in enumerate(batches, 1):
        lr = low * (high / low) ** ((step - 1) / (test_steps - 1))
        for group in optimizer.param_groups:
            group["lr"] = lr
        average *= smoothing
        average += (1 - smoothing) * take_step(network, optimizer, images, labels)
        rates.append(lr)
        smooth.append(average / (1 - smoothing**step))
        if not smooth[-1] < 4 * min(smooth):
            break
    return rates, smooth


rates, smooth = range_test()
bottom = rates[smooth.index(min(smooth))]
guess = bottom / divisor


# %% three runs, and a look at the border
def run(lr):
    """Return the loss on the validation images after training at one rate."""
    network, optimizer, batches = start(lr, steps)
    for images, labels in batches:
        take_step(network, optimizer, images, labels)
    network.eval()  # dropout off, batch norm on its running means
    with torch.no_grad():
        loss = cross_entropy(network(check), check_labels).item()
    return loss if math.isfinite(loss) else math.inf  # NaN would win every min


found = {lr: run(lr) for lr in (guess / 3, guess, guess * 3)}
while not min(found) < (best := min(found, key=found.get)) < max(found):
    if len(found) == 9:
        raise RuntimeError("still at the border: distrust the range test")
    further = best * 3 if best == max(found) else best / 3
    found[further] = run(further)
take = min(lr for lr in found if found[lr] < 1.05 * found[best])  # of a tie, the least

print(f"range test: lowest at {bottom:.3g}, so begin at {guess:.3g}")
for lr, loss in sorted(found.items()):
    print(f"rate {lr:.4f}: validation loss {loss:.4f}", "<- take" * (lr == take))

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

# %% claim: and its run ends at the same validation loss
#| label: run
assert abs(bench_loss / found[guess] - 1) < 1e-2

# %% claim: the search ends with a rate that beats a third of it and three times it
#| label: ends
tried = sorted(found)
below, above = (tried[tried.index(best) + side] for side in (-1, 1))
assert found[best] < min(found[below], found[above])
assert abs(best / below / 3 - 1) < 1e-9
assert abs(above / best / 3 - 1) < 1e-9

# %% claim: the rate to take is the least whose loss is within 5 % of the best
#| label: take
near = sorted(lr for lr in found if found[lr] < 1.05 * found[best])
assert take == near[0] <= best
assert all(found[lr] >= 1.05 * found[best] for lr in found if lr < take)

# %% the range test of tonight
#| caption: The smoothed loss of this range test, its lowest point, and a tenth of it.
#| alt: >
#|   Loss against learning rate on a log axis: level up to 0.001, then a fall to its
#|   lowest point near 1, then a sudden rise. A second mark stands a decade to the
#|   left, half-way down the slope.
fig, ax = plt.subplots()
ax.loglog(rates, smooth, label="range test")
ax.plot(bottom, min(smooth), "o", label="lowest point")
nearest = min(range(len(rates)), key=lambda index: abs(rates[index] - guess))
ax.plot(guess, smooth[nearest], "s", label="a tenth of it")
ax.set(xlabel="learning rate", ylabel="smoothed training loss")
ax.legend()
