"""Scikit-learn's 8 x 8 digits as tensors, and a small network to fit them."""

from itertools import pairwise

import torch
from sklearn import datasets


def load_digits(train, seed=0, raw=False):
    """Return train images, train labels, test images, test labels, shuffled by seed.

    Images have 64 pixels in [0, 1]; unless raw, each pixel is then centred and
    divided by (its standard deviation + 0.1), both taken from the train images.
    """
    pixels, digits = datasets.load_digits(return_X_y=True)
    images = torch.tensor(pixels, dtype=torch.float32) / 16  # (1797, 64)
    labels = torch.tensor(digits)  # (1797,)
    # A CPU generator, so that every device sees the same split.
    generator = torch.Generator("cpu").manual_seed(seed)
    order = torch.randperm(len(labels), generator=generator, device="cpu")
    images, labels = images[order.to(images.device)], labels[order.to(labels.device)]
    if not raw:
        mean, std = images[:train].mean(0), images[:train].std(0)
        images = (images - mean) / (std + 0.1)
    return images[:train], labels[:train], images[train:], labels[train:]


def make_mlp(*widths, activation=torch.nn.ReLU):
    """Return a fully connected network, e.g. make_mlp(64, 32, 10), torch's init."""
    layers = []
    for inputs, outputs in pairwise(widths):
        layers += [torch.nn.Linear(inputs, outputs), activation()]
    return torch.nn.Sequential(*layers[:-1])
