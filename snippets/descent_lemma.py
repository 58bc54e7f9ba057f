# %% [markdown]
# # How much does one step promise?
# If a loss bends nowhere more than L, a step with rate lr lowers it by at least
# (1 - lr * L / 2) of what the slope alone suggests. Does any step do worse?

# %% two losses that bend by L at most
#| device: cpu
import matplotlib.pyplot as plt
import torch

torch.set_default_dtype(torch.float64)
seeds, count = range(5), 1000


def draw(seed):
    """Return a logistic loss and a valley, for rows of weights, and their common L."""
    torch.manual_seed(seed)
    inputs = torch.randn(40, 5)
    signs = torch.sign(inputs @ torch.randn(5) + torch.randn(40))
    L = torch.linalg.matrix_norm(inputs, 2) ** 2 / 40 / 4  # softplus bends by 1 / 4

    def logistic(weights):
        return torch.nn.functional.softplus(-signs * (weights @ inputs.T)).mean(-1)

    def valley(weights):
        return L / 2 * weights.square().sum(-1)

    return logistic, valley, L


# %% random steps
def kept(loss, weights, lr):
    """Return the fall of the loss as a share of lr * |gradient| ** 2."""
    weights = weights.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(loss(weights).sum(), weights)
    fall = loss(weights) - loss(weights - lr[:, None] * gradient)
    return (fall / (lr * gradient.square().sum(-1))).detach()


rows = []
for seed in seeds:
    logistic, valley, L = draw(seed)
    weights = torch.randn(count, 5) * 10 ** (2 * torch.rand(count, 1) - 1)
    lr = 4 * torch.rand(count) / L
    rows.append((lr * L, kept(logistic, weights, lr), kept(valley, weights, lr)))
speed, in_logistic, in_valley = map(torch.cat, zip(*rows, strict=True))  # (5000,)
promise, within = 1 - speed / 2, speed < 2
beyond_falls = min((row[1][row[0] > 2] > 0).double().mean().item() for row in rows)

# %% claim: no step falls short of the promise
#| label: promise
assert (in_logistic - promise).min() > -1e-9

# %% claim: every step with a rate below 2 / L lowers the loss
#| label: lowers
assert in_logistic[within].min() > 0

# %% claim: in a valley the promise is kept exactly, and not exceeded
#| label: exact
torch.testing.assert_close(in_valley, promise, rtol=0, atol=1e-9)

# %% claim: in a valley every step with a rate above 2 / L raises the loss
#| label: raises
assert in_valley[~within].max() < 0

# %% claim: on the logistic loss most steps above 2 / L lower it, in each data set
#| label: beyond
assert beyond_falls > 0.6

# %% random steps and their promise
#| caption: >
#|   Random steps on two losses that bend by L at most. Height 1 is the whole fall that
#|   the slope suggests for that step; below 0 the step raised the loss. No dot lies
#|   below the line on which the valley's dots lie.
#| alt: >
#|   Share of the suggested fall against learning rate times L. The valley's steps lie
#|   on a straight line from 1 at rate 0 through 0 at 2 down to minus 1 at 4. The
#|   logistic loss's steps all lie above that line, and nearly all above zero.
fig, ax = plt.subplots()
ax.plot(speed[::12], in_logistic[::12], "C6.", markersize=4, label="logistic loss")
ax.plot(speed[::60], in_valley[::60], "C5.", markersize=4, label="valley")
ax.axhline(0, color="C2", linestyle=":")
ax.set(xlabel="learning rate × L", ylabel="fall of the loss /\n(rate × |gradient|²)")
ax.legend()
