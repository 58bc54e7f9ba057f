"""Train small networks of any width at many rates and seeds at once, with Adam or SGD."""

import torch
from scaling_bench import adam, sgd

base = 16  # at this width all parametrisations are the same but for the last layer
examples, inputs, batch_size = 1000, 16, 32
# A rule, and the power of base / width for: the rate of the first and the last layer,
# the hidden layer's rate, the output's multiplier.
parametrisations = {
    "standard": (adam, 0, 0, 0),
    "hidden rate alone": (adam, 0, 1, 0),
    "muP": (adam, 0, 1, 1),
    "standard, SGD": (sgd, 0, 0, 0),
    "muP, SGD": (sgd, -1, 0, 1),
}


def draw(seeds):
    """Return inputs (seed, example, 16) and a teacher's answers (seed, example, 1)."""
    pairs = []
    for seed in seeds:
        torch.manual_seed(seed)
        points = torch.randn(examples, inputs)
        hidden = (points @ torch.randn(inputs, 32) / inputs**0.5).relu()
        answers = hidden @ torch.randn(32, 1)
        pairs.append((points, (answers - answers.mean()) / answers.std()))
    return tuple(map(torch.stack, zip(*pairs, strict=True)))


def start(width, seeds, runs, zero):
    """Return the weights of 16-width-width-1, equal in all runs of a seed."""
    layers = []
    for seed in seeds:
        torch.manual_seed(seed)
        first = torch.randn(inputs, width) * (2 / inputs) ** 0.5
        hidden = torch.randn(width, width) * (2 / width) ** 0.5
        last = torch.randn(width, 1) * (not zero) / width**0.5
        layers.append([first, hidden, last])
    stacked = [torch.stack(same) for same in zip(*layers, strict=True)]
    return [layer.repeat_interleave(runs, 0) for layer in stacked]


def answer(weights, points, multiplier):
    """Return the hidden layer before its ReLU, and the output, of every network."""
    first, hidden, last = weights
    middle = (points @ first).relu() @ hidden
    return middle, multiplier * (middle.relu() @ last)


def measure(weights, data, multiplier):
    """Return the mean squared error of every network."""
    points, answers = data
    return ((answer(weights, points, multiplier)[1] - answers) ** 2).mean((1, 2))


def train(name, width, seeds, rates, steps):
    """Return the weights after steps of the rule, first weights, and the multiplier.

    A seed draws the data and the first weights of its runs. Row seed * len(rates) + run
    of each weight is one network.
    """
    rule, *powers = parametrisations[name]
    end, middle, multiplier = ((base / width) ** power for power in powers)
    runs = len(rates)
    weights = fresh = start(width, seeds, runs, zero=name.startswith("muP"))
    lr = rates.repeat(len(seeds))[:, None, None]
    each = [lr * end, lr * middle, lr * end]
    data = [part.repeat_interleave(runs, 0) for part in draw(seeds)]
    memory = [(torch.zeros_like(part), torch.zeros_like(part)) for part in weights]
    torch.manual_seed(0)
    for step in range(1, steps + 1):
        some = torch.randint(examples, (batch_size,))
        weights = [part.detach().requires_grad_() for part in weights]
        loss = measure(weights, [part[:, some] for part in data], multiplier).sum()
        gradients = torch.autograd.grad(loss, weights)
        with torch.no_grad():
            weights = [
                part - rate * rule(gradient, kept, step)
                for part, rate, gradient, kept in zip(
                    weights, each, gradients, memory, strict=True
                )
            ]
    return weights, fresh, multiplier
