# %% [markdown]
# # What does the learning rate multiply?
# Not the error, and for many optimizers not even the gradient.

# %% two wrong neurons
#| device: cpu
import matplotlib.pyplot as plt
import torch

torch.set_default_dtype(torch.float64)
lr = 0.1


def squared(answer):
    return (1 - answer) ** 2


def logarithmic(answer):
    return -torch.log(answer)


def learn(loss, logit):
    """Return the error of a sigmoid neuron that should say 1, and its first step."""
    weight = torch.nn.Parameter(torch.tensor(logit))
    optimizer = torch.optim.SGD([weight], lr=lr)
    answer = torch.sigmoid(weight)
    loss(answer).backward()
    optimizer.step()
    return 1 - answer.item(), weight.item() - logit


undecided, sure = 0.0, -10.0
small_error, large_step = learn(squared, undecided)
large_error, small_step = learn(squared, sure)
log_errors, log_steps = zip(
    *[learn(logarithmic, x) for x in (undecided, sure)], strict=True
)
wronger, shorter = large_error / small_error, large_step / small_step

# %% claim: nearly twice the error, less than a thousandth of the step
#| label: error
for error, step in (small_error, large_step), (large_error, small_step):
    assert abs(step / (lr * 2 * error**2 * (1 - error)) - 1) < 1e-9
assert wronger > 1.9
assert shorter > 1000

# %% claim: with the logarithmic loss the step is lr times the error
#| label: log
torch.testing.assert_close(
    torch.tensor(log_steps), lr * torch.tensor(log_errors), rtol=1e-12, atol=0
)

# %% the first step, for gradients of every size
gradients = torch.logspace(-12, 6, 73)
tiny = gradients < 1e-10


def first_step(make_optimizer):
    """Return how far each weight moves in one step, in units of lr."""
    weights = torch.nn.Parameter(torch.zeros_like(gradients))
    weights.grad = gradients.clone()
    make_optimizer([weights], lr=lr).step()
    return weights.detach().abs() / lr


names = ["SGD", "Adam", "RMSprop"]
moves = {name: first_step(getattr(torch.optim, name)) for name in names}
usual = gradients > 0.99e-4  # ten decades

# %% claim: SGD's first step is lr times the gradient
#| label: sgd
torch.testing.assert_close(moves["SGD"], gradients, rtol=1e-12, atol=0)

# %% claim: Adam's first step is lr, within 1 %, over ten decades of gradient
#| label: adam
assert (moves["Adam"][usual] - 1).abs().max() < 0.01

# %% claim: RMSprop's first step is ten times lr, within 1 %, over the same decades
#| label: rmsprop
assert (moves["RMSprop"][usual] - 10).abs().max() < 0.1

# %% claim: at eps Adam's first step is halved, and RMSprop's at ten times eps
#| label: halved
at_eps, at_ten = ((gradients / size).log().abs().argmin() for size in (1e-8, 1e-7))
assert abs(moves["Adam"][at_eps] - 0.5) < 0.005
assert abs(moves["RMSprop"][at_ten] - 5) < 0.05

# %% claim: far below eps Adam's first step is proportional to the gradient again
#| label: eps
torch.testing.assert_close(
    moves["Adam"][tiny], gradients[tiny] / 1e-8, rtol=0.02, atol=0
)

# %% first steps
#| caption: >
#|   The first step that torch's optimizers take, for gradients over 18 decades. SGD
#|   multiplies the gradient by the rate. Adam moves by the rate itself while the
#|   gradient is far above eps, RMSprop by ten times the rate while it is far above
#|   ten eps. Below, both divide the gradient by eps, and their lines meet.
#| alt: >
#|   First step in units of the learning rate against the size of the gradient, both
#|   logarithmic. SGD is a straight diagonal. Adam is level at 1 down to gradients of
#|   about 1e-7, RMSprop level at 10 down to about 1e-6; then both fall, and below 1e-9
#|   they are one line.
fig, ax = plt.subplots()
for (name, move), style in zip(moves.items(), ("-", "-", "--"), strict=True):
    ax.loglog(gradients, move, style, label=name)
ax.set(xlabel="gradient", ylabel="first step / learning rate", ylim=(1e-5, 1e5))
ax.legend()
