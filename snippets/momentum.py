# %% [markdown]
# # Momentum
# Momentum adds to each step a share of the step before.
# How much faster does a run get if the learning rate grows a thousandfold?

# %% a bowl a hundred times steeper one way than the other
#| device: cpu
import math

import matplotlib.pyplot as plt
import torch

torch.set_default_dtype(torch.float64)
curvature = torch.tensor([1.0, 100.0])
start = torch.ones(2)
lr, momentum, steps = 0.02, 0.9, 50


def loss(point):
    return 0.5 * (curvature * point**2).sum()


# %% by hand
point, velocity = start, torch.zeros(2)
for _ in range(steps):
    gradient = curvature * point
    velocity = momentum * velocity + gradient
    point = point - lr * velocity

# %% by torch
weights = torch.nn.Parameter(start.clone())
optimizer = torch.optim.SGD(
    [weights],
    lr=lr,
    momentum=momentum,
)
for _ in range(steps):
    optimizer.zero_grad()
    loss(weights).backward()
    optimizer.step()

# %% claim: by hand and by torch end in the same place
#| label: torch
torch.testing.assert_close(weights.detach(), point, rtol=1e-12, atol=0)

# %% a tenfold cut of the learning rate, on a slope that stays 1
weight = torch.nn.Parameter(torch.zeros(()))
optimizer = torch.optim.SGD([weight], lr=lr, momentum=momentum)
outside, inside, kept = [], [], 0.0  # where the learning rate multiplies
for step in range(101):
    rate = lr if step < 100 else lr / 10
    kept = momentum * kept + rate * 1.0
    inside.append(kept)
    optimizer.param_groups[0]["lr"] = rate
    optimizer.zero_grad()
    before = weight.item()
    weight.backward()
    optimizer.step()
    outside.append(before - weight.item())
cut_outside = outside[100] / outside[99]
cut_inside = inside[100] / inside[99]

# %% claim: while the learning rate is constant both forms take the same steps
#| label: forms
torch.testing.assert_close(inside[:100], outside[:100], rtol=1e-9, atol=0)

# %% claim: torch's next step is a tenth, the other form's is not
#| label: cut
torch.testing.assert_close(
    (cut_outside, cut_inside), (0.1, momentum + 0.1 * (1 - momentum)),
    rtol=1e-3, atol=0,
)  # fmt: skip


# %% the factor per step
def measure_factor(products, beta, steps=4000):
    """Return by what factor a step shrinks the error, in the long run.

    A bowl knows learning rate and curvature only as their product.
    """
    point, velocity = torch.ones_like(products), torch.zeros_like(products)
    total = torch.zeros_like(products)
    for step in range(steps):
        velocity = beta * velocity + products * point  # in units of the learning rate
        point = point - velocity
        size = torch.hypot(point, velocity)
        point, velocity = point / size, velocity / size  # nothing under- or overflows
        # The error swings: with weights that fade in and out, the swing cancels.
        weight = 2 * math.sin(math.pi * step / steps) ** 2
        total = total + weight * size.log()
    return (total / steps).exp()


rates = torch.tensor([0.003, 0.03, 0.3, 3.0])  # on a bowl of curvature 1
with_momentum, without = measure_factor(rates, 0.9), measure_factor(rates, 0.0)
floor = math.sqrt(0.9)
tenfold_steps = math.log(10) / -math.log(floor)
misprint = 2 * floor
plain_slow, _, plain_fast, plain_lost = without.tolist()

# %% claim: at momentum 0.9 four rates over a factor of a thousand are equally fast
#| label: same
torch.testing.assert_close(with_momentum, torch.full((4,), floor), rtol=1e-4, atol=0)
torch.testing.assert_close(
    with_momentum**tenfold_steps, torch.full((4,), 0.1), rtol=0.01, atol=0
)

# %% claim: without momentum the factor is 1 - rate, in size
#| label: plain
torch.testing.assert_close(without, (1 - rates).abs(), rtol=1e-4, atol=0)
assert without[2] < floor < without[0]

# %% the windows of three momenta
products = torch.logspace(-4, math.log10(4.2), 241)
products = torch.cat([products, torch.linspace(1.8, 4.0, 111)]).sort().values
betas = 0.0, 0.5, 0.9, 0.99
measured = {beta: measure_factor(products, beta) for beta in betas}


def find_window(beta):
    """Return the smallest and largest product at which all roots are complex."""
    return (1 - math.sqrt(beta)) ** 2, (1 + math.sqrt(beta)) ** 2


def off_floor(beta):
    """Return the largest deviation from sqrt(beta) inside the window."""
    low, high = find_window(beta)
    inside = (products > low) & (products < high)
    return (measured[beta][inside] - math.sqrt(beta)).abs().max()


largest_off_floor = max(off_floor(beta) for beta in betas[1:]).item()
window_width = find_window(0.9)[1] / find_window(0.9)[0]

# %% claim: inside its window every momentum runs at its own square root
#| label: floor
assert largest_off_floor < 2e-4

# %% claim: at momentum 0.9 what runs at the square root is as wide as the window
#| label: width
flat = products[(measured[0.9] - floor).abs() < 2e-4]
assert len(flat) > 1
torch.testing.assert_close((flat[-1] / flat[0]).item(), window_width, rtol=0.04, atol=0)

# %% claim: far left of the window momentum is plain descent at lr / (1 - momentum)
#| label: left
slow = torch.tensor([1e-4])
torch.testing.assert_close(
    measure_factor(slow, 0.9).log(), measure_factor(slow / 0.1, 0.0).log(),
    rtol=0.02, atol=0,
)  # fmt: skip

# %% steps to a tenth of the error
#| caption: >
#|   Steps that shrink the error tenfold, against learning rate times curvature. Each
#|   momentum above 0 has a flat floor, which ends just short of its largest stable rate.
#| alt: >
#|   Plain descent has one sharp valley at 1. With momentum 0.5, 0.9 and 0.99 the
#|   valley becomes a flat floor that is wider and higher the larger the momentum;
#|   at 0.9 it spans a factor of more than a thousand.
fig, ax = plt.subplots()
for beta in betas:
    needed = -math.log(10) / measured[beta].log()
    needed[measured[beta] >= 1] = math.nan
    ax.loglog(products[::2], needed[::2], label=f"momentum {beta:g}")
ax.set(xlabel="learning rate × curvature", ylabel="steps to a tenth of the error")
ax.set(ylim=(0.5, 3e4))
fig.legend(ncols=2, loc="outside upper center")
