# %% [markdown]
# # Certainty is flat
# The critical rate is 2 / curvature, and cross-entropy loses curvature as it learns.
# How far does that carry the critical rate?

# %% softmax regression on the digits
#| device: cpu
import matplotlib.pyplot as plt
import torch
from digits import load_digits
from torch.nn.functional import one_hot

torch.set_default_dtype(torch.float64)
seeds = range(5)
many, classes = 400, 10
looks = [0, 1, 2, 3, 6, 10, 18, 32, 60, 100, 180, 320]  # steps
draws = [load_digits(many, seed) for seed in seeds]
images = torch.stack([images.double() for images, *_ in draws])  # (seeds, 400, 64)
labels = torch.stack([labels for _, labels, *_ in draws])
answers = one_hot(labels, classes).double()
of_inputs = torch.linalg.eigvalsh(images.mT @ images / many)[:, -1]
at_start = 2 * classes / of_inputs  # the critical rate at zero weights


def find_critical(weights, direction, products):
    """Return 2 / the largest curvature of each cost, and its direction.

    By power iteration, from a direction that is given.
    """
    p = (images @ weights).softmax(-1)
    for _ in range(products):
        direction = direction / direction.flatten(1).norm(dim=1)[:, None, None]
        moved = images @ direction  # how far the logits move
        bent = p * moved - p * (p * moved).sum(-1, keepdim=True)
        product = images.mT @ bent / many  # the Hessian times the direction
        curvature, direction = (direction * product).flatten(1).sum(1), product
    return 2 / curvature, direction


def train(multiple, weights, direction):
    """Return the losses and critical rates at the steps to look at, (looks, seeds)."""
    losses, critical = [], []
    for step in range(looks[-1] + 1):
        guesses = (images @ weights).log_softmax(-1)
        if step in looks:
            losses.append(-(guesses * answers).sum(-1).mean(-1))
            here, direction = find_critical(weights, direction, 20)
            critical.append(here)
        slope = images.mT @ (guesses.exp() - answers) / many
        weights = weights - multiple * at_start[:, None, None] * slope
    return torch.stack(losses), torch.stack(critical)


# %% the critical rate during two runs
losses, critical = {}, {}
zero = torch.zeros(len(seeds), 64, classes)
torch.manual_seed(0)
# In two draws of a hundred the second direction is nearly as sharp as the first.
_, sharpest = find_critical(zero, torch.randn_like(zero), 200)
for multiple in 0.95, 10.0:
    losses[multiple], critical[multiple] = train(multiple, zero, sharpest)
largest = (images**2).sum(2).amax(1)  # squared length of the largest input
bound = {multiple: 1 / (largest * loss) for multiple, loss in losses.items()}
least_above = min((critical[run] / bound[run]).min().item() for run in losses)
rise = critical[0.95][-1] / critical[0.95][0]
least_rise = rise.min().item()
passed = critical[10.0][-1] / (10 * at_start)  # over the rate in use
least_passed = passed.min().item()
used_at_first = (critical[10.0][0] / (10 * at_start)).max().item()

# %% claim: at zero weights the critical rate is 2 K / the curvature of the inputs
#| label: start
torch.testing.assert_close(critical[0.95][0], at_start, rtol=1e-3, atol=0)
guessing = torch.full_like(at_start, classes).log()
torch.testing.assert_close(losses[0.95][0], guessing, rtol=1e-12, atol=0)

# %% claim: below its critical rate the run raises it at least threefold
#| label: rises
assert least_rise > 3
assert len(critical[0.95]) == len(looks)  # to the last of them
torch.testing.assert_close(critical[0.95][-1] / rise, at_start, rtol=1e-3, atol=0)

# %% claim: the critical rate stays more than five times above the bound
#| label: bound
assert least_above > 5
longest = images.norm(dim=2).amax(1)
at_guessing = 1 / (longest**2 * torch.full_like(longest, classes).log())
torch.testing.assert_close(bound[0.95][0], at_guessing, rtol=1e-9, atol=0)

# %% claim: a run at ten times the critical rate lifts it above the rate in use
#| label: passes
torch.testing.assert_close(used_at_first, 0.1, rtol=1e-3, atol=0)
assert least_passed > 5
growth = critical[10.0][-1] / critical[10.0][0]
torch.testing.assert_close(passed, growth / 10, rtol=1e-3, atol=0)

# %% critical rate against loss
#| caption: >
#|   The critical rate in units of the first one, against the loss, means of five draws.
#|   Training goes from right to left. Dashed: the bound.
#| alt: >
#|   On log axes the critical rate climbs steadily as the loss falls. The run at ten
#|   times the first critical rate begins below the rate it uses and ends far above it.
fig, ax = plt.subplots()
for color, multiple in enumerate(losses):
    heights = critical[multiple] / at_start
    label = f"{multiple:g} times the first"
    ax.loglog(losses[multiple].mean(1), heights.mean(1), color=f"C{color}", label=label)
    ax.axhline(multiple, color=f"C{color}", linestyle=":", linewidth=1)
edge = torch.tensor([1e-4, 3.0])
ax.loglog(
    edge, 1 / (largest * at_start).mean() / edge, "--", color="0.5", label="bound"
)
ax.set(xlabel="training loss", ylabel="critical rate /\ncritical rate at the start")
ax.set(ylim=(1e-4, 1e3))
ax.legend(loc="lower left")
