# %% [markdown]
# # An edge in two weights
# A valley whose steepness is a weight too. Where does gradient descent leave it, and
# what do walls that flatten outwards change?

# %% two valleys
#| device: cpu
import matplotlib.pyplot as plt
import torch

torch.set_default_dtype(torch.float64)
pull, lr, steps = 0.1, 0.5, 5000  # c, the learning rate


def parabola(across, steepness):
    """Return the height of walls that keep the floor's curvature."""
    return 0.5 * steepness * across**2


def root(across, steepness):
    """Return the height of walls that flatten outwards."""
    return steepness * ((1 + across**2).sqrt() - 1)


def descend(walls, wishes, start, steps=steps):
    """Return the paths of both weights, one row for each wish (Y)."""
    point, path = start.expand(len(wishes), 2), []
    for _ in range(steps):
        point = point.detach().requires_grad_()
        across, steepness = point.unbind(1)
        pulled = 0.5 * pull * (wishes - steepness) ** 2
        height = (walls(across, steepness) + pulled).sum()
        path.append(point.detach())
        point = point - lr * torch.autograd.grad(height, point)[0]
    return torch.stack(path)  # (steps, wishes, 2)


# %% gradient descent in both
edge = 2 / lr
wishes = torch.tensor([3.0, 4.8, 6.0])  # Y: below the edge, beyond it, far beyond it
start = torch.tensor([0.1, 1.0])
plain, flat = (descend(walls, wishes, start) for walls in (parabola, root))
settled = edge * (1 + pull * wishes) / (1 + pull * edge)
excess = (settled[1] / edge - 1).item()

# %% claim: between parabolas the steepness settles at 2 / rate itself
#| label: exact
assert plain[-1, 1, 0].abs() > 0.1
torch.testing.assert_close(plain[-1, 1, 1].item(), edge, rtol=1e-9, atol=0)

# %% claim: the hops' square is then twice the pull over the slope of the steepness
#| label: balance
square = plain[-1, 1, 0] ** 2
torch.testing.assert_close(square, 2 * pull * (wishes[1] - edge), rtol=1e-6, atol=0)

# %% claim: between walls that flatten it settles above 2 / rate, as the formula says
#| label: formula
torch.testing.assert_close(flat[-1, 1:, 1], settled[1:], rtol=1e-9, atol=0)
torch.testing.assert_close(flat[-1, 1, 1].item() / edge - 1, excess, rtol=1e-6, atol=0)
assert (flat[-1, 1:, 1] > 1.05 * edge).all()

# %% claim: there the other weight hops across the valley, by the same length each time
#| label: hops
assert flat[-1, 1:, 0].abs().min() > 0.1
torch.testing.assert_close(flat[-1, 1:, 0], -flat[-2, 1:, 0], rtol=1e-9, atol=0)

# %% claim: where the edge lies beyond the wish, the wish is reached in both
#| label: wish
torch.testing.assert_close(plain[-1, 0, 1], wishes[0], rtol=1e-9, atol=0)
torch.testing.assert_close(flat[-1, 0, 1], wishes[0], rtol=1e-9, atol=0)

# %% a millionth beside the rest between parabolas
near = torch.tensor([4.95, 5.05])  # rate × wish: 2.475 and 2.525
rest = torch.stack([(2 * pull * (near - edge)).sqrt(), torch.full((2,), edge)], 1)
path = descend(parabola, near, rest + torch.tensor([1e-6, 0.0]), steps=2000)
astray = (path.abs() - rest).norm(dim=2)  # (steps, wishes)
calm, wild = (astray[-100:].amax(0) / astray[0]).tolist()

# %% claim: the hops between parabolas are steady only while rate × wish is below 2.5
#| label: steady
assert calm < 0.25
assert wild > 4

# %% claim: far beyond the edge the run between parabolas is lost
#| label: lost
assert not plain[-1, 2].isfinite().any()

# %% the valley from above
#| caption: >
#|   The loss ½ y x² + ½ {pull} (4.8 − y)² from above, and 43 steps of gradient descent at
#|   the rate {lr} from the cross on. Grey: where the walls stand 0.3 and 1.5 above the
#|   floor, which slopes down to the right. Dotted: y = 2 / learning rate.
#| alt: >
#|   A valley that narrows to the right. From the cross the path creeps right along the
#|   floor, past the dotted line; then it hops across the valley, wider and wider, and
#|   every hop carries it to the left, where the valley is wide; there the hops shrink.
few = descend(parabola, wishes[1:2], torch.tensor([0.02, 3.7]), steps=44)[:, 0]
ridge = torch.linspace(2.6, 4.8, 6)
fig, ax = plt.subplots(figsize=(4.5, 2.6))
for height in (0.3, 1.5):
    wall = (2 * height / ridge).sqrt()
    ax.plot(ridge, wall, color="C9", linewidth=1)
    ax.plot(ridge, -wall, color="C9", linewidth=1)
ax.axvline(edge, linestyle=":", color="C4")
ax.plot(few[:, 1], few[:, 0], color="C0", linewidth=1)
ax.plot(few[0, 1], few[0, 0], "x", color="C1", markersize=8)
ax.set(xlabel="steepness $y$", ylabel="across the valley, $x$")

# %% two weights, two kinds of wall
#| caption: >
#|   Steepness of the valley at the rate {lr}, for walls that are parabolas and walls
#|   that flatten outwards, every fifth of 250 steps. Dotted: 2 / learning rate. Cross:
#|   lost.
#| alt: >
#|   Left, both lines overshoot the dotted 4. The parabolas' still swings about the
#|   dotted line at step 250, less and less; the other soon rests a little above it.
#|   Right, the line of the parabolas is thrown down and ends in a cross; that of the
#|   flattening walls settles above the dotted one.
fig, axes = plt.subplots(1, 2, sharey=True, figsize=(4.5, 2.8))
for column, ax in enumerate(axes, start=1):
    ax.axhline(edge, linestyle=":", color="C4")
    for number, (name, path) in enumerate(
        {"parabolas": plain, "walls that flatten": flat}.items()
    ):
        line = path[:250, column, 1]
        end = int((line > 0).int().cumprod(0).sum())  # until it is thrown out
        style, above = ("--", 3) if path is plain else ("-", 2)
        reached = range(0, end, 5)
        ax.plot(
            reached, line[:end:5], style, color=f"C{number}", label=name, zorder=above
        )
        if end < len(line):
            ax.plot(end - 1, line[end - 1], "x", color=f"C{number}")
    ax.set(xlabel="step", title=f"$Y$ = {wishes[column]:g}")
axes[0].set(ylabel="steepness $y$", ylim=(0, 7))
fig.legend(*axes[0].get_legend_handles_labels(), ncols=2, loc="outside upper center")
