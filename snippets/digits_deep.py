# %% [markdown]
# # Can a rate that is too high look like a network that has not begun?
# Give the network of the digits a second hidden layer, and train it at a rate that is
# far too low, one that suits it, four times that, and one that is large for Adam.

# %% five networks at four rates
import matplotlib.pyplot as plt
import torch
from digits import load_digits, make_mlp
from torch.nn.functional import cross_entropy

seeds = range(5)
steps, batch_size = 240, 32
methods = {
    "low": (torch.optim.SGD, 2.0**-10),
    "good": (torch.optim.SGD, 2.0**-0.5),
    "bad": (torch.optim.SGD, 2.0**1.5),
    "Adam": (torch.optim.Adam, 4.0),
}


def train(seed, optimizer_class, lr):
    """Return the training loss at every 20th step; test accuracy; share of dead units.

    Dead is a unit of the second hidden layer that answers 0 to every training image.
    """
    torch.manual_seed(seed)
    images, labels, test_images, test_labels = load_digits(1200, seed)
    batches = torch.randint(len(labels), (steps, batch_size))
    network = make_mlp(64, 32, 32, 10)
    optimizer, curve = optimizer_class(network.parameters(), lr=lr), []
    for step, batch in enumerate(batches):
        if step % 20 == 0:
            curve.append(cross_entropy(network(images), labels).item())
        optimizer.zero_grad()
        cross_entropy(network(images[batch]), labels[batch]).backward()
        optimizer.step()
    curve.append(cross_entropy(network(images), labels).item())
    hits = network(test_images).argmax(1) == test_labels
    dead = network[:4](images).amax(0) == 0
    return torch.tensor(curve), hits.float().mean().item(), dead.float().mean().item()


curves, accuracy, dead = {}, {}, {}
for name, method in methods.items():
    runs = [train(seed, *method) for seed in seeds]
    curves[name] = torch.stack([curve for curve, _, _ in runs])  # (seed, reading)
    accuracy[name], dead[name] = list(zip(*runs, strict=True))[1:]
ends = torch.stack([curves[name][:, -1] for name in ("bad", "Adam")])
finite = ends.isfinite().sum(1).tolist()  # of the runs at each of these rates
guess_low, guess_high = ends[ends.isfinite()].aminmax()
guess_low, guess_high = guess_low.item(), guess_high.item()
good_reads = min(accuracy["good"])
bad_reads, adam_reads = max(accuracy["bad"]), max(accuracy["Adam"])
bad_mean = sum(accuracy["bad"]) / len(seeds)
dead_mean = sum(dead["bad"]) / len(seeds)
moved = (curves["low"][:, -1] - curves["low"][:, 0]).abs().max().item()
leaps = (curves["bad"][:, 1:5] - curves["bad"][:, :1]).abs().amax(1)  # in 80 steps
leapt = leaps.min().item()

# %% claim: with a second hidden layer Adam's largest rate reads fewer than one in four
#| label: chance
assert adam_reads < 0.25

# %% claim: with it SGD reads more than four new digits in five at the rate 0.7
#| label: good
assert good_reads > 0.8
assert round(methods["good"][1], 1) == 0.7

# %% claim: and at four times that rate fewer than one in four, on average
#| label: bad
assert bad_mean < 0.25
assert methods["bad"][1] == 4 * methods["good"][1]

# %% claim: there more than half of the second layer's units are dead, on average
#| label: dead
assert dead_mean > 0.5
assert max(dead["low"]) < 0.5
assert (torch.tensor(dead["bad"]) * 32 % 1 == 0).all()  # shares of 32 units

# %% claim: at 0.001 the loss of every seed moves, by less than a twentieth
#| label: low
assert 0.002 < moved < 0.05
assert round(methods["low"][1], 3) == 0.001

# %% claim: most of these networks end at a finite loss, and under Adam all
#| label: silent
bad_finite, adam_finite = finite
assert bad_finite > len(seeds) / 2
assert adam_finite == len(seeds)
assert curves["bad"].shape == (len(seeds), 1 + steps // 20)
torch.testing.assert_close(ends[1], curves["Adam"][:, steps // 20])

# %% claim: in the first 80 steps the typical loss moves further at 2.8 than any at 0.001
#| label: begins
assert leaps.median() > (curves["low"][:, 1:5] - curves["low"][:, :1]).abs().max()
assert leapt == leaps.min()

# %% two flat curves
#| caption: >
#|   Training loss of a network with two hidden layers by plain SGD, five seeds at each
#|   of two rates, read at every 20th step. On the left it has not begun; on the right
#|   most units of its second hidden layer are dead.
#| alt: >
#|   Two panels, loss against step. At the rate 0.001 five level lines at 2.3. At 2.8
#|   the lines jump in the first 80 steps and then lie at 2.3 too, or close below it.
shown = {"0.001: not begun": "low", "2.8: units dead": "bad"}
fig, panels = plt.subplots(1, 2, sharex=True, sharey=True, figsize=(4.5, 2.2))
for ax, (title, name) in zip(panels, shown.items(), strict=True):
    ax.plot(range(0, steps + 1, 20), curves[name].T.cpu(), color="C0", linewidth=1)
    ax.set_title(title)
    ax.set(xlabel="step", ylim=(1, 4))
panels[0].set_ylabel("training loss")
