"""Train one small network on digits at several rates and seeds at once, any batch."""

import torch
from digits import load_digits
from torch.func import grad, jvp, vmap
from torch.nn.functional import cross_entropy

width = 16
octaves = torch.arange(-1.5, 1.6, 0.75)  # of the lengths of a step that are tried


def draw(seeds, images_each):
    """Return images (seed, image, 64) and labels (seed, image), a split for each."""
    splits = [load_digits(images_each, seed)[:2] for seed in seeds]
    return tuple(map(torch.stack, zip(*splits, strict=True)))


def start(seeds, runs):
    """Return the two layers of 64-16-10, torch's init, equal in all runs of a seed.

    The last row of a layer is its bias: (seed, run, 65, 16) and (seed, run, 17, 10).
    """
    layers = []
    for seed in seeds:
        torch.manual_seed(seed)
        layers.append([uniform(65, width), uniform(width + 1, 10)])
    stacked = [torch.stack(same) for same in zip(*layers, strict=True)]
    return [layer[:, None].repeat(1, runs, 1, 1) for layer in stacked]


def uniform(rows, columns):
    return (2 * torch.rand(rows, columns) - 1) / (rows - 1) ** 0.5


def measure(weights, images, labels):
    """Return the mean cross-entropy of each network, (seed, run)."""
    first, last = weights
    seeds, runs = first.shape[:2]
    wide = first.transpose(1, 2).flatten(2)  # all runs of a seed side by side
    hidden = torch.baddbmm(wide[:, -1:], images, wide[:, :-1]).relu()
    hidden = hidden.view(seeds, -1, runs, width).transpose(1, 2)
    logits = hidden @ last[:, :, :-1] + last[:, :, -1:]  # (seed, run, image, 10)
    labels = labels[:, None].expand(logits.shape[:3])
    each = cross_entropy(logits.flatten(0, 2), labels.flatten(), reduction="none")
    return each.view(labels.shape).mean(-1)


def sgd(gradient, _memory, _step):
    return gradient


def adam(gradient, memory, step, grown=1.0):
    """Return Adam's direction; memory is a pair of tensors, changed in place.

    For a batch that has grown, 1 - beta grows with it, and epsilon shrinks by the root.
    """
    (mean, square), fast, slow = memory, 0.1 * grown, 0.001 * grown
    mean.lerp_(gradient, fast)
    square.mul_(1 - slow).addcmul_(gradient, gradient, value=slow)
    size = (square / (1 - (1 - slow) ** step)).sqrt_().add_(1e-8 / grown**0.5)
    return (mean / (1 - (1 - fast) ** step)).div_(size)


def shuffle(images_each, batch_size, epochs):
    """Return the images of each step, (step, batch), every image once an epoch."""
    torch.manual_seed(0)
    order = [torch.randperm(images_each) for _ in range(epochs)]
    return torch.cat(order).view(-1, batch_size)


def train(rule, rates, weights, data, batches):
    """Return the losses on all images, (seed, run), after a step for each batch.

    rates is (run,), data a pair of images and labels, batches (step, batch).
    """
    lr, (images, labels) = rates[:, None, None], data
    memory = [(torch.zeros_like(part), torch.zeros_like(part)) for part in weights]
    weights = [part.requires_grad_() for part in weights]
    for step, batch in enumerate(batches, 1):
        loss = measure(weights, images[:, batch], labels[:, batch]).sum()
        gradients = torch.autograd.grad(loss, weights)
        with torch.no_grad():
            for part, gradient, kept in zip(weights, gradients, memory, strict=True):
                part -= lr * rule(gradient, kept, step)
    with torch.no_grad():
        return measure(weights, images, labels).nan_to_num(torch.inf)


def find_valley(losses, guess):
    """Return where the last axis, the rates, has its lowest loss, between rungs too.

    It is the vertex of the parabola through the logarithms of the lowest loss and its
    neighbours. A run that ends worse than the loss of guessing counts as guessing.
    """
    heights, most = losses.clamp(max=guess).log(), losses.shape[-1] - 2
    lowest = losses.argmin(-1, keepdim=True).clamp(1, most)
    near = lowest + torch.arange(-1, 2, device=losses.device)
    left, low, right = heights.gather(-1, near).unbind(-1)
    return lowest[..., 0] + (left - right) / (left - 2 * low + right) / 2


def find_slopes(loss, weights, images, labels):
    """Return the gradient of each image's own loss, (image, weight)."""
    slope = grad(lambda weights, image, label: loss(weights, image[None], label[None]))
    return vmap(slope, (None, 0, 0))(weights, images, labels)


def bend(loss, weights, direction, images, labels):
    """Return the Hessian of the loss times a direction."""
    slope = grad(lambda here: loss(here, images, labels))
    return jvp(slope, (weights,), (direction,))[1]


def predict(loss, weights, slopes, images, labels):
    """Return the best rate for the exact gradient, and the noise scale."""
    full = slopes.mean(0)
    curved = full @ bend(loss, weights, full, images, labels)  # G' H G
    noise = (slopes - full)[::4]  # every fourth image is enough
    bent = vmap(lambda one: bend(loss, weights, one, images, labels))(noise)
    return full @ full / curved, (noise * bent).sum(1).mean() / curved


def search(loss, weights, data, gradients, guess):
    """Return the rate whose step lowers the loss most, and by how much, on average.

    Each of the gradients, (draw, weight), is tried at each length around the guess.
    """
    lengths = 2.0**octaves  # in units of the guess

    def left(length):
        ends = weights - guess * length * gradients
        return vmap(loss, (0, None, None))(ends, *data).mean()

    losses = torch.stack([left(length) for length in lengths])
    middle = losses.argmin().clamp(1, len(lengths) - 2)
    near = slice(middle - 1, middle + 2)  # the parabola through three points
    powers = torch.vander(lengths[near], increasing=True)
    level, tilt, bent = torch.linalg.solve(powers, losses[near])
    fall = loss(weights, *data) - level + tilt**2 / (4 * bent)
    return -guess * tilt / (2 * bent), fall


def measure_noise(slopes):
    """Return the trace of Σ, |G|² and their quotient from every image's gradient."""
    full = slopes.mean(0)
    trace, square = ((slopes - full) ** 2).sum(1).mean(), full @ full
    return trace, square, trace / square


def average_squares(products, trials, draws, batch_size):
    """Return it for each of many trials; products are those of all images' gradients."""
    batch = torch.randint(len(products), (trials * draws, batch_size))
    shares = torch.zeros(len(batch), len(products))
    shares.scatter_add_(1, batch, torch.full(batch.shape, 1 / batch_size))
    return ((shares @ products) * shares).sum(1).view(trials, draws).mean(1)
