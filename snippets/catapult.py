# %% [markdown]
# # Thrown out, and landed flatter
# A linear network with two layers, one example, and a rate past the critical one of its
# start. Is the run lost, and where does its curvature end? Measured is λ, the output's
# squared gradient: the curvature wherever the output is zero.

# %% the network
#| device: cpu
import matplotlib.pyplot as plt
import torch

torch.set_default_dtype(torch.float64)
width, steps = 1000, 600
seeds = [0, 1, 2, 3, 4]
products = torch.tensor([1.0, 1.9, 2.2, 2.5, 3.0, 4.2])  # rate times first λ


def start(seed):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(2, width, generator=generator)


def measure(weights):
    """Return output and λ of networks with weights (..., 2, width)."""
    output = weights.prod(-2).sum(-1) / width**0.5
    return output, (weights**2).sum((-1, -2)) / width


# %% gradient descent on half the squared output, all seeds and rates at once
weights = torch.stack([start(seed) for seed in seeds])[:, None]
weights = weights.repeat(1, len(products), 1, 1)  # (seed, rate, layer, unit)
first_output, first = measure(weights)
rates = products / first
losses = []
for _ in range(steps):
    weights.requires_grad_()
    loss = measure(weights)[0] ** 2 / 2
    (gradient,) = torch.autograd.grad(loss.sum(), weights)
    losses.append(loss.detach())
    weights = weights.detach() - rates[..., None, None] * gradient
losses = torch.stack(losses, -1)
later = losses[..., 1:].amax(-1)
below, above, lost = products < 2, (products > 2) & (products < 4), products > 4
share = measure(weights)[1] / first
climb = (later[:, above] / losses[:, above, 0]).median(0).values.min().item()
left = (losses[:, above, -1] / losses[:, above, 0]).max().item()

# %% claim: below 2 / λ the loss stays below its start, by a tenth or more
#| label: quiet
assert (later[:, below] / losses[:, below, 0] < 0.9).all()

# %% claim: between 2 and 4 it climbs by more than 5, and comes back to nothing
#| label: back
assert (later[:, above] - losses[:, above, 0]).min() > 5
assert climb > 1
assert left < 1e-6

# %% claim: and the curvature has landed below 2 / rate
#| label: flatter
assert (share[:, above] * products[above] < 2).all()

# %% claim: at 4.2 every run is lost
#| label: lost
assert not losses[:, lost, -1].isfinite().any()

# %% a jump, and where it lands
#| caption: >
#|   Loss and λ of one network of width {width} at four rates, each given as rate × first
#|   λ. Drawn is λ, the output's squared gradient, as a share of its first value.
#| alt: >
#|   Above, the loss at 1 and 1.9 falls from the start; at 2.5 and 3 it climbs first,
#|   then falls below. Below, λ stays level at 1 and 1.9, and drops to about
#|   a half at 2.5 and to a tenth or less at 3.
fig, (above_ax, below_ax) = plt.subplots(2, sharex=True, figsize=(4.5, 3.6))
for index in (0, 1, 3, 4):
    scale, path = products[index] / first[0, index], start(seeds[0])
    heights, curvatures = [], []
    for _ in range(51):
        output, curvature = measure(path)
        heights.append((output**2 / 2).item())
        curvatures.append((curvature / first[0, index]).item())
        path = path - scale * output / width**0.5 * path.flip(0)
    above_ax.semilogy(heights, label=f"{products[index]:g}")
    below_ax.plot(curvatures)
above_ax.set(ylabel="loss", ylim=(1e-8, 1e4))
fig.legend(
    *above_ax.get_legend_handles_labels(),
    title="rate × first λ",
    ncols=4,
    loc="outside upper center",
)
below_ax.set(xlabel="step", ylabel="λ / first")
