# %% [markdown]
# # Does Adam decay every weight alike?
# A penalty on the squared weights adds to the gradient, and Adam divides gradients.
# AdamW takes the decay past the division.

# %% weights in noise of many sizes
#| device: cpu
import math

import matplotlib.pyplot as plt
import torch

torch.set_default_dtype(torch.float64)
seeds = [0, 1, 2, 3, 4]
lr, decay, steps = 2e-3, 0.25, 1000
sizes = torch.logspace(-3, 3, 25)  # of the gradients, which are noise and nothing else


def draw(seed):
    """Return noise for all steps, and the same upside down for a second copy."""
    generator = torch.Generator().manual_seed(seed)
    noise = sizes * torch.randn(steps, len(sizes), generator=generator)
    return torch.stack([noise, -noise], dim=1)  # (steps, 2, sizes)


noise = torch.stack([draw(seed) for seed in seeds], dim=1)  # (steps, seeds, 2, sizes)


# %% what is left of a weight of 1
def shrink(optimizer_class, decay=decay):
    """Return the share left; the mean of two mirrored copies is free of the noise."""
    weights = torch.nn.Parameter(torch.ones_like(noise[0]))
    optimizer = optimizer_class([weights], lr=lr, weight_decay=decay)
    for gradient in noise:
        weights.grad = gradient
        optimizer.step()
    return weights.detach().mean(1)  # (seeds, sizes)


penalised = shrink(torch.optim.Adam)
decoupled = shrink(torch.optim.AdamW)
plain = shrink(torch.optim.SGD)
less, more = (shrink(torch.optim.Adam, decay=each) for each in (decay / 10, 10 * decay))
same_for_all = (1 - lr * decay) ** steps
divided = torch.exp(-lr * decay * steps / sizes)  # the penalty over the size
loud, quiet = sizes >= 3, sizes <= 0.01
quiet_left, loud_left = penalised[:, quiet].max().item(), penalised[:, -1].min().item()
usual = torch.optim.AdamW([torch.zeros(1)]).defaults
patience = 1 / (usual["lr"] * usual["weight_decay"])  # steps
one_life, tenth_left = (
    (1 - usual["lr"] * usual["weight_decay"]) ** (share * patience)
    for share in (1, 0.1)
)

# %% claim: SGD shrinks every weight by 1 - lr × decay a step, whatever its gradient
#| label: sgd
alike = torch.full_like(plain, same_for_all)
torch.testing.assert_close(plain, alike, rtol=1e-9, atol=0)

# %% claim: AdamW does so too, over six decades of gradient
#| label: decoupled
torch.testing.assert_close(
    decoupled, torch.full_like(decoupled, same_for_all), rtol=1e-9, atol=0
)

# %% claim: after so many steps at its defaults a weight is down to a share of 1 / e
#| label: patience
assert abs(one_life * math.e - 1) < 1e-4

# %% claim: Adam divides the penalty by the size of the gradient
#| label: divided
torch.testing.assert_close(
    penalised[:, loud], divided[loud].expand(len(seeds), -1), rtol=0.05, atol=0
)

# %% claim: so it wipes the quiet weights out, and leaves the loudest nearly whole
#| label: unequal
assert quiet_left < 0.05
assert loud_left > 0.99

# %% claim: ten times the decay or a tenth takes the quietest down alike, within 5 %
#| label: whatever
assert (less[:, 0] / penalised[:, 0] - 1).abs().max() < 0.05
assert (more[:, 0] / penalised[:, 0] - 1).abs().max() < 0.05
# The loud ones lose a tenth, and ten times as much, in logarithms.
lost = torch.stack([left[:, sizes > 9].log().sum() for left in (less, penalised, more)])
torch.testing.assert_close(
    lost / lost[1], torch.tensor([0.1, 1.0, 10.0]), rtol=0.05, atol=0
)

# %% what a decay leaves
#| caption: >
#|   What is left of a weight of 1 after {steps} steps of pure noise, at the learning
#|   rate {lr} and weight decay {decay}, against the size of the noise. Mean of five
#|   draws, each with its mirror image. Dashed: $e^{{-\eta\lambda t/\sigma}}$, where
#|   $\sigma$ is the size.
#| alt: >
#|   Share of the weight left against the size of its gradients, on a log axis. AdamW is
#|   a level line at 0.61. Adam with the same weight_decay lies at 0.03 for small
#|   gradients, at 0.06 for a tenth, crosses that line at gradients of 1, and comes near
#|   1 from ten on. A dashed curve, the formula, lies on it from gradients of about 1 on.
fig, ax = plt.subplots(figsize=(4.5, 3))
ax.semilogx(sizes, penalised.mean(0), label="Adam, weight_decay")
ax.semilogx(sizes[[0, -1]], decoupled.mean(0)[[0, -1]], label="AdamW, weight_decay")
ax.semilogx(sizes[sizes > 0.2], divided[sizes > 0.2], "--", label="the formula")
ax.set(xlabel="size of the gradients", ylabel="share of the weight left")
fig.legend(ncols=2, loc="outside upper center")
