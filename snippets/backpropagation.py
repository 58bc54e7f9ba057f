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
d_output = 2 * (output - targets) / output.numel()
d_last = hidden.T @ d_output
d_hidden = d_output @ last.T
# tanh' is 1 - tanh²
d_first = inputs.T @ (d_hidden * (1 - hidden**2))

# %% the same by torch
weights = [each.clone().requires_grad_() for each in (first, last)]
by_torch = ((torch.tanh(inputs @ weights[0]) @ weights[1] - targets) ** 2).mean()
gradients = torch.autograd.grad(by_torch, weights)

# %% claim: by hand and by torch the loss and its gradients agree
#| label: torch
torch.testing.assert_close(loss, by_torch.detach())
torch.testing.assert_close(d_first, gradients[0], rtol=1e-12, atol=1e-14)
torch.testing.assert_close(d_last, gradients[1], rtol=1e-12, atol=1e-14)

# %% any number of layers
seeds, layers, width = range(5), 20, 32


def draw(seed):
    """Return weights as torch starts them, and data with answers of the same width."""
    torch.manual_seed(seed)
    matrices = [torch.nn.Linear(width, width).weight.detach().T for _ in range(layers)]
    return matrices, torch.randn(100, width), torch.randn(100, width)


def differentiate(matrices, batch, answers):
    """Return the derivatives for all weights, and the size of delta at each layer."""
    values = [batch]
    for matrix in matrices:
        values.append(torch.tanh(values[-1] @ matrix))
    handed_on, derivatives, lengths = (
        2 * (values[-1] - answers) / answers.numel(),
        [],
        [],
    )
    for layer in reversed(range(layers)):
        delta = handed_on * (1 - values[layer + 1] ** 2)
        derivatives.insert(0, values[layer].T @ delta)
        handed_on = delta @ matrices[layer].T
        lengths.insert(0, delta.norm().item())
    return derivatives, lengths


def ask_torch(matrices, batch, answers):
    matrices = [each.clone().requires_grad_() for each in matrices]
    values = batch
    for matrix in matrices:
        values = torch.tanh(values @ matrix)
    return list(torch.autograd.grad(((values - answers) ** 2).mean(), matrices))


deep = [draw(seed) for seed in seeds]
found = [differentiate(*each) for each in deep]
ours, theirs = [each for each, _ in found], [ask_torch(*each) for each in deep]
vanished = max(lengths[0] / lengths[-1] for _, lengths in found)

# %% claim: so they do in twenty layers
#| label: deep
torch.testing.assert_close(ours, theirs, rtol=1e-9, atol=1e-18)

# %% claim: delta shrinks to less than a thousandth between the last layer and the first
#| label: vanish
assert vanished < 1e-3


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
smallest_ratio, largest_ratio = min(ratios), max(ratios)
largest_count, by_nudges = counts[-1], counts[-1] + 1

# %% claim: loss and gradient together cost less than three losses, at every size
#| label: cost
assert largest_ratio < 3

# %% claim: the alternative, one loss for each weight, costs a hundred thousand times that
#| label: alternative
assert by_nudges / largest_ratio > 100_000

# %% work against the number of weights
#| caption: >
#|   Work for the loss and its whole gradient, in evaluations of the loss, against the
#|   number of weights; counted are the operations of matrix products. Nudging needs one
#|   evaluation for each weight. Below: back-propagation alone, enlarged.
#| alt: >
#|   On logarithmic axes one line rises in proportion to the number of weights, to three
#|   hundred thousand; the other stays below three. Enlarged on a linear axis, it climbs
#|   from a little above two towards a dotted line at three.
fig, (above, below) = plt.subplots(2, sharex=True, figsize=(4.5, 4))
above.loglog(counts, [count + 1 for count in counts], "oC1-", label="by nudges")
for ax in above, below:
    ax.loglog(counts, ratios, "oC0-", label="back-propagation")
above.set_ylim(1, 1e7)
above.legend(loc="upper left")
below.set(xlabel="weights", yscale="linear", ylim=(1.9, 3.1), yticks=[2, 2.5, 3])
below.axhline(3, color="C2", linestyle=":")
fig.supylabel("evaluations of the loss")


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
best_double, best_single = (min(each) for each in errors.values())
nudge_double, nudge_single = (nudges[each.index(min(each))] for each in errors.values())
single_at_tiny = nudge(1e-7, torch.float32)

# %% claim: a nudge ten times smaller has a hundredth of the error, until rounding wins
#| label: order
assert abs(truncation - 2) < 0.05
assert nudge(1e-12) > 1000 * best_double

# %% claim: in double precision the best nudge is near 1e-5 and agrees to nine digits
#| label: double
assert best_double < 1e-9
assert 3e-6 < nudge_double < 3e-5

# %% claim: in single precision the best nudge is near 1e-2 and agrees to four digits
#| label: best single
assert best_single < 1e-4
assert 3e-3 < nudge_single < 3e-2

# %% claim: in single precision a nudge of 1e-7 is wrong by three tenths or more
#| label: single
assert 0.3 < single_at_tiny < 3
assert single_at_tiny > 1000 * best_single

# %% the valley of the nudge
#| caption: >
#|   Relative error of a gradient from central differences, against the size of the
#|   nudge, in double and single precision.
#| alt: >
#|   Two valleys on logarithmic axes. Both fall with slope two from the right; rounding
#|   turns them up again, single precision near a hundredth, double near a hundred
#|   thousandth.
fig, ax = plt.subplots()
for dtype, label, colour in (
    (torch.float64, "double", "C3"),
    (torch.float32, "single", "C6"),
):
    ax.loglog(nudges, errors[dtype], color=colour, label=label)
ax.set(xlabel="nudge", ylabel="relative error", ylim=(1e-13, 1e3))
ax.legend()

# %% a function and its program
points = torch.tensor([-1.0, 0.0, 1.0], requires_grad=True)
same = torch.relu(points) - torch.relu(-points)  # equal to points, for all numbers
slopes_of_program = torch.autograd.grad(same.sum(), points)[0].tolist()

# %% claim: for a program that returns its input torch gives slope 0 at 0, not 1
#| label: kink
assert same.tolist() == points.tolist()
assert slopes_of_program == [1, 0, 1]
