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
    "squared": [0.1, 0.5, 0.95, 1.05, 1.5, 3.0],
    "cross-entropy": [0.1, 0.95, 2.0, 4.0, 10.0, 100.0, 1e4, 1e6, 1e9],
}
curvatures = {"squared": 1.0, "cross-entropy": 1 / classes}  # at zero weights


def load(raw):
    """Return images, labels, new images, new labels; raw pixels are not centred."""
    draws = [load_digits(many, seed, raw) for seed in seeds]
    images, labels, new_images, new_labels = map(torch.stack, zip(*draws, strict=True))
    return images.double(), labels, new_images.double(), new_labels


def find_rates(loss, images):
    """Return every multiple of the critical rate at zero weights, (seeds, rates)."""
    of_inputs = torch.linalg.eigvalsh(images.mT @ images / many)[:, -1]  # (seeds,)
    return (2 / (curvatures[loss] * of_inputs))[:, None] * torch.tensor(multiples[loss])


def respond(weights, images):
    """Return the logits, (seeds, images, rates, 10)."""
    return (images @ weights.flatten(2)).unflatten(2, (-1, classes))


def find_costs(logits, labels):
    """Return the mean cross-entropy, (seeds, rates)."""
    places = labels[..., None, None].expand(-1, -1, logits.shape[2], -1)
    return -logits.log_softmax(-1).gather(3, places)[..., 0].mean(1)


def train(loss, images, labels):
    """Return the weights; the share of wrong digits and the cost before each step."""
    answers = one_hot(labels, classes).double()[:, :, None]  # (seeds, 400, 1, 10)
    rates, wrong, costs = find_rates(loss, images)[:, None, :, None], [], []
    weights = torch.zeros(len(seeds), 64, rates.shape[2], classes)
    for _ in range(steps):
        logits = respond(weights, images)
        wrong.append((logits.argmax(-1) != labels[..., None]).double().mean(1))
        costs.append(find_costs(logits, labels))
        guess = logits if loss == "squared" else logits.softmax(-1)
        gradient = images.mT @ (guess - answers).flatten(2) / many
        weights = weights - rates * gradient.unflatten(2, (-1, classes))
    return weights, torch.stack(wrong), torch.stack(costs)  # (steps, seeds, rates)


images, labels, new_images, new_labels = load(raw=False)
squared_weights, squared_wrong, _ = train("squared", images, labels)
weights, wrong, costs = train("cross-entropy", images, labels)
raw_images, raw_labels, *_ = load(raw=True)
_, raw_wrong, _ = train("cross-entropy", raw_images, raw_labels)
at = {multiple: column for column, multiple in enumerate(multiples["cross-entropy"])}

# %% claim: this is torch's cross-entropy under torch's SGD
#| label: torch
model = torch.nn.Linear(64, classes, bias=False)
torch.nn.init.zeros_(model.weight)
lr = find_rates("cross-entropy", images)[0, at[10]].item()
optimizer = torch.optim.SGD(model.parameters(), lr=lr)
for ours in costs[:, 0, at[10]]:
    optimizer.zero_grad()
    cost = cross_entropy(model(images[0]), labels[0])
    torch.testing.assert_close(cost.detach(), ours, rtol=1e-9, atol=0)
    cost.backward()
    optimizer.step()
trained = model.weight.detach().T
torch.testing.assert_close(trained, weights[0, :, at[10]], rtol=1e-9, atol=1e-9)

# %% what came of it
squared_size = squared_weights.abs().amax((1, 3))  # (seeds, rates)
just_past = multiples["squared"].index(1.05)


def count_steps(wrong):
    """Return the steps until no digit is wrong for good, or all of them."""
    count = torch.arange(1, steps + 1)[:, None, None]
    return torch.where(wrong > 0, count, 0).amax(0).double()  # (seeds, rates)


needed, raw_needed = count_steps(wrong), count_steps(raw_wrong)
mean_needed = needed.mean(0)  # (rates,)
bold_most = needed[:, at[100] :].max().item()
careful_mean, four_mean = mean_needed[at[0.95]].item(), mean_needed[at[4]].item()
bold_mean = mean_needed[at[100] :].mean().item()
raw_mean = raw_needed[:, at[100] :].mean().item()
raw_left = raw_wrong[-1, :, at[0.95]].mean().item()
first_rate = find_rates("cross-entropy", images)[:, at[0.95]].mean().item() / 0.95
raw_rate = find_rates("cross-entropy", raw_images)[:, at[0.95]].mean().item() / 0.95

# %% claim: five per cent past its critical rate squared loss diverges
#| label: squared
assert (squared_size[:, just_past] > 100 * squared_size[:, just_past - 1]).all()
assert squared_wrong[-1, :, -2:].min() > 0.5

# %% claim: from its critical rate to a billion times it cross-entropy fits every digit
#| label: fits
assert wrong[-1, :, at[0.95] :].max() == 0

# %% claim: on average the bold runs are done sooner than the careful ones
#| label: sooner
assert careful_mean > bold_mean
assert math.isclose(needed[:, at[100] :].sum().item(), bold_mean * len(seeds) * 4)

# %% claim: no bold run needs half of the steps
#| label: early
assert bold_most < steps / 2
left_wrong = wrong[:, :, at[100] :].amax((1, 2))  # (steps,)
assert left_wrong[int(bold_most) - 1] > 0
assert left_wrong[int(bold_most) :].max() == 0

# %% claim: on average four times the critical rate needs at most 30 % more than bold
#| label: enough
assert four_mean < 1.3 * bold_mean
assert careful_mean > four_mean

# %% claim: with raw pixels the bold runs take on average at least three times as long
#| label: raw
assert raw_mean > 3 * bold_mean
assert raw_left > 0.005
assert raw_images.min() == 0
assert raw_images.max() == 1

# %% the perceptron in the same steps
answers = one_hot(labels, classes).double()
mistaken, mistakes = torch.zeros(len(seeds), 64, classes), []
for step in range(steps):
    logits = images @ mistaken
    mistakes.append((logits.argmax(-1) != labels).double().mean(1))
    said = one_hot(logits.argmax(-1), classes) if step else 1 / classes
    mistaken = mistaken - images.mT @ (said - answers) / many
in_rates = weights / find_rates("cross-entropy", images)[:, None, :, None]
# The bound of the proof, by the lead of the run at four times the critical rate.
witness = weights[:, :, at[4]]  # (seeds, 64, 10)
logits = images @ witness / witness.flatten(1).norm(dim=1)[:, None, None]
leads = (logits * answers).sum(2) - (logits - 1e9 * answers).amax(2)
longest = (images**2).sum(2).amax(1)  # squared length of the longest input
allowed = (2 * longest / leads.amin(1) ** 2).min().item()
sums = 1 - 1 / classes + torch.stack(mistakes)[1:].sum(0)  # M of the proof
most_sum = sums.max().item()

# %% claim: at a million and a billion times the critical rate it is the perceptron
#| label: perceptron
for column in at[1e6], at[1e9]:
    torch.testing.assert_close(in_rates[:, :, column], mistaken, rtol=0, atol=1e-3)
    path = wrong[:, :, column]
    torch.testing.assert_close(path, torch.stack(mistakes), rtol=0, atol=0.01)

# %% claim: the proof allows at least a thousand times what the perceptron takes
#| label: generous
assert allowed > 1000 * most_sum
assert leads.min() > 0
torch.testing.assert_close(longest.sqrt(), images.norm(dim=2).amax(1))
later = torch.stack(mistakes)[1:].sum(0)
torch.testing.assert_close(sums - later, torch.full_like(sums, 0.9))

# %% digits wrong, and steps needed, against learning rate
#| caption: >
#|   Left: share of the {many} digits that is wrong after {steps} steps, against the
#|   learning rate in multiples of each loss's own critical rate; squared loss was tried
#|   up to three times. Right: steps until none is wrong, cut off at {steps}. Lines are
#|   means of five draws, bands reach from the least of them to the most.
#| alt: >
#|   Left: with squared loss few digits are wrong below the critical rate and four of five
#|   above it; with cross-entropy none is wrong from the critical rate to a billion times
#|   it. Right: the steps needed fall until about four times the critical rate, and stay
#|   level from there on; with raw pixels they are many times as many.
fig, (left, right) = plt.subplots(1, 2)
for color, (loss, last) in enumerate(
    {"cross-entropy": wrong[-1], "squared": squared_wrong[-1]}.items()
):
    left.semilogx(multiples[loss], last.mean(0), ".-", color=f"C{color}", label=loss)
left.axvline(1, linestyle=":", color="0.5")
left.set(xlabel="rate / critical rate", ylabel="share of digits wrong")
left.set(ylim=(-0.04, 1.2))
left.legend(loc="upper right", handlelength=1)
for color, label, counts in (0, "centred", needed), (2, "raw pixels", raw_needed):
    shown = multiples["cross-entropy"][1:]
    least, most = counts[:, 1:].amin(0), counts[:, 1:].amax(0)
    right.fill_between(shown, least, most, color=f"C{color}", alpha=0.25, linewidth=0)
    right.semilogx(shown, counts[:, 1:].mean(0), ".-", color=f"C{color}", label=label)
right.axvline(1, linestyle=":", color="0.5")
right.set(
    xlabel="rate / critical rate", ylabel="steps until none is wrong", ylim=(0, 104)
)
right.legend(loc=(0.15, 0.32), handlelength=1)
