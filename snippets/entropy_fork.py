# %% [markdown]
# # Labels that contradict each other
# Cross-entropy flattens where the model is certain.
# What happens above the critical rate if the labels do not let it be certain?

# %% one logit
#| device: cpu
import matplotlib.pyplot as plt
import torch
from digits import load_digits
from torch.nn.functional import one_hot

torch.set_default_dtype(torch.float64)
seeds = range(5)
many, classes, steps = 400, 10, 200


def visit(share, multiples, settle=600, shown=8):
    """Return where a logit goes whose label is 1 in a share of the cases.

    At its best place the curvature is share * (1 - share); multiples are those of the
    critical rate there.
    """
    rates = multiples * 2 / (share * (1 - share))
    logit, places = torch.full_like(multiples, 0.3), []
    for step in range(settle + shown):
        logit = logit - rates * (logit.sigmoid() - share)
        if step >= settle:
            places.append(logit)
    return torch.stack(places)  # (shown, multiples)


multiples = torch.cat([torch.linspace(0.1, 0.9, 5), torch.linspace(0.96, 3, 52)])
even = visit(0.5, multiples)
around = torch.tensor([0.97, 1.03])
swings = torch.stack([visit(share, around).std(0) for share in (0.5, 0.7, 0.9)])
far = torch.tensor([10.0, 100.0, 1000.0])
widths = visit(0.5, far).abs().mean(0) / (8 * far)  # in learning rates

# %% claim: below the critical rate the logit comes to rest, above it it swings
#| label: rest
assert swings[:, 0].max() < 1e-3
assert swings[:, 1].min() > 0.1

# %% claim: far above it the swing is a quarter of the learning rate
#| label: quarter
torch.testing.assert_close(widths, torch.full_like(widths, 0.25), rtol=1e-3, atol=0)


# %% half of 400 labels replaced at random
def draw(seed):
    pictures, labels, *_ = load_digits(many, seed)
    torch.manual_seed(seed)
    labels[: many // 2] = torch.randint(classes, (many // 2,))
    return pictures.double(), one_hot(labels, classes).double()


images, answers = map(torch.stack, zip(*map(draw, seeds), strict=True))
of_inputs = torch.linalg.eigvalsh(images.mT @ images / many)[:, -1]
at_start = 2 * classes / of_inputs
bold = torch.tensor([1.0, 10.0, 100.0, 1e3, 1e4])
rates = (at_start[:, None] * bold)[:, None, :, None]  # (seeds, 1, rates, 1)
weights, losses = torch.zeros(len(seeds), 64, len(bold), classes), []
for _ in range(steps):
    logits = (images @ weights.flatten(2)).unflatten(2, (-1, classes))
    guesses = logits.log_softmax(-1)
    losses.append(-(guesses * answers[:, :, None]).sum(-1).mean(1))
    slope = images.mT @ (guesses.exp() - answers[:, :, None]).flatten(2) / many
    weights = weights - rates * slope.unflatten(2, (-1, classes))
losses = torch.stack(losses)  # (steps, seeds, rates)
hover = losses[steps // 2 :].mean(0)  # (seeds, rates)
growth = hover[:, 2:] / hover[:, 1:-1]  # for ten times the rate
first_growth = (hover[:, 1] / hover[:, 0]).mean().item()
least_growth, most_growth = growth.min().item(), growth.max().item()
hover_at_hundred = hover[:, 2].mean().item()
halves = losses[-steps // 4 :].mean(0) / losses[-steps // 2 : -steps // 4].mean(0)

# %% claim: with wrong labels, from ten times the critical rate on, loss follows rate
#| label: hovers
torch.testing.assert_close(growth, torch.full_like(growth, 10.0), rtol=0.15, atol=0)

# %% claim: from once to ten times the critical rate it grows less, on average
#| label: bends
assert 1 < first_growth < 9
squares = torch.linalg.matrix_norm(images, ord=2) ** 2 / many
torch.testing.assert_close(at_start, 2 * classes / squares)

# %% claim: it neither climbs on nor comes down
#| label: level
torch.testing.assert_close(halves, torch.ones_like(halves), rtol=0.25, atol=0)

# %% the fork, and the digits
#| caption: >
#|   Left: where a logit goes whose label is 1 in half of the cases. Right: the
#|   loss on digits with half of the labels replaced, mean of the last hundred steps and
#|   of five draws.
#| alt: >
#|   Left: below the critical rate one place, above it a fork of two places that part
#|   steeply and then in proportion to the rate. Right: on log axes the mean loss
#|   climbs, from ten times the critical rate on in a straight line of slope one.
fig, (left, right) = plt.subplots(1, 2)
left.plot(multiples[::2], even[:2, ::2].T, ".", color="C0", markersize=4)
left.axvline(1, linestyle=":", color="0.5")
left.set(xlabel="rate / critical rate", ylabel="logit visited")
right.loglog(bold, hover.mean(0), ".-", color="C0")
right.set(xlabel="rate / critical rate\nat the start", ylabel="training loss")
