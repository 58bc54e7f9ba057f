# %% [markdown]
# # Which singular values does Muon bring near 1?
# Its step comes from five iterations in bfloat16.
# How much smaller than the largest may a singular value be, to be lifted by them?

# %% one step of Muon on matrices of different spread
#| device: cpu
import math

import torch

torch.set_default_dtype(torch.float64)
seeds = range(5)
side = 50
spreads = [300.0, 1_000.0, 10_000.0]  # largest over least singular value


def step(gradient):
    """Return torch's step, in learning rates, for a first gradient."""
    weight = torch.nn.Parameter(torch.zeros_like(gradient))
    weight.grad = gradient
    torch.optim.Muon([weight], lr=1.0, weight_decay=0.0).step()
    return -weight.detach()


def draw(spread, seed):
    """Return a square matrix with singular values from 1 down to 1 / spread."""
    torch.manual_seed(seed)
    left, right = (torch.linalg.qr(torch.randn(side, side)).Q for _ in range(2))
    return left @ torch.logspace(0, -math.log10(spread), side).diag() @ right


steps = torch.stack([step(draw(each, seed)) for each in spreads for seed in seeds])
after = torch.linalg.svdvals(steps).view(len(spreads), len(seeds), side)
lowest, highest = after[0].min().item(), after[0].max().item()
least = after[1:, :, -1]  # where the least was a thousandth, and a ten-thousandth
least_low, least_high = (size.item() for size in least[0].aminmax())
smallest_high = least[1].max().item()

# %% claim: from a spread of 300 all singular values of the step lie between 0.6 and 1.25
#| label: near
assert lowest > 0.6
assert highest < 1.25
largest = torch.linalg.matrix_norm(steps[: len(seeds)], ord=2)
torch.testing.assert_close(highest, largest.max().item())
before = torch.stack([torch.linalg.svdvals(draw(300.0, seed)) for seed in seeds])
torch.testing.assert_close(before[:, 0] / before[:, -1], torch.full((5,), 300.0))

# %% claim: a thousandth of the largest stays below 0.4, a ten-thousandth below 0.1
#| label: left
assert least_high < 0.4
torch.testing.assert_close(least, after[1:].amin(2))
assert least_low in least[0]
assert smallest_high < 0.1
