# %% [markdown]
# # muP in plain PyTorch
# Three changes to a network and its optimizer. Are they what the sweeps here train?

# %% a network that keeps its learning rate
import torch

base = 16  # the width at which nothing changes but the zeros


class Network(torch.nn.Module):
    def __init__(self, width):
        super().__init__()
        self.first = torch.nn.Linear(16, width, bias=False)
        self.hidden = torch.nn.Linear(width, width, bias=False)
        self.last = torch.nn.Linear(width, 1, bias=False)
        torch.nn.init.zeros_(self.last.weight)  # 1. start the output at zero
        self.shrink = base / width  # 1 / m

    def forward(self, points):
        middle = self.hidden(self.first(points).relu()).relu()
        return self.shrink * self.last(middle)  # 2. the wider, the smaller a share


def make_optimizer(network, lr):
    ends = [network.first.weight, network.last.weight]
    hidden = {"params": [network.hidden.weight], "lr": lr * network.shrink}  # 3.
    return torch.optim.Adam([{"params": ends}, hidden], lr=lr)


# %% the coordinate check
def check_coordinates(width, seed, make=make_optimizer, steps=3, lr=0.001):
    """Return how far each layer's output has moved after a few steps."""
    torch.manual_seed(seed)
    network = Network(width)
    optimizer = make(network, lr)
    points = torch.randn(200, 16)
    answers, seen = points.sum(1, keepdim=True), {}
    layers = {"first": network.first, "hidden": network.hidden, "output": network}
    for name, layer in layers.items():
        layer.register_forward_hook(lambda *a, name=name: seen.update({name: a[2]}))
    network(points)
    before = dict(seen)
    for _ in range(steps):
        optimizer.zero_grad()
        ((network(points) - answers) ** 2).mean().backward()
        optimizer.step()
    network(points)
    changes = [(seen[name] - before[name]).square().mean() for name in layers]
    return torch.stack(changes).sqrt().tolist()


seeds, check_widths = range(10), (64, 256, 1024)
moved = torch.tensor(
    [[check_coordinates(n, seed) for n in check_widths] for seed in seeds]
)  # (seed, width, layer)
print("width   first  hidden  output")
for width, row in zip(check_widths, moved.mean(0).tolist(), strict=True):
    print(f"{width:5}", *(f"{change:7.4f}" for change in row))

powers = (moved[:, -1] / moved[:, 0]).log2() / 4  # sixteen times the width
average = powers.mean(0)  # (layer,)
steepest = average.abs().max().item()


# %% the same check with the third change forgotten
def forget(network, lr):
    return torch.optim.Adam(network.parameters(), lr=lr)


astray = torch.tensor(
    [[check_coordinates(n, seed, forget) for n in check_widths[:-1]] for seed in seeds]
)  # (seed, width, layer), four times the width
caught = ((astray[:, 1] / astray[:, 0]).log2() / 2).mean(0)  # (layer,)
hidden_caught = caught[1].item()

# %% claim: on average no layer follows the width with a power of 0.3, up or down
#| label: coordinates
assert steepest < 0.3
assert len(average) == 3
growth, wider = moved[:, -1] / moved[:, 0], check_widths[-1] / check_widths[0]
torch.testing.assert_close(wider**powers, growth, rtol=1e-4, atol=0)

# %% claim: with the third change forgotten the hidden layer follows the width
#| label: caught
assert 0.8 < hidden_caught < 1.1
assert caught[0].abs() < 0.15


# %% zero last weights: the rate of the last layer in place of the division
def train_last(shrink, rate_of_last, width=256, steps=20):
    """Return what the network says after some steps, and what it should have said."""
    torch.manual_seed(0)
    network = Network(width).double()
    points = torch.randn(200, 16, dtype=torch.float64)
    answers = points.sum(1, keepdim=True)
    network.shrink = shrink
    rates = {"first": 0.01, "hidden": 0.01 * base / width, "last": rate_of_last}
    groups = [
        {"params": layer.parameters(), "lr": rates[name]}
        for name, layer in network.named_children()
    ]
    optimizer = torch.optim.Adam(groups, eps=1e-30)  # as good as none
    for _ in range(steps):
        optimizer.zero_grad()
        ((network(points) - answers) ** 2).mean().backward()
        optimizer.step()
    return network(points).detach(), answers


divided, answers = train_last(base / 256, 0.01)
slowed, _ = train_last(1.0, 0.01 * base / 256)

# %% claim: dividing the output and dividing the last layer's rate are the same there
#| label: either
assert ((divided - answers) ** 2).mean() < (answers**2).mean() / 2  # it has learnt
torch.testing.assert_close(slowed, divided, rtol=1e-6, atol=1e-9)

# %% the same training twice
from mup_bench import batch_size, draw, examples, measure, train

width, lr, steps = 64, 0.02, 50
points, answers = data = draw(0)
weights, fresh, multiplier = train("muP", width, 0, torch.tensor([lr]), steps)
ours = measure(weights, data, multiplier)

network = Network(width)
with torch.no_grad():
    for layer, values in zip(network.children(), fresh, strict=True):
        layer.weight.copy_(values.T)
optimizer = make_optimizer(network, lr)
torch.manual_seed(0)
for _ in range(steps):
    some = torch.randint(examples, (batch_size,))
    optimizer.zero_grad()
    ((network(points[some]) - answers[some]) ** 2).mean().backward()
    optimizer.step()
said = network(points).detach()
theirs = ((said - answers) ** 2).mean()

# %% claim: the sweeps train this network
#| label: same
assert said.shape == answers.shape
torch.testing.assert_close(theirs, ours[0].detach(), rtol=1e-2, atol=0)
