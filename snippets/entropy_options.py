# %% [markdown]
# # Cross-entropy in torch, option by option
# The loss is minus the logarithm of the probability given to the right answer.
# What do torch's options make of it, and what does each mean divide by?

# %% logits, labels and the formula
#| device: cpu
import matplotlib.pyplot as plt
import torch
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, one_hot
from torch.testing import assert_close

torch.set_default_dtype(torch.float64)
torch.manual_seed(0)
many, classes, smoothing, left_out = 8, 4, 0.1, 2
logits = 3 * torch.randn(many, classes)
labels = torch.randint(classes, (many,))
mixed = torch.rand(many, classes)
mixed = mixed / mixed.sum(1, keepdim=True)  # targets that are probabilities
weight = torch.tensor([0.5, 1.0, 2.0, 4.0])  # of the classes
surprise = -(logits.exp() / logits.exp().sum(1, keepdim=True)).log()  # (many, classes)
of_right = surprise[torch.arange(many), labels]  # (many,)
spelled = torch.randn(many, classes, 5)  # five words an example, classes second
words = torch.randint(classes, (many, 5))

# %% claim: an index is a probability of one, and the mean divides by the examples
#| label: index
assert_close(cross_entropy(logits, labels), of_right.sum() / many)
assert_close(
    cross_entropy(logits, one_hot(labels, classes).double()), of_right.sum() / many
)
assert_close(cross_entropy(logits, labels, reduction="sum"), of_right.sum())
assert_close(cross_entropy(logits, labels, reduction="none"), of_right)

# %% claim: probabilities as targets weigh the surprises of all classes
#| label: probabilities
assert_close(cross_entropy(logits, mixed), (mixed * surprise).sum() / many)
assert_close(mixed.sum(1), torch.ones(many))

# %% claim: with class weights the mean divides by the weights of the labels seen
#| label: weight
divisor = weight[labels].sum()
assert_close(
    cross_entropy(logits, labels, weight), (weight[labels] * of_right).sum() / divisor
)
assert (divisor / many - 1).abs() > 0.1  # else the count would do as well

# %% claim: with class weights and probabilities it divides by the examples
#| label: both
weighted = (weight * mixed * surprise).sum() / many
assert_close(cross_entropy(logits, mixed, weight), weighted)

# %% claim: ignored labels leave the sum and the count, and none left is not a number
#| label: ignored
kept = labels != left_out
assert 0 < kept.sum() < many
assert_close(
    cross_entropy(logits, labels, ignore_index=left_out),
    of_right[kept].sum() / kept.sum(),
)
alone = torch.full_like(labels, left_out)
assert cross_entropy(logits, alone, ignore_index=left_out).isnan()

# %% claim: smoothing mixes the target with equal shares of all classes
#| label: smoothing
target = (1 - smoothing) * one_hot(labels, classes) + smoothing / classes
assert_close(
    cross_entropy(logits, labels, label_smoothing=smoothing),
    (target * surprise).sum() / many,
)

# %% claim: for sequences the classes are the second axis, and the mean is over all words
#| label: sequences
of_words = -spelled.log_softmax(1).gather(1, words[:, None])[:, 0]
assert_close(cross_entropy(spelled, words), of_words.sum() / words.numel())

# %% claim: one logit with a sigmoid is softmax over it and zero
#| label: binary
logit, truth = logits[:, 0], (labels > 1).double()
pair = torch.stack([torch.zeros_like(logit), logit], dim=1)
assert_close(
    binary_cross_entropy_with_logits(logit, truth), cross_entropy(pair, truth.long())
)
by_hand = truth * 3 * -logit.sigmoid().log() - (1 - truth) * (-logit).sigmoid().log()
assert_close(
    binary_cross_entropy_with_logits(logit, truth, pos_weight=torch.tensor(3.0)),
    by_hand.sum() / many,
)

# %% loss, slope and curvature against probability
p = torch.linspace(0.14, 1, 40) ** 2  # closer together where the loss is steep
lead = (p / (1 - p)).log()[:-1].requires_grad_()
cost = binary_cross_entropy_with_logits(lead, torch.ones_like(lead), reduction="none")
(slope,) = torch.autograd.grad(cost.sum(), lead, create_graph=True)
(curvature,) = torch.autograd.grad(slope.sum(), lead)

# %% claim: for the logit of the right class the slope is p - 1, the curvature p (1 - p)
#| label: derivatives
assert_close(cost, -p[:-1].log())
assert_close(slope, p[:-1] - 1)
assert_close(curvature, (p * (1 - p))[:-1])

# %% the loss of one example
#| caption: >
#|   The loss of one example against the probability that its right class gets, with its
#|   slope and curvature in that class's logit.
#| alt: >
#|   As the probability falls from one to zero the loss rises without bound; the size of
#|   the slope rises in a straight line from zero to one; the curvature is zero at both
#|   ends and a quarter in the middle.
fig, ax = plt.subplots()
ax.plot(p, -p.log(), label=r"loss, $-\ln p$")
ax.plot(p[[0, -1]], 1 - p[[0, -1]], label=r"size of the slope, $1 - p$")
ax.plot(p, p * (1 - p), label=r"curvature, $p\,(1 - p)$")
ax.set(xlabel="probability of the right class, p", ylim=(0, 4))
ax.legend()
