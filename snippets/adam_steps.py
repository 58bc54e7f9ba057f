# %% [markdown]
# # How long is a step of Adam?
# About the learning rate, as long as the gradient behaves as it used to.
# What if a weight has had no gradient for a long time, and then has one, or many?

# %% a bowl a hundred times steeper one way than the other
#| device: cpu
import math

import matplotlib.pyplot as plt
import torch

torch.set_default_dtype(torch.float64)
curvature = torch.tensor([1.0, 100.0])
start = torch.ones(2)
lr, beta1, beta2, eps, steps = 0.01, 0.9, 0.999, 1e-8, 200


def loss(point):
    return 0.5 * (curvature * point**2).sum()


# %% by hand
point, short, long = start, 0.0, 0.0
for step in range(1, steps + 1):
    g = curvature * point
    short = beta1 * short + (1 - beta1) * g
    long = beta2 * long + (1 - beta2) * g**2
    size = (long / (1 - beta2**step)).sqrt()
    mean = short / (1 - beta1**step)
    point = point - lr * mean / (size + eps)

# %% by torch
weights = torch.nn.Parameter(start.clone())
optimizer = torch.optim.Adam([weights], lr=lr)
for _ in range(steps):
    optimizer.zero_grad()
    loss(weights).backward()
    optimizer.step()

# %% claim: by hand and by torch end in the same place
#| label: torch
torch.testing.assert_close(weights.detach(), point, rtol=1e-12, atol=0)

# %% weights that sleep, and weights that wake to a growing gradient
asleep = [0, 100, 1000, 10_000]  # steps with gradient zero; after them it is 1
awake = 3000
growths = torch.linspace(1.0, 1.3, 31)  # of the gradient, per step
after = torch.arange(100.0)[:, None]
gradients = torch.zeros(asleep[-1] + awake, len(asleep) + len(growths) + 2)
for weight, slept in enumerate(asleep):
    gradients[slept:, weight] = 1.0
gradients[asleep[-1] :][:100, len(asleep) : -2] = growths**after
gradients[0, -2] = gradients[asleep[-1], -1] = 1.0  # once, and never again

weights = torch.nn.Parameter(torch.zeros(gradients.shape[1]))
optimizer = torch.optim.Adam([weights], lr=lr)
places = [weights.detach().clone()]
for gradient in gradients:
    weights.grad = gradient
    optimizer.step()
    places.append(weights.detach().clone())
lengths = torch.stack(places).diff(dim=0).abs() / lr  # (steps, weights)
awakened = [lengths[slept:, weight][:awake] for weight, slept in enumerate(asleep)]
newborn, sleeper = awakened[0], awakened[-1]
growing = lengths[asleep[-1] :][:100, len(asleep) : -2]
gone_newborn, gone_sleeper = (places[-1][-2:].abs() / lr).tolist()

# %% the same without bias correction, for a weight that never slept
age = torch.arange(1.0, awake + 1)
uncorrected = (1 - beta1**age) / (1 - beta2**age).sqrt()

# %% how long the steps are
printed = (1 - beta1) / math.sqrt(1 - beta2)  # the bound in Adam's paper
bound = printed / math.sqrt(1 - beta1**2 / beta2)
longest, longest_at = sleeper.max().item(), sleeper.argmax().item() + 1
first_step = sleeper[0].item()
best_growth = growths[growing.max(0).values.argmax()].item()
longest_growing = growing.max().item()

# %% the longest step at other betas
pairs = [(beta1, beta2), (beta1, 0.99), (beta1, 0.95), (0.0, beta2)]
bounds = [(1 - b1) / math.sqrt((1 - b2) * (1 - b1**2 / b2)) for b1, b2 in pairs]
parts = [torch.nn.Parameter(torch.zeros(())) for _ in pairs]
optimizer = torch.optim.Adam(
    [
        {"params": [part], "betas": pair}
        for part, pair in zip(parts, pairs, strict=True)
    ],
    lr=lr,
    fused=True,
)
for part in parts:
    part.grad = torch.zeros(())
for _ in range(asleep[-1]):
    optimizer.step()
reached = [0.0] * len(pairs)
for step in range(100):
    before = [part.item() for part in parts]
    for part, (b1, b2) in zip(parts, pairs, strict=True):
        part.grad = torch.tensor((b2 / b1 if b1 else 1.0) ** step)
    optimizer.step()
    moves = [was - part.item() for was, part in zip(before, parts, strict=True)]
    reached = [max(most, move / lr) for most, move in zip(reached, moves, strict=True)]
short_bound = bounds[2]

# %% torch's RMSprop beside an Adam that keeps no short memory
flat, bare = torch.nn.Parameter(torch.zeros(1)), torch.nn.Parameter(torch.zeros(1))
prop = torch.optim.RMSprop([flat], lr=lr, alpha=beta2)
memoryless = torch.optim.Adam([bare], lr=lr, betas=(0.0, beta2))
ratios = []
for step in range(1, 101):
    gradient, places = torch.tensor([math.cos(step)]), (flat.item(), bare.item())
    flat.grad, bare.grad = gradient, gradient.clone()
    prop.step()
    memoryless.step()
    ratio = (bare.item() - places[1]) / (flat.item() - places[0])
    ratios.append(ratio / math.sqrt(1 - beta2**step))

# %% claim: a newborn weight under a constant gradient takes steps of the learning rate
#| label: newborn
torch.testing.assert_close(newborn, torch.ones(awake), rtol=1e-6, atol=0)

# %% claim: one gradient moves a newborn weight about six rates, a sleeper over thirty
#| label: once
assert abs(gone_newborn / 6 - 1) < 0.02
assert 30 < gone_sleeper < 33

# %% claim: torch reaches the bound at each of these betas
#| label: betas
torch.testing.assert_close(reached, bounds, rtol=1e-3, atol=0)

# %% claim: with beta1 = 0 Adam is RMSprop, but for the bias correction
#| label: rmsprop
torch.testing.assert_close(ratios, [1.0] * len(ratios), rtol=1e-5, atol=0)

# %% claim: a sleeper's longest step is more than six and a half learning rates
#| label: sleeper
assert longest > 6.5

# %% claim: a sleeper's first step is as long as the paper's bound, the next hundred longer
#| label: first
torch.testing.assert_close(first_step, printed, rtol=1e-3, atol=0)
assert sleeper[1:101].min() > printed

# %% claim: a rare row under SparseAdam walks as a sleeper of as many steps
#| label: row
table = torch.nn.Embedding(2, 1, sparse=True)  # row 0 is seen first, then row 1
sparse = torch.optim.SparseAdam(table.parameters(), lr=lr)
row = [table.weight[1].item()]
for seen in [0] * asleep[1] + [1] * 20:
    sparse.zero_grad()
    table(torch.tensor([seen])).sum().backward()
    sparse.step()
    row.append(table.weight[1].item())
row_lengths = torch.tensor(row).diff().abs()[asleep[1] :] / lr
torch.testing.assert_close(row_lengths, awakened[1][:20], rtol=1e-5, atol=0)

# %% claim: a sleeper walks as a newborn would without bias correction
#| label: uncorrected
torch.testing.assert_close(sleeper, uncorrected, rtol=1e-3, atol=0)

# %% claim: the corrections only shorten a step, at every age of a newborn weight
#| label: corrections
assert uncorrected.min() > 1

# %% claim: the bound is reached by a gradient that grows by beta2 / beta1 each step
#| label: bound
torch.testing.assert_close(longest_growing, bound, rtol=1e-3, atol=0)
assert abs(best_growth - beta2 / beta1) < 0.005  # half the spacing of the growths

# %% what the betas set
#| output: markdown
print("| beta1, beta2 | gradients in m | squares in v | longest step | ηλ/size below |")
print("|---|---:|---:|---:|---:|")
for (b1, b2), most in zip(pairs, bounds, strict=True):
    reach, limit = 1 / (1 - b2), 2 * (1 + b1) / (1 - b1)
    cells = f"{1 / (1 - b1):.0f} | {reach:,.0f} | {most:.2f} rates | {limit:.0f}"
    print(f"| {b1:g}, {b2:g} | {cells} |")

# %% step length after a silence
#| caption: >
#|   Length of torch's Adam steps after a silence, under a gradient that is 0 while the
#|   weight sleeps and 1 from then on. No step is longer than the upper level line; the
#|   lower one is the bound in Adam's paper, and too low.
#| alt: >
#|   Step length in learning rates against steps since waking. Without a silence the
#|   line stays at 1. After 100, 1,000 and 10,000 silent steps it rises to about 2, 5
#|   and 6.6 in a dozen steps and sinks back over a thousand.
shown = torch.logspace(0, math.log10(awake), 24).long().unique() - 1
fig, ax = plt.subplots(figsize=(4.5, 3.5))
for slept, steps_taken in zip(asleep, awakened, strict=True):
    ax.semilogx(shown + 1, steps_taken[shown], label=f"{slept:,} silent steps")
ax.axhline(bound, color="C4", linestyle="--", label="the bound")
ax.axhline(printed, color="C5", linestyle=":", label="the bound in Adam's paper")
ax.set(xlabel="steps since waking", ylabel="step length / learning rate", ylim=(0, 11))
fig.legend(ncols=2, loc="outside upper center")
