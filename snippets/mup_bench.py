"""Train small networks of any width at many rates at once, with Adam or SGD."""

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


def draw(seed):
    """Return inputs (example, 16) and a teacher's answers (example, 1)."""
    torch.manual_seed(seed)
    points = torch.randn(examples, inputs)
    hidden = (points @ torch.randn(inputs, 32) / inputs**0.5).relu()
    answers = hidden @ torch.randn(32, 1)
    return points, (answers - answers.mean()) / answers.std()


def start(width, seed, zero):
    """Return the weights of 16-width-width-1."""
    torch.manual_seed(seed)
    first = torch.randn(inputs, width) * (2 / inputs) ** 0.5
    hidden = torch.randn(width, width) * (2 / width) ** 0.5
    last = torch.randn(width, 1) * (not zero) / width**0.5
    return [first, hidden, last]


def answer(weights, points, multiplier):
    """Return the hidden layer before its ReLU, and the output, of every network."""
    first, hidden, last = weights
    middle = (points @ first).relu() @ hidden
    return middle, multiplier * (middle.relu() @ last)


def measure(weights, data, multiplier):
    """Return the mean squared error of every network."""
    points, answers = data
    return ((answer(weights, points, multiplier)[1] - answers) ** 2).mean((1, 2))


def train(name, width, seed, rates, steps):
    """Return the weights after steps of the rule, first weights, and the multiplier.

    A seed draws the data and the first weights, which all rates share; a row of the
    weights that are returned is the network of one rate. Seeds are left to the caller:
    the networks of one fit into the processor's cache, those of five do not.
    """
    rule, *powers = parametrisations[name]
    end, middle, multiplier = ((base / width) ** power for power in powers)
    fresh = start(width, seed, zero=name.startswith("muP"))
    weights = [part.repeat(len(rates), 1, 1).requires_grad_() for part in fresh]
    memory = [(torch.zeros_like(part), torch.zeros_like(part)) for part in weights]
    lr = rates[:, None, None]
    each = [lr * end, lr * middle, lr * end]
    points, answers = draw(seed)
    torch.manual_seed(0)
    for step in range(1, steps + 1):
        some = torch.randint(examples, (batch_size,))
        loss = measure(weights, (points[some], answers[some]), multiplier).sum()
        gradients = torch.autograd.grad(loss, weights)
        with torch.no_grad():
            for part, rate, gradient, kept in zip(
                weights, each, gradients, memory, strict=True
            ):
                part -= rate * rule(gradient, kept, step)
    return [part.detach() for part in weights], fresh, multiplier
