# %% [markdown]
# # Every scheduler of torch, and one line for each
# Which schedulers does the installed torch have, what do they read, and is there a
# formula that gives their learning rate at any step without running them?

# %% one entry for each class
#| device: cpu
import math
import re
import warnings

import matplotlib.pyplot as plt
import torch
from torch.optim import lr_scheduler, swa_utils

torch.set_default_dtype(torch.float64)
base, steps = 1.0, 120


def tri(step, half):
    """Return a wave that climbs from 0 to 1 in half a period, and falls again."""
    return 1 - abs(step % (2 * half) / half - 1)


def wave(share):
    """Return half a cosine: 1 at share 0, 0 at share 1."""
    return (1 + math.cos(math.pi * share)) / 2


def restart(step, period=20):
    """Return the cosine within a period that doubles at every restart."""
    while step >= period:
        step, period = step - period, 2 * period
    return wave(step / period)


def one_cycle(step, peak=35, last=119):
    """Return 1/25 at the start, 1 at the peak, 1/250,000 at the last step."""
    if step <= peak:
        return 1 + (1 / 25 - 1) * wave(step / peak)
    return 4e-6 + (1 - 4e-6) * wave((step - peak) / (last - peak))


def warm_then_cosine(step):
    return 0.1 + 0.9 * step / 20 if step < 20 else wave((step - 20) / 100)


def grow_then_restart(step):
    return restart(step) * (0.97 if step else 1)


def plateau(step):
    """Return what ten steps of patience leave, if step 29 is the last that is better."""
    return 0.5 ** max(0, (step - 30) // 11)


def metric(step):
    """Return a validation loss that stops falling after step 29."""
    return 1 / min(step + 1, 30)


def warm_up(optimizer):
    return lr_scheduler.LinearLR(optimizer, 0.1, total_iters=20)


S = lr_scheduler
atlas = {  # class: how to make it, its learning rate in closed form, and in words
    "ConstantLR": (
        lambda o: S.ConstantLR(o, 0.3, 40),
        lambda t: 0.3 if t < 40 else 1,
        "η₀ · f until t = T, then η₀",
    ),
    "LinearLR": (
        lambda o: S.LinearLR(o, 0.1, 1.0, 40),
        lambda t: 0.1 + 0.9 * min(t / 40, 1),
        "from η₀ · a to η₀ · b in T steps, on a line",
    ),
    "PolynomialLR": (
        lambda o: S.PolynomialLR(o, 90, 2.0),
        lambda t: max(0, 1 - t / 90) ** 2,
        "η₀ (1 − t/T)ᵖ, then 0",
    ),
    "StepLR": (
        lambda o: S.StepLR(o, 30, 0.5),
        lambda t: 0.5 ** (t // 30),
        "η₀ γ to the power ⌊t/k⌋",
    ),
    "MultiStepLR": (
        lambda o: S.MultiStepLR(o, [20, 70], 0.4),
        lambda t: 0.4 ** ((t >= 20) + (t >= 70)),
        "η₀ γ to the power of the milestones passed",
    ),
    "ExponentialLR": (
        lambda o: S.ExponentialLR(o, 0.97),
        lambda t: 0.97**t,
        "η₀ γᵗ",
    ),
    "CosineAnnealingLR": (
        lambda o: S.CosineAnnealingLR(o, 80),
        lambda t: wave(t / 80),
        "η₀ (1 + cos πt/T)/2, and up again after T",
    ),
    "CosineAnnealingWarmRestarts": (
        lambda o: S.CosineAnnealingWarmRestarts(o, 20, 2),
        restart,
        "the cosine, begun anew after T, 3T, 7T … steps",
    ),
    "OneCycleLR": (
        lambda o: S.OneCycleLR(o, 1.0, steps),
        one_cycle,
        "half a cosine up to the peak, half a cosine down",
    ),
    "CyclicLR": (
        lambda o: S.CyclicLR(o, 0.1, 1.0, 20, mode="triangular2"),
        lambda t: 0.1 + 0.9 * tri(t, 20) / 2 ** (t // 40),
        "triangles, here each half as high",
    ),
    "LambdaLR": (
        lambda o: S.LambdaLR(o, lambda t: (t + 1) ** -0.5),
        lambda t: (t + 1) ** -0.5,
        "η₀ times your function of t",
    ),
    "MultiplicativeLR": (
        lambda o: S.MultiplicativeLR(o, lambda t: 0.8 if t % 10 == 0 else 1),
        lambda t: 0.8 ** (t // 10),
        "the last rate times your function of t",
    ),
    "SequentialLR": (
        lambda o: S.SequentialLR(o, [warm_up(o), S.CosineAnnealingLR(o, 100)], [20]),
        warm_then_cosine,
        "one schedule after the other, each from its own t = 0",
    ),
    "ChainedScheduler": (
        lambda o: S.ChainedScheduler([warm_up(o), S.ExponentialLR(o, 0.97)]),
        lambda t: (0.1 + 0.9 * min(t / 20, 1)) * 0.97**t,
        "one after the other within each step",
    ),
    "ReduceLROnPlateau": (
        lambda o: S.ReduceLROnPlateau(o, factor=0.5, patience=10),
        plateau,
        "η₀ γ to the power of the cuts so far",
    ),
    "SWALR": (
        lambda o: swa_utils.SWALR(o, swa_lr=0.2, anneal_epochs=40),
        lambda t: 0.2 + 0.8 * wave(min(t / 40, 1)),
        "half a cosine to a constant",
    ),
}


# %% which classes there are
def find_schedulers():
    """Return the names of torch's schedulers: subclasses, and what the module exports."""
    names, classes = set(lr_scheduler.__all__), [lr_scheduler.LRScheduler]
    while classes:
        for child in classes.pop().__subclasses__():
            classes.append(child)
            if child.__module__.startswith("torch.") and child.__name__[0] != "_":
                names.add(child.__name__)
    return names - {"LRScheduler"}


missing = sorted(find_schedulers() - set(atlas))
count = len(atlas)

# %% claim: the atlas lacks no scheduler of the installed torch
#| label: complete
assert missing == []

# %% claim: and has none that the installed torch lacks
#| label: real
assert set(atlas) - find_schedulers() == set()


# %% run each one
def run(make, metric=metric, scale=1.0):
    """Return the rates at which the optimizer takes its steps."""
    weight = torch.nn.Parameter(torch.ones(1))
    optimizer = torch.optim.SGD([weight], lr=base, momentum=0.9)
    with warnings.catch_warnings():
        # SequentialLR passes on an argument that torch itself calls deprecated.
        warnings.simplefilter("ignore", UserWarning)
        scheduler, rates = make(optimizer), []
        for step in range(steps):
            rates.append(optimizer.param_groups[0]["lr"])
            weight.grad = scale * torch.ones_like(weight)
            optimizer.step()
            takes_metric = isinstance(scheduler, lr_scheduler.ReduceLROnPlateau)
            scheduler.step(*([metric(step)] if takes_metric else []))
    return torch.tensor(rates)


def tabulate(formula):
    return torch.tensor([float(formula(step)) for step in range(steps)])


ran = {name: run(make) for name, (make, _, _) in atlas.items()}
twins = {name: tabulate(formula) for name, (_, formula, _) in atlas.items()}
errors = {name: (ran[name] - twins[name]).abs().max().item() for name in atlas}
worst_error = max(errors.values())

# %% claim: every scheduler is its closed form to twelve digits
#| label: twins
assert worst_error < 1e-12

# %% what each one reads
reads_gradient = [
    name for name, (make, _, _) in atlas.items()
    if (run(make, scale=1000.0) != ran[name]).any()
]  # fmt: skip
reads_metric = [
    name for name, (make, _, _) in atlas.items()
    if (run(make, metric=lambda step: 1 / (step + 1)) != ran[name]).any()
]  # fmt: skip

# %% claim: no scheduler looks at a gradient
#| label: gradient
assert reads_gradient == []

# %% claim: exactly one looks at a metric
#| label: metric
assert reads_metric == ["ReduceLROnPlateau"]

# %% what an adaptive optimizer does instead
weights = torch.nn.Parameter(torch.zeros(2))
adaptive = torch.optim.Adagrad([weights], lr=base)
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
assert group_lr == base

# %% the atlas
#| output: markdown
print("| scheduler | rate at step t | reads | off by |\n|---|---|---|---:|")
for name, (_, _, words) in atlas.items():
    reads = "metric" if name in reads_metric else "steps"
    wrapped = re.sub("(?<=[a-z])(?=[A-Z])", "<wbr>", name)  # long names may break here
    print(f"| <code>{wrapped}</code> | {words} | {reads} | {errors[name]:.0e} |")

# %% sixteen small pictures
#| caption: >
#|   The learning rate of every scheduler over {steps} steps, from 0 to 1.
#|   Wide: what torch does. Thin: the closed form.
#| alt: >
#|   Sixteen small panels in two columns, one for each scheduler, each with two curves
#|   that cover one another. CosineAnnealingLR rises again at the end.
fig, axes = plt.subplots(8, 2, figsize=(4.5, 8.8), sharex=True, sharey=True)
for ax, name in zip(axes.flat, atlas, strict=True):
    ax.step(range(steps), ran[name], "C0", where="post", linewidth=4, alpha=0.35)
    ax.step(range(steps), twins[name], "C1", where="post", linewidth=1)
    ax.set_title(name.replace("gWarm", "g\nWarm"))
    ax.grid(visible=False)
    ax.tick_params(length=0)
for ax in axes[-1]:
    ax.set(xlabel="step")
fig.supylabel("learning rate / base rate")
