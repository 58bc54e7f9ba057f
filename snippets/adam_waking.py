# %% [markdown]
# # Is a zero gradient the same as no gradient?
# For SGD it is. For Adam one of them counts as a step, and the other does not.
# Five networks are shown the upper half of each digit, and later the lower half too.

# %% ten networks as one, five that sleep on zeros and the same five on None
#| device: cpu
import matplotlib.pyplot as plt
import torch
from digits import load_digits, make_mlp
from torch.nn.functional import cross_entropy

seeds = range(5)
lr, asleep, awake, batch_size = 0.01, 1500, 250, 32


def start(seed):
    """Return the weights of a 64-32-10 network but for the lower half, and data."""
    torch.manual_seed(seed)
    (first, bias), (last, last_bias) = (
        layer.parameters() for layer in make_mlp(64, 32, 10)[::2]
    )
    data = load_digits(1200, seed)
    batches = torch.randint(1200, (asleep + awake, batch_size))
    return first[:, :32].T, bias[None], last.T, last_bias[None], *data, batches


*parts, images, labels, test_images, test_labels, batches = (
    torch.stack(part).detach()
    for part in zip(*map(start, [*seeds, *seeds]), strict=True)
)
upper, bias, last, last_bias = (torch.nn.Parameter(part) for part in parts)
# The weights of the lower half:
on_zeros, on_none = (
    torch.nn.Parameter(torch.zeros(len(seeds), 32, 32)) for _ in range(2)
)


# %% training
def read(images, is_awake=True):
    """Return the logits of each network.

    Asleep, all are shown a blank lower half, and on_none is left out.
    """
    hidden = torch.baddbmm(bias, images[..., :32], upper)  # (networks, images, 32)
    lower, none = images[..., 32:], on_none
    if not is_awake:
        lower, none = torch.zeros_like(lower), torch.zeros_like(none)
    hidden = torch.baddbmm(hidden, lower, torch.cat([on_zeros, none]))
    return torch.baddbmm(last_bias, hidden.relu(), last)


def losses_of(logits, labels):
    return cross_entropy(logits.mT, labels, reduction="none").mean(1)


optimizer = torch.optim.Adam([upper, bias, last, last_bias, on_zeros, on_none], lr=lr)
every_network = torch.arange(len(images))[:, None]
losses, lengths = [], []  # 20 steps before the waking, 80 after it, and the last 20
for step in range(asleep + awake):
    batch, is_awake = (every_network, batches[:, step]), step >= asleep
    optimizer.zero_grad()
    losses_of(read(images[batch], is_awake), labels[batch]).sum().backward()
    before = torch.cat([on_zeros, on_none]).detach()
    optimizer.step()
    since = step - asleep
    if -20 <= since < 80 or since >= awake - 20:
        with torch.no_grad():
            losses.append(losses_of(read(images, is_awake), labels))
            gone = torch.cat([on_zeros, on_none]) - before
        lengths.append(gone.square().mean((1, 2)).sqrt() / lr)
with torch.no_grad():
    right = (read(test_images).argmax(2) == test_labels).float().mean(1)
zeros, nones = torch.stack(losses).split(len(seeds), dim=1)
zeros_steps, nones_steps = torch.stack(lengths).split(len(seeds), dim=1)
zeros_accuracy, nones_accuracy = right.split(len(seeds))

# %% what waking does
before = 20  # the losses recorded before waking; the same in both runs
level = zeros[:before].log().mean(0).exp()
peaks = zeros[before:-20].max(0).values / level
least_peak, most_peak = peaks.min().item(), peaks.max().item()
early = [run[before : before + 40].log().mean(0).exp() for run in (zeros, nones)]
rise = (early[0] / level).log().mean().exp().item()  # a geometric mean
fall = (early[1] / level).log().mean().exp().item()
zeros_length, nones_length = zeros_steps.max(0).values, nones_steps.max(0).values
zeros_least, zeros_most = (each.item() for each in zeros_length.aminmax())
nones_most = nones_length.max().item()
longer = (zeros_length / nones_length).min().item()
healed = (zeros[-20:].log().mean(0).exp() / level).max().item()
extra_accuracy = (zeros_accuracy - nones_accuracy).mean().item()
extra_points = 100 * extra_accuracy

# %% claim: until the lower half appears the two runs are the same, bit for bit
#| label: same
assert torch.equal(zeros[:before], nones[:before])

# %% claim: woken from zeros all take steps of over two learning rates, from None under half
#| label: longer
assert zeros_least > 2
assert longer > 2

# %% claim: from zeros the loss is higher over forty steps, on geometric average, else lower
#| label: rises
assert rise > 1
assert fall < 1

# %% claim: 250 steps on each loss is below before, and they read at most 2 points worse
#| label: reads
assert healed < 1
ratios = (zeros[-20:].log().mean(0) - zeros[:before].log().mean(0)).exp()
torch.testing.assert_close(healed, ratios.max().item())
assert zeros_accuracy.min() > 0.9
assert extra_accuracy > -0.02

# %% training loss around the waking
#| caption: >
#|   Five networks begin to see the lower half of the digits at step 0 (32 hidden units,
#|   learning rate {lr}, batches of {batch_size}). Until then the weights that read it had
#|   gradients of zero, or none. Lines: geometric means; bands: from least to largest.
#| alt: >
#|   Two bands that are the same before step 0. After it the loss of those woken from
#|   zeros leaps, its mean severalfold, and falls from some forty steps on; the loss of
#|   those woken from None falls with small ups and downs.
steps = torch.arange(-before, 80) + 1
drawn = torch.cat([torch.arange(0, before, 6), torch.arange(before, len(steps), 4)])
fig, ax = plt.subplots()
for color, (losses, label) in enumerate([(zeros, "zeros"), (nones, "None")]):
    shown = losses[drawn]
    low, high = shown.amin(1), shown.amax(1)
    ax.fill_between(steps[drawn], low, high, color=f"C{color}", alpha=0.3, linewidth=0)
    middle = shown.log().mean(1).exp()
    ax.semilogy(
        steps[drawn], middle, color=f"C{color}", label=f"gradients were {label}"
    )
ax.set(xlabel="steps since the lower half appeared", ylabel="training loss")
fig.legend(ncols=2, loc="outside upper center")
