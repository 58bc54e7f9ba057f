# %% [markdown]
# # What does each loss punish?
# Training does not feel how large a loss is, only how steep. So from which answers
# does a network learn: from the hesitant ones or from the confident mistakes?

# %% three losses of one answer
#| device: cpu
import matplotlib.pyplot as plt
import torch

torch.set_default_dtype(torch.float64)
seeds = range(5)
losses = {  # of the probability that a sigmoid neuron gives to the right answer
    "cross-entropy": lambda right: -right.log(),
    "squared": lambda right: (1 - right) ** 2,
    "absolute": lambda right: 1 - right,
}


def pull(loss, right):
    """Return how fast a step on the logit lowers the loss, for each probability."""
    logit = right.logit().requires_grad_()
    (slope,) = torch.autograd.grad(loss(logit.sigmoid()).sum(), logit)
    return -slope


# %% a hesitant and a confident mistake
mistakes = torch.tensor([1 / 3, 1 / 1000])
pulls = {name: pull(loss, mistakes) for name, loss in losses.items()}
louder = (pulls["cross-entropy"][1] / pulls["cross-entropy"][0]).item()
quieter_squared = (pulls["squared"][0] / pulls["squared"][1]).item()
quieter_absolute = (pulls["absolute"][0] / pulls["absolute"][1]).item()

# %% claim: cross-entropy pulls harder at the confident mistake
#| label: insists
assert louder > 1.4

# %% claim: squared and absolute error pull a hundred times less there
#| label: gives up
assert quieter_squared > 100
assert quieter_absolute > 100

# %% claim: the pulls are 1 - p, 2p(1 - p)^2 and p(1 - p)
#| label: pulls
right = torch.linspace(0.001, 0.999, 999)
torch.testing.assert_close(
    [pull(loss, right) for loss in losses.values()],
    [1 - right, 2 * right * (1 - right) ** 2, right * (1 - right)],
    rtol=1e-10, atol=0,
)  # fmt: skip

# %% claim: torch's cross-entropy of ten classes has the gradient p - y, averaged
#| label: residual
for seed in seeds:
    torch.manual_seed(seed)
    logits = (4 * torch.randn(64, 10)).requires_grad_()
    labels = torch.randint(10, (64,))
    torch.nn.CrossEntropyLoss()(logits, labels).backward()
    answers = torch.nn.functional.one_hot(labels, 10)
    residual = logits.detach().softmax(1) - answers
    torch.testing.assert_close(logits.grad, residual / 64, rtol=0, atol=1e-15)

# %% pull of a mistake
#| caption: >
#|   How hard three losses pull at an answer. The dots are two mistakes, one hesitant
#|   (probability 1/3 for the right answer) and one confident (1/1000), where the dots of
#|   squared and absolute error lie on each other.
#| alt: >
#|   Pull on the logit against the probability given to the right answer. Cross-entropy
#|   is a straight line, highest at probability 0. Squared error is a bump with its top
#|   at one third, absolute error a bump with its top at one half; both fall to nothing
#|   at probability 0.
grid = torch.linspace(0.001, 0.999, 200)
fig, ax = plt.subplots()
for color, (name, loss) in enumerate(losses.items()):
    ax.plot(grid, pull(loss, grid), label=name)
    size = 10 if name == "squared" else 5  # so that the one below shows
    ax.plot(mistakes, pulls[name], "o", color=f"C{color}", ms=size, clip_on=False)
ax.set(xlabel="probability given to the right answer", ylabel="pull on the logit")
ax.set_ylim(bottom=0)
ax.legend()
