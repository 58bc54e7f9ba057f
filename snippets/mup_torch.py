# %% [markdown]
# # muP in plain PyTorch
# Three changes to a network and its optimizer. Are they what the sweeps here train?

# %% a network that keeps its learning rate
import torch

base = 16  # the width at which nothing changes


class Network(torch.nn.Module):
    def __init__(self, width):
        super().__init__()
        self.first = torch.nn.Linear(16, width, bias=False)
        self.hidden = torch.nn.Linear(width, width, bias=False)
        self.last = torch.nn.Linear(width, 1, bias=False)
        torch.nn.init.zeros_(self.last.weight)  # 1. start the output at zero
        self.shrink = base / width

    def forward(self, points):
        middle = self.hidden(self.first(points).relu()).relu()
        return self.shrink * self.last(middle)  # 2. the wider, the smaller a share


def make_optimizer(network, lr):
    ends = [network.first.weight, network.last.weight]
    hidden = {"params": [network.hidden.weight], "lr": lr * network.shrink}  # 3.
    return torch.optim.Adam([{"params": ends}, hidden], lr=lr)


# %% the same training twice
from mup_bench import batch_size, draw, examples, measure, train

seeds, width, lr, steps = range(1), 64, 0.02, 50
points, answers = data = draw(seeds)
weights, fresh, multiplier = train("muP", width, data, torch.tensor([lr]), steps)
ours = measure(weights, data, multiplier)

network = Network(width)
with torch.no_grad():
    for layer, values in zip(network.children(), fresh, strict=True):
        layer.weight.copy_(values[0].T)
optimizer = make_optimizer(network, lr)
torch.manual_seed(0)
for _ in range(steps):
    some = torch.randint(examples, (batch_size,))
    optimizer.zero_grad()
    ((network(points[0, some]) - answers[0, some]) ** 2).mean().backward()
    optimizer.step()
theirs = ((network(points[0]) - answers[0]) ** 2).mean().detach()

# %% claim: the sweeps train this network
#| label: same
torch.testing.assert_close(theirs, ours[0].detach(), rtol=1e-2, atol=0)
