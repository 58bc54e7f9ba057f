# %% [markdown]
# # How fast does Adam walk on a noisy slope?
# The slope is the same everywhere; the gradient of a batch is the slope plus noise.
# How does the length of Adam's mean step depend on the batch size?

# %% a slope of one, with noise
#| device: cpu
import matplotlib.pyplot as plt
import torch

noise_scale = 64.0  # variance of one example's gradient over the squared slope
weights_each, steps, lr = 4000, 200, 1.0
batch_sizes = [2**power for power in range(1, 14)]


def walk(batch_size):
    """Return how far torch's Adam gets downhill per step, in learning rates."""
    torch.manual_seed(0)
    weights = torch.nn.Parameter(torch.zeros(weights_each))
    optimizer = torch.optim.Adam([weights], lr=lr)
    for _ in range(steps):
        noise = torch.randn(weights_each) * (noise_scale / batch_size) ** 0.5
        weights.grad = 1 + noise
        optimizer.step()
    return -weights.detach().mean() / lr / steps


size = torch.tensor(batch_sizes)
speed = torch.stack([walk(batch_size) for batch_size in batch_sizes])
formula = 1 / (1 + noise_scale / size).sqrt()
needed = size / speed  # the rate that walks as far over the same examples
small_rise = (needed[2] / needed[0]).item()
large_rise = (needed[-1] / needed[-3]).item()

# %% claim: Adam's mean step is the slope over its root mean square
#| label: speed
torch.testing.assert_close(speed, formula, rtol=0.06, atol=0)

# %% claim: small batches need the square root and large ones proportion
#| label: needed
assert abs(small_rise - 2) < 0.2
assert abs(large_rise - 4) < 0.2

# %% rate that walks equally far
#| caption: >
#|   The rate with which Adam walks equally far over the same examples, relative to
#|   batch size 2. The noise scale is {noise_scale:.0f}.
#| alt: >
#|   Log-log plot of rate against batch size. Below the noise scale the points follow
#|   the square root, above it they rise in proportion.
fig, ax = plt.subplots()
ax.loglog(size, needed / needed[0], "o", markersize=4, label="torch's Adam")
ax.loglog(size, (size / size[0]) ** 0.5, "C2--", linewidth=1, label="square root")
line = size[5:]
ax.loglog(line, line / size[-1] * needed[-1] / needed[0], "C1", linewidth=1)
ax.text(300, 30, "in proportion", ha="right")
ax.axvline(noise_scale, color="k", linestyle=":", linewidth=1)
ax.set(xlabel="batch size", ylabel="rate, relative to batch size 2")
ax.legend()
