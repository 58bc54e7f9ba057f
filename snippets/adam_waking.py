# %% [markdown]
# # Is a zero gradient the same as no gradient?
# For SGD it is. For Adam one of them counts as a step, and the other does not.
# Five networks are shown the upper half of each digit, and later the lower half too.

# %% five networks as one
#| device: cpu
import matplotlib.pyplot as plt
import torch
from digits import load_digits, make_mlp
from torch.nn.functional import cross_entropy

seeds = range(5)
lr, asleep, awake, batch_size = 0.02, 2000, 60, 32


def start(seed):
    """Return weights of a 64-32-10 network that ignores the lower half, and data."""
    torch.manual_seed(seed)
    (first, bias), (last, last_bias) = (
        layer.parameters() for layer in make_mlp(64, 32, 10)[::2]
    )
    upper, lower = first[:, :32].T, torch.zeros(32, 32)
    images, labels, *_ = load_digits(1200, seed)
    batches = torch.randint(1200, (asleep + awake, batch_size))
    return upper, lower, bias[None], last.T, last_bias[None], images, labels, batches


*parts, images, labels, batches = map(
    torch.stack, zip(*[start(seed) for seed in seeds], strict=True)
)
every_seed = torch.arange(len(seeds))[:, None]


# %% one run
def losses_of(weights, images, labels, below):
    """Return the loss of each network; below says what it sees of the lower half."""
    upper, lower, bias, last, last_bias = weights
    hidden = images[..., :32] @ upper + bias  # (networks, images, 32)
    if below == "all":
        hidden = hidden + images[..., 32:] @ lower
    elif below == "blank":
        hidden = hidden + torch.zeros_like(images[..., 32:]) @ lower
    logits = hidden.relu() @ last + last_bias
    return cross_entropy(logits.mT, labels, reduction="none").mean(1)


def train(optimizer_class, lr, asleep_sees, **settings):
    """Return losses around the waking, and lengths of the woken weights' steps."""
    weights = [torch.nn.Parameter(part.detach().clone()) for part in parts]
    optimizer = optimizer_class(weights, lr=lr, **settings)
    losses, lengths = [], []
    for step in range(asleep + awake):
        below = asleep_sees if step < asleep else "all"
        batch = every_seed, batches[:, step]
        optimizer.zero_grad()
        losses_of(weights, images[batch], labels[batch], below).sum().backward()
        before = weights[1].detach().clone()
        optimizer.step()
        if step >= asleep - 10:
            with torch.no_grad():
                losses.append(losses_of(weights, images, labels, below))
            lengths.append((weights[1].detach() - before).square().mean((1, 2)).sqrt())
    return torch.stack(losses), torch.stack(lengths) / lr  # (steps, networks)


blank, blank_steps = train(torch.optim.Adam, lr, "blank")  # the gradient is zero
absent, absent_steps = train(torch.optim.Adam, lr, "nothing")  # the gradient is None
