# %% [markdown]
# # Losses that take the wrong input without a word
# Hand a loss of torch something other than what it asks for.
# Does it complain, does it show, and what does training make of it?

# %% ten classes
#| device: cpu
import math
import warnings

import torch
from torch import nn

torch.set_default_dtype(torch.float64)
seeds = range(5)
classes, lr, steps = 10, 1.0, 2000


def train(loss, present):
    """Return the losses of one free row of logits whose right class is 0."""
    logits = torch.zeros(1, classes, requires_grad=True)
    optimizer, losses = torch.optim.SGD([logits], lr=lr), []
    for _ in range(steps):
        optimizer.zero_grad()
        cost = loss(present(logits), torch.tensor([0]))
        cost.backward()
        optimizer.step()
        losses.append(cost.item())
    return losses


# %% softmax twice, and never
twice = train(nn.CrossEntropyLoss(), lambda logits: logits.softmax(1))
once = train(nn.CrossEntropyLoss(), lambda logits: logits)
never = train(nn.NLLLoss(), lambda logits: logits)
floor = math.log(1 + (classes - 1) / math.e)
last_once, last_twice = once[-1], twice[-1]

# %% claim: a softmax before cross-entropy puts a floor under the loss
#| label: twice
assert floor < last_twice < 1.01 * floor
assert last_once < 0.01

# %% claim: without a log-softmax the negative log-likelihood falls below zero, for ever
#| label: never
torch.testing.assert_close(
    torch.tensor(never), -lr * torch.arange(float(steps)), rtol=1e-9, atol=1e-9
)

# %% the mean of KLDivLoss
with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    torch.manual_seed(0)
    given = torch.randn(7, classes).log_softmax(1), torch.randn(7, classes).softmax(1)
    by_mean = nn.KLDivLoss()(*given)
    by_batch = nn.KLDivLoss(reduction="batchmean")(*given)
too_small = (by_batch / by_mean).item()
warned = [str(each.message) for each in said]

# %% claim: its mean is the divergence over the number of classes, and torch warns
#| label: batchmean
divergence = (given[1] * (given[1].log() - given[0])).sum(1).mean()
torch.testing.assert_close(by_batch, divergence, rtol=1e-12, atol=0)
torch.testing.assert_close(too_small, float(classes), rtol=1e-12, atol=0)
assert len(warned) == 1
assert "batchmean" in warned[0]


# %% the gradient of CTCLoss
def listen(log_probabilities):
    """Return the CTC loss of four time steps that should read as 1, 2."""
    lengths = torch.tensor([4]), torch.tensor([2])
    return nn.CTCLoss()(log_probabilities, torch.tensor([[1, 2]]), *lengths)


def differ(curve, point, nudge=1e-6):
    """Return the gradient by finite differences."""
    slope = torch.zeros_like(point)
    for k in range(point.numel()):
        step = torch.zeros(point.numel())
        step[k] = nudge
        step = step.view_as(point)
        slope.view(-1)[k] = (curve(point + step) - curve(point - step)) / (2 * nudge)
    return slope


def compare(curve, point):
    """Return torch's gradient, and that minus the true one."""
    free = point.clone().requires_grad_()
    (found,) = torch.autograd.grad(curve(free), free)
    return torch.stack([found, found - differ(curve, point)])


in_logs, in_logits, chances = [], [], []
for seed in seeds:
    torch.manual_seed(seed)
    logits = torch.randn(4, 1, 3)
    chances.append(logits.softmax(-1))
    in_logs.append(compare(listen, logits.log_softmax(-1)))
    in_logits.append(compare(lambda x: listen(x.log_softmax(-1)), logits))

# %% claim: in the log-probabilities its gradient is off by the probabilities
#| label: ctc
halves = torch.stack(chances) / 2  # the loss is divided by the label's length
torch.testing.assert_close(torch.stack(in_logs)[:, 1], halves, rtol=0, atol=1e-6)

# %% claim: in the logits before a log-softmax it is right
#| label: logits
found, error = torch.stack(in_logits).unbind(1)
assert found.abs().flatten(1).amax(1).min() > 0.01  # there is something to be right
assert error.abs().max() < 1e-6


# %% three options of CrossEntropyLoss
torch.manual_seed(0)
some, right = torch.randn(6, classes), torch.tensor([0, 1, 1, 2, 0, 1])
each = nn.CrossEntropyLoss(reduction="none")(some, right)
alone = right == 1
share = 1 + torch.arange(float(classes))  # the weight of each class
weighted = nn.CrossEntropyLoss(weight=share)
ignoring = nn.CrossEntropyLoss(ignore_index=1)
smoothing = 0.1
smoothed = train(nn.CrossEntropyLoss(label_smoothing=smoothing), lambda logits: logits)
at_right, at_wrong = 1 - smoothing + smoothing / classes, smoothing / classes
entropy = -at_right * math.log(at_right)
entropy -= (classes - 1) * at_wrong * math.log(at_wrong)

# %% claim: weights divide by their sum, so that in a batch of one class they cancel
#| label: weight
by_sum = (share[right] * each).sum() / share[right].sum()
torch.testing.assert_close(weighted(some, right), by_sum)
torch.testing.assert_close(weighted(some[alone], right[alone]), each[alone].mean())
assert (weighted(some, right) - each.mean()).abs() > 0.01

# %% claim: ignored labels are not counted, and where all are ignored the loss is NaN
#| label: ignore
torch.testing.assert_close(ignoring(some, right), each[~alone].mean())
assert ignoring(some[alone], right[alone]).isnan()

# %% claim: smoothed labels put the labels' entropy under the loss
#| label: smooth
torch.testing.assert_close(smoothed[-1], entropy, rtol=1e-3, atol=0)
assert min(smoothed) > entropy - 1e-9
assert entropy > 0.4


# %% two names for one formula
def certain(loss, logit):
    """Return value and slope in float32 where the right answer is 1."""
    logit = torch.tensor(logit, dtype=torch.float32, requires_grad=True)
    cost = loss(logit, torch.ones((), dtype=torch.float32))
    (slope,) = torch.autograd.grad(cost, logit)
    return cost.item(), slope.item()


soft_near = certain(nn.SoftMarginLoss(), -80.0)
logit_near = certain(nn.BCEWithLogitsLoss(), -80.0)
soft, logit = (
    certain(loss(), -100.0) for loss in (nn.SoftMarginLoss, nn.BCEWithLogitsLoss)
)

# %% claim: they agree at a logit of minus 80
#| label: agree
torch.testing.assert_close(soft_near, logit_near, rtol=1e-6, atol=0)

# %% claim: at minus 100 one is infinite without a slope, the other is 100
#| label: soft
assert math.isinf(soft[0])
assert math.isnan(soft[1])
torch.testing.assert_close(logit, (100.0, -1.0), rtol=1e-6, atol=0)
