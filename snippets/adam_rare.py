# %% [markdown]
# # How rare is too rare for Adam?
# Most steps see a slope that pulls one way. A rare one pulls the other way, twice as
# hard as all the others together. Which way does Adam walk?

# %% one large gradient in every gap, among many small ones
#| device: cpu
import math

import torch

torch.set_default_dtype(torch.float64)
lr, beta1, eps, steps = 0.001, 0.9, 1e-8, 16_000


def pull(step, gap, worth):
    """Return the gradient; the rare one is worth so many times all others together."""
    return worth * gap if step % gap == 0 else -1.0


# %% torch's Adam between two of them
short_memory, default = (0.9, 0.99), (0.9, 0.999)
worth, gap, times = 2.0, 400, 10
groups = [
    {
        "params": [torch.nn.Parameter(torch.zeros(()))],
        "betas": betas,
        "amsgrad": amsgrad,
    }
    for amsgrad in (False, True)
    for betas in (short_memory, default)
]
optimizer = torch.optim.Adam(groups, lr=lr, fused=True)
places = [group["params"][0] for group in groups]
for step in range(1, times * gap + 1):
    if step == (times - 1) * gap + 1:
        before = [place.item() for place in places]
    gradient = torch.tensor(pull(step, gap, worth))
    for place in places:
        place.grad = gradient
    optimizer.step()
gone = [(place.item() - x) / lr for place, x in zip(places, before, strict=True)]
uphill, downhill, *amsgrad = gone  # in the last gap, in learning rates

# %% claim: with a memory of 100 steps Adam walks uphill, with 1000 or AMSGrad downhill
#| label: wrong
assert uphill > 1
assert max(downhill, *amsgrad) < -1

# %% claim: by as many rates as the two pulls differ in the formula, within a tenth
#| label: far
u = gap / 100  # the gap in long memories
size = worth * gap * math.sqrt(0.01 / (1 - math.exp(-u)))  # just after a rare gradient
against, along = 2 * gap * math.expm1(u / 2) / u, worth * gap
assert abs(uphill / ((against - along) / size) - 1) < 0.1

# %% every gap at once
memories = torch.tensor([100.0, 200.0, 500.0, 1000.0])  # 1 / (1 - beta2)
worths = [2.0, 10.0]
ratios = 2 ** torch.linspace(0.5, 3, 81)  # gap / memory; 4 is among them
gaps = (memories[:, None] * ratios).round().repeat(len(worths), 1, 1)
rare = torch.tensor(worths)[:, None, None] * gaps  # (worths, memories, ratios)
beta2 = 1 - 1 / memories[:, None]
short, long, drift = torch.zeros(3, *gaps.shape)
last_gap = (steps // gaps - 1) * gaps  # after it comes the last whole gap
for step in range(1, steps + 1):
    gradient = torch.where(step % gaps == 0, rare, -1.0)
    short.lerp_(gradient, 1 - beta1)
    long.lerp_(gradient**2, 1 - beta2)
    if step > last_gap.min():
        move = short / (1 - beta1**step) / ((long / (1 - beta2**step)).sqrt() + eps)
        drift -= move * ((step > last_gap) & (step <= last_gap + gaps))
first_wrong = (drift > 0).int().argmax(2)  # the smallest gap that misleads Adam
walls = gaps.gather(2, first_wrong[..., None]).squeeze(2)  # (worths, memories)


# %% claim: at the gap of 400 it walks as far as torch's Adam
#| label: same
is_same = gaps[0, 0] == gap
torch.testing.assert_close(drift[0, 0, is_same].tolist(), [uphill], rtol=1e-6, atol=0)


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
short_wall = twice / (1 - 0.95)  # steps, at beta2 0.95

# %% claim: the gap at which Adam turns is a fixed number of its long memories
#| label: wall
torch.testing.assert_close(walls, predicted, rtol=0.08, atol=0)
assert abs(default_wall * (1 - default[1]) / twice - 1) < 1e-9
