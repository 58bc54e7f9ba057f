"""Five small networks as rows of one tensor, and the sharpest curvature of each."""

import torch
from digits import load_digits, make_mlp
from torch.nn.functional import one_hot
from torch.nn.utils import parameters_to_vector

widths = 64, 32, 32, 10
sizes = [part.numel() for part in make_mlp(*widths).parameters()]


def draw_networks(seeds, count):
    """Return weights, images and one-hot digits: a fresh network for each seed.

    An image is a column, not a row: products of matrices are faster so.
    """
    weights, images, targets = [], [], []
    for seed in seeds:
        torch.manual_seed(seed)
        network = make_mlp(*widths, activation=torch.nn.Tanh)
        pictures, labels, *_ = load_digits(count, seed)
        weights.append(parameters_to_vector(network.parameters()).detach())
        images.append(pictures.T)
        targets.append(one_hot(labels, 10).float().T)
    return torch.stack(weights), torch.stack(images), torch.stack(targets)


def answer(weights, images):
    """Return what each network answers; a row of weights is one network."""
    parts, hidden = weights.split(sizes, dim=1), images  # (networks, 64, images)
    for layer, (matrix, bias) in enumerate(zip(parts[::2], parts[1::2], strict=True)):
        hidden = hidden.tanh() if layer else hidden
        matrix = matrix.view(len(weights), bias.shape[1], -1)
        hidden = torch.baddbmm(bias[..., None], matrix, hidden)
    return hidden  # (networks, 10, images)


def squared_loss(weights, images, targets):
    """Return half the squared error of each network, averaged over its images."""
    return 0.5 * ((answer(weights, images) - targets) ** 2).sum(1).mean(1)


def cross_entropy(weights, images, targets):
    """Return the cross-entropy of each network, averaged over its images."""
    return -(answer(weights, images).log_softmax(1) * targets).sum(1).mean(1)


def find_slope(loss, weights, images, targets):
    """Return the losses and their gradients, row by row."""
    weights = weights.detach().requires_grad_()
    losses = loss(weights, images, targets)
    (gradient,) = torch.autograd.grad(losses.sum(), weights)
    return losses.detach(), gradient


def find_sharpest(loss, weights, data, products, direction=None):
    """Return the largest curvature of each loss, and its direction.

    Multiplying by the Hessian again and again turns a direction to the sharpest one;
    the best mix of all that come up on the way is much nearer to it than the last.
    """
    weights = weights.detach().requires_grad_()
    losses = loss(weights, *data).sum()
    (slope,) = torch.autograd.grad(losses, weights, create_graph=True)
    direction = torch.ones_like(weights) if direction is None else direction
    basis, bends = [], []
    for _ in range(products):
        for other in basis:  # what is new in this direction
            direction = direction - (direction * other).sum(1, keepdim=True) * other
        direction = direction / direction.norm(dim=1, keepdim=True)
        (bend,) = torch.autograd.grad(slope, weights, direction, retain_graph=True)
        basis.append(direction)
        bends.append(bend)
        direction = bend
    basis, bends = torch.stack(basis, 1), torch.stack(bends, 1)
    curvatures, mixes = torch.linalg.eigh(basis @ bends.mT)  # (networks, products, ·)
    return curvatures[:, -1], (mixes[:, :, -1:] * basis).sum(1)
