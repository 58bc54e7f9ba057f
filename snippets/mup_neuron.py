# %% [markdown]
# # Why does a wider layer move more?
# One neuron adds up n inputs. At the start its weights are random; a step of Adam
# adds something that is not. How large is each of the two sums?

# %% one neuron with ever more inputs
#| device: cpu
import math

import torch

torch.set_default_dtype(torch.float64)
seeds = range(5)
widths = [100, 1000, 10_000]
neurons, lr = 100, 0.001


def step(width, seed):
    """Return the size of the neurons' first sums, and how much one step adds."""
    torch.manual_seed(seed)
    inputs = torch.randn(width).relu()  # what the layer below has to say
    weights = torch.nn.Parameter(torch.randn(neurons, width) / width**0.5)
    optimizer = torch.optim.Adam([weights], lr=lr)
    sums = weights @ inputs
    sums.sum().backward()  # every neuron is to become smaller
    optimizer.step()
    change = (weights @ inputs - sums).square().mean().sqrt()
    return sums.square().mean().sqrt().item(), change.item()


sizes = torch.tensor([[step(width, seed) for width in widths] for seed in seeds])
span = math.log(widths[-1] / widths[0])
slopes = (sizes[:, -1] / sizes[:, 0]).log() / span  # (seed, first sum or change)

# %% claim: the random sum keeps its size, the step's grows with the width
#| label: grows
assert slopes[:, 0].abs().max() < 0.2
assert (slopes[:, 1] - 1).abs().max() < 0.2

# %% sums at the start and after one step
#| output: markdown
print(
    "| inputs | random sum | changed by one step | with the rate divided by the width |"
)
print("|--:|--:|--:|--:|")
for width, (first, change) in zip(widths, sizes.mean(0).tolist(), strict=True):
    print(
        f"| {width:,} | {first:.2f} | {change:.3f} | {change * widths[0] / width:.3f} |"
    )
