# %% [markdown]
# # How rare is too rare for Adam?
# Most steps see a slope that pulls one way. A rare one pulls the other way, twice as
# hard as all the others together. Which way does Adam walk?

# %% one large gradient in every gap, among many small ones
#| device: cpu
import math

import matplotlib.pyplot as plt
import torch

torch.set_default_dtype(torch.float64)
lr, beta1, eps, steps = 0.001, 0.9, 1e-8, 22_000


def pull(step, gap, worth):
    """Return the gradient; the rare one is worth so many times all others together."""
    return worth * gap if step % gap == 0 else -1.0


# %% torch's Adam between two of them
def walk(gap=400, worth=2.0, gaps=10, **settings):
    """Return how far torch's Adam goes in the last gap, in learning rates."""
    place = torch.nn.Parameter(torch.zeros(()))
    optimizer = torch.optim.Adam([place], lr=lr, **settings)
    for step in range(1, gaps * gap + 1):
        if step == (gaps - 1) * gap + 1:
            before = place.item()
        place.grad = torch.tensor(pull(step, gap, worth))
        optimizer.step()
    return (place.item() - before) / lr


short_memory, default = (0.9, 0.99), (0.9, 0.999)
uphill = walk(betas=short_memory)
downhill = walk(betas=default)
amsgrad = [walk(betas=betas, amsgrad=True) for betas in (short_memory, default)]

# %% claim: with a long memory of a hundred steps Adam walks uphill
#| label: wrong
assert uphill > 1

# %% claim: by as many rates as the two pulls differ in the formula, within a tenth
#| label: far
worth, gap, u = 2.0, 400, 400 / 100  # u: the gap in long memories
size = worth * gap * math.sqrt(0.01 / (1 - math.exp(-u)))  # just after a rare gradient
against, along = 2 * gap * math.expm1(u / 2) / u, worth * gap
assert abs(uphill / ((against - along) / size) - 1) < 0.1

# %% claim: with a long memory of a thousand steps it walks downhill
#| label: right
assert downhill < -1

# %% claim: AMSGrad walks downhill with either memory
#| label: amsgrad
assert max(amsgrad) < -1

# %% every gap at once
memories = torch.tensor([100.0, 200.0, 500.0, 1000.0])  # 1 / (1 - beta2)
worths = [2.0, 10.0]
ratios = torch.logspace(math.log10(1.5), 1, 96)  # gap / memory
gap = (memories[:, None] * ratios).round().repeat(len(worths), 1, 1)
worth = torch.tensor(worths)[:, None, None]  # gap: (worths, memories, ratios)
beta2 = 1 - 1 / memories[:, None]
short, long, drift = torch.zeros_like(gap), torch.zeros_like(gap), torch.zeros_like(gap)
last_gap = (steps // gap - 1) * gap  # after it comes the last whole gap
for step in range(1, steps + 1):
    gradient = torch.where(step % gap == 0, worth * gap, -1.0)
    short = beta1 * short + (1 - beta1) * gradient
    long = beta2 * long + (1 - beta2) * gradient**2
    move = short / (1 - beta1**step) / ((long / (1 - beta2**step)).sqrt() + eps)
    drift -= move * ((step > last_gap) & (step <= last_gap + gap))
first_wrong = (drift > 0).int().argmax(2)  # the smallest gap that misleads Adam
walls = gap.gather(2, first_wrong[..., None]).squeeze(2)  # (worths, memories)


# %% the same from the formula
def find_wall(worth):
    """Return the gap, in long memories, where both pulls move Adam equally far."""
    low, high = 0.5, 50.0
    for _ in range(60):
        ratio = (low + high) / 2
        if worth * ratio / 2 > math.expm1(ratio / 2):
            low = ratio
        else:
            high = ratio
    return ratio


twice, tenfold = find_wall(2.0), find_wall(10.0)
predicted = torch.tensor([[twice], [tenfold]]) * memories
default_wall = predicted[0, -1].item()

# %% claim: the gap at which Adam turns is a fixed number of its long memories
#| label: wall
torch.testing.assert_close(walls, predicted, rtol=0.08, atol=0)

# %% gap against memory
#| caption: >
#|   The smallest gap between rare gradients at which Adam walks against the mean
#|   gradient, for long memories of 100 to 1,000 steps and a short one of ten. The rare
#|   gradient is worth two or ten times all the others together. Dots: measured. Lines:
#|   the formula.
#| alt: >
#|   On log axes the dots lie on two straight lines, at {twice:.1f} and {tenfold:.1f}
#|   times the memory. Above its line each walks the wrong way.
fig, ax = plt.subplots()
for kind, (worth_of, wall) in enumerate(zip(worths, predicted, strict=True)):
    ax.loglog(memories, wall, color=f"C{kind}", label=f"worth {worth_of:g} times")
    ax.loglog(memories, walls[kind], "o", color=f"C{kind}")
ax.set_xticks([100, 200, 500, 1000], ["100", "200", "500", "1,000"])
ax.set_yticks([300, 1000, 3000, 10000], ["300", "1,000", "3,000", "10,000"])
ax.minorticks_off()
ax.set(xlabel="long memory, 1 / (1 − beta2), in steps")
ax.set(ylabel="gap between\nrare gradients, in steps", ylim=(150, 12_000))
ax.legend(loc="upper left")
