# %% [markdown]
# # Back-propagation by hand
# What does the gradient of a whole network cost, and how is it checked?

# %% a network and its loss
#| device: cpu
import math

import matplotlib.pyplot as plt
import torch
from torch.utils.flop_counter import FlopCounterMode

torch.set_default_dtype(torch.float64)
torch.manual_seed(0)
inputs, targets = torch.randn(32, 8), torch.randn(32, 1)
first, last = torch.randn(8, 16) / 3, torch.randn(16, 1) / 4

# %% forwards
hidden = torch.tanh(inputs @ first)
output = hidden @ last
loss = ((output - targets) ** 2).mean()

# %% backwards
d_output = 2 * (output - targets) / len(inputs)  # how the loss changes with the output
d_last = hidden.T @ d_output
d_hidden = d_output @ last.T
d_first = inputs.T @ (d_hidden * (1 - hidden**2))  # tanh' is 1 - tanh²

# %% the same by torch
weights = [each.clone().requires_grad_() for each in (first, last)]
by_torch = ((torch.tanh(inputs @ weights[0]) @ weights[1] - targets) ** 2).mean()
gradients = torch.autograd.grad(by_torch, weights)

# %% claim: by hand and by torch the gradients agree
#| label: torch
torch.testing.assert_close(d_first, gradients[0], rtol=1e-12, atol=1e-14)
torch.testing.assert_close(d_last, gradients[1], rtol=1e-12, atol=1e-14)


# %% what it costs
def count_work(width):
    """Return the weights of a network 64-width-width-10 and its counted operations.

    Operations are multiplications and additions inside matrix products, for the loss
    alone and for the loss and all gradients.
    """
    shapes = [(64, width), (width, width), (width, 10)]
    layers = [torch.randn(shape, requires_grad=True) for shape in shapes]
    batch = torch.randn(100, 64)

    def evaluate():
        values = batch
        for layer in layers:
            values = torch.tanh(values @ layer)
        return values.square().mean()

    with FlopCounterMode(display=False) as forwards, torch.no_grad():
        evaluate()
    with FlopCounterMode(display=False) as both:
        torch.autograd.grad(evaluate(), layers)
    weights = sum(layer.numel() for layer in layers)
    return weights, forwards.get_total_flops(), both.get_total_flops()


widths = [4, 8, 16, 32, 64, 128, 256, 512]
work = [count_work(width) for width in widths]
counts = [weights for weights, _, _ in work]
ratios = [both / forwards for _, forwards, both in work]
largest_ratio, largest_count = max(ratios), counts[-1]

# %% claim: loss and gradient together cost less than three losses, at every size
#| label: cost
assert largest_ratio < 3

# %% claim: the alternative, one loss for each weight, costs a hundred thousand times that
#| label: alternative
assert (largest_count + 1) / largest_ratio > 100_000

# %% work against the number of weights
#| caption: >
#|   Work for the whole gradient, in evaluations of the loss, against the number of
#|   weights. Nudging one weight at a time needs one evaluation each.
#| alt: >
#|   On logarithmic axes one line rises in proportion to the number of weights, to three
#|   hundred thousand; the other is flat, just below three.
fig, ax = plt.subplots()
ax.loglog(counts, [count + 1 for count in counts], "o-", label="one weight at a time")
ax.loglog(counts, ratios, "o-", label="back-propagation")
ax.set(xlabel="weights", ylabel="evaluations of the loss", ylim=(1, 1e6))
ax.legend()


# %% the check: nudge one weight both ways
def nudge(h, dtype=torch.float64):
    """Return the largest relative error of central differences over the last layer."""
    moved = hidden.to(dtype) @ (
        last.to(dtype) + h * torch.cat([torch.eye(16), -torch.eye(16)], 1).to(dtype)
    )
    values = ((moved.tanh() - targets.to(dtype)) ** 2).mean(0)
    slopes = (values[:16] - values[16:]).double() / (2 * h)
    exact = torch.autograd.grad(
        ((torch.tanh(hidden @ weights[1]) - targets) ** 2).mean(), weights[1]
    )[0][:, 0]
    return ((slopes - exact).norm() / exact.norm()).item()


nudges = torch.logspace(-1, -12, 34).tolist()
errors = {
    dtype: [nudge(h, dtype) for h in nudges] for dtype in (torch.float64, torch.float32)
}
truncation = math.log10(nudge(1e-1) / nudge(1e-2))
best_double = min(errors[torch.float64])
best_single = min(errors[torch.float32])
single_at_tiny = nudge(1e-7, torch.float32)

# %% claim: a nudge ten times smaller has a hundredth of the error, until rounding wins
#| label: order
assert abs(truncation - 2) < 0.1
assert nudge(1e-12) > 1000 * best_double

# %% claim: in double precision the best nudge agrees to nine digits
#| label: double
assert best_double < 1e-9

# %% claim: in single precision a nudge of 1e-7 is wrong by more than a tenth
#| label: single
assert single_at_tiny > 0.1

# %% the valley of the nudge
#| caption: >
#|   Relative error of a gradient from central differences, against the size of the
#|   nudge, in double and single precision.
#| alt: >
#|   Two valleys on logarithmic axes. Both fall with slope two from the right; rounding
#|   turns them up again, single precision near a hundredth, double near a hundred
#|   thousandth.
fig, ax = plt.subplots()
for dtype, label in ((torch.float64, "double"), (torch.float32, "single")):
    ax.loglog(nudges, errors[dtype], label=label)
ax.set(xlabel="nudge", ylabel="relative error", ylim=(1e-13, 1e3))
ax.legend()

# %% a function and its program
point = torch.zeros((), requires_grad=True)
same = torch.relu(point) - torch.relu(-point)  # equal to point, for every number
slope_of_program = torch.autograd.grad(same, point)[0].item()

# %% claim: for a program that returns its input torch gives slope 0 at 0, not 1
#| label: kink
assert slope_of_program == 0
