# %% [markdown]
# # Which rule keeps the loss when the batch grows?
# Keep the images, change the batch size, and leave the rate, scale it with the square
# root, or in proportion. Then the same once more, without any noise in the gradients.

# %% three rules
#| slow: true
from functools import partial

import matplotlib.pyplot as plt
import torch
from scaling_bench import adam, draw, measure, sgd, shuffle, start, train

seeds = range(5)
images_each, epochs = 256, 8
batch_sizes = [8, 16, 32, 128]
powers = [0.0, 0.5, 1.0]  # leave it, square root, proportion
methods = {"SGD": (sgd, 0.1), "Adam": (adam, 0.002)}  # the rate at batch size 16
data = draw(seeds, images_each)


def momentum(gradient, memory, _step):
    return memory[0].mul_(0.9).add_(gradient)


def finish(rule, batch_size, rates, epochs=epochs, exact=False):
    """Return final losses (seed, rate)."""
    batches = shuffle(images_each, batch_size, epochs)
    if exact:
        batches = torch.arange(images_each).expand(len(batches), -1)
    return train(rule, rates, start(seeds, len(rates)), data, batches)


def sweep(rule, lr, exact, powers=powers):
    """Return final losses (batch size, seed, power)."""
    tried = torch.tensor(powers)
    losses = [
        finish(rule, size, lr * (size / 16) ** tried, exact=exact)
        for size in batch_sizes
    ]
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
rule, lr = methods["Adam"]
with_betas = torch.stack(  # the square root, betas and epsilon scaled as well
    [
        finish(
            partial(rule, grown=grown),
            round(16 * grown),
            torch.tensor([lr * grown**0.5]),
        )
        for grown in torch.tensor(batch_sizes).div(16).tolist()
    ]
)
leave, root, proportion = range(len(powers))


def change(losses):
    """Return the loss at each batch size over that at the smallest, for each rule."""
    return losses / losses[0]


linear = change(noisy["SGD"])[..., proportion].log().mean(1)  # over the seeds
linear_most = linear.max().exp().item() - 1
root_least = change(noisy["SGD"])[-1, :, root].min().item()
left_least = change(noisy["SGD"])[-1, :, leave].min().item()
smaller = noisy["SGD"][0, :, proportion] / noisy["SGD"][0, :, leave]
left_lower = smaller.log().mean().exp().item()
moved = (exact["SGD"] / noisy["SGD"]).log().abs().mean(1)  # over the seeds
without = moved.max().exp().item() - 1
adam_root = change(noisy["Adam"])[-1, :, root]
adam_linear = change(noisy["Adam"])[-1, :, proportion]
root_up, linear_down = adam_root.min().item(), 1 / adam_linear.max().item()
nearer = (adam_root.log() + adam_linear.log()).min().item()  # in every seed above zero
above = noisy["Adam"][-1, :, root] / noisy["Adam"][-1, :, proportion]
root_above = above.log().mean().exp().item()
exact_root = change(exact["Adam"])[-1, :, root].min().item()
exact_linear = change(exact["Adam"])[-1, :, proportion].max().item()
betas_up = change(with_betas)[-1, :, 0].min().item()

# %% momentum, in as short a run and in a longer one
lrs, longer = torch.tensor([0.01, 0.003]), 13
short = [sweep(momentum, 0.01, exact, powers=[1.0]) for exact in (False, True)]
heavy_least = min(change(losses)[-1].min().item() for losses in short)
long = torch.stack(
    [finish(momentum, size, lrs * size / 16, longer * epochs) for size in (8, 128)]
)
long_steps = longer * epochs * images_each // batch_sizes[-1]
heavy_long = change(long).log().mean(1).abs().max().exp().item() - 1  # over the seeds


def walk(steps):
    """Return how far it goes on a slope of one, relative to its final speed."""
    weight = torch.nn.Parameter(torch.zeros(()))
    optimizer = torch.optim.SGD([weight], lr=1.0, momentum=0.9)
    for _ in range(steps):
        weight.grad = torch.ones(())
        optimizer.step()
    return -weight.item() / (10 * steps)


walked, walked_long = walk(16), walk(long_steps)

# %% claim: with SGD and a rate in proportion all batch sizes end alike, on average
#| label: linear
assert linear.abs().max() < 1 / 7
assert 0 <= linear_most < 1 / 6
steps = shuffle(images_each, 32, epochs)
by_torch = train_by_torch(torch.optim.SGD, steps, lr=0.1 * 32 / 16)[:, 0]
torch.testing.assert_close(noisy["SGD"][2, :, proportion], by_torch, rtol=1e-3, atol=0)

# %% claim: scaled with the square root, or left alone, they do not
#| label: others
assert root_least > 3
assert left_least > 6

# %% claim: with batches of eight SGD ends lowest at the rate left alone, every seed
#| label: shrunk
assert (noisy["SGD"][0, :, leave] < noisy["SGD"][0, :, root]).all()
assert (noisy["SGD"][0, :, root] < noisy["SGD"][0, :, proportion]).all()
assert left_lower > 2

# %% claim: without noise SGD ends alike within a tenth, on average, under all three rules
#| label: noiseless
assert abs(without) < 1 / 10
assert moved.shape == (len(batch_sizes), len(powers))

# %% claim: in runs down to 16 steps proportion does not keep the loss of momentum 0.9
#| label: momentum
assert heavy_least > 1.4

# %% claim: in runs of at least 208 steps it does, within two fifths on average
#| label: longer
assert long_steps == 208
assert abs(heavy_long) < 2 / 5
assert long.max() < 0.2  # after real training

# %% claim: on a slope momentum 0.9 goes 54 per cent of the way in 16 steps, 96 in 208
#| label: rolling
assert abs(walked - 0.542) < 0.001
assert abs(walked_long - 0.957) < 0.001

# %% claim: with Adam the square root is too little and proportion too much
#| label: neither
assert root_up > 1.5
assert linear_down > 1.2

# %% claim: of the two proportion is the nearer one here, in every seed
#| label: nearer
assert nearer > 0
assert root_above > 2

# %% claim: with its betas scaled as well the root is still too little, in every seed
#| label: betas
assert betas_up > 1.4
assert (change(with_betas)[-1, :, 0] < adam_root).all()

# %% claim: without noise proportion is nearer for Adam than the square root
#| label: adam noiseless
assert exact_linear < 3
assert exact_root > 5

# %% final loss against batch size
#| caption: >
#|   Training loss after {epochs} epochs of the same {images_each} images, a line
#|   for each of five seeds, the three rules equal at batch size 16. On a flat line the
#|   batch size does not matter. Dashed: all images in each step, without noise, the
#|   mean of the seeds. The two rates at 16 were not searched.
#| alt: >
#|   Two panels of loss against batch size. SGD: only the rate in proportion is flat,
#|   and the dashed lines lie on the others. Adam with minibatches: the square root
#|   rises, proportion falls a little less. Adam without noise: all three rise,
#|   proportion by a factor below two.
fig, panels = plt.subplots(1, 2, sharex=True, sharey=True)
for ax, method in zip(panels, methods, strict=True):
    names = ["left alone", "square root", "in proportion"]
    for rule, (name, color) in enumerate(zip(names, ("C0", "C2", "C1"), strict=True)):
        lines = ax.loglog(
            batch_sizes, noisy[method].cpu()[..., rule], color, linewidth=0.8
        )
        lines[0].set_label(name)
        mean = exact[method].cpu()[..., rule].log().mean(1).exp()
        ax.loglog(batch_sizes, mean, color + "--", linewidth=2.5)
    ax.set_xticks(batch_sizes, [f"{size}" for size in batch_sizes])
    ax.minorticks_off()
    ax.set(title=method, xlabel="batch size")
panels[0].set_yticks([0.1, 1], ["0.1", "1"])
panels[0].set_ylabel("training loss")
fig.legend(*panels[0].get_legend_handles_labels(), loc="outside upper center", ncols=3)
