# %% [markdown]
# # A loss without a wall
# Past its critical rate, gradient descent on squared loss diverges.
# How far past it does the same linear model learn with cross-entropy?

# %% one linear model, two losses
#| device: cpu
import math

import matplotlib.pyplot as plt
import torch
from digits import load_digits
from torch.nn.functional import cross_entropy, one_hot

torch.set_default_dtype(torch.float64)
seeds = range(5)
many, steps, classes = 400, 100, 10
multiples = {  # of the critical rate at the start
    "squared": [0.01, 0.1, 0.5, 0.95, 1.05, 1.5, 3.0],
    "cross-entropy": [0.01, 0.1, 0.95, 10.0, 100.0, 1e4, 1e6, 1e9],
}

draws = [load_digits(many, seed) for seed in seeds]
images = torch.stack([images.double() for images, *_ in draws])  # (seeds, 400, 64)
labels = torch.stack([labels for _, labels, *_ in draws])
new_images = torch.stack([images.double() for *_, images, _ in draws])
new_labels = torch.stack([labels for *_, labels in draws])
answers = one_hot(labels, classes).double()[:, :, None]  # (seeds, 400, 1, 10)
of_inputs = torch.linalg.eigvalsh(images.mT @ images / many)[:, -1]  # (seeds,)
curvatures = {"squared": 1.0, "cross-entropy": 1 / classes}  # at zero weights


def respond(weights, images=images):
    """Return the logits, (seeds, images, rates, 10)."""
    return (images @ weights.flatten(2)).unflatten(2, (-1, classes))


def pull(loss, logits):
    """Return the gradient of each image's loss in its logits."""
    guess = logits if loss == "squared" else logits.softmax(-1)
    return guess - answers


def find_rates(loss):
    """Return every multiple of the critical rate at zero weights, (seeds, rates)."""
    critical = 2 / (curvatures[loss] * of_inputs)
    return critical[:, None] * torch.tensor(multiples[loss])


def train(loss):
    """Return the weights, and the share of digits that are wrong before each step."""
    rates, wrong = find_rates(loss)[:, None, :, None], []
    weights = torch.zeros(len(seeds), 64, rates.shape[2], classes)
    for _ in range(steps):
        logits = respond(weights)
        wrong.append((logits.argmax(-1) != labels[..., None]).double().mean(1))
        gradient = images.mT @ pull(loss, logits).flatten(2) / many
        weights = weights - rates * gradient.unflatten(2, (-1, classes))
    return weights, torch.stack(wrong)  # (steps, seeds, rates)


weights, wrong = {}, {}
for loss in curvatures:
    weights[loss], wrong[loss] = train(loss)
at = {multiple: column for column, multiple in enumerate(multiples["cross-entropy"])}

# %% claim: this is torch's cross-entropy under torch's SGD
#| label: torch
model = torch.nn.Linear(64, classes, bias=False)
torch.nn.init.zeros_(model.weight)
lr = find_rates("cross-entropy")[0, at[10]].item()
optimizer = torch.optim.SGD(model.parameters(), lr=lr)
for _ in range(steps):
    optimizer.zero_grad()
    cross_entropy(model(images[0]), labels[0]).backward()
    optimizer.step()
trained = model.weight.detach().T
torch.testing.assert_close(
    trained, weights["cross-entropy"][0, :, at[10]], rtol=1e-9, atol=1e-9
)

# %% what came of it
squared_size = weights["squared"].abs().amax((1, 3))  # (seeds, rates)
just_past = multiples["squared"].index(1.05)
still = wrong["cross-entropy"] > 0  # (steps, seeds, rates)
count = torch.arange(1, steps + 1)[:, None, None]
needed = torch.where(still, count, 0).amax(0)  # steps until all are right for good
careful, bold = needed[:, at[0.95]], needed[:, at[100] :]
bold_most = bold.max().item()
careful_mean, bold_mean = careful.double().mean().item(), bold.double().mean().item()

# %% claim: five per cent past its critical rate squared loss diverges
#| label: squared
assert (squared_size[:, just_past] > 100 * squared_size[:, just_past - 1]).all()
assert wrong["squared"][-1, :, -2:].min() > 0.5

# %% claim: from its critical rate to a billion times it cross-entropy fits every digit
#| label: fits
assert wrong["cross-entropy"][-1, :, at[0.95] :].max() == 0

# %% claim: on average the bold runs are done sooner than the careful ones
#| label: sooner
assert careful_mean > 1.2 * bold_mean

# %% the perceptron in the same steps
mistaken, mistakes = torch.zeros(len(seeds), 64, classes), []
for step in range(steps):
    logits = images @ mistaken
    mistakes.append((logits.argmax(-1) != labels).double().mean(1))
    said = one_hot(logits.argmax(-1), classes) if step else 1 / classes
    mistaken = mistaken - images.mT @ (said - answers[:, :, 0]) / many
in_rates = weights["cross-entropy"] / find_rates("cross-entropy")[:, None, :, None]

# %% claim: at a million and a billion times the critical rate it is the perceptron
#| label: perceptron
for column in at[1e6], at[1e9]:
    torch.testing.assert_close(in_rates[:, :, column], mistaken, rtol=0, atol=1e-3)
    path = wrong["cross-entropy"][:, :, column]
    torch.testing.assert_close(path, torch.stack(mistakes), rtol=0, atol=0.01)

# %% the price
new_logits = respond(weights["cross-entropy"], new_images)  # (seeds, new, rates, 10)
right = (new_logits.argmax(-1) == new_labels[..., None]).double().mean(1)
of_label = new_labels[..., None, None].expand(-1, -1, new_logits.shape[2], -1)


def find_costs(logits):
    """Return the mean cross-entropy on new digits, (seeds, rates)."""
    return -logits.log_softmax(-1).gather(3, of_label)[..., 0].mean(1)


cost = find_costs(new_logits)
temperatures = 2.0 ** torch.arange(12)
cooled = [find_costs(new_logits / temperature) for temperature in temperatures]
cooled = torch.stack(cooled)[:, :, at[100]].amin(0)  # (seeds,), the best of them
cooled_cost = cooled.max().item()
guessing = math.log(classes)
careful_cost = cost[:, at[0.95]].max().item()
bold_cost = cost[:, at[100]].mean().item()
bold_right = right[:, at[100]].min().item()
points = (right[:, at[0.95]] - right[:, at[100]]) * 100
mean_points, fewest_points, most_points = (
    each.item() for each in (points.mean(), points.min(), points.max())
)
growth = cost[:, at[1e9]] / cost[:, at[1e6]]

# %% claim: at a hundred times it reads most new digits, on average dearer than guessing
#| label: price
assert bold_right > 0.8
assert bold_cost > guessing
assert careful_cost < guessing / 5

# %% claim: one temperature for all its logits takes nine tenths of that, not all
#| label: cooled
assert cooled_cost < bold_cost / 10
assert (cooled > cost[:, at[0.95]]).all()

# %% claim: on average it reads 1.5 points fewer than just below the critical rate
#| label: fewer
assert mean_points > 1.5
assert most_points <= 100 * (1 - bold_right)
digits = points * new_labels.shape[1] / 100  # whole ones
torch.testing.assert_close(digits, digits.round(), rtol=0, atol=1e-6)

# %% claim: on new digits the cost grows in proportion to the rate
#| label: proportion
torch.testing.assert_close(growth, torch.full_like(growth, 1000.0), rtol=0.01, atol=0)

# %% digits wrong against learning rate
#| caption: >
#|   Digits of {many} still wrong after {steps} steps, in five draws, against the
#|   learning rate in multiples of each loss's own critical rate.
#| alt: >
#|   With squared loss few digits are wrong below the critical rate and nearly all
#|   above it. With cross-entropy none is wrong from the critical rate up to a billion
#|   times it.
fig, ax = plt.subplots()
for color, loss in enumerate(("cross-entropy", "squared")):
    last = wrong[loss][-1]
    ax.semilogx(multiples[loss], last.T, ".", color=f"C{color}")
    ax.semilogx(multiples[loss], last.mean(0), color=f"C{color}", label=loss)
ax.axvline(1, linestyle=":", color="0.5")
ax.set(xlabel="learning rate / critical learning rate", ylabel="share of digits wrong")
ax.legend(loc="center right")
