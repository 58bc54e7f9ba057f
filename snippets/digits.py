"""Scikit-learn's 8 x 8 digits as tensors, and a small network to fit them."""

import csv
import gzip
from functools import cache
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import torch


@cache
def read_digits():
    """Return pixels from 0 to 16, (1797, 64), and the digits they show, on the CPU.

    This is sklearn.datasets.load_digits() without the import, which costs more than
    most experiments here: the file lies in the installed package.
    """
    package = Path(find_spec("sklearn").submodule_search_locations[0])
    path = package / "datasets" / "data" / "digits.csv.gz"
    with gzip.open(path, "rt") as file:
        rows = [[int(float(value)) for value in row] for row in csv.reader(file)]
    table = torch.tensor(rows, device="cpu")
    return table[:, :-1], table[:, -1]


def load_digits(train, seed=0, raw=False):
    """Return train images, train labels, test images, test labels, shuffled by seed.

    Images have 64 pixels in [0, 1]; unless raw, each pixel is then centred and
    divided by (its standard deviation + 0.1), both taken from the train images.
    """
    pixels, digits = read_digits()
    images, labels = pixels.float() / 16, digits  # (1797, 64), (1797,)
    # A CPU generator, so that every device sees the same split.
    generator = torch.Generator("cpu").manual_seed(seed)
    order = torch.randperm(len(labels), generator=generator, device="cpu")
    images, labels = images[order], labels[order]
    if not raw:
        mean, std = images[:train].mean(0), images[:train].std(0)
        images = (images - mean) / (std + 0.1)
    parts = images[:train], labels[:train], images[train:], labels[train:]
    return tuple(part.to(torch.get_default_device()) for part in parts)


def make_mlp(*widths, activation=torch.nn.ReLU):
    """Return a fully connected network, e.g. make_mlp(64, 32, 10), torch's init."""
    layers = []
    for inputs, outputs in pairwise(widths):
        layers += [torch.nn.Linear(inputs, outputs), activation()]
    return torch.nn.Sequential(*layers[:-1])
