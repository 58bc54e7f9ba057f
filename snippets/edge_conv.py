# %% [markdown]
# # Does a convolutional network come to the edge?
# Two convolutions with ReLU and a linear layer, full batches, squared error: another
# architecture than the tanh networks beside it.

# %% five networks as rows of one tensor
#| device: cpu
import matplotlib.pyplot as plt
import torch
from digits import load_digits
from edge_networks import find_sharpest, find_slope
from torch.nn.functional import conv2d, one_hot
from torch.nn.utils import parameters_to_vector, vector_to_parameters

seeds, lr, steps, every = range(5), 0.1, 300, 20
count = 100  # digits


def make_network():
    return torch.nn.Sequential(
        torch.nn.Conv2d(1, 8, 3, padding=1),
        torch.nn.ReLU(),
        torch.nn.Conv2d(8, 16, 3, stride=2, padding=1),
        torch.nn.ReLU(),
        torch.nn.Flatten(),
        torch.nn.Linear(256, 10),
    )


shapes = [part.shape for part in make_network().parameters()]
rows, pictures, targets = [], [], []
for seed in seeds:
    torch.manual_seed(seed)
    rows.append(parameters_to_vector(make_network().parameters()).detach())
    images, labels, *_ = load_digits(count, seed)
    pictures.append(images.view(count, 1, 8, 8))
    targets.append(one_hot(labels, 10).float())
start, data = torch.stack(rows), (torch.cat(pictures, 1), torch.stack(targets))


def squared_loss(weights, images, targets):
    """Return half the squared error of each network, averaged over its images."""
    sizes, rows = [shape.numel() for shape in shapes], len(weights)
    parts = weights.split(sizes, dim=1)
    one, one_bias, two, two_bias, last, last_bias = (
        part.reshape(rows * shape[0], *shape[1:])
        for part, shape in zip(parts, shapes, strict=True)
    )
    hidden = conv2d(images, one, one_bias, padding=1, groups=rows).relu()
    hidden = conv2d(hidden, two, two_bias, 2, padding=1, groups=rows).relu()
    hidden = hidden.view(count, rows, -1).transpose(0, 1)  # (networks, images, 256)
    answers = hidden @ last.view(rows, 10, -1).mT + last_bias.view(rows, 1, 10)
    return 0.5 * ((answers - targets) ** 2).sum(2).mean(1)


# %% training
weights, direction, readings, losses = start, None, [], []
for step in range(steps):
    if step % every == 0:
        products = 5 if step else 20
        curvature, direction = find_sharpest(
            squared_loss, weights, data, products, direction
        )
        readings.append(lr * curvature / 2)  # 1 at the edge
    loss, gradient = find_slope(squared_loss, weights, *data)
    losses.append(loss)
    weights = weights - lr * gradient
readings, losses = torch.stack(readings), torch.stack(losses)  # (., networks)
settled = readings[-5:].median(0).values
least, most = settled.min().item(), settled.max().item()
first = readings[0].max().item()


# %% how near its edge a network stands
def read_edge(loss, parameters, lr, products=50):
    """Return rate × sharpest curvature / 2, which is 1 at the edge."""
    parameters = list(parameters)
    slope = torch.autograd.grad(loss, parameters, create_graph=True)
    direction = [torch.randn_like(part) for part in parameters]
    for _ in range(products):  # power iteration: the Hessian times the direction
        size = sum((part**2).sum() for part in direction).sqrt()
        direction = [part / size for part in direction]
        bend = torch.autograd.grad(slope, parameters, direction, retain_graph=True)
        curvature = sum((a * b).sum() for a, b in zip(direction, bend, strict=True))
        direction = bend
    return (lr * curvature / 2).item()


# %% the reading of a torch module
torch.manual_seed(0)
network = make_network()
vector_to_parameters(weights[0].clone(), network.parameters())
outputs = network(data[0][:, :1])
loss = 0.5 * ((outputs - data[1][0]) ** 2).sum(1).mean()
by_power = read_edge(loss, network.parameters(), lr)
curvature, _ = find_sharpest(squared_loss, weights, data, 20, direction)
by_mix = (lr * curvature[0] / 2).item()

# %% claim: a torch module gives the same reading by power iteration, within a tenth
#| label: power
assert abs(by_power / by_mix - 1) < 0.1

# %% claim: this is torch.optim.SGD on torch's own layers
#| label: torch
twin = make_network()
vector_to_parameters(start[0].clone(), twin.parameters())
optimizer = torch.optim.SGD(twin.parameters(), lr=lr)
for number in range(5):
    optimizer.zero_grad()
    height = 0.5 * ((twin(data[0][:, :1]) - data[1][0]) ** 2).sum(1).mean()
    torch.testing.assert_close(height, losses[number, 0], rtol=1e-3, atol=0)
    height.backward()
    optimizer.step()

# %% claim: from below the edge each network comes to it, within a quarter
#| label: settles
assert first < 1
assert least > 0.75
assert most < 1.25

# %% the curvature of five convolutional networks
#| caption: >
#|   Rate × curvature / 2 of five convolutional networks (100 digits), squared loss,
#|   full batches, at the rate {lr}, every {every} steps. Dotted: the edge.
#| alt: >
#|   Five lines rise from a third to the dotted 1 within 200 steps and stay there.
fig, ax = plt.subplots()
ax.plot(range(0, steps, every), readings, color="C0", linewidth=1)
ax.axhline(1, linestyle=":", color="C4")
ax.set(xlabel="step", ylabel="learning rate × curvature / 2", ylim=(0, 1.6))
