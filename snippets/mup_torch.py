# %% [markdown]
# # muP in plain PyTorch
# Three changes to a network and its optimizer. What shows that one is forgotten?

# %% a network that keeps its learning rate
from functools import partial

import torch

base = 16  # here m is 1
Linear = partial(torch.nn.Linear, bias=False)


class Network(torch.nn.Module):
    def __init__(self, width):
        super().__init__()
        self.first = Linear(16, width)
        self.hidden = Linear(width, width)
        self.last = Linear(width, 1)
        self.shrink = base / width  # 1 / m
        # 1. start the output at zero
        self.last.weight.data.zero_()

    def forward(self, points):
        inner = self.first(points).relu()
        inner = self.hidden(inner).relu()
        # 2. divide the output by m
        return self.shrink * self.last(inner)


def make_optimizer(network, lr):
    first, hidden, last = network.parameters()
    # 3. divide the hidden layer's rate by m
    slow = lr * network.shrink
    groups = [
        {"params": [first, last], "lr": lr},
        {"params": [hidden], "lr": slow},
    ]
    return torch.optim.Adam(groups)


# %% the coordinate check
def watch(layers):
    """Return a dict of the last outputs."""
    seen = {}
    for name, layer in layers.items():

        def keep(_net, _in, out, name=name):
            seen[name] = out.detach()

        layer.register_forward_hook(keep)
    return seen


def check(width, seed, make, steps=3):
    """Return how far each output moves."""
    torch.manual_seed(seed)
    points = torch.randn(200, 16)
    network = Network(width)
    optimizer = make(network, lr=0.001)
    answers = points.sum(1, keepdim=True)
    layers = dict(network.named_children())
    layers["last"] = network  # divided
    seen = watch(layers)
    network(points)
    before = dict(seen)
    for _ in range(steps):
        optimizer.zero_grad()
        errors = network(points) - answers
        (errors**2).mean().backward()
        optimizer.step()
    network(points)

    def size(name):
        moved = seen[name] - before[name]
        return moved.square().mean().sqrt()

    return [size(name) for name in layers]


# %% muP, the standard parametrization, and muP with one change forgotten
import matplotlib.pyplot as plt


def make_standard(network, lr):
    network.shrink = 1
    network.last.reset_parameters()
    return torch.optim.Adam(network.parameters(), lr=lr)


def forget_output(network, lr):
    optimizer = make_optimizer(network, lr)
    network.shrink = 1
    return optimizer


def forget_rate(network, lr):
    return torch.optim.Adam(network.parameters(), lr=lr)


seeds, widths = range(12), (32, 128, 512)
makers = {
    "muP": make_optimizer,
    "standard": make_standard,
    "output not divided": forget_output,
    "rate not divided": forget_rate,
}
moves = {
    name: torch.tensor([[check(n, seed, make) for n in widths] for seed in seeds])
    for name, make in makers.items()
}  # (seed, width, layer)
powers = {  # of the width, which grows sixteenfold
    name: ((moved[:, -1] / moved[:, 0]).log2() / 4).mean(0).tolist()
    for name, moved in moves.items()
}
steepest = max(powers["muP"], key=abs)
standard_hidden, standard_output = powers["standard"][1:]
caught_output = powers["output not divided"][2]
caught_hidden, follows = powers["rate not divided"][1:]

# %% claim: in muP no layer follows the width with a power of 0.35, up or down
#| label: coordinates
assert abs(steepest) < 0.35
assert widths[-1] == 16 * widths[0]

# %% claim: standard, the hidden layer and the output climb, the first layer does not
#| label: standard
assert abs(powers["standard"][0]) < 0.15
assert 0.6 < standard_hidden < 1.1
assert 1 < standard_output < 1.7

# %% claim: with the output not divided it climbs with the width, and no other layer does
#| label: half
assert max(map(abs, powers["output not divided"][:2])) < 0.1
assert 0.65 < caught_output < 1.1

# %% claim: with the rate not divided the hidden layer climbs, the output less than half
#| label: caught
assert abs(powers["rate not divided"][0]) < 0.1
assert 0.7 < caught_hidden < 1.1
assert abs(follows) < caught_hidden / 2

# %% movement against width
#| caption: >
#|   Root mean square change in three steps of Adam, the geometric mean of twelve seeds.
#|   Broad: muP. Dotted: in proportion to the width.
#| alt: >
#|   Three panels against width. muP is flat in all. Output not divided: only that
#|   rises. Rate not divided: the hidden layer rises. Standard: both rise.
fig, panels = plt.subplots(1, 3, sharex=True, sharey=True)
for layer, (ax, title) in enumerate(
    zip(panels, ("first layer", "hidden layer", "output"), strict=True)
):
    middles = {
        name: moved[..., layer].log().mean(0).exp() for name, moved in moves.items()
    }
    for name, style in zip(makers, ("C2-", "C0-", "C1--", "C3-."), strict=True):
        broad = 5 if name == "muP" else 1.5
        ax.loglog(widths, middles[name].cpu(), style, label=name, lw=broad)
    if layer:
        low = middles["standard"][0].item()
        ax.loglog(widths, [low * width / widths[0] for width in widths], "k:", lw=1)
    ax.set_xticks(widths, [f"{width}" for width in widths])
    ax.minorticks_off()
    ax.set(xlabel="width", title=title)
panels[0].set_ylabel("change")
fig.legend(*panels[0].get_legend_handles_labels(), ncols=2, loc="outside upper center")


# %% first weights of the last layer
def start_at(scale, network, lr):
    """Let muP's last layer start at that much of torch's weights."""
    network.last.reset_parameters()
    with torch.no_grad():
        network.last.weight *= scale
    return make_optimizer(network, lr)


def measure_hidden(scale, steps):
    runs = [check(128, seed, partial(start_at, scale), steps) for seed in seeds]
    return sum(hidden.item() for _, hidden, _ in runs)


zeros, small, full = (measure_hidden(scale, steps=1) for scale in (0, 0.01, 1))
later = measure_hidden(0, steps=3) / measure_hidden(1, steps=3)

# %% claim: from zeros the first step leaves the hidden layer, from small weights not
#| label: zeros
assert zeros == 0
assert abs(small / full - 1) < 0.1
assert 0.4 < later < 0.7


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

lr, steps = 0.02, 50
points, answers = data = draw(0)
weights, fresh, multiplier = train("muP", 64, 0, torch.tensor([lr]), steps)
ours = measure(weights, data, multiplier)

network = Network(64)
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
