# %% [markdown]
# # How fast does Adam walk on a noisy slope?
# The slope is the same everywhere; the gradient of a batch is the slope plus noise.
# How does the length of Adam's mean step depend on the batch size?

# %% a slope of one, with noise
#| device: cpu
import matplotlib.pyplot as plt
import torch

seeds = range(5)
noise_scale = 64.0  # variance of one example's gradient over the squared slope
weights_each, steps, lr = 4000, 200, 1.0
batch_sizes = [2**power for power in range(1, 14)]


def walk(batch_size):
    """Return each seed's mean way downhill per step of torch's Adam, in learning rates."""
    weights = torch.nn.Parameter(torch.zeros(len(seeds), weights_each))
    optimizer = torch.optim.Adam([weights], lr=lr)
    draws = [torch.Generator().manual_seed(seed) for seed in seeds]
    for _ in range(steps):
        noise = torch.stack(
            [torch.randn(weights_each, generator=each) for each in draws]
        )
        weights.grad = 1 + noise * (noise_scale / batch_size) ** 0.5
        optimizer.step()
    return -weights.detach().mean(1) / lr / steps


size = torch.tensor(batch_sizes)[:, None]
speed = torch.stack([walk(batch_size) for batch_size in batch_sizes])
# (sizes, seeds)
formula = 1 / (1 + noise_scale / size).sqrt()
needed = size / speed  # the rate that walks as far over the same examples
small_rise, large_rise = needed[2] / needed[0], needed[-1] / needed[-3]

# %% claim: Adam's mean step is the slope over its root mean square
#| label: speed
torch.testing.assert_close(speed, formula.expand_as(speed), rtol=0.04, atol=0)

# %% claim: small batches need the square root and large ones proportion
#| label: needed
assert (small_rise - 2).abs().max() < 0.2
assert (large_rise - 4).abs().max() < 0.2

# %% rate that walks equally far
#| caption: >
#|   The rate with which Adam walks equally far over the same examples, relative to
#|   batch size 2. Dotted: the noise scale, {noise_scale:.0f}.
#| alt: >
#|   Log-log plot of rate against batch size. Below the noise scale the points follow
#|   the square root, above it they rise in proportion.
fig, ax = plt.subplots()
relative = (needed / needed[0]).mean(1)
ax.loglog(size, relative, "o", markersize=4, label="torch's Adam")
ax.loglog(size, (size / size[0]) ** 0.5, "C2--", linewidth=1, label="square root")
line = size[5:]
proportion = line / size[-1] * relative[-1]
ax.loglog(line, proportion, "C1", linewidth=1, label="in proportion")
ax.axvline(noise_scale, color="k", linestyle=":", linewidth=1)
ax.set(xlabel="batch size", ylabel="rate, relative to batch size 2")
ax.legend()
