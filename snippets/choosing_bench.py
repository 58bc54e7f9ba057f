"""Train one small network on the digits at many learning rates and seeds at once."""

import torch
from digits import load_digits, make_mlp
from torch.nn.functional import cross_entropy, one_hot

images_each, held_out = 768, 512  # for training, for choosing; the last 517 judge
widths = (64, 64, 10)


def sgd(gradient, _memory, _step):
    return gradient


def momentum(gradient, memory, _step):
    return memory[0].mul_(0.9).add_(gradient)


def adam(gradient, memory, step):
    """Return Adam's direction; memory is a pair of tensors, changed in place."""
    mean, square = memory
    mean.lerp_(gradient, 0.1)
    square.mul_(0.999).addcmul_(gradient, gradient, value=0.001)
    root = (square / (1 - 0.999**step)).sqrt_().add_(1e-8)
    return (mean / (1 - 0.9**step)).div_(root)


def draw(seed, steps, batch_size=64, widths=widths):
    """Return a fresh network, the train images and labels, and each step's batch."""
    images, labels, _, _ = load_digits(images_each, seed)
    torch.manual_seed(seed)
    network, per_epoch = make_mlp(*widths), images_each // batch_size
    epochs = [torch.randperm(images_each) for _ in range(-(-steps // per_epoch))]
    return network, images, labels, torch.cat(epochs).view(-1, batch_size)[:steps]


def answer(weights, images):
    """Return logits (seed, rate, 10, image) of images (seed, image, 64)."""
    first, bias, *rest = weights
    # The networks of a seed see the same images: their first layers are one matrix.
    hidden = first.flatten(1, 2) @ images.mT
    hidden = hidden.unflatten(1, first.shape[1:3]) + bias.unsqueeze(-1)
    for matrix, bias in zip(rest[::2], rest[1::2], strict=True):
        hidden = matrix @ hidden.relu() + bias.unsqueeze(-1)
    return hidden


def find_losses(logits, labels):
    """Return the mean loss, (seed, rate), of logits of every seed's images."""
    labels = labels.repeat_interleave(logits.shape[1], 0)
    losses = cross_entropy(logits.flatten(0, 1), labels, reduction="none")
    return losses.mean(1).view(logits.shape[:2])


def backpropagate(weights, images, labels):
    """Return the losses (seed, rate) of networks of two layers, and their gradients."""
    first, bias, last, last_bias = weights
    wide, shift = first.flatten(1, 2), bias.flatten(1).unsqueeze(-1)
    hidden = torch.baddbmm(shift, wide, images.mT).relu_().unflatten(1, bias.shape[1:])
    logs = (last @ hidden).add_(last_bias.unsqueeze(-1)).log_softmax(2)
    right = labels[:, None, None].expand(-1, logs.shape[1], 1, -1)
    losses = -logs.gather(2, right).mean((2, 3))
    # By the logits, the gradient is the probabilities less the one-hot labels.
    sure = one_hot(labels, logs.shape[2]).mT.unsqueeze(1)
    errors = logs.exp_().sub_(sure).div_(images.shape[1])
    lasts = errors @ hidden.mT
    passed = (last.mT @ errors).mul_(hidden.sign_())  # where the unit was awake
    firsts = (passed.flatten(1, 2) @ images).view_as(first)
    return losses, (firsts, passed.sum(3), lasts, errors.sum(3))


def train(rule, rates, seeds, decay=0.0, batch_size=64):
    """Return the losses (seed, rate, step) of the batches, and the last weights.

    rates has the shape (seed, rate, step): each run may change its rate as it goes.
    decay is a number, or one for each rate.
    """
    steps = rates.shape[-1]
    draws = [draw(seed, steps, batch_size) for seed in seeds]
    networks, images, labels, batches = zip(*draws, strict=True)
    images, labels, batches = map(torch.stack, (images, labels, batches))
    each = torch.arange(len(draws))[:, None]
    weights = [
        torch.stack(same)[:, None].repeat_interleave(rates.shape[1], 1)
        for same in zip(*map(parameters, networks), strict=True)
    ]
    memory = [(torch.zeros_like(part), torch.zeros_like(part)) for part in weights]
    decay, curve = torch.as_tensor(decay).expand(rates.shape[:2]), []
    for step in range(1, steps + 1):
        batch = batches[:, step - 1]
        losses, gradients = backpropagate(
            weights, images[each, batch], labels[each, batch]
        )
        curve.append(losses)
        lr = rates[:, :, step - 1]
        for part, gradient, kept in zip(weights, gradients, memory, strict=True):
            move = rule(gradient, kept, step)
            if decay.any():
                part.mul_(1 - align(lr * decay, part))
            part.addcmul_(align(lr, part), move, value=-1)
    return torch.stack(curve, -1), weights


def align(values, part):
    """Return values (seed, rate) with as many axes as the weights that they scale."""
    return values.view(*values.shape, *[1] * (part.dim() - 2))


def parameters(network):
    return [part.detach() for part in network.parameters()]


def examine(weights, seeds):
    """Return validation losses and test accuracies, each (seed, rate)."""
    rest = [load_digits(images_each, seed)[2:] for seed in seeds]
    images, labels = map(torch.stack, zip(*rest, strict=True))
    logits = answer(weights, images)
    chosen_by = find_losses(logits[..., :held_out], labels[:, :held_out])
    hits = logits.argmax(2)[..., held_out:] == labels[:, None, held_out:]
    return chosen_by.nan_to_num(torch.inf), hits.float().mean(2)


def smooth_out(losses, smoothing=0.9, stop=4.0):
    """Return the smoothed loss of one range test, up to where it grows too high."""
    average, smooth = 0.0, []
    for step, loss in enumerate(losses.tolist(), 1):
        average = smoothing * average + (1 - smoothing) * loss
        smooth.append(average / (1 - smoothing**step))
        if not smooth[-1] < stop * min(smooth):
            break
    return smooth


def read_off(losses, rates, smoothing=0.9, stop=4.0):
    """Return the rate at the lowest point of one range test's smoothed loss."""
    smooth = smooth_out(losses, smoothing, stop)
    return rates[smooth.index(min(smooth))].item()
