# %% [markdown]
# # Gradient descent in one line
# The whole method is a subtraction. Does it do what torch.optim.SGD does?

# %% a network and its loss
#| device: cpu
import torch
from digits import load_digits, make_mlp

images, labels, *_ = load_digits(600)
lr, steps = 0.5, 100


def draw():
    torch.manual_seed(0)
    return make_mlp(64, 32, 10)


def loss(network):
    return torch.nn.functional.cross_entropy(network(images), labels)


# %% by hand
network = draw()
weights = list(network.parameters())
for _ in range(steps):
    gradients = torch.autograd.grad(loss(network), weights)
    with torch.no_grad():
        for weight, gradient in zip(weights, gradients, strict=True):
            weight -= lr * gradient  # the method

# %% with torch.optim
twin = draw()
optimizer = torch.optim.SGD(twin.parameters(), lr=lr)
for _ in range(steps):
    optimizer.zero_grad()
    loss(twin).backward()
    optimizer.step()

# %% how far it came
left = loss(network).item() / loss(draw()).item()
distance = max(
    (ours - theirs).abs().max().item()
    for ours, theirs in zip(weights, twin.parameters(), strict=True)
)

# %% claim: after 100 steps all weights are those of torch.optim.SGD, bit for bit
#| label: same
assert distance == 0

# %% claim: the loss falls to less than a tenth
#| label: falls
assert left < 0.1

# %% one gradient from six minibatches, in five draws
seeds = range(5)


def draw_gradients(seed):
    """Return a fresh network's gradient on all images, and on each minibatch."""
    images, labels, *_ = load_digits(600, seed)
    torch.manual_seed(seed)
    network = make_mlp(64, 32, 10).double()

    def gradient_of(part):
        outputs = network(images[part].double())
        cost = torch.nn.functional.cross_entropy(outputs, labels[part])
        return torch.autograd.grad(cost, network[0].weight)[0]

    parts = [gradient_of(slice(k, k + 100)) for k in range(0, 600, 100)]
    return gradient_of(slice(None)), torch.stack(parts)


pairs = [draw_gradients(seed) for seed in seeds]
whole, parts = map(torch.stack, zip(*pairs, strict=True))  # (5, …), (5, 6, …)
off = (parts - whole[:, None]).norm(dim=(2, 3)) / whole.norm(dim=(1, 2))[:, None]
least_off, most_off = off.min().item(), off.max().item()

# %% claim: the mean of the minibatch gradients is the gradient of the whole
#| label: mean
torch.testing.assert_close(parts.mean(1), whole, rtol=0, atol=1e-15)

# %% claim: a single minibatch's gradient is off by more than three tenths of its size
#| label: noise
assert least_off > 0.3
