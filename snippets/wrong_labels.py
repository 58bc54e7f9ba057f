# %% [markdown]
# # When the labels are wrong, and when the network is
# Half of the labels are wrong: which loss gives a network that reads new digits?
# And a network that is sure of wrong answers: which loss can still turn it round?

# %% the data and the networks
import matplotlib.pyplot as plt
import torch
from digits import load_digits, make_mlp
from torch.nn.functional import one_hot

seeds = range(5)
widths = 64, 32, 10
lr, steps, every = 0.01, 200, 10
held = 700  # of the new digits, to choose a step by


def spoil(labels):
    """Return the labels with half of them replaced, evenly, by wrong ones."""
    others = (labels + torch.randint(1, 10, labels.shape)) % 10
    return torch.where(torch.rand(labels.shape) < 0.5, others, labels)


def draw(seed):
    """Return a fresh network, images and labels, and new ones; labels also spoiled."""
    torch.manual_seed(seed)
    images, labels, new_images, new_labels = load_digits(400, seed)
    spoiled = spoil(labels)
    weights = make_mlp(*widths).parameters()
    old = images.T, labels, spoiled
    return *weights, *old, new_images.T, new_labels, spoil(new_labels)


*fresh, images, labels, spoiled, new_images, new_labels, new_spoiled = (
    torch.stack(parts).detach() for parts in zip(*map(draw, seeds), strict=True)
)  # along the first axis there is one network each


def answer(weights, images):
    """Return the logits, (networks, 10, images); an image is a column."""
    first, bias, last, last_bias = weights
    hidden = torch.baddbmm(bias[..., None], first, images).relu()
    return torch.baddbmm(last_bias[..., None], last, hidden)


# %% three losses of ten probabilities
losses = {
    "cross-entropy": lambda logits, y: -(y * logits.log_softmax(1)).sum(1),
    "squared": lambda logits, y: ((logits.softmax(1) - y) ** 2).sum(1),
    "absolute": lambda logits, y: (logits.softmax(1) - y).abs().sum(1),
}


# %% training
def train(loss, start, images, labels, watch=None):
    """Return the weights after Adam's steps, and what watch saw on the way."""
    weights = [part.clone().requires_grad_() for part in start]
    optimizer = torch.optim.Adam(weights, lr=lr, fused=True)
    answers, seen = one_hot(labels, 10).float().mT, []
    for step in range(steps):
        if watch and step % every == 0:
            seen.append(watch(weights))
        optimizer.zero_grad()
        loss(answer(weights, images), answers).mean(-1).sum().backward()
        optimizer.step()
    return weights, [*seen, watch(weights)] if watch else seen


certain, _ = train(losses["cross-entropy"], fresh, images, (labels + 1) % 10)

# %% three experiments for each loss
experiments = "right labels", "half wrong", "certain and wrong"
starts = [torch.cat([a, a, b]).detach() for a, b in zip(fresh, certain, strict=True)]
given = torch.cat([labels, spoiled, labels])  # (3 experiments x seeds, images)
images, new_images = images.repeat(3, 1, 1), new_images.repeat(3, 1, 1)


@torch.no_grad()
def read_new(weights):
    """Return the share of new digits that each network reads: of all, by wrong labels
    of those held out, and of the others.
    """
    answers = answer(weights, new_images).argmax(1)
    read = (answers == new_labels.repeat(3, 1)).float()
    alike = (answers == new_spoiled.repeat(3, 1)).float()
    shares = read, alike[:, :held], read[:, held:]
    return torch.stack([share.mean(-1) for share in shares])


ends, curves, judged, others = {}, {}, {}, {}
for name, loss in losses.items():
    ends[name], seen = train(loss, starts, images, given, read_new)
    split = torch.stack(seen).unflatten(2, (3, len(seeds)))  # (times, 3, 3, seeds)
    curves[name] = dict(zip(experiments, split[:, 0].unbind(1), strict=True))
    judged[name], others[name] = split[:, 1:, 1].unbind(1)  # half wrong; (times, seeds)

# %% where they end
clean = torch.stack([curve["right labels"][-1] for curve in curves.values()])
half = {name: curve["half wrong"] for name, curve in curves.items()}
half_end = {name: curve[-1] for name, curve in half.items()}  # (seeds,) each
turned = {name: curve["certain and wrong"] for name, curve in curves.items()}
typical = clean.mean(1)  # of each loss
apart_clean = (typical.max() - typical.min()).item()
points_apart = 100 * apart_clean
absolute_least = half_end["absolute"].min().item()
crossed_most = half_end["cross-entropy"].max().item()
squared_most = half_end["squared"].max().item()
turned_least = turned["cross-entropy"][-1].min().item()
squared_turned_least = turned["squared"][-1].min().item()
first = turned["cross-entropy"][-1].mean()
turned_apart = {
    name: (first - curve[-1].mean()).item() for name, curve in turned.items()
}
unturned_most = turned["absolute"][-1].max().item()
gap = half_end["absolute"] - half_end["cross-entropy"]
peak = half["cross-entropy"].amax(0)
won_back = ((peak - half_end["cross-entropy"]) / gap).min().item()
unlearnt = (half["absolute"].amax(0) - half_end["absolute"]).max().item()
points_unlearnt = 100 * unlearnt

# %% stopped where wrong labels of held-out digits are met most often
stop = judged["cross-entropy"].argmax(0, keepdim=True)
stopped = others["cross-entropy"].gather(0, stop)[0]  # on other digits; (seeds,)
at_end, other_end = others["cross-entropy"][-1], others["absolute"][-1]
won_by_wrong = ((stopped - at_end) / (other_end - at_end)).min().item()

# %% what cross-entropy thinks of the networks trained on half-wrong labels
costs = {}
with torch.no_grad():
    for name, weights in ends.items():
        logits, answers = answer(weights, images), one_hot(given, 10).float().mT
        cost = losses["cross-entropy"](logits, answers).mean(-1)
        costs[name] = cost.view(3, -1)[experiments.index("half wrong")]  # (seeds,)
dearer = (costs["absolute"] / costs["cross-entropy"]).min().item()

# %% claim: with right labels the three losses end within five points on average
#| label: equal
assert apart_clean < 0.05

# %% claim: with half of them wrong absolute error ends ten points above the others
#| label: half
for other in "cross-entropy", "squared":
    assert (half["absolute"][-1] - half[other][-1]).min() > 0.1
assert absolute_least == half["absolute"][-1].min()
assert crossed_most == half["cross-entropy"][-1].max()
assert squared_most == half["squared"][-1].max()

# %% claim: stopped at its best step cross-entropy wins back most of the gap
#| label: peak
assert won_back > 0.6

# %% claim: half of the held-out labels may be wrong and still tell when to stop
#| label: held
assert 0.5 < won_by_wrong < 1.5  # of a gap

# %% claim: absolute error loses less than 22 points after its best step
#| label: little
assert unlearnt < 0.22

# %% claim: cross-entropy turns all, on average ten points farther than absolute error
#| label: turned
assert turned_least > 0.85
assert turned_apart["absolute"] > 0.1
assert unturned_most == turned["absolute"][-1].max()

# %% claim: squared error turns them nearly as far as cross-entropy, on average
#| label: between
assert turned_apart["squared"] < turned_apart["absolute"] / 2
assert squared_turned_least == turned["squared"][-1].min()

# %% claim: the worse reader has the hundred times lower cost
#| label: cost
assert dearer > 100

# %% who can be taught
#| caption: >
#|   New digits read while {steps} steps of Adam go by, three losses, five seeds each.
#|   Left: half of the training labels are wrong. Right: all labels are right, but the
#|   networks start out certain of wrong answers.
#| alt: >
#|   Two panels, share of new digits read against step. On the left all three losses
#|   rise at first; then cross-entropy and squared error sink to about one half while
#|   absolute error stays near four fifths. On the right cross-entropy rises above nine
#|   tenths first, squared error follows later, and absolute error stops near six tenths.
fig, panels = plt.subplots(1, 2, sharey=True, figsize=(4.5, 3.2))
times = range(0, steps + 1, every)
for ax, experiment in zip(panels, experiments[1:], strict=True):
    for color, (name, curve) in enumerate(curves.items()):
        seen = curve[experiment].cpu()
        lines = ax.plot(times, seen, color=f"C{color}", linewidth=1)
        lines[0].set_label(name if ax is panels[0] else None)
    ax.set(xlabel=f"step ({experiment})", ylim=(0, 1))
panels[0].set_ylabel("share of new digits read")
fig.legend(ncols=3, loc="outside upper center", columnspacing=1.2)
