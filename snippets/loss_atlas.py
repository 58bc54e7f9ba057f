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


def descend(name, rate=lr):
    """Return the places of t, from the start on."""
    places = [torch.tensor(start)]
    for _ in range(steps):
        places.append(places[-1] - rate * slope_at(slices[name], places[-1]))
    return torch.stack(places)


paths = {name: descend(name) for name in atlas}
steepest = {
    name: torch.stack([slope_at(slices[name], t) for t in far_off]).abs()
    for name in atlas
}


def name_fate(name):
    """Return what became of the run: away, thrown far out, in motion, or at rest."""
    late = paths[name][-10:].diff().abs()
    if paths[name].abs().max() > 1e12:
        return "away" if late.min() > 1 else "thrown"
    return "rests" if late.max() < 1 else "moves"


fates = {name: name_fate(name) for name in atlas}
away = [name for name in atlas if fates[name] == "away"]
thrown = [name for name in atlas if fates[name] == "thrown"]
others = [name for name in atlas if name not in away + thrown]
farthest = max(paths[name].abs().max().item() for name in others)
poisson = paths["PoissonNLLLoss"]
poisson_first = poisson[1].item()
digits, power = f"{poisson[2].item():.0e}".replace("-", "−").split("e+")
poisson_far = f"{digits} · 10" + power.translate(
    str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
)
highest = {
    name: max(steepest[name].max().item(), by_twin[name][:, 1].abs().max().item())
    for name in atlas
}
highest_slope = max(highest[name] for name in others)
owners = ["LinearCrossEntropyLoss", "AdaptiveLogSoftmaxWithLoss"]  # of weights
plain_slope = max(highest[name] for name in others if name not in owners)


def count_growing(left, near_left, near_right, right):
    """Return on how many sides a slope ten times as far out is five times as steep."""
    return (left > 5 * near_left + 1e-3) + (right > 5 * near_right + 1e-3)


growing = {name: count_growing(*steepest[name].tolist()) for name in atlas}

# %% claim: exactly two of them run away
#| label: away
assert sorted(away) == ["GaussianNLLLoss", "MSELoss"]
# Each step is the longest yet.
assert all((paths[name].diff().abs().diff() > 0).all() for name in away)

# %% claim: a third is thrown out in two steps and stays, where its slope is minus y
#| label: thrown
assert thrown == ["PoissonNLLLoss"]
assert poisson_first < 100
assert poisson[2] < -1e40
assert (poisson[2:] == poisson[2]).all()  # a step of 100 is lost in the rounding
assert slope_at(slices["PoissonNLLLoss"], poisson[-1]) == -1

# %% claim: all others stay within a few hundred
#| label: bounded
assert farthest < 400
assert len(others) == count - 3

# %% claim: two slopes grow without end on both sides, one on one side, the others on none
#| label: slopes
assert [name for name in atlas if growing[name] == 2] == away
assert [name for name in atlas if growing[name] == 1] == thrown
assert highest_slope < 3
assert 1.9 < plain_slope < 2 + 1e-9

# %% claim: the values of these others change as steeply, to a tenth, and no more so
#| label: steepest
secants = {name: by_twin[name][:, 0].diff() / near.diff() for name in others}
shares = [secants[name].abs().max().item() / highest[name] for name in others]
assert min(shares) > 0.9
assert max(shares) < 1 + 1e-9

# %% a kink, at three rates
lengths = torch.stack(
    [descend("L1Loss", rate)[-10:].diff().abs() / rate for rate in (lr, 3.0, 0.3)]
)

# %% claim: about the kink of L1Loss every step is as long as the rate, at any rate
#| label: kink
torch.testing.assert_close(lengths, torch.ones(3, 9))


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

torch.manual_seed(0)
by_tree = atlas[owners[1]][0](torch.randn(5, 4), torch.tensor([3, 4, 5, 5, 3]))

# %% claim: all take the mean by default, one of them without a choice
#| label: mean
assert [name for name in atlas if defaults[name] != "mean"] == owners[1:]
torch.testing.assert_close(by_tree.loss, -by_tree.output.mean())

# %% claim: for eleven of them the mean is over elements, so more outputs mean less slope
#| label: over
torch.testing.assert_close(
    [divisors[name] for name in elementwise], [15.0] * 11, rtol=1e-9, atol=0
)

# %% the atlas
#| output: markdown
given = {  # what a bound belongs to, beside the formula
    "GaussianNLLLoss", "KLDivLoss", "CTCLoss", "MultiMarginLoss",
    "MultiLabelMarginLoss", "CosineEmbeddingLoss", *owners,
}  # fmt: skip
print(
    "| loss, and that of one example | mean over | slope ≤ | curva&shy;ture ≤ | at 100 |"
)
print("|---|---|--:|--:|---|")
for name, (*_, formula) in atlas.items():
    wrapped = re.sub("(?<=[a-z])(?=[A-Z])", "<wbr>", name)  # long names may break here
    # Rounded up, since they stand after a ≤.
    tenths = math.ceil(10 * highest[name] - 1e-6)
    hundredths = math.ceil(100 * most_bent[name] - 1e-6)
    star = "\\*" if name in given else ""
    slope = "∞" if name in away + thrown else f"{tenths / 10:.1f}{star}"
    bent = f"{hundredths / 100:g}{star if hundredths else ''}"
    bent = "∞" if name == "PoissonNLLLoss" else bent
    print(f"| <code>{wrapped}</code><br>{formula} | {means[name]} | {slope} ", end="")
    print(f"| {bent} | {fates[name]} |")

# %% twenty-four runs at one rate
#| caption: >
#|   Distance from zero of one output under each of {count} losses, at the learning
#|   rate 100. Above: the three that go far. Below, on another scale: all the others.
#| alt: >
#|   Two panels on log axes. Above, the lines of MSELoss and GaussianNLLLoss rise
#|   straight through forty decades in twenty steps; that of PoissonNLLLoss is there
#|   after two steps and level from then on. Below, the lines of all the other losses
#|   stay under a few hundred, most of them level, some in zigzags.
fig, axes = plt.subplots(2, sharex=True, figsize=(4.5, 4.5))
for color, name in enumerate(away + thrown):
    label = name.removesuffix("Loss")
    axes[0].semilogy(paths[name][:21].abs(), color=f"C{color}", label=label)
for name in others:
    axes[1].semilogy(paths[name][:21].abs().clamp(min=0.1), color="0.5", linewidth=1)
fig.legend(loc="outside upper center", ncols=3)
axes[1].set(xlabel="step", ylim=(0.1, 1000))
fig.supylabel("distance of the output from 0")

# %% twenty-four small pictures
#| caption: >
#|   Each loss against the one output that is moved, on a scale of its own. Wide: torch.
#|   Thin: the formula. Dashed: the slope. Dotted: zero.
#| alt: >
#|   Twenty-four small panels in two columns, one for each loss. The wide and the thin
#|   curve cover one another everywhere. The dashed slope is a rising straight line for
#|   MSELoss and GaussianNLLLoss and an exponential for PoissonNLLLoss; in the others it
#|   becomes level, or jumps from level to level.
fig, axes = plt.subplots(12, 2, figsize=(4.5, 11.5), sharex=True)
for ax, name in zip(axes.flat, atlas, strict=True):
    torchs = torch.stack([slices[name](t).detach() for t in near])
    ax.axhline(0, color="0.5", linestyle=":", linewidth=1)
    ax.plot(near, torchs, color="C0", linewidth=4, alpha=0.35)
    ax.plot(near, by_twin[name][:, 0], color="C1", linewidth=1)
    ax.plot(near, by_twin[name][:, 1], "--", color="C2", linewidth=1)
    ax.set_title(name.removesuffix("Loss"))
    ax.locator_params(axis="y", nbins=3)
for ax in axes[-1]:
    ax.set(xlabel="output")
