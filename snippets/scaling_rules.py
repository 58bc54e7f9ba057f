# %% [markdown]
# # Which rule keeps the loss when the batch grows?
# Keep the images, change the batch size, and leave the rate, scale it with the square
# root, or in proportion. Then the same once more, without any noise in the gradients.

# %% three rules
import matplotlib.pyplot as plt
import torch
from scaling_bench import adam, draw, measure, sgd, shuffle, start, train

seeds = range(5)
images_each, epochs = 256, 8
batch_sizes = [8, 32, 128]
powers = [0.0, 0.5, 1.0]  # leave it, square root, proportion
methods = {"SGD": (sgd, 0.1), "Adam": (adam, 0.002)}  # the rate at batch size 16
data = draw(seeds, images_each)


def momentum(gradient, memory, _step):
    return memory[0].mul_(0.9).add_(gradient)


def sweep(rule, lr, exact, powers=powers):
    """Return final losses (batch size, seed, power)."""
    losses = []
    for batch_size in batch_sizes:
        rates = lr * (batch_size / 16) ** torch.tensor(powers)
        batches = shuffle(images_each, batch_size, epochs)
        if exact:
            batches = torch.arange(images_each).expand(len(batches), -1)
        losses.append(train(rule, rates, start(seeds, len(powers)), data, batches))
    return torch.stack(losses)


# %% the same by torch
def train_by_torch(optimizer_class, batches, **options):
    """Return the final loss of each seed's network, (seed, 1)."""
    weights = [part.requires_grad_() for part in start(seeds, 1)]
    optimizer = optimizer_class(weights, **options)
    for batch in batches:
        optimizer.zero_grad()
        measure(weights, data[0][:, batch], data[1][:, batch]).sum().backward()
        optimizer.step()
    return measure(weights, *data).detach()


batches = shuffle(images_each, 32, epochs=2)
ours, theirs = [], []
for (rule, lr), optimizer_class, options in (
    (methods["SGD"], torch.optim.SGD, {}),
    (methods["Adam"], torch.optim.Adam, {}),
    ((momentum, 0.01), torch.optim.SGD, {"momentum": 0.9}),
):
    ours.append(train(rule, torch.tensor([lr]), start(seeds, 1), data, batches))
    theirs.append(train_by_torch(optimizer_class, batches, lr=lr, **options))

# %% claim: SGD, SGD with momentum and Adam are torch's
#| label: torch
torch.testing.assert_close(ours, theirs, rtol=1e-3, atol=0)

# %% with minibatches, and with all images in each step
noisy = {name: sweep(*method, exact=False) for name, method in methods.items()}
exact = {name: sweep(*method, exact=True) for name, method in methods.items()}
heavy = [sweep(momentum, 0.01, exact, powers=[1.0]) for exact in (False, True)]
leave, root, proportion = range(len(powers))


def change(losses):
    """Return the loss at each batch size over that at the smallest, for each rule."""
    return losses / losses[0]


linear = change(noisy["SGD"])[..., proportion].log().mean(1)  # over the seeds
linear_most = linear.max().exp().item() - 1
root_least = change(noisy["SGD"])[-1, :, root].min().item()
left_least = change(noisy["SGD"])[-1, :, leave].min().item()
moved = (exact["SGD"] / noisy["SGD"]).log().abs().mean(1)  # over the seeds
without = moved.max().exp().item() - 1
adam_root = change(noisy["Adam"])[-1, :, root]
adam_linear = change(noisy["Adam"])[-1, :, proportion]
root_up, linear_down = adam_root.min().item(), adam_linear.max().item()
exact_root = change(exact["Adam"])[-1, :, root].min().item()
exact_linear = change(exact["Adam"])[..., proportion].max().item()
heavy_least = min(change(losses)[-1].min().item() for losses in heavy)

# %% claim: with SGD and a rate in proportion all batch sizes end alike, on average
#| label: linear
assert linear.abs().max() < 1 / 7
assert 0 <= linear_most < 1 / 6
steps = shuffle(images_each, 32, epochs)
by_torch = train_by_torch(torch.optim.SGD, steps, lr=0.1 * 32 / 16)[:, 0]
torch.testing.assert_close(noisy["SGD"][1, :, proportion], by_torch, rtol=1e-3, atol=0)

# %% claim: scaled with the square root, or left alone, they do not
#| label: others
assert root_least > 3
assert left_least > 6

# %% claim: with batches of eight SGD ends lowest at the rate left alone, every seed
#| label: shrunk
assert (noisy["SGD"][0, :, leave] < noisy["SGD"][0, :, root]).all()
assert (noisy["SGD"][0, :, root] < noisy["SGD"][0, :, proportion]).all()

# %% claim: without noise SGD ends at the same losses on average, under all three rules
#| label: noiseless
assert 0 <= without < 1 / 14
assert moved.shape == (len(batch_sizes), len(powers))

# %% claim: with momentum 0.9 proportion does not keep the loss, with noise and without
#| label: momentum
assert heavy_least > 1.7

# %% claim: with Adam the square root is too little and proportion too much
#| label: neither
assert root_up > 1.5
assert linear_down < 0.9

# %% claim: without noise proportion is nearer for Adam than the square root
#| label: adam noiseless
assert exact_linear < 2.5
assert exact_root > 5

# %% final loss against batch size
#| caption: >
#|   Training loss after {epochs} epochs of the same {images_each} images, a line
#|   for each of five seeds, the three rules equal at batch size 16. On a flat line the
#|   batch size does not matter. Below, every step sees all images, without noise.
#|   The two rates at 16 were not searched.
#| alt: >
#|   Four panels of loss against batch size. SGD with minibatches: only the rate in
#|   proportion is flat. SGD without noise: the same three lines. Adam with
#|   minibatches: the square root rises, proportion falls. Adam without noise:
#|   proportion is nearly flat and the other two rise steeply.
fig, panels = plt.subplots(2, 2, sharex=True, sharey=True)
rows = zip(panels, (noisy, exact), ("minibatches", "all images"), strict=True)
for row, losses, gradients in rows:
    for ax, method in zip(row, methods, strict=True):
        for rule, name in enumerate(["left alone", "square root", "in proportion"]):
            lines = ax.loglog(batch_sizes, losses[method].cpu()[..., rule], f"C{rule}")
            lines[0].set_label(name)
        ax.text(
            0.96, 0.06, f"{method}, {gradients}", transform=ax.transAxes, ha="right"
        )
        ax.set_xticks(batch_sizes, [f"{size}" for size in batch_sizes])
        ax.minorticks_off()
for ax in panels[:, 0]:
    ax.set_yticks([0.1, 1], ["0.1", "1"])
    ax.set_ylabel("training loss")
for ax in panels[1]:
    ax.set_xlabel("batch size")
fig.legend(
    *panels[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=3
)
