# %% [markdown]
# # Is a zero gradient the same as no gradient?
# For SGD it is. For Adam one of them counts as a step, and the other does not.
# Five networks are shown the upper half of each digit, and later the lower half too.

# %% five networks as one
#| device: cpu
#| slow: true
import matplotlib.pyplot as plt
import torch
from digits import load_digits, make_mlp
from torch.nn.functional import cross_entropy

seeds = range(5)
lr, asleep, awake, batch_size = 0.01, 1500, 250, 32


def start(seed):
    """Return weights of a 64-32-10 network that ignores the lower half, and data."""
    torch.manual_seed(seed)
    (first, bias), (last, last_bias) = (
        layer.parameters() for layer in make_mlp(64, 32, 10)[::2]
    )
    upper, lower = first[:, :32].T, torch.zeros(32, 32)
    data = load_digits(1200, seed)
    batches = torch.randint(1200, (asleep + awake, batch_size))
    return upper, lower, bias[None], last.T, last_bias[None], *data, batches


*parts, images, labels, test_images, test_labels, batches = map(
    torch.stack, zip(*[start(seed) for seed in seeds], strict=True)
)
every_seed = torch.arange(len(seeds))[:, None]


# %% one run
def read(weights, images, below):
    """Return the logits of each network; below says what it sees of the lower half."""
    upper, lower, bias, last, last_bias = weights
    hidden = images[..., :32] @ upper + bias  # (networks, images, 32)
    if below == "all":
        hidden = hidden + images[..., 32:] @ lower
    elif below == "blank":
        hidden = hidden + torch.zeros_like(images[..., 32:]) @ lower
    return hidden.relu() @ last + last_bias


def losses_of(logits, labels):
    return cross_entropy(logits.mT, labels, reduction="none").mean(1)


def train(asleep_sees):
    """Return losses around the waking, the woken weights' steps, test accuracies.

    Losses stand for 20 steps before the waking, 80 after it, and the last 20.
    """
    weights = [torch.nn.Parameter(part.detach().clone()) for part in parts]
    optimizer = torch.optim.Adam(weights, lr=lr)
    losses, lengths = [], []
    for step in range(asleep + awake):
        below = asleep_sees if step < asleep else "all"
        batch = every_seed, batches[:, step]
        optimizer.zero_grad()
        losses_of(read(weights, images[batch], below), labels[batch]).sum().backward()
        before = weights[1].detach().clone()
        optimizer.step()
        since = step - asleep
        if -20 <= since < 80 or since >= awake - 20:
            with torch.no_grad():
                losses.append(losses_of(read(weights, images, below), labels))
            lengths.append((weights[1].detach() - before).square().mean((1, 2)).sqrt())
    with torch.no_grad():
        right = read(weights, test_images, "all").argmax(2) == test_labels
    return torch.stack(losses), torch.stack(lengths) / lr, right.float().mean(1)


zeros, zeros_steps, zeros_accuracy = train("blank")  # the gradients are zeros
nones, nones_steps, nones_accuracy = train("nothing")  # the gradients are None

# %% what waking does
before = 20  # the losses recorded before waking; the same in both runs
level = zeros[:before].log().mean(0).exp()
peaks = zeros[before:-20].max(0).values / level
least_peak, most_peak = peaks.min().item(), peaks.max().item()
early = [run[before : before + 40].log().mean(0).exp() for run in (zeros, nones)]
rise = (early[0] / level).log().mean().exp().item()  # a geometric mean
zeros_length, nones_length = zeros_steps.max(0).values, nones_steps.max(0).values
zeros_least, zeros_most = (each.item() for each in zeros_length.aminmax())
nones_most = nones_length.max().item()
longer = (zeros_length / nones_length).min().item()
healed = (zeros[-20:].log().mean(0).exp() / level).max().item()
extra_accuracy = (zeros_accuracy - nones_accuracy).mean().item()

# %% claim: until the lower half appears the two runs are the same, bit for bit
#| label: same
assert torch.equal(zeros[:before], nones[:before])

# %% claim: woken from zeros every network takes steps of over two learning rates
#| label: longer
assert zeros_least > 2

# %% claim: woken from None the longest step of every network is less than half of that
#| label: shorter
assert longer > 2
assert longer >= zeros_least / nones_most

# %% claim: woken from zeros the loss is higher over forty steps, on geometric average
#| label: rises
assert rise > 1

# %% claim: woken from None it is lower at once, over forty steps, in every network
#| label: tame
assert (early[1] < nones[:before].log().mean(0).exp()).all()

# %% claim: 250 steps after it every loss is below its level before the leap
#| label: heals
assert healed < 1

# %% claim: and all read nine new digits in ten, on average no worse by a point for it
#| label: reads
assert zeros_accuracy.min() > 0.9
assert extra_accuracy > -0.01

# %% training loss around the waking
#| caption: >
#|   Five networks begin to see the lower half of the digits at step 0. Until then its
#|   weights had gradients of zero, or none. One optimizer, one learning rate.
#| alt: >
#|   Two groups of five lines that are the same before step 0. After it the loss of
#|   those woken from zeros leaps by factors of about four to twenty within forty steps
#|   and then falls; the loss of those woken from None just falls.
steps = torch.arange(-before, 80) + 1
drawn = torch.cat([torch.arange(0, before, 6), torch.arange(before, len(steps), 3)])
fig, ax = plt.subplots()
for color, (losses, label) in enumerate([(zeros, "zeros"), (nones, "None")]):
    shown = ax.semilogy(steps[drawn], losses[drawn], color=f"C{color}", linewidth=1)
    shown[0].set_label(f"gradients were {label}")
ax.set(xlabel="steps since the lower half appeared", ylabel="training loss")
fig.legend(ncols=2, loc="outside upper center")
