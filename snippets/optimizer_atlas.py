# %% [markdown]
# # Every optimizer of torch, and a few lines for each
# Which optimizers does the installed torch have, how long are their steps, and which
# of them notice that the loss was multiplied by a constant?

# %% a few lines for each
#| device: cpu
import inspect
import math
from itertools import pairwise

import matplotlib.pyplot as plt
import torch
from torch.optim import Optimizer

torch.set_default_dtype(torch.float64)


def sgd(w, g, s, t, lr):
    return w - lr * g


def asgd(w, g, s, t, lr):
    rate = lr / (1 + 1e-4 * lr * (t - 1)) ** 0.75
    return (1 - 1e-4 * rate) * w - rate * g


def rprop(w, g, s, t, lr):
    agree = torch.sign(g * s.get("last", torch.zeros_like(g)))
    factor = torch.where(agree > 0, 1.2, torch.where(agree < 0, 0.5, 1.0))
    s["size"] = (s.get("size", torch.full_like(g, lr)) * factor).clamp(1e-6, 50)
    s["last"] = torch.where(agree < 0, 0.0, g)
    return w - s["size"] * torch.sign(s["last"])


def adagrad(w, g, s, t, lr):
    s["sum"] = s.get("sum", 0) + g**2
    return w - lr * g / (s["sum"].sqrt() + 1e-10)


def rmsprop(w, g, s, t, lr):
    s["size"] = 0.99 * s.get("size", 0) + 0.01 * g**2
    return w - lr * g / (s["size"].sqrt() + 1e-8)


def adadelta(w, g, s, t, lr):
    s["size"] = 0.9 * s.get("size", 0) + 0.1 * g**2
    moved = s.get("moved", torch.zeros_like(g))
    step = ((moved + 1e-6) / (s["size"] + 1e-6)).sqrt() * g
    s["moved"] = 0.9 * moved + 0.1 * step**2
    return w - lr * step


def remember(g, s):
    """Return the short memory of the gradient and the long one of its square."""
    s["short"] = 0.9 * s.get("short", 0) + 0.1 * g
    s["long"] = 0.999 * s.get("long", 0) + 0.001 * g**2
    return s["short"], s["long"]


def adam(w, g, s, t, lr):
    short, long = remember(g, s)
    return w - lr * short / (1 - 0.9**t) / ((long / (1 - 0.999**t)).sqrt() + 1e-8)


def adamw(w, g, s, t, lr):
    return adam((1 - 0.01 * lr) * w, g, s, t, lr)


def adamax(w, g, s, t, lr):
    s["short"] = 0.9 * s.get("short", 0) + 0.1 * g
    s["largest"] = torch.maximum(0.999 * s.get("largest", 0 * g), g.abs() + 1e-8)
    return w - lr / (1 - 0.9**t) * s["short"] / s["largest"]


def nadam(w, g, s, t, lr):
    short, long = remember(g, s)
    now, soon = (0.9 * (1 - 0.5 * 0.96 ** (0.004 * k)) for k in (t, t + 1))
    s["product"] = s.get("product", 1) * now
    ahead = soon * short / (1 - s["product"] * soon)
    step = (1 - now) * g / (1 - s["product"]) + ahead
    return w - lr * step / ((long / (1 - 0.999**t)).sqrt() + 1e-8)


def radam(w, g, s, t, lr):
    short, long = remember(g, s)
    most = 2 / (1 - 0.999) - 1
    seen = most - 2 * t * 0.999**t / (1 - 0.999**t)
    step = short / (1 - 0.9**t)
    if seen > 5:
        trust = (seen - 4) * (seen - 2) * most / ((most - 4) * (most - 2) * seen)
        step = step * math.sqrt(trust * (1 - 0.999**t)) / (long.sqrt() + 1e-8)
    return w - lr * step


def sparse_adam(w, g, s, t, lr):
    touched = g != 0  # a weight without a gradient keeps its memories and its place
    old = {name: s.get(name, torch.zeros_like(g)) for name in ("short", "long")}
    short, long = remember(g, s)
    for name, value in old.items():
        s[name] = torch.where(touched, s[name], value)
    rate = lr * math.sqrt(1 - 0.999**t) / (1 - 0.9**t)
    return torch.where(touched, w - rate * short / (long.sqrt() + 1e-8), w)


def adafactor(w, g, s, t, lr):
    new = t**-0.8  # the share of the newest square
    rows, columns = (g**2).mean(1, keepdim=True), (g**2).mean(0, keepdim=True)
    s["rows"] = (1 - new) * s.get("rows", 0) + new * rows
    s["columns"] = (1 - new) * s.get("columns", 0) + new * columns
    step = g / (s["rows"] * s["columns"] / s["rows"].mean()).sqrt()
    step = step / max(1.0, step.square().mean().sqrt())
    return w - max(1e-3, w.square().mean().sqrt()) * min(lr, t**-0.5) * step


def muon(w, g, s, t, lr):
    s["short"] = torch.lerp(s.get("short", torch.zeros_like(g)), g, 0.05)
    m = torch.lerp(g, s["short"], 0.95).bfloat16()  # where the last bit decides
    m = m / m.norm()
    for _ in range(5):  # every singular value x becomes 3.4445 x - 4.775 x³ + 2.0315 x⁵
        square = m @ m.T
        m = torch.addmm(
            m, torch.addmm(square, square, square, beta=-4.775, alpha=2.0315), m,
            beta=3.4445,
        )  # fmt: skip
    return (1 - 0.1 * lr) * w - lr * math.sqrt(max(1, len(w) / len(w[0]))) * m.to(
        w.dtype
    )


def lbfgs(w, g, s, t, lr):
    if t > 1:
        s.setdefault("pairs", []).append((s["step"], g - s["g"]))
    step, used = -g, []
    for moved, change in reversed(s.get("pairs", [])):
        used.append((step * moved).sum() / (moved * change).sum())
        step = step - used[-1] * change
    if t > 1:
        step = (
            step
            * (moved := s["step"]).mul(change := g - s["g"]).sum()
            / (change**2).sum()
        )
    for (moved, change), share in zip(s.get("pairs", []), reversed(used), strict=True):
        back = (step * change).sum() / (moved * change).sum()
        step = step + (share - back) * moved
    rate = lr if t > 1 else lr * min(1.0, 1 / g.abs().sum())
    s["step"], s["g"] = rate * step, g
    return w + s["step"]


atlas = {  # class: its lines, and what a step is in words
    "SGD": (sgd, "rate · gradient"),
    "ASGD": (asgd, "rate · gradient, with a decay; the average is kept aside"),
    "Rprop": (rprop, "a length of its own for each weight, and the gradient's sign"),
    "Adagrad": (adagrad, "gradient / root of the sum of all its squares"),
    "RMSprop": (rmsprop, "gradient / its recent size"),
    "Adadelta": (adadelta, "gradient / its recent size · recent size of the steps"),
    "Adam": (adam, "short memory / long memory, both corrected for their youth"),
    "AdamW": (adamw, "Adam, and a decay beside it"),
    "Adamax": (adamax, "short memory / largest size seen, slowly forgotten"),
    "NAdam": (nadam, "Adam, one step ahead of its short memory"),
    "RAdam": (radam, "short memory alone at first, then Adam, trusted by degrees"),
    "SparseAdam": (sparse_adam, "Adam, for the weights that have a gradient"),
    "Adafactor": (adafactor, "gradient / size by row and column · size of the weights"),
    "Muon": (muon, "short memory with all its singular values near 1"),
    "LBFGS": (lbfgs, "gradient · inverse curvature guessed from past steps"),
}

# %% all that the installed torch has
installed = {
    name
    for name, each in vars(torch.optim).items()
    if inspect.isclass(each) and issubclass(each, Optimizer) and each is not Optimizer
}

# %% claim: every optimizer of the installed torch has an entry
#| label: complete
assert installed == set(atlas)

# %% the same steps by torch and by hand
torch.manual_seed(0)
slope, target = torch.randn(6, 3), torch.randn(6, 4)
start = torch.randn(3, 4)
rates = {"LBFGS": 0.5}  # a rate of 1 is for quadratics


def descend(name, scale=1.0, steps=50):
    """Return the path (steps + 1, 3, 4) of torch's optimizer and of its twin.

    The loss is the sum of ln cosh, times the scale, so its gradient is bounded.
    """
    rate = rates.get(name, 0.02)
    options = {"max_iter": 1} if name == "LBFGS" else {}
    weight = torch.nn.Parameter(start.clone())
    optimizer = getattr(torch.optim, name)([weight], lr=rate, **options)
    point, state, paths = start.clone(), {}, [(start, start)]
    for step in range(1, min(steps, 10 if name == "LBFGS" else steps) + 1):
        rows = torch.arange(3) % 3 == step % 3  # what a sparse gradient leaves out
        kept = ~rows[:, None] if name == "SparseAdam" else torch.ones(3, 1, dtype=bool)

        def gradient(at, kept=kept):
            return kept * scale * slope.T @ torch.tanh(slope @ at - target)

        def closure(gradient=gradient):
            given = gradient(weight.detach())
            weight.grad = given.to_sparse(1) if name == "SparseAdam" else given
            return scale * torch.cosh(slope @ weight.detach() - target).log().sum()

        given = gradient(weight.detach())  # the same for both
        point = atlas[name][0](point, given, state, step, rate)
        optimizer.step(closure)
        paths.append((weight.detach().clone(), point))
    return tuple(map(torch.stack, zip(*paths, strict=True)))


paths = {name: descend(name) for name in atlas}
errors = {
    name: ((by_torch - by_hand).norm() / (by_torch - start).norm()).item()
    for name, (by_torch, by_hand) in paths.items()
}
worst_error = max(errors.values())

# %% claim: by torch and by hand all fifteen walk the same path
#| label: twins
assert worst_error < 1e-12


# %% the loss times 1,024, and divided by it
def find_noticing(scale):
    """Return who walks another path, by a hundredth of its length, in five steps."""
    found = []
    for name in atlas:
        usual, other = (descend(name, each, steps=5)[0] for each in (1.0, scale))
        if (other - usual).norm() > 0.01 * (usual - start).norm():
            found.append(name)
    return found


notices, notices_less = find_noticing(1024.0), find_noticing(1 / 1024)
first_gradient = slope.T @ torch.tanh(slope @ start - target)
slope_low, slope_high = (size.item() for size in first_gradient.abs().aminmax())
divided_high = slope_high / 1024

# %% claim: times 1,024, exactly three notice within five steps
#| label: notice
assert notices == ["SGD", "ASGD", "RAdam"]

# %% claim: divided by 1,024, Adadelta and LBFGS notice too
#| label: small
assert notices_less == ["SGD", "ASGD", "Adadelta", "RAdam", "LBFGS"]
assert divided_high < 0.01


# %% one weight, and a gradient that is tenfold for a while
def answer(name, gradients):
    """Return the length of every step for given gradients, in learning rates."""
    rate, lengths = 1e-3, []
    weight = torch.nn.Parameter(torch.ones(1, 1))
    extra = {"weight_decay": 0.0} if name in ("AdamW", "Muon") else {}
    extra = {"max_iter": 1} if name == "LBFGS" else extra
    optimizer = getattr(torch.optim, name)([weight], lr=rate, **extra)
    for g in gradients:
        before = weight.item()
        grad = torch.full((1, 1), g)
        weight.grad = grad.to_sparse(1) if name == "SparseAdam" else grad
        optimizer.step(lambda: weight.new_zeros(()))
        lengths.append((before - weight.item()) / rate)
    return lengths


signal = [1.0] * 40 + [10.0] * 40 + [1.0] * 40
answers = {name: answer(name, signal) for name in atlas}
firsts = {name: [answer(name, [g])[0] for g in (1e-3, 1.0, 1e3)] for name in atlas}
rprop_most, adadelta_most = max(answers["Rprop"]), max(answers["Adadelta"])
rmsprop_up, rmsprop_used = answers["RMSprop"][40], answers["RMSprop"][79]
adam_up, adam_used = max(answers["Adam"]), answers["Adam"][79]
adamax_up, nadam_up = answers["Adamax"][40], answers["NAdam"][40]
nadam_dip, lbfgs_down = min(answers["NAdam"][:40]), answers["LBFGS"][80]
kinds = []  # those whose steps differ by over a hundredth from all before
for name, lengths in answers.items():
    far = [
        any(abs(a - b) > 0.01 * b for a, b in zip(lengths, answers[kind], strict=True))
        for kind in kinds
    ]
    kinds += [name] if all(far) else []
alike = [name for name in atlas if name not in kinds]

# %% claim: the signal tells twelve kinds apart
#| label: kinds
assert len(kinds) == 12
assert alike == ["ASGD", "AdamW", "SparseAdam"]

# %% how long RAdam waits
raw_steps = answer("RAdam", [1000.0] * 8)
raw_count = sum(length > 100 for length in raw_steps)
rho = [1999 - 2 * t * 0.999**t / (1 - 0.999**t) for t in range(1, 9)]
paper_count = sum(each <= 4 for each in rho)  # Algorithm 2 corrects above 4

# %% claim: RAdam's first five steps are as long as the gradient is large
#| label: raw
assert raw_count == 5
assert min(raw_steps[:5]) > 999
assert max(raw_steps[5:]) < 1

# %% claim: torch waits for more than 5, the paper for more than 4, which is one step less
#| label: rectified
assert raw_count == sum(each <= 5 for each in rho)
assert paper_count == 4

# %% claim: RMSprop's first step is ten learning rates, whatever the gradient
#| label: rmsprop
torch.testing.assert_close(
    torch.tensor(firsts["RMSprop"]), torch.full((3,), 10.0), rtol=1e-3, atol=0
)

# %% claim: Adam, AdamW, Adamax, SparseAdam, AdaGrad and Rprop begin with one rate
#| label: one
names = ["Adam", "AdamW", "Adamax", "SparseAdam", "Adagrad", "Rprop"]
torch.testing.assert_close(
    torch.tensor([firsts[name] for name in names]), torch.ones(6, 3), rtol=1e-3, atol=0
)


# %% claim: while the gradient stays the same AdaGrad's steps shrink
#| label: shrinks
assert all(new < old for old, new in pairwise(answers["Adagrad"][:40]))

# %% claim: and Rprop's grow, up to its limit
#| label: grows
assert all(new > old for old, new in pairwise(answers["Rprop"][:40]))
torch.testing.assert_close(answers["Rprop"][60:], [50.0 / 1e-3] * 60)
assert rprop_most in answers["Rprop"][59:]

# %% claim: RMSprop's step jumps over fourfold at the rise, and is used to it in the end
#| label: jumps
assert rmsprop_up > 4 * answers["RMSprop"][39]
assert all(new < old for old, new in pairwise(answers["RMSprop"][40:80]))
torch.testing.assert_close(rmsprop_used, answers["RMSprop"][39], rtol=0.01, atol=0)

# %% claim: Adam's grows by half within forty steps and is still longer at their end
#| label: swells
assert adam_up in answers["Adam"][40:80]
assert 1.4 < adam_up < 1.6
assert 1.25 < adam_used < 1.5
assert answers["Adam"][40] < 1.05

# %% claim: both are shorter after the fall than before the rise, for the rest of the run
#| label: shy
assert max(answers["RMSprop"][80:]) < answers["RMSprop"][39]
assert all(new < old for old, new in pairwise(answers["Adam"][79:]))
assert answers["Adam"][-1] < answers["Adam"][39] / 4

# %% claim: Adamax's first step after the rise is a fifth of the one before it
#| label: adamax
torch.testing.assert_close(adamax_up / answers["Adamax"][39], 0.19, rtol=0.01, atol=0)

# %% claim: NAdam's steps dip at once, and more than triple at the rise
#| label: nadam
assert nadam_dip in answers["NAdam"][1:5]
assert nadam_dip < 0.75
assert nadam_up > 3 * answers["NAdam"][39]

# %% claim: Adafactor does not see the rise, and sees the fall as Adam does not
#| label: adafactor
assert answers["Adafactor"][40] < answers["Adafactor"][39]
torch.testing.assert_close(answers["Adafactor"][80], 0.1, rtol=0.1, atol=0)

# %% claim: Adadelta never reaches a fiftieth of its rate
#| label: adadelta
assert adadelta_most < 1 / 50

# %% claim: LBFGS takes the fall for a curvature and divides by it
#| label: fall
curvature = (10 - 1) / (10 * 1e-3)  # the gradient fell by 9 over a step of 10 rates
torch.testing.assert_close(lbfgs_down, 1 / curvature, rtol=1e-6, atol=0)
assert answers["LBFGS"][:80] == answers["SGD"][:80]


# %% how many numbers each keeps for a weight
def count_kept(name, steps=3):
    """Return the floats kept for each weight of a 100 by 100 matrix in a bowl."""
    weight = torch.nn.Parameter(torch.ones(100, 100))
    options = {"max_iter": 1} if name == "LBFGS" else {}
    optimizer = getattr(torch.optim, name)([weight], lr=1e-3, **options)
    for _ in range(steps):
        weight.grad = 100 * weight.detach()
        if name == "SparseAdam":
            weight.grad = weight.grad.to_sparse(1)
        optimizer.step(lambda: weight.new_zeros(()))
    kept = optimizer.state[weight].values()
    flat = [each for held in kept for each in (held if type(held) is list else [held])]
    sizes = [each.numel() for each in flat if isinstance(each, torch.Tensor)]
    return sum(size for size in sizes if size > 1) / weight.numel()


kept = {name: count_kept(name) for name in atlas}
adafactor_kept, adam_kept = kept["Adafactor"], kept["Adam"]
lbfgs_kept = [count_kept("LBFGS", steps=steps) for steps in (1, 2, 3, 120)]
lbfgs_most = lbfgs_kept[-1]

# %% claim: Adam keeps two numbers a weight, Adafactor a hundredth of that
#| label: kept
assert adam_kept == 2
assert adafactor_kept <= 0.02

# %% claim: LBFGS keeps two, and two more for every step it remembers, a hundred at most
#| label: history
assert lbfgs_kept == [2, 4, 6, 202]

# %% the atlas
#| output: markdown
print("| optimizer, and a step in words | rate | kept | first steps |")
print("|---|---:|---:|---:|")
for name, (_, words) in atlas.items():
    lr = inspect.signature(getattr(torch.optim, name)).parameters["lr"].default
    first = "<br>".join(
        f"{length:.2g}" if length < 100 else f"{length:.0f}" for length in firsts[name]
    )
    many = f"2 to {lbfgs_most:.0f}" if name == "LBFGS" else f"{kept[name]:.2g}"
    print(f"| `{name}`<br>{words} | {lr:g} | {many} | {first} |")

# %% fifteen answers to one signal
#| caption: >
#|   Length of each step in learning rates, on a log scale, when the gradient (dotted)
#|   is 1 for forty steps, 10 for forty, and 1 again. One weight, and for all of them a
#|   rate of 0.001 and no weight decay.
#| alt: >
#|   Fifteen small panels. SGD and ASGD follow the gradient. Rprop grows out of the
#|   frame, to 50,000 rates. AdaGrad falls and never recovers. RMSprop starts at ten and
#|   jumps with the gradient; Adam starts at one and only swells; both are shorter after
#|   the fall. Adamax falls to a fifth when the gradient rises. Adadelta stays near a
#|   hundredth. Adafactor only notices the fall. Muon does not move at all from its
#|   level. LBFGS follows, then nearly stops.
fig, axes = plt.subplots(5, 3, figsize=(4.5, 7.2), sharex=True, sharey=True)
for ax, name in zip(axes.flat, atlas, strict=True):
    ax.semilogy(signal, color="C1", linestyle=":", linewidth=1)
    ax.semilogy(answers[name], color="C0")
    ax.set_title(name)
    ax.set(ylim=(5e-4, 200), xticks=(0, 40, 80))
axes[0, 2].text(118, 1e-3, f"to {rprop_most:,.0f}\nat step 60", ha="right", va="bottom")
for ax in axes[-1]:
    ax.set(xlabel="step")
fig.supylabel("step length / learning rate")
