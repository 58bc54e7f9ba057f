"""Train one small network on the digits with many rules, rates and seeds at once."""

import torch
from choosing_bench import align, answer, backpropagate, find_losses
from digits import load_digits, make_mlp

images_each, widths = 1200, (64, 32, 10)


def draw(seed, steps, batch_size):
    """Return a fresh network, the data, and the order of the minibatches."""
    torch.manual_seed(seed)
    train_x, train_y, test_x, test_y = load_digits(images_each, seed)
    batches = torch.randint(images_each, (steps, batch_size))
    return make_mlp(*widths), train_x, train_y, batches, test_x, test_y


def start(seeds, runs, steps, batch_size):
    """Return the weights (seed, run, ...) before training, and the data of each seed."""
    draws = [draw(seed, steps, batch_size) for seed in seeds]
    networks, *data = zip(*draws, strict=True)
    weights = [
        torch.stack(same).detach()[:, None].repeat_interleave(runs, 1)
        for same in zip(*(network.parameters() for network in networks), strict=True)
    ]
    return weights, *map(torch.stack, data)


def train(methods, weights, images, labels, batches):
    """Yield, for each step, what it is about to subtract from each of the weights.

    methods are pairs of a rule and its rates; their runs lie side by side.
    """
    rules, rates = zip(*methods, strict=True)
    counts, lr = [len(some) for some in rates], torch.cat(rates)
    memories = [(torch.zeros_like(part), torch.zeros_like(part)) for part in weights]
    each = torch.arange(len(images))[:, None]
    for step, batch in enumerate(batches.unbind(1), 1):
        _, gradients = backpropagate(weights, images[each, batch], labels[each, batch])
        moves = []
        for gradient, memory in zip(gradients, memories, strict=True):
            runs = [whole.split(counts, 1) for whole in (gradient, *memory)]
            directions = [
                rule(mine, kept, step)
                for rule, mine, *kept in zip(rules, *runs, strict=True)
            ]
            moves.append(align(lr.expand(len(images), -1), gradient))
            moves[-1] = moves[-1] * torch.cat(directions, 1)
        yield moves
        for part, move in zip(weights, moves, strict=True):
            part -= move


def sweep(methods, seeds, steps, batch_size=32, every=20):
    """Return training losses (seed, run, reading) and test accuracies (seed, run).

    The losses are those of all training images, before every so many steps and after.
    """
    runs = sum(len(rates) for _, rates in methods)
    weights, *data, test_x, test_y = start(seeds, runs, steps, batch_size)
    curve = []
    for step, _ in enumerate(train(methods, weights, *data)):
        if step % every == 0:
            curve.append(find_losses(answer(weights, data[0]), data[1]))
    curve.append(find_losses(answer(weights, data[0]), data[1]))
    hits = answer(weights, test_x).argmax(2) == test_y[:, None]
    return torch.stack(curve, 2), hits.float().mean(2)


def end_of(curves):
    """Return the geometric mean of the readings in the last third of the steps."""
    last = curves[..., 2 * (curves.shape[-1] - 1) // 3 :]
    end = last.log().mean(-1).exp()
    return torch.where(end.isnan(), torch.inf, end)  # (seed, run); NaN is the worst
