# %% [markdown]
# # Where the calls go wrong
# Six things that torch's schedulers do, each of them as written in its source, and
# each of them against somebody's expectation. At the end, what is no schedule.

# %% a run that only counts
#| device: cpu
import warnings

import torch
from torch.optim import lr_scheduler as schedulers

torch.set_default_dtype(torch.float64)


def make_optimizer(lr=1.0):
    weight = torch.nn.Parameter(torch.ones(1))
    weight.grad = torch.zeros(1)
    return torch.optim.SGD([weight], lr=lr, momentum=0.9)


def run(make, steps, lr=1.0):
    """Return the rate and the momentum of every step, torch's order of calls."""
    optimizer = make_optimizer(lr)
    scheduler, used = make(optimizer), []
    for step in range(steps):
        if step:
            scheduler.step()
        used.append([optimizer.param_groups[0][key] for key in ("lr", "momentum")])
        optimizer.step()
    return torch.tensor(used).T  # (2, steps)


# %% cosine annealing after its end
cosine = run(lambda o: schedulers.CosineAnnealingLR(o, T_max=100), 201)[0]

# %% claim: at T_max the rate is zero, and at twice T_max it is the first rate again
#| label: rises
torch.testing.assert_close(
    cosine[[0, 100, 200]], torch.tensor([1.0, 0.0, 1.0]), rtol=0, atol=1e-12
)
assert cosine[100:].diff().min() > 0

# %% one cycle
one_cycle, momentum = run(
    lambda o: schedulers.OneCycleLR(o, max_lr=1.0, total_steps=100), 101, lr=0.5
)
first_lr = one_cycle[0].item()
bounce = (one_cycle[100] / one_cycle[99]).item()

# %% claim: OneCycleLR starts at a 25th of its peak whatever the optimizer's rate was
#| label: ignores
torch.testing.assert_close(first_lr, 1 / 25, rtol=1e-12, atol=0)

# %% claim: it replaces the momentum of 0.9 by a cycle from 0.95 to 0.85 and back
#| label: momentum
torch.testing.assert_close(momentum[0].item(), 0.95, rtol=1e-12, atol=0)
torch.testing.assert_close(momentum.min().item(), 0.85, rtol=1e-12, atol=0)
torch.testing.assert_close(momentum[99].item(), 0.95, rtol=1e-12, atol=0)

# %% claim: its lowest rate is that of step 99 of 0 to 99, and one step more is higher
#| label: last
assert one_cycle.argmin() == 99
assert one_cycle[100] > 100 * one_cycle[99]

# %% one call more than one too many
try:
    run(lambda o: schedulers.OneCycleLR(o, max_lr=1.0, total_steps=100), 102, lr=0.5)
    refusal = ""
except ValueError as error:
    refusal = str(error)

# %% claim: the call after that is refused
#| label: refused
assert "total steps is 100" in refusal


# %% when the plateau rule cuts
def first_cut(metrics, **options):
    """Return how many metrics it takes until the rate is cut, or None."""
    optimizer = make_optimizer()
    scheduler = schedulers.ReduceLROnPlateau(optimizer, **options)
    for count, metric in enumerate(metrics, 1):
        optimizer.step()
        scheduler.step(metric)
        if optimizer.param_groups[0]["lr"] < 1:
            return count
    return None


flat = [first_cut([1.0] * 100, patience=patience) for patience in (0, 3, 10)]
slow = first_cut([0.999991**count for count in range(100)])
negative = [-1.0] * 10_000
below_zero = first_cut(negative)
worsening = [-(0.99995**count) for count in range(10_000)]
worse, worst_metric = first_cut(worsening), worsening[-1]
cured = first_cut(negative, threshold_mode="abs")

# %% claim: a flat metric is cut at its patience + 2nd value, not before
#| label: patience
assert flat == [2, 5, 12]

# %% claim: a metric that improves in every step by nine millionths is cut just so
#| label: slow
assert slow == 12

# %% claim: a flat metric below zero is never cut
#| label: negative
assert below_zero is None

# %% claim: nor is one that gets worse in every step until two fifths of it are lost
#| label: worse
assert worse is None
assert (torch.tensor(worsening).diff() > 0).all()
assert worsening[0] == -1
assert -0.61 < worst_metric < 0
assert worst_metric == max(worsening)

# %% claim: with an absolute threshold the flat metric below zero is cut as any other
#| label: cured
assert cured == 12

# %% the two calls in the wrong order
right = run(lambda o: schedulers.ExponentialLR(o, 0.5), 4)[0]
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    optimizer, wrong = make_optimizer(), []
    halving = schedulers.ExponentialLR(optimizer, 0.5)
    for _ in range(4):
        halving.step()
        wrong.append(optimizer.param_groups[0]["lr"])
        optimizer.step()

# %% claim: then the first rate is never used, all others come a step early, one warning
#| label: order
assert right.tolist() == [1, 0.5, 0.25, 0.125]
assert wrong == [0.5, 0.25, 0.125, 0.0625]
assert len(caught) == 1


# %% chains
def decay(optimizer):
    return schedulers.ExponentialLR(optimizer, 0.9)


def restart(optimizer):
    return schedulers.CosineAnnealingWarmRestarts(optimizer, 20)


def warm_up(optimizer):
    return schedulers.LinearLR(optimizer, 0.1, total_iters=10)


def chain(*parts):
    """Return the rates of a ChainedScheduler of these parts."""

    def make(optimizer):
        return schedulers.ChainedScheduler([part(optimizer) for part in parts])

    return run(make, 60)[0]


alone = {make: run(make, 60)[0] for make in (decay, restart, warm_up)}

# %% claim: a warm-up and an exponential decay, chained, multiply
#| label: product
torch.testing.assert_close(
    chain(warm_up, decay), alone[warm_up] * alone[decay], rtol=1e-12, atol=0
)

# %% claim: a decay chained before warm restarts leaves no trace
#| label: trace
assert torch.equal(chain(decay, restart), alone[restart])

# %% claim: chained after them it counts once, not once a step
#| label: once
torch.testing.assert_close(
    chain(restart, decay)[1:], 0.9 * alone[restart][1:], rtol=1e-12, atol=0
)

# %% what an adaptive optimizer does instead
weights = torch.nn.Parameter(torch.zeros(2))
adaptive = torch.optim.Adagrad([weights], lr=1.0)
gradient = torch.tensor([1.0, 100.0])
for _ in range(100):
    before = weights.detach().clone()
    weights.grad = gradient.clone()
    adaptive.step()
own_rates = (before - weights.detach()) / gradient  # of the last step
group_lr = adaptive.param_groups[0]["lr"]

# %% claim: AdaGrad gives each weight a rate of its own and leaves the group's alone
#| label: adaptive
torch.testing.assert_close(own_rates, torch.tensor([0.1, 0.001]), rtol=1e-6, atol=0)
assert group_lr == 1
