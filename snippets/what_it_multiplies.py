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

# %% claim: far below eps Adam's first step is proportional to the gradient again
#| label: eps
torch.testing.assert_close(
    moves["Adam"][tiny], gradients[tiny] / 1e-8, rtol=0.02, atol=0
)

# %% first steps
#| caption: >
#|   The first step that torch's optimizers take, for gradients over 18 decades. SGD
#|   multiplies the gradient by the rate. Adam moves by the rate itself, RMSprop by ten
#|   times the rate, whatever the gradient, until it falls below eps.
#| alt: >
#|   First step in units of the learning rate against the size of the gradient, both
#|   logarithmic. SGD is a straight diagonal. Adam is level at 1 and RMSprop level at
#|   10, from large gradients down to about 1e-8; below that both fall.
fig, ax = plt.subplots()
for name, move in moves.items():
    ax.loglog(gradients, move, label=name)
ax.set(xlabel="gradient", ylabel="first step / learning rate", ylim=(1e-5, 1e5))
ax.legend()
