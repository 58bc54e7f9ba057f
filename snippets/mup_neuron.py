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
neurons, rate = 50, 0.001  # the rate is the table's eta


def step(width, seed, lr):
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


def run(divide):
    """Return (seed, width, first sum and change) at one rate, or at rate / width."""
    rates = [rate * (widths[0] / width if divide else 1) for width in widths]
    pairs = list(zip(widths, rates, strict=True))
    return torch.tensor([[step(n, seed, lr) for n, lr in pairs] for seed in seeds])


same, divided = run(divide=False), run(divide=True)
span = math.log(widths[-1] / widths[0])
first_power, change_power = ((same[:, -1] / same[:, 0]).log() / span).unbind(1)
cured_power = (divided[:, -1, 1] / divided[:, 0, 1]).log() / span

# %% claim: the random sum keeps its size, the step's grows with the width
#| label: grows
assert first_power.abs().max() < 0.2
assert (change_power - 1).abs().max() < 0.3

# %% claim: divided by the width, the rate moves all of them alike
#| label: cure
assert cured_power.abs().max() < 0.3

# %% sums at the start and after one step
#| output: markdown
print("| inputs $n$ | first sum | its change | its change at rate $100\\eta/n$ |")
print("|--:|--:|--:|--:|")
rows = zip(widths, same.mean(0).tolist(), divided.mean(0).tolist(), strict=True)
for width, (first, change), (_, cured) in rows:
    print(f"| {width:,} | {first:.2f} | {change:.3f} | {cured:.3f} |")
