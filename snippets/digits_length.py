# %% [markdown]
# # Is it the length of the steps that makes the wall?
# Keep SGD, but scale the gradient of each matrix and each bias to length 1. What does
# a rate that is too high do now?

# %% steps of a fixed length
import torch
from choosing_bench import align
from digits_bench import end_of, sweep

seeds = range(5)
steps = 240
rates = 4.0 ** torch.arange(-2, 3.0)  # (5,)


def normalised(gradient, _memory, _step):
    lengths = gradient.flatten(2).norm(dim=2) + 1e-12  # for a gradient of zero
    return gradient / align(lengths, gradient)


curves, accuracy = sweep([(normalised, rates)], seeds, steps)
end, first_loss = end_of(curves), curves[:, 0, 0]
best = rates[end.argmin(1)].tolist()
share = end / first_loss[:, None]  # of the loss before training
fourfold = share[:, 2].max().item()
mild, harsh = share[:, 3].aminmax()
mild, harsh = mild.item(), harsh.item()
least = share[:, 4].min().item()

# %% claim: with gradients of length 1 the best of five rates is 1/4, in every seed
#| label: length
assert best == [0.25] * len(seeds)
assert rates.tolist() == [1 / 16, 1 / 4, 1, 4, 16]

# %% claim: four times that rate ends below a fifth of the first loss, every seed
#| label: fourfold
assert fourfold < 0.2

# %% claim: sixteen times keeps more than an eighth of the first loss, every seed
#| label: sixteenfold
assert 0.125 < mild < least
torch.testing.assert_close(share[:, 3].amax().item(), harsh)

# %% claim: and 64 times ends above the first loss in every seed, with no NaN
#| label: lost
assert least > 1
assert curves.isfinite().all()
assert (curves[..., 0] == first_loss[:, None]).all()
