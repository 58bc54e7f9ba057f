# %% [markdown]
# # The price of a large rate
# At any learning rate softmax regression fits separable digits.
# What does the rate cost while training, and on digits that it has not seen?

# %% softmax regression at many rates
#| device: cpu
import math

import matplotlib.pyplot as plt
import torch
from digits import load_digits
from torch.nn.functional import one_hot

torch.set_default_dtype(torch.float64)
seeds = range(5)
many, steps, classes = 400, 100, 10
multiples = [0.95, 2.0, 4.0, 10.0, 100.0, 1e4, 1e6, 1e9]  # of the critical rate
at = {multiple: column for column, multiple in enumerate(multiples)}

draws = [load_digits(many, seed) for seed in seeds]
images, labels, new_images, new_labels = map(torch.stack, zip(*draws, strict=True))
images, new_images = images.double(), new_images.double()  # (seeds, 400 or 1397, 64)
answers = one_hot(labels, classes).double()[:, :, None]  # (seeds, 400, 1, 10)
of_inputs = torch.linalg.eigvalsh(images.mT @ images / many)[:, -1]
critical = 2 * classes / of_inputs  # at zero weights, (seeds,)


def respond(weights, images):
    """Return the logits, (seeds, images, rates, 10)."""
    return (images @ weights.flatten(2)).unflatten(2, (-1, classes))


def find_costs(logits, labels):
    """Return the cross-entropy of each image, (seeds, images, rates)."""
    places = labels[..., None, None].expand(-1, -1, logits.shape[2], -1)
    return -logits.log_softmax(-1).gather(3, places)[..., 0]


rates = (critical[:, None] * torch.tensor(multiples))[:, None, :, None]
weights, costs = torch.zeros(len(seeds), 64, len(multiples), classes), []
for _ in range(steps):
    logits = respond(weights, images)
    costs.append(find_costs(logits, labels).mean(1))
    slope = images.mT @ (logits.softmax(-1) - answers).flatten(2) / many
    weights = weights - rates * slope.unflatten(2, (-1, classes))
costs = torch.stack(costs)  # (steps, seeds, rates)

# %% the training loss on the way
guessing = math.log(classes)
peaks = costs.amax(0)  # (seeds, rates)
least_peak = peaks[:, at[100]].min().item()
most_peak = peaks[:, at[100]].max().item()
higher = peaks[:, at[1e6]] / peaks[:, at[100]]

# %% claim: at a hundred times the critical rate the training loss peaks, then vanishes
#| label: peaks
assert least_peak > 3 * guessing
assert most_peak < 100 * guessing
assert (costs[-1, :, at[100]] / costs[-1, :, at[0.95]]).max() < 0.02
torch.testing.assert_close(higher, torch.full_like(higher, 1e4), rtol=0.05, atol=0)

# %% new digits
new_logits = respond(weights, new_images)
new_costs = find_costs(new_logits, new_labels)  # (seeds, 1397, rates)
right = (new_logits.argmax(-1) == new_labels[..., None]).double().mean(1)
price = new_costs.mean(1).mean(0)  # (rates,), the mean of the draws
careful_cost, four_cost, ten_cost, bold_cost = (
    price[at[multiple]].item() for multiple in (0.95, 4, 10, 100)
)
bold_right = right[:, at[100]].min().item()
points = (right[:, at[0.95]] - right[:, at[100]]) * 100
mean_points = points.mean().item()
growth = new_costs[..., at[1e9]].mean(1) / new_costs[..., at[1e6]].mean(1)

# %% one temperature for all logits, chosen on half of the new digits
temperatures = 2.0 ** torch.arange(0, 12, 0.5)
half = new_images.shape[1] // 2
bold = new_logits[:, :, at[100] : at[100] + 1] / temperatures[:, None]
cooler = find_costs(bold, new_labels)  # (seeds, 1397, temperatures)
chosen = cooler[:, :half].mean(1).argmin(1)  # (seeds,)
cooled = cooler[torch.arange(len(seeds)), half:, chosen].mean(1)  # (seeds,)
cooled_cost = cooled.mean().item()
on_these = new_costs[:, half:, at[100]].mean().item()
careful_on_these = new_costs[:, half:, at[0.95]].mean().item()

# %% claim: at a hundred times it reads most new digits, on average dearer than guessing
#| label: price
assert bold_right > 0.8
assert bold_cost > guessing
assert careful_cost < guessing / 5

# %% claim: on new digits the mean cost grows with the rate, also below guessing
#| label: dearer
assert four_cost > careful_cost
assert ten_cost > 1.5 * four_cost
assert bold_cost > 4 * ten_cost
squares = torch.linalg.matrix_norm(images, ord=2) ** 2 / many
torch.testing.assert_close(critical, 2 * classes / squares)

# %% claim: on average it reads a point fewer than just below the critical rate
#| label: fewer
assert mean_points > 1
torch.testing.assert_close(right[:, at[100]] + points / 100, right[:, at[0.95]])
digits = points * new_labels.shape[1] / 100  # whole ones
torch.testing.assert_close(digits, digits.round(), rtol=0, atol=1e-6)

# %% claim: a temperature chosen on other digits takes nine tenths of the cost, not all
#| label: cooled
assert cooled_cost < on_these / 10
assert cooled_cost > careful_on_these
assert chosen.max() < len(temperatures) - 1
assert abs(new_images.shape[1] - 2 * half) <= 1

# %% claim: on new digits the cost grows in proportion to the rate
#| label: proportion
torch.testing.assert_close(growth, torch.full_like(growth, 1000.0), rtol=0.01, atol=0)

# %% training loss by step, and the loss on new digits
#| caption: >
#|   Left: the training loss at four rates, in multiples of the critical one.
#|   Right: the loss on new digits after {steps} steps. Both are means
#|   of five draws. Dashed: guessing among ten.
#| alt: >
#|   On log axes. Left: just below and at four times the critical rate the training loss
#|   falls at once; at a hundred times it first rises to about twenty, at a million times
#|   to two hundred thousand, and both end below the others. Right: the loss on new digits
#|   rises slowly up to four times the critical rate, and beyond ten in proportion to it.
fig, (left, after) = plt.subplots(1, 2)
drawn = [*range(20), *range(20, steps, 8)]
for color, (multiple, label) in enumerate(
    {0.95: "0.95", 4.0: "4", 100.0: "100", 1e6: "a million"}.items()
):
    path = costs[:, :, at[multiple]].mean(1).clamp(min=1e-12)
    left.semilogy(drawn, path[drawn], color=f"C{color}", label=label)
left.set(xlabel="step", ylabel="training loss", ylim=(1e-4, 1e6))
left.legend(loc="upper right")
after.loglog(multiples, price, ".-", color="C0")
for ax in left, after:
    ax.axhline(guessing, linestyle="--", color="0.5")
after.set(xlabel="rate / critical rate", ylabel="loss on new digits")
