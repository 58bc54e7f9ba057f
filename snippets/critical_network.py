# %% [markdown]
# # A network and its critical rate
# On a bowl the curvature is fixed, so 2 / curvature is a wall for the learning rate.
# A network can change its curvature. What does it do at the wall?

# %% five small networks as one tensor
#| device: cpu
import matplotlib.pyplot as plt
import torch
from digits import load_digits, make_mlp
from torch.nn.functional import one_hot
from torch.nn.utils import parameters_to_vector

torch.set_default_dtype(torch.float64)
seeds = range(5)
widths = 64, 32, 32, 10
fractions = [0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0]  # of 2 / curvature, at the jump
sizes = [part.numel() for part in make_mlp(*widths).parameters()]


def squared_loss(weights, images, targets):
    """Return each network's loss; a row of weights is one network."""
    parts, hidden = weights.split(sizes, dim=1), images  # (networks, images, 64)
    for layer, (matrix, bias) in enumerate(zip(parts[::2], parts[1::2], strict=True)):
        hidden = hidden.tanh() if layer else hidden
        matrix = matrix.view(len(weights), bias.shape[1], -1)
        hidden = torch.baddbmm(bias[:, None], hidden, matrix.mT)
    return 0.5 * ((hidden - targets) ** 2).sum(2).mean(1)


def descend(weights, images, targets, lr, steps):
    """Return the weights after full-batch steps, and the loss before each."""
    losses = []
    for _ in range(steps):
        weights = weights.detach().requires_grad_()
        loss = squared_loss(weights, images, targets)
        (gradient,) = torch.autograd.grad(loss.sum(), weights)
        weights = weights.detach() - lr * gradient
        losses.append(loss.detach())
    return weights, torch.stack(losses)  # (networks, weights), (steps, networks)


# %% three hundred careful steps
fresh, images, targets = [], [], []
for seed in seeds:
    torch.manual_seed(seed)
    network = make_mlp(*widths, activation=torch.nn.Tanh)
    pictures, labels, *_ = load_digits(100, seed)
    fresh.append(parameters_to_vector(network.parameters()).detach())
    images.append(pictures.double())
    targets.append(one_hot(labels, 10).double())
fresh, images, targets = torch.stack(fresh), torch.stack(images), torch.stack(targets)
start, _ = descend(fresh, images, targets, lr=0.1, steps=300)

# %% claim: this is torch.optim.SGD on torch's own layers
#| label: torch
twin = network  # seed 4's
optimizer = torch.optim.SGD(twin.parameters(), lr=0.1)
for _ in range(300):
    optimizer.zero_grad()
    (0.5 * ((twin(images[-1]) - targets[-1]) ** 2).sum(1).mean()).backward()
    optimizer.step()
trained = parameters_to_vector(twin.parameters()).detach()
torch.testing.assert_close(start[-1], trained, rtol=1e-9, atol=1e-9)


# %% the sharpest direction
def find_sharpest(weights, images, targets, products, direction=None):
    """Return each loss's curvature of largest size, and its direction."""
    weights = weights.detach().requires_grad_()
    loss = squared_loss(weights, images, targets).sum()
    (slope,) = torch.autograd.grad(loss, weights, create_graph=True)
    direction = torch.randn_like(weights) if direction is None else direction
    for _ in range(products):
        direction = direction / direction.norm(dim=1, keepdim=True)
        (bend,) = torch.autograd.grad(slope, weights, direction, retain_graph=True)
        curvature = (direction * bend).sum(1)
        direction = bend  # the Hessian times the direction: power iteration
    return curvature, direction / direction.norm(dim=1, keepdim=True)


torch.manual_seed(0)
curvature, direction = find_sharpest(start, images, targets, products=150)

# %% the measured limit
again, _ = find_sharpest(start, images, targets, products=150)  # other first directions
most_of_limit = (0.1 * curvature / 2).max().item()  # of the careful steps
nudge = 1e-6
low, high = torch.full_like(curvature, 0.5), torch.full_like(curvature, 2.0)
for _ in range(12):
    middle = (low + high) / 2
    lr = (middle * 2 / curvature)[:, None]
    here, _ = descend(start, images, targets, lr, steps=3)
    there, _ = descend(start + nudge * direction, images, targets, lr, steps=3)
    grows = (there - here).norm(dim=1) > nudge
    low, high = torch.where(grows, low, middle), torch.where(grows, middle, high)
lowest_limit, highest_limit = low.min().item(), high.max().item()

# %% claim: the network's own limit is 2 / curvature
#| label: obeys
torch.testing.assert_close(low, torch.ones_like(low), rtol=0.03, atol=0)
torch.testing.assert_close(again, curvature, rtol=0.01, atol=0)  # so it is the largest

# %% the jump to other rates
many = len(fractions)
lr = (2 / curvature[:, None] * torch.tensor(fractions)).float()  # (seeds, rates)
rates = lr.flatten()[:, None]
weights, *data = (  # one row per seed and rate; float32 is enough and twice as fast
    each.repeat_interleave(many, dim=0).float() for each in (start, images, targets)
)
weights, losses = descend(weights, *data, rates, steps=260)
last, direction = find_sharpest(weights, *data, products=20)
readings = [last]
for _ in range(4):
    weights, later = descend(weights, *data, rates, steps=20)
    direction = direction.nan_to_num(1.0)  # where a run is lost
    last, direction = find_sharpest(weights, *data, 8, direction)
    readings.append(last)
    losses = torch.cat([losses, later])
final = torch.stack(readings).median(0).values.view(-1, many)  # curvature at the end
losses = losses.view(len(losses), -1, many)
at = {fraction: column for column, fraction in enumerate(fractions)}
steps = len(losses)

# %% what came of it
settled = final * lr / 2  # 1 where the rate is critical for the curvature at the end
settled_low = settled[:, at[0.5] : at[2.0]].min().item()
settled_high = settled[:, at[0.5] : at[2.0]].max().item()
above, below = losses[..., at[1.5]], losses[..., at[0.25]]  # (steps, seeds)
quiet = (above[1:] > above[:-1]).int().argmax(0)  # steps before the first rise
shortest_quiet = quiet.min().item()
peaks = above.max(0).values / above[0]
lowest_peak, highest_peak = peaks.min().item(), peaks.max().item()
shares = above[-80:].mean(0) / below[-80:].mean(0)  # the loss bounces: average it
worst_share = shares.max().item()
nearby = above[-80:].mean(0) / losses[-80:, :, at[0.75]].mean(0)
mean_nearby = nearby.mean().item()
bent_up, bent_down = (final[:, [at[0.25], at[1.5]]].T / curvature).unbind()
mean_up, most_down = bent_up.mean().item(), bent_down.max().item()
survivors = losses[-1].isfinite().sum(0).tolist()
survivors_at_two = survivors[at[2.0]]

# %% claim: above the limit the curvature gives way until the rate is critical
#| label: settles
assert (settled[:, at[0.5] : at[2.0]] - 1).abs().max() < 0.4

# %% claim: from one place the curvature rises at a quarter of it, on average, sinks above
#| label: bends
assert mean_up > 1.2
assert most_down < 0.85

# %% claim: six times the rate, above the limit, ends with less loss in all seeds
#| label: better
assert worst_share < 0.75

# %% claim: on average it has between 0.5 and 1.1 of the loss at half of that rate
#| label: nearby
assert 0.5 < mean_nearby < 1.1
ends = losses[-80:].mean(0)  # (seeds, rates)
by_hand = (ends[:, at[1.5]] / ends[:, at[0.75]]).mean().item()
torch.testing.assert_close(mean_nearby, by_hand, rtol=1e-4, atol=0)

# %% claim: above the limit the loss first falls for seven steps and more
#| label: quiet
assert shortest_quiet >= 7
falls = above.diff(dim=0) < 0
assert falls[:shortest_quiet].all()
assert not falls[shortest_quiet].all()

# %% claim: then it climbs past its height at the jump
#| label: climbs
assert lowest_peak > 1.2

# %% claim: at three times the limit all five networks are lost
#| label: lost
assert survivors[at[3.0]] == 0

# %% loss after the jump
#| caption: >
#|   Training loss after the jump to one and a half times the critical rate (left), twice
#|   and three times (right), five networks each. The dashed line continues at a quarter
#|   of the critical rate, one network. A line that ends is lost.
#| alt: >
#|   Three panels on a logarithmic axis. On the left all five lines fall for some dozen
#|   steps, climb to several times their height, fall back and end, jagged, below the
#|   dashed one. In the middle they climb sooner and most leave the picture; on the
#|   right all do.
fig, axes = plt.subplots(1, 3, sharey=True)
for ax, fraction in zip(axes, (1.5, 2.0, 3.0), strict=True):
    ax.semilogy(losses[:, :, at[fraction]], color="C0", linewidth=0.8)
    ax.semilogy(losses[:, 0, at[0.25]], "--", color="C1")
    ax.set(xlabel=f"step, at {fraction:g}", xlim=(-2, 120), ylim=(1e-2, 10))
axes[0].set_ylabel("training loss")

# %% curvature against learning rate
#| caption: >
#|   Five networks, side by side, jump to rates between a quarter of their critical rate
#|   and three times that. Dots: rate × curvature / 2, the median of readings in the last
#|   80 of {steps} steps. Dashed: on a bowl, whose curvature stays. Dotted: where a rate is
#|   critical. Crosses, at the top: lost.
#| alt: >
#|   Rate times curvature over 2 against the rate as a share of the critical one. From
#|   a half to one and a half the dots of all five networks lie near the level 1, and
#|   not on the rising dashed line of the bowl; at twice the rate most are crosses, at
#|   three times all.
lost = losses[-1].isnan() | losses[-1].isinf()
aside = 0.03 * (torch.arange(len(lost)) - 2)[:, None]  # to tell networks apart
jump = torch.tensor(fractions) * (1 + aside)
fig, ax = plt.subplots()
ax.plot([0, 3], [0, 3], "--", label="on a bowl")
ax.axhline(1, linestyle=":", color="C4")
ax.plot(jump[~lost], settled[~lost], "o", label="network")
ax.plot(jump[lost], torch.full_like(jump[lost], 3), "x", label="lost")
ax.set_xticks(fractions, ["¼", "½", "¾", "1", "1½", "2", "3"])
ax.set(xlabel="learning rate / critical rate at the jump")
ax.set(ylabel="learning rate × curvature / 2")
fig.legend(ncols=2, loc="outside upper center")
