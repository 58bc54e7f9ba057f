"""Train many small networks at once, no two with the same hyperparameters."""

import torch
from choosing_bench import align, backpropagate


def spread_evenly(seed, trials, knobs):
    """Return positions in [0, 1), (trials, knobs), each knob spread evenly."""
    torch.manual_seed(seed)
    order = torch.stack([torch.randperm(trials) for _ in range(knobs)], dim=1)
    return (order + torch.rand(trials, knobs)) / trials


def start(width, size, widest):
    """Return weights (seeds, networks, out, in) and biases of networks 64-width-10."""
    used = torch.arange(widest) < width[..., None]  # a narrow network is full of zeros
    first = (2 * torch.rand(*width.shape, widest, 65) - 1) / 8 * used[..., None]
    last = 2 * torch.rand(*width.shape, 10, widest + 1) - 1  # the last column: biases
    last = last / width.sqrt()[..., None, None]
    last[..., :-1] *= used[..., None, :]
    layers = [align(size, layer) * layer for layer in (first, last)]
    parts = [part for layer in layers for part in (layer[..., :-1], layer[..., -1])]
    return [part.contiguous() for part in parts]


def train(weights, data, steps, batch_size, knobs):
    """Change the weights by SGD; data are images (seeds, images, pixels) and labels."""
    images, labels = data
    lr, momentum, decay = knobs  # each (seeds, networks)
    memory = [torch.zeros_like(part) for part in weights]
    for _ in range(steps):
        some = torch.randint(images.shape[1], (batch_size,))
        _, slopes = backpropagate(weights, images[:, some], labels[:, some])
        for part, kept, slope in zip(weights, memory, slopes, strict=True):
            slope.addcmul_(align(decay, part), part)
            kept.mul_(align(momentum, part)).add_(slope)
            part.addcmul_(align(lr, part), kept, value=-1)
