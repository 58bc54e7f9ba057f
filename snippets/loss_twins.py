"""Every loss of torch.nn: the module, what it is asked, and the formula of one example.

An entry of `atlas` is (module, asked, twin, words). The twin takes what the module
takes and returns the losses that the module then averages. `asked` says how a model's
outputs are handed over, their shape and the targets for five examples; and for the
slice along one output t: where the outputs stand at t = 0, how t moves them, the targets.
"""

import itertools
import warnings

import torch
from torch import nn
from torch.nn.functional import logsigmoid, relu, softplus

torch.set_default_dtype(torch.float64)
warnings.filterwarnings("ignore", "`NLLLoss2d` has been deprecated")
torch.manual_seed(0)
linear = nn.LinearCrossEntropyLoss(4, 6)  # two losses have weights of their own
tree = nn.AdaptiveLogSoftmaxWithLoss(4, 6, cutoffs=[3])


def pick(scores, labels):
    return scores.gather(1, labels[:, None])[:, 0]


def choose(scores, labels):
    """Return minus the log of the softmax of the right class."""
    return scores.logsumexp(1) - pick(scores, labels)


def beat(scores, labels):
    """Return how far each wrong class comes within 1 of the right one."""
    close = relu(1 + scores - pick(scores, labels)[:, None])
    return (close.sum(1) - 1) / scores.shape[1]  # 1 is the right class itself


def beat_all(scores, labels):
    """Return the same for several right classes; -1 ends their list."""
    total = []
    for row, ids in zip(scores, labels.tolist(), strict=True):
        right = ids[: ids.index(-1)]
        wrong = [k for k in range(len(row)) if k not in right]
        close = relu(1 - row[right][:, None] + row[wrong])
        total.append(close.sum() / len(row))
    return torch.stack(total)


def descend_tree(inputs, labels):
    """Return the loss of classes 3, 4 and 5, which stand behind one of the head's."""
    head = tree.head(inputs).log_softmax(1)
    tail = tree.tail[0](inputs).log_softmax(1) + head[:, 3:]
    return -pick(torch.cat([head[:, :3], tail], dim=1), labels)


def pass_all(scores, labels):
    """Return minus the log of the summed chance of what reads as the labels.

    The blank is 0.
    """
    losses = []
    for n, wanted in enumerate(labels.tolist()):
        ways = []
        for path in itertools.product(range(scores.shape[2]), repeat=len(scores)):
            if [k for k, _ in itertools.groupby(path) if k] == wanted:
                ways.append(sum(scores[time, n, k] for time, k in enumerate(path)))
        losses.append(-torch.stack(ways).logsumexp(0) / len(wanted))
    return torch.stack(losses)


def cosine(one, other, sign):
    squares = ((one**2).sum(1) + 1e-12) * ((other**2).sum(1) + 1e-12)  # as in torch
    likeness = (one * other).sum(1) / squares.sqrt()
    return torch.where(sign > 0, 1 - likeness, relu(likeness))


def compare(anchor, positive, negative):
    like, unlike = anchor - positive + 1e-6, anchor - negative + 1e-6
    return relu(1 + like.norm(dim=1) - unlike.norm(dim=1))


def huber(guess, target):
    error = (guess - target).abs()
    return torch.where(error < 1, error**2 / 2, error - 0.5)


def as_they_are(outputs):
    return (outputs,)


def log_softmax(outputs):
    return (outputs.log_softmax(-1),)


def picture_logs(outputs):
    return (outputs.log_softmax(-1)[..., None, None],)


def sigmoid(outputs):
    return (outputs.sigmoid(),)


def apart(outputs):
    return outputs.unbind(1)


def item(*rows):
    return torch.tensor(rows)


signs = item([1.0], [-1.0], [1.0], [1.0], [-1.0])
several = item([0, 2, -1], [1, -1, 0], [2, -1, 0], [0, 1, -1], [2, 1, -1])
labels, lengths = item(1, 2, 0, 2, 1), (item(4, 4), item(2, 2))
counts = item([0.0, 1, 2], [3, 4, 0], [1, 1, 2], [2, 0, 5], [1, 3, 2])
level, zero, move = item([1.0]), item([0.0]), item([1.0, 0.0])
value = as_they_are, (5, 3), (counts / 3,), zero, level, (zero,)
spread = as_they_are, (5, 3), (counts / 3, 0.5 + counts), zero, level, (zero, level)
counted = as_they_are, (5, 3), (counts,), zero, level, (level,)
flags = as_they_are, (5, 3), (counts.clamp(max=1),), zero, level, (level,)
chance = sigmoid, *flags[1:]
side = as_they_are, (5, 3), (signs.expand(5, 3),), zero, level, (level,)
far = as_they_are, (5, 3), (-signs.expand(5, 3),), zero, level, (-level,)
scores = as_they_are, (5, 3), (labels,), 0 * move, move, (item(0),)
logs = log_softmax, *scores[1:]
picture = picture_logs, (5, 3), (labels[:, None, None],), *scores[3:5], (item([[0]]),)
shares = log_softmax, (5, 3), (counts.softmax(1),), *scores[3:5], (item([0.9, 0.1]),)
sets = as_they_are, (5, 3), (several,), *scores[3:5], (item([0, -1]),)
pair = apart, (5, 2), (signs[:, 0],), *scores[3:5], (item(1.0),)
directions = item([[1.0, 0.0], [1.0, 0.0]]), item([[0.0, 1.0], [0.0, 0.0]])
vectors = apart, (5, 2, 3), (signs[:, 0],), *directions, (item(1.0),)
places = item([[0.0], [0.0], [-3.0]]), item([[1.0], [0.0], [0.0]])
triple = apart, (5, 3, 4), (), *places, ()
features = as_they_are, (5, 4), (3 + labels,), torch.zeros(1, 4)
heads = linear.linear.weight[3:4].detach(), tree.head.weight[3:4].detach()
inner, outer = ((*features, row / row.norm() ** 2, (item(3),)) for row in heads)
spoken = log_softmax, (4, 2, 3), (item([1, 2], [2, 1]), *lengths)
heard = (
    item([[0.0, 0.0]], [[0.0, 0.0]], [[0.0, 0.0]]),
    item([[0.0, 1.0]]).expand(3, 1, 2),
)
sound = *spoken, *heard, (item([1]), item(3), item(1))


atlas = {  # class: torch's loss, what it is asked, one example's loss, and in words
    "L1Loss": (
        nn.L1Loss(), value,
        lambda x, y: (x - y).abs(),
        "&#124;x − y&#124;",
    ),
    "MSELoss": (
        nn.MSELoss(), value,
        lambda x, y: (x - y) ** 2,
        "(x − y)²",
    ),
    "HuberLoss": (
        nn.HuberLoss(), value,
        huber,
        "r²/2 up to r = δ, then δ(r − δ/2)",
    ),
    "SmoothL1Loss": (
        nn.SmoothL1Loss(), value,
        huber,  # with delta and beta at their common default
        "r²/2β up to r = β, then r − β/2",
    ),
    "GaussianNLLLoss": (
        nn.GaussianNLLLoss(), spread,
        lambda x, y, v: (v.log() + (x - y) ** 2 / v) / 2,
        "(ln v + (x − y)²/v) / 2",
    ),
    "PoissonNLLLoss": (
        nn.PoissonNLLLoss(), counted,
        lambda x, y: x.exp() - y * x,
        "e<sup>x</sup> − yx",
    ),
    "CrossEntropyLoss": (
        nn.CrossEntropyLoss(), scores,
        choose,
        "−ln softmax(x) at the right class",
    ),
    "NLLLoss": (
        nn.NLLLoss(), logs,
        lambda x, y: -pick(x, y),
        "−x at the right class; x is a log-softmax",
    ),
    "NLLLoss2d": (
        nn.NLLLoss2d(), picture,
        lambda x, y: -pick(x[..., 0, 0], y[:, 0, 0]),
        "the same at every pixel; an old name",
    ),
    "LinearCrossEntropyLoss": (
        linear, inner,
        lambda x, y: choose(x @ linear.linear.weight.T, y),
        "−ln softmax(Wx); W is its own",
    ),
    "AdaptiveLogSoftmaxWithLoss": (
        tree, outer,
        descend_tree,
        "−ln softmax(Wx), rare classes behind a class of their own",
    ),
    "KLDivLoss": (
        nn.KLDivLoss(), shares,
        lambda x, q: q * (q.log() - x),
        "q (ln q − x); x is a log-softmax",
    ),
    "CTCLoss": (
        nn.CTCLoss(), sound,
        lambda x, y, *_: pass_all(x, y),
        "−ln of the summed probability of all paths that read as the label,"
        " over its length",
    ),
    "BCELoss": (
        nn.BCELoss(), chance,
        lambda p, y: -y * p.log() - (1 - y) * (1 - p).log(),
        "−y ln p − (1 − y) ln(1 − p)",
    ),
    "BCEWithLogitsLoss": (
        nn.BCEWithLogitsLoss(), flags,
        lambda x, y: softplus(x) - y * x,
        "ln(1 + e<sup>x</sup>) − yx",
    ),
    "MultiLabelSoftMarginLoss": (
        nn.MultiLabelSoftMarginLoss(), flags,
        lambda x, y: -(y * logsigmoid(x) + (1 - y) * logsigmoid(-x)).mean(1),
        "the same, mean over the labels",
    ),
    "SoftMarginLoss": (
        nn.SoftMarginLoss(), side,
        lambda x, y: (1 + (-y * x).exp()).log(),
        "ln(1 + e<sup>−yx</sup>)",
    ),
    "HingeEmbeddingLoss": (
        nn.HingeEmbeddingLoss(), far,
        lambda x, y: torch.where(y > 0, x, relu(1 - x)),
        "x if y = 1, [m − x]₊ if y = −1; x is a distance",
    ),
    "MultiMarginLoss": (
        nn.MultiMarginLoss(), scores,
        beat,
        "Σ [m − x<sub>y</sub> + x<sub>k</sub>]₊ over wrong k, over K",
    ),
    "MultiLabelMarginLoss": (
        nn.MultiLabelMarginLoss(), sets,
        beat_all,
        "the same, summed over the right classes",
    ),
    "MarginRankingLoss": (
        nn.MarginRankingLoss(), pair,
        lambda a, b, y: relu(-y * (a - b)),
        "[m − y(a − b)]₊",
    ),
    "CosineEmbeddingLoss": (
        nn.CosineEmbeddingLoss(), vectors,
        cosine,
        "1 − cos if y = 1, [cos − m]₊ if y = −1",
    ),
    "TripletMarginLoss": (
        nn.TripletMarginLoss(), triple,
        compare,
        "[m + distance to a like − distance to an unlike]₊",
    ),
    "TripletMarginWithDistanceLoss": (
        nn.TripletMarginWithDistanceLoss(), triple,
        compare,
        "the same, with your distance",
    ),
}  # fmt: skip
