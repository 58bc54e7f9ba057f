# %% [markdown]
# # Can a rate that is too high look like a network that has not begun?
# Give the network of the digits a second hidden layer, and train it at three rates:
# one that suits it, four times that, and one that is large for Adam.

# %% five networks at three rates
import torch
from digits import load_digits, make_mlp
from torch.nn.functional import cross_entropy

seeds = range(5)
steps, batch_size = 240, 32
methods = {
    "good": (torch.optim.SGD, 2.0**-0.5),
    "bad": (torch.optim.SGD, 2.0**1.5),
    "Adam": (torch.optim.Adam, 4.0),
}


def train(seed, optimizer_class, lr):
    """Return the training loss before every 20th step and after all; test accuracy."""
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
    return torch.tensor(curve), hits.float().mean().item()


curves, accuracy = {}, {}
for name, method in methods.items():
    runs = [train(seed, *method) for seed in seeds]
    curves[name] = torch.stack([curve for curve, _ in runs])  # (seed, reading)
    accuracy[name] = [share for _, share in runs]
ends = torch.stack([curves[name][:, -1] for name in ("bad", "Adam")])
guess_low, guess_high = ends.min().item(), ends.max().item()

# %% claim: with a second hidden layer Adam's largest rate reads fewer than one in four
#| label: chance
assert max(accuracy["Adam"]) < 0.25

# %% claim: with it SGD reads nine new digits in ten at the rate 0.7
#| label: good
assert min(accuracy["good"]) > 0.9
assert round(methods["good"][1], 1) == 0.7

# %% claim: and at four times that rate fewer than half
#| label: bad
assert max(accuracy["bad"]) < 0.5
assert methods["bad"][1] == 4 * methods["good"][1]

# %% claim: none of these losses was ever anything but finite
#| label: silent
for each in curves.values():
    assert each.isfinite().all()
    assert each.shape == (len(seeds), 1 + steps // 20)
last = torch.cat([curves["bad"][:, -1], curves["Adam"][:, -1]])
assert guess_low == last.min()
assert guess_high == last.max()
