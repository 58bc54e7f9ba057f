# %% [markdown]
# # Every scheduler of torch, and one line for each
# Which schedulers does the installed torch have, what do they read, do they scale the
# rate that they find, and which formula gives it at any step without running them?

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


def sequence(optimizer):
    cosine = lr_scheduler.CosineAnnealingLR(optimizer, 100)
    return lr_scheduler.SequentialLR(optimizer, [warm_up(optimizer), cosine], [20])


def chain(optimizer):
    exponential = lr_scheduler.ExponentialLR(optimizer, 0.97)
    return lr_scheduler.ChainedScheduler([warm_up(optimizer), exponential])


# fmt: off
atlas = {  # class: its arguments, or how to make it; its rate, in code and in words
    "ConstantLR": ({"factor": 0.3, "total_iters": 40}, lambda t: 0.3 if t < 40 else 1,
        "η₀ · `factor` until t = `total_iters`, then η₀"),
    "LinearLR": ({"start_factor": 0.1, "end_factor": 1.0, "total_iters": 40},
        lambda t: 0.1 + 0.9 * min(t / 40, 1),
        "a line, η₀ · `start_factor` to η₀ · `end_factor` in `total_iters` steps"),
    "PolynomialLR": ({"total_iters": 90, "power": 2.0},
        lambda t: max(0, 1 - t / 90) ** 2, "η₀ (1 − t/`total_iters`) to the `power`"),
    "StepLR": ({"step_size": 30, "gamma": 0.5}, lambda t: 0.5 ** (t // 30),
        "η₀ · `gamma` to the power ⌊t/`step_size`⌋"),
    "MultiStepLR": ({"milestones": [20, 70], "gamma": 0.4},
        lambda t: 0.4 ** ((t >= 20) + (t >= 70)),
        "η₀ · `gamma` to the power of the `milestones` passed"),
    "ExponentialLR": ({"gamma": 0.97}, lambda t: 0.97**t, "η₀ · `gamma` to the power t"),
    "CosineAnnealingLR": ({"T_max": 80, "eta_min": 0.0}, lambda t: wave(t / 80),
        "half a cosine from η₀ to `eta_min` at `T_max`, then up again"),
    "CosineAnnealingWarmRestarts": ({"T_0": 20, "T_mult": 2, "eta_min": 0.0}, restart,
        "the same in `T_0` steps, then anew, each time `T_mult` times as long"),
    "OneCycleLR": ({"max_lr": 1.0, "total_steps": steps, "pct_start": 0.3,
        "div_factor": 25.0, "final_div_factor": 1e4}, one_cycle,
        "half a cosine from `max_lr`/`div_factor` up to `max_lr` at t = `pct_start` · "
        "`total_steps` − 1, half a cosine down to the first rate/`final_div_factor`"),
    "CyclicLR": (
        {"base_lr": 0.1, "max_lr": 1.0, "step_size_up": 20, "mode": "triangular2"},
        lambda t: 0.1 + 0.9 * tri(t, 20) / 2 ** (t // 40),
        "on a line from `base_lr` to `max_lr` in `step_size_up` steps, and back in as "
        "many; in this `mode` each peak is half as high above `base_lr`"),
    "LambdaLR": ({"lr_lambda": lambda t: (t + 1) ** -0.5}, lambda t: (t + 1) ** -0.5,
        "η₀ times your function of t, here 1/√(t + 1)"),
    "MultiplicativeLR": ({"lr_lambda": lambda t: 0.8 if t % 10 == 0 else 1},
        lambda t: 0.8 ** (t // 10),
        "the last rate times your function of t, here 0.8 at each tenth step"),
    "SequentialLR": (sequence, warm_then_cosine,
        "one schedule after the other, each from its own t = 0; here a line, a cosine"),
    "ChainedScheduler": (chain,
        lambda t: (0.1 + 0.9 * min(t / 20, 1)) * 0.97**t,
        "one after the other within each step; here a line and an exponential"),
    "ReduceLROnPlateau": ({"factor": 0.5, "patience": 10}, plateau,
        "η₀ · `factor` to the power of the cuts so far"),
    "SWALR": ({"swa_lr": 0.2, "anneal_epochs": 40},
        lambda t: 0.2 + 0.8 * wave(min(t / 40, 1)),
        "half a cosine from η₀ to `swa_lr` in `anneal_epochs` steps, then level"),
}
# fmt: on


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
def run(name, metric=metric, scale=1.0, halve_at=None):
    """Return the rates at which the optimizer takes its steps."""
    weight = torch.nn.Parameter(torch.ones(1))
    optimizer = torch.optim.SGD([weight], lr=base, momentum=0.9)
    given, rates = atlas[name][0], []
    with warnings.catch_warnings():
        # SequentialLR passes on an argument that torch itself calls deprecated.
        warnings.simplefilter("ignore", UserWarning)
        if callable(given):
            scheduler = given(optimizer)
        else:
            module = swa_utils if name == "SWALR" else lr_scheduler
            scheduler = getattr(module, name)(optimizer, **given)
        for step in range(steps):
            if step == halve_at:
                optimizer.param_groups[0]["lr"] /= 2
            rates.append(optimizer.param_groups[0]["lr"])
            weight.grad = scale * torch.ones_like(weight)
            optimizer.step()
            takes_metric = isinstance(scheduler, lr_scheduler.ReduceLROnPlateau)
            scheduler.step(*([metric(step)] if takes_metric else []))
    return torch.tensor(rates)


def tabulate(formula):
    return torch.tensor([float(formula(step)) for step in range(steps)])


ran = {name: run(name) for name in atlas}
twins = {name: tabulate(formula) for name, (_, formula, _) in atlas.items()}
errors = {name: (ran[name] - twins[name]).abs().max().item() for name in atlas}
worst_error = max(errors.values())

# %% claim: every scheduler is its closed form to twelve digits
#| label: twins
assert worst_error < 1e-12

# %% what each one reads
reads_gradient = [name for name in atlas if (run(name, scale=1e3) != ran[name]).any()]
reads_metric = [
    name for name in atlas
    if (run(name, metric=lambda step: 1 / (step + 1)) != ran[name]).any()
]  # fmt: skip

# %% claim: no scheduler looks at a gradient
#| label: gradient
assert reads_gradient == []

# %% claim: exactly one looks at a metric
#| label: metric
assert reads_metric == ["ReduceLROnPlateau"]

# %% what each does with a rate that somebody has halved
halved = {name: run(name, halve_at=10)[11:16] / ran[name][11:16] for name in atlas}
setters = [name for name, kept in halved.items() if (kept > 0.999).all()]
scalers = [name for name, kept in halved.items() if (kept < 0.501).all()]
says = dict.fromkeys(setters, "sets") | dict.fromkeys(scalers, "scales")
says |= {"SequentialLR": "as its parts", "ChainedScheduler": "as its parts"}

# %% claim: four schedulers set the rate, the others scale the one they find, SWALR mixes
#| label: sets
assert setters == [
    "CosineAnnealingWarmRestarts", "OneCycleLR", "CyclicLR", "LambdaLR"
]  # fmt: skip
assert set(atlas) - {*setters, *scalers} == {"SWALR"}
assert all((kept > 0.499).all() for kept in halved.values())

# %% claim: the cosine scales it up to T_max, and then goes on from its own zero
#| label: turn
after = run("CosineAnnealingLR", halve_at=10) / ran["CosineAnnealingLR"]
torch.testing.assert_close(after[10:80], torch.full((70,), 0.5))
torch.testing.assert_close(after[82:], torch.ones(steps - 82))

# %% the atlas
#| output: markdown
print("| scheduler; what it does to a rate that something else changed | ", end="")
print("rate at step t; the arguments drawn |\n|---|---|")
for name, (given, _, words) in atlas.items():
    shown = {} if callable(given) else given
    values = ", ".join(
        f"{key}={value!r}" for key, value in shown.items() if not callable(value)
    )
    wrapped = re.sub("(?<=[a-z])(?=[A-Z])", "<wbr>", name)  # long names may break here
    row = f"{words}<br>`{values}`" if values else words
    print(f"| <code>{wrapped}</code><br>{says.get(name, 'mixes')} | {row} |")

# %% sixteen small pictures
#| caption: >
#|   Learning rate over base rate, from 0 to 1, in {steps} steps, with the arguments of
#|   the table.
#| alt: >
#|   Sixteen small panels in two columns, one for each scheduler. CosineAnnealingLR rises
#|   again at the end.
fig, axes = plt.subplots(8, 2, figsize=(4.5, 8.8), sharex=True, sharey=True)
for ax, name in zip(axes.flat, atlas, strict=True):
    ax.plot(range(0, steps, 3), ran[name][::3], "C0")
    ax.set_title(name.replace("gWarm", "g\nWarm"))
    ax.grid(visible=False)
    ax.tick_params(left=False, bottom=False)
for ax in axes[-1]:
    ax.set(xlabel="step")
fig.supylabel("learning rate / base rate")
