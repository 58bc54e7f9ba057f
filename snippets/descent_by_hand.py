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


def loss(network, part=slice(None)):
    return torch.nn.functional.cross_entropy(network(images[part]), labels[part])


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
before, after = loss(draw()).item(), loss(network).item()
distance = max(
    (ours - theirs).abs().max().item()
    for ours, theirs in zip(weights, twin.parameters(), strict=True)
)

# %% claim: after 100 steps all weights are those of torch.optim.SGD, bit for bit
#| label: same
assert distance == 0

# %% claim: the loss falls to less than a tenth
#| label: falls
assert after < before / 10

# %% one gradient from six minibatches
doubled = draw().double()
images = images.double()


def gradient_of(part=slice(None)):
    return torch.autograd.grad(loss(doubled, part), doubled[0].weight)[0]


whole = gradient_of()
parts = torch.stack([gradient_of(slice(k, k + 100)) for k in range(0, 600, 100)])

# %% claim: the mean of the minibatch gradients is the gradient of the whole
#| label: mean
torch.testing.assert_close(parts.mean(0), whole, rtol=0, atol=1e-15)

# %% claim: a single minibatch's gradient is off by more than a tenth of its size
#| label: noise
assert ((parts - whole).norm(dim=(1, 2)) / whole.norm()).min() > 0.1
