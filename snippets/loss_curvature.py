# %% [markdown]
# # The curvature of a loss and the critical learning rate
# Swap one loss for another and leave everything else alone.
# How far does the critical learning rate move?

# %% three losses of torch
#| device: cpu
import torch

torch.set_default_dtype(torch.float64)
seeds = range(5)
squared = torch.nn.MSELoss(reduction="none")
huber = torch.nn.HuberLoss(reduction="none")  # delta = 1
absolute = torch.nn.L1Loss(reduction="none")


def bend(loss, error):
    """Return the second derivative of the loss at an error."""
    zero = torch.zeros(())
    return torch.func.grad(torch.func.grad(lambda e: loss(e, zero)))(error).item()


@torch.vmap
def bend_softmax(logits):
    """Return the second derivatives of cross-entropy in the logits, as a matrix.

    Many rows of logits give as many matrices.
    """
    label = torch.tensor(0)  # any will do
    return torch.func.hessian(torch.nn.functional.cross_entropy)(logits, label)


# %% claim: they bend by 2 everywhere, by 1 up to the error 1, and not at all
#| label: bends
small, large = torch.tensor(0.95), torch.tensor(1.05)
assert [bend(squared, small), bend(squared, large)] == [2, 2]
assert [bend(huber, small), bend(huber, large)] == [1, 0]
assert [bend(absolute, small), bend(absolute, large)] == [0, 0]

# %% claim: cross-entropy bends by diag(p) - pp' in the logits
#| label: softmax
torch.manual_seed(0)
drawn = 4 * torch.randn(200, 10)
p = drawn.softmax(1)
bends = p.diag_embed() - p[:, :, None] * p[:, None]
torch.testing.assert_close(bend_softmax(drawn), bends, rtol=0, atol=1e-14)

# %% claim: by one half at most, where two classes share the probability evenly
#| label: half
torch.manual_seed(1)
highest = torch.linalg.eigvalsh(bend_softmax(4 * torch.randn(200, 10)))[:, -1]
assert highest.max() < 0.5
torn = torch.tensor([[50.0, 50, 0, 0, 0, 0, 0, 0, 0, 0]])
most = torch.linalg.eigvalsh(bend_softmax(torn))[0, -1].item()
torch.testing.assert_close(most, 0.5, rtol=1e-12, atol=0)


# %% five regressions
def draw(seed):
    torch.manual_seed(seed)
    inputs = torch.randn(200, 10) * torch.logspace(-1, 0.5, 10)
    return inputs, inputs @ torch.randn(10) + 0.1 * torch.randn(200)


inputs, targets = map(torch.stack, zip(*map(draw, seeds), strict=True))
values, vectors = torch.linalg.eigh(inputs.mT @ inputs / 200)
of_inputs, sharpest = values[:, -1], vectors[:, :, -1]  # (seeds,), (seeds, 10)
best = torch.linalg.lstsq(inputs, targets[..., None]).solution[..., 0]


def descend(loss, lr, weights, targets, steps):
    """Return the weights of each regression after steps of gradient descent."""
    for _ in range(steps):
        weights = weights.detach().requires_grad_()
        guesses = (inputs @ weights[..., None])[..., 0]
        cost = loss(guesses, targets).mean(1)  # (seeds,)
        (gradient,) = torch.autograd.grad(cost.sum(), weights)
        weights = weights.detach() - lr[:, None] * gradient
    return weights


# %% the critical rate by bisection
def find_limit(loss):
    """Return the highest rate at which a small error shrinks, times of_inputs."""
    low, high = torch.full_like(of_inputs, 0.5), torch.full_like(of_inputs, 5.0)
    nudge, nothing = 1e-3 * sharpest, torch.zeros_like(targets)
    for _ in range(12):
        middle = (low * high).sqrt()
        error = descend(loss, middle / of_inputs, nudge, nothing, steps=50)
        grows = ~(error.norm(dim=1) < 1e-3)
        low, high = torch.where(grows, low, middle), torch.where(grows, middle, high)
    return low


limits = torch.stack([find_limit(squared), find_limit(huber)])  # (2, seeds)
moved = (limits[1] / limits[0]).mean().item()

# %% claim: the critical rate is 2 / (curvature of the loss x curvature of the inputs)
#| label: limit
predicted = torch.tensor([[2 / 2.0], [2 / 1.0]]).expand_as(limits)
torch.testing.assert_close(limits, predicted, rtol=0.01, atol=0)

# %% claim: going from MSELoss to HuberLoss doubles it
#| label: twice
assert (limits[1] / limits[0] - 2).abs().max() < 0.02
assert abs(moved - 2) < 0.02

# %% at three times the critical rate
zero, beyond = torch.zeros_like(best), 3 * limits / of_inputs  # (2, seeds)
lost = descend(squared, beyond[0], zero, targets, steps=500)
hovering = descend(huber, beyond[1], zero, targets, steps=500)
off = ((hovering - best).norm(dim=1) / best.norm(dim=1)).max().item()

# %% claim: at three times its own critical rate squared error overflows, Huber's not
#| label: hovers
assert not lost.isfinite().all(dim=1).any()
assert off < 1
