# %% [markdown]
# # Every loss of torch, followed along one output
# Which losses does the installed torch have, is there a formula for each,
# and which of them can run away from a learning rate that is too high?

# %% one entry for each class
#| device: cpu
import copy
import math
import re
import warnings

import matplotlib.pyplot as plt
import torch
from loss_twins import atlas
from torch import nn

torch.set_default_dtype(torch.float64)
warnings.filterwarnings("ignore", "reduction: 'mean' divides")  # of KLDivLoss
seeds = range(5)
lr, steps, start = 100.0, 60, -2.5
near, far_off = torch.linspace(-4, 4, 26), torch.tensor([-300.0, -30.0, 30.0, 300.0])


def item_of(module):
    """Return the loss that a module returns, without what else it may return."""
    return lambda *given: getattr(module(*given), "loss", module(*given))


# %% which classes there are
def find_losses():
    """Return torch's losses by their name in torch.nn, and those by base class."""
    named = {
        name for name, kind in vars(nn).items()
        if isinstance(kind, type) and issubclass(kind, nn.Module)
        and name.endswith("Loss")
    }  # fmt: skip
    derived, classes = set(), [nn.modules.loss._Loss]
    while classes:
        for child in classes.pop().__subclasses__():
            classes.append(child)
            if child.__module__.startswith("torch.") and child.__name__[0] != "_":
                derived.add(child.__name__)
    return named, derived


named, derived = find_losses()
missing = sorted((named | derived) - set(atlas))
count = len(atlas)

# %% claim: the atlas lacks no loss of the installed torch
#| label: complete
assert missing == []

# %% claim: and has none that the installed torch lacks
#| label: real
assert set(atlas) - (named | derived) == set()
assert all(type(module).__name__ == name for name, (module, *_) in atlas.items())


# %% claim: either rule alone misses one
#| label: rules
assert derived - named == {"NLLLoss2d"}
assert named - derived == {"AdaptiveLogSoftmaxWithLoss"}


# %% torch's value and slope, and the formula's
def measure(loss, asked, outputs):
    """Return a loss of random outputs, and its gradient in them."""
    present, _, targets, *_ = asked
    outputs = outputs.clone().requires_grad_()
    cost = loss(*present(outputs), *targets)
    (slope,) = torch.autograd.grad(cost, outputs)
    return torch.cat([cost.detach()[None], slope.flatten()])


def find_error(name):
    """Return the largest difference from the formula, relative to the largest value."""
    module, asked, twin, _ = atlas[name]
    errors = []
    for seed in seeds:
        torch.manual_seed(seed)
        outputs = 2 * torch.randn(asked[1])
        ours = measure(lambda *given: twin(*given).mean(), asked, outputs)
        torchs = measure(item_of(module), asked, outputs)
        errors.append((ours - torchs).abs().max() / torchs.abs().max())
    return max(errors).item()


errors = {name: find_error(name) for name in atlas}
worst_error = max(errors.values())

# %% claim: every loss and its gradient agree with the formula to twelve digits
#| label: twins
assert worst_error < 1e-12


# %% along one output
def make_slice(loss, asked):
    """Return the loss as a function of the one output that is moved."""
    present, *_, base, direction, targets = asked
    return lambda t: loss(*present(base + t * direction), *targets)


def bend(curve, points):
    """Return value, slope and curvature of a curve at each point, (point, 3)."""
    points = points.clone().requires_grad_()
    costs = torch.stack([curve(t) for t in points])
    (slopes,) = torch.autograd.grad(costs.sum(), points, create_graph=True)
    second = torch.zeros_like(points)
    if slopes.requires_grad:  # otherwise they are constant
        (second,) = torch.autograd.grad(
            slopes.sum(), points, allow_unused=True, materialize_grads=True
        )
    return torch.stack([costs, slopes, second], dim=1).detach()


slices = {
    name: make_slice(item_of(module), asked)
    for name, (module, asked, *_) in atlas.items()
}
lines = {
    name: make_slice(lambda *given, twin=twin: twin(*given).mean(), asked)
    for name, (_, asked, twin, _) in atlas.items()
}
by_twin = {name: bend(lines[name], near) for name in atlas}
by_torch, refused = {}, []
for name in atlas:
    try:
        by_torch[name] = bend(slices[name], near)
    except RuntimeError:
        refused.append(name)
most_bent = {name: rows[:, 2].max().item() for name, rows in by_twin.items()}

# %% claim: slope and curvature along one output agree with the formula too
#| label: bends
formulas = {name: by_twin[name] for name in by_torch}
torch.testing.assert_close(by_torch, formulas, rtol=1e-8, atol=1e-8)

# %% claim: three losses have no second derivative in torch
#| label: refused
assert sorted(refused) == ["CTCLoss", "MultiLabelMarginLoss", "MultiMarginLoss"]


# %% sixty steps at a rate far too high
def slope_at(curve, t):
    t = t.clone().requires_grad_()
    return torch.autograd.grad(curve(t), t)[0]


def descend(name):
    """Return the places of t, from the start on."""
    places = [torch.tensor(start)]
    for _ in range(steps):
        places.append(places[-1] - lr * slope_at(slices[name], places[-1]))
    return torch.stack(places)


paths = {name: descend(name) for name in atlas}
steepest = {
    name: torch.stack([slope_at(slices[name], t) for t in far_off]).abs()
    for name in atlas
}


def name_fate(name):
    """Return what became of the run: away, in motion, or at rest."""
    path = paths[name].nan_to_num(torch.inf).abs()
    if path.max() > 1e12:
        return "runs away"
    return "rests" if (paths[name][-10:].diff().abs() < 1).all() else "moves on"


fates = {name: name_fate(name) for name in atlas}
away = [name for name in atlas if fates[name] == "runs away"]
others = [name for name in atlas if name not in away]
highest = {
    name: max(steepest[name].max().item(), by_twin[name][:, 1].abs().max().item())
    for name in atlas
}
highest_slope = max(highest[name] for name in others)


def grows(left, near_left, near_right, right):
    """Say whether a slope ten times as far out is at least five times as steep."""
    return max(left, right) > 1e-3 and (left > 5 * near_left or right > 5 * near_right)


growing = [name for name in atlas if grows(*steepest[name].tolist())]

# %% claim: exactly three of them run away
#| label: away
assert sorted(away) == ["GaussianNLLLoss", "MSELoss", "PoissonNLLLoss"]

# %% claim: the slopes of these three grow without end, and those of the others do not
#| label: slopes
assert growing == away
assert highest_slope < 3

# %% claim: the values of these others change as steeply, to a tenth, and no more so
#| label: steepest
secants = {name: by_twin[name][:, 0].diff() / near.diff() for name in others}
shares = [secants[name].abs().max().item() / highest[name] for name in others]
assert min(shares) > 0.9
assert max(shares) < 1 + 1e-9


# %% claim: under every hinge and every sigmoid the output comes to rest
#| label: rests
flat = re.compile("Margin|Hinge|BCE")
assert {fates[name] for name in atlas if flat.search(name)} == {"rests"}


# %% what the mean is over
def find_divisor(name):
    """Return the sum over the mean, for five examples; None without a reduction."""
    module, asked, *_ = atlas[name]
    if not hasattr(module, "reduction"):
        return None
    total = copy.copy(module)
    total.reduction = "sum"
    torch.manual_seed(0)
    outputs = torch.randn(asked[1])
    mean = measure(item_of(module), asked, outputs)[0]
    return (measure(item_of(total), asked, outputs)[0] / mean).item()


divisors = {name: find_divisor(name) for name in atlas}
words = {15: "elements", 5: "examples", 4: "examples, lengths"}
means = {name: words[round(d)] if d else "examples" for name, d in divisors.items()}
defaults = {name: getattr(atlas[name][0], "reduction", None) for name in atlas}
elementwise = [name for name in atlas if means[name] == "elements"]
element_count = len(elementwise)

# %% claim: all but one take the mean by default, and that one has no choice
#| label: mean
assert [name for name in atlas if defaults[name] != "mean"] == [
    "AdaptiveLogSoftmaxWithLoss"
]

# %% claim: for eleven of them the mean is over elements, so more outputs mean less slope
#| label: over
torch.testing.assert_close(
    [divisors[name] for name in elementwise], [15.0] * 11, rtol=1e-9, atol=0
)

# %% the atlas
#| output: markdown
print("| loss | of one example | mean over | slope ≤ | curvature ≤ | at 100 |")
print("|---|---|---|--:|--:|---|")
for name, (*_, formula) in atlas.items():
    wrapped = re.sub("(?<=[a-z])(?=[A-Z])", "<wbr>", name)  # long names may break here
    # Rounded up, since they stand after a ≤.
    tenths = math.ceil(10 * highest[name] - 1e-6)
    hundredths = math.ceil(100 * most_bent[name] - 1e-6)
    slope = "∞" if name in away else f"{tenths / 10:.1f}"
    bent = "∞" if name == "PoissonNLLLoss" else f"{hundredths / 100:g}"
    print(f"| <code>{wrapped}</code> | {formula} | {means[name]} | {slope} ", end="")
    print(f"| {bent} | {fates[name]} |")

# %% twenty-four runs at one rate
#| caption: >
#|   Distance from zero of one output under each of {count} losses, at the learning
#|   rate 100. Grey: all those without a name.
#| alt: >
#|   On a log axis three lines leave the picture within a few steps: MSELoss,
#|   GaussianNLLLoss and PoissonNLLLoss. The grey lines of all the other losses stay
#|   below a few hundred.
fig, ax = plt.subplots()
for name in others:
    ax.semilogy(paths[name][:21].abs().clamp(min=0.1), color="0.5", linewidth=1)
for color, name in enumerate(away):
    path = paths[name][:21].abs().clamp(max=1e18)  # far outside the picture
    ax.semilogy(path, color=f"C{color}", label=name)
ax.set(xlabel="step", ylabel="distance of the output from 0", ylim=(0.1, 1e16))
ax.legend(loc="center right")

# %% twenty-four small pictures
#| caption: >
#|   Each loss against the one output that is moved. Wide: torch. Thin: the formula.
#|   Dashed: the slope.
#| alt: >
#|   Twenty-four small panels in two columns, one for each loss. The wide and the thin
#|   curve cover one another everywhere. The dashed slope is level at both ends of every
#|   panel but those of MSELoss, GaussianNLLLoss and PoissonNLLLoss.
fig, axes = plt.subplots(12, 2, figsize=(4.5, 10.8), sharex=True, sharey=True)
for ax, name in zip(axes.flat, atlas, strict=True):
    torchs = torch.stack([slices[name](t).detach() for t in near])
    ax.plot(near, torchs, color="C0", linewidth=4, alpha=0.35)
    ax.plot(near, by_twin[name][:, 0], color="C1", linewidth=1)
    ax.plot(near, by_twin[name][:, 1], "--", color="C2", linewidth=1)
    ax.set_title(name.removesuffix("Loss"))
    ax.set(ylim=(-2, 4.5))
for ax in axes[-1]:
    ax.set(xlabel="output")
