"""Train one small network on the digits at many learning rates and seeds at once."""

import torch
from digits import load_digits, make_mlp
from torch.nn.functional import cross_entropy

images_each, held_out = 768, 512  # for training, for choosing; the last 517 judge
widths = (64, 64, 10)


def sgd(gradient, memory, _step):
    return gradient, memory


def momentum(gradient, memory, _step):
    velocity = 0.9 * memory[0] + gradient
    return velocity, (velocity, memory[1])


def adam(gradient, memory, step):
    mean = 0.9 * memory[0] + 0.1 * gradient
    square = 0.999 * memory[1] + 0.001 * gradient**2
    root = (square / (1 - 0.999**step)).sqrt() + 1e-8
    return mean / (1 - 0.9**step) / root, (mean, square)


def draw(seed, steps, batch_size=64):
    """Return a fresh network, the train images and labels, and each step's batch."""
    images, labels, _, _ = load_digits(images_each, seed)
    torch.manual_seed(seed)
    network, per_epoch = make_mlp(*widths), images_each // batch_size
    epochs = [torch.randperm(images_each) for _ in range(-(-steps // per_epoch))]
    return network, images, labels, torch.cat(epochs).view(-1, batch_size)[:steps]


def answer(weights, images):
    """Return logits (seed, rate, image, 10) of the stacked networks."""
    for layer in range(0, len(weights), 2):
        images = images.relu() if layer else images
        images = images @ weights[layer].mT + weights[layer + 1].unsqueeze(-2)
    return images


def measure(weights, images, labels):
    """Return the loss and the accuracy, each (seed, rate), on every seed's images."""
    logits = answer(weights, images.unsqueeze(1))
    labels = labels.unsqueeze(1).expand(logits.shape[:3])
    losses = cross_entropy(logits.flatten(0, 2), labels.flatten(), reduction="none")
    hits = (logits.argmax(-1) == labels).float()
    return losses.view(labels.shape).mean(-1), hits.mean(-1)


def train(rule, rates, seeds, decay=0.0, batch_size=64):
    """Return the losses (seed, rate, step) of the batches, and the last weights.

    rates has the shape (seed, rate, step): each run may change its rate as it goes.
    """
    steps = rates.shape[-1]
    draws = [draw(seed, steps, batch_size) for seed in seeds]
    networks, images, labels, batches = zip(*draws, strict=True)
    images, labels, batches = map(torch.stack, (images, labels, batches))
    each = torch.arange(len(draws))[:, None]
    weights = [
        torch.stack(same) for same in zip(*map(parameters, networks), strict=True)
    ]
    weights = [
        part.unsqueeze(1).repeat_interleave(rates.shape[1], 1) for part in weights
    ]
    memory, curve = [(0.0, 0.0)] * len(weights), []
    for step in range(1, steps + 1):
        weights = [part.requires_grad_() for part in weights]
        batch = batches[:, step - 1]
        losses, _ = measure(weights, images[each, batch], labels[each, batch])
        gradients = torch.autograd.grad(losses.sum(), weights)
        curve.append(losses.detach())
        weights, next_memory = [part.detach() for part in weights], []
        for index, gradient in enumerate(gradients):
            move, kept = rule(gradient, memory[index], step)
            lr = rates[:, :, step - 1].view(
                *rates.shape[:2], *[1] * (gradient.dim() - 2)
            )
            weights[index] = weights[index] - lr * (move + decay * weights[index])
            next_memory.append(kept)
        memory = next_memory
    return torch.stack(curve, -1), weights


def parameters(network):
    return [part.detach() for part in network.parameters()]


def examine(weights, seeds):
    """Return validation losses, test losses and test accuracies, each (seed, rate)."""
    rest = [load_digits(images_each, seed)[2:] for seed in seeds]
    images, labels = map(torch.stack, zip(*rest, strict=True))
    chosen_by, _ = measure(weights, images[:, :held_out], labels[:, :held_out])
    judged = measure(weights, images[:, held_out:], labels[:, held_out:])
    return chosen_by.nan_to_num(torch.inf), *judged


def read_off(losses, rates, smoothing=0.9, stop=4.0):
    """Return the rate at the lowest point of one range test's smoothed loss."""
    average, smooth = 0.0, []
    for step, loss in enumerate(losses.tolist(), 1):
        average = smoothing * average + (1 - smoothing) * loss
        smooth.append(average / (1 - smoothing**step))
        if not smooth[-1] < stop * min(smooth):
            break
    return rates[smooth.index(min(smooth))].item()
