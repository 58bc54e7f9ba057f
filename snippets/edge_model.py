# %% [markdown]
# # An edge in two weights
# A valley whose steepness is a weight too. Where does gradient descent leave it?

# %% the valley
#| device: cpu
import matplotlib.pyplot as plt
import torch

torch.set_default_dtype(torch.float64)
pull, wish = 0.01, 6.0  # c and Y
rates = [0.25, 0.5, 0.8]


def loss(across, steepness):
    """Return the height above the point (across, steepness)."""
    valley = steepness * ((1 + across**2).sqrt() - 1)
    return valley + 0.5 * pull * (wish - steepness) ** 2


# %% gradient descent in it
def descend(lr, length=900.0, tilt=1e-4):
    """Return the path of both weights; the tilt keeps the first from dying out."""
    point, path = torch.tensor([0.1, 1.0]), []
    for _ in range(round(length / lr)):
        point.requires_grad_()
        (gradient,) = torch.autograd.grad(loss(*point) + tilt * point[0], point)
        point = point.detach()
        path.append(point)
        point = point - lr * gradient
    return torch.stack(path)  # (steps, 2)


paths = [descend(lr) for lr in rates]
ends = torch.stack([path[-20:, 1].mean() for path in paths])
lr = torch.tensor(rates)
edge = 2 / lr
settled = (edge * (1 + pull * wish) / (1 + pull * edge)).clamp(max=wish)
excess = (settled * lr / 2).tolist()

# %% without the tilt, to the last digit
rested = []
for lr in rates[1:]:
    path = descend(torch.tensor(lr).item(), length=2000.0, tilt=0.0)
    rested.append(path[-1])
across, steepness = torch.stack(rested).T

# %% claim: beyond 2 / rate the steepness settles just above it, as the formula says
#| label: formula
torch.testing.assert_close(steepness, settled[1:], rtol=1e-9, atol=0)

# %% claim: there the other weight hops across the valley, by the same length each time
#| label: hops
torch.testing.assert_close(
    torch.stack([path[-2, 0] for path in paths[1:]]),
    -torch.stack([path[-1, 0] for path in paths[1:]]),
    rtol=0.01,
    atol=0,
)

# %% claim: with a rate whose edge lies beyond the wish, the wish is reached
#| label: wish
torch.testing.assert_close(ends[0], torch.tensor(wish), rtol=1e-3, atol=0)

# %% two weights, the same exits
#| caption: >
#|   Steepness in the two-weight model at three rates, and how far the other weight
#|   lies from the floor of the valley (rate 0.5). Dotted: 2 / learning rate.
#| alt: >
#|   Above, three rising curves: the rates 0.5 and 0.8 rise past their dotted lines 4
#|   and 2.5, fall back and stay just above them; 0.25 rises on to 6. Below, the
#|   distance from the floor is zero, then bursts, then settles to steady hops.
fig, (above, below) = plt.subplots(
    2, sharex=True, height_ratios=[2, 1], figsize=(4.5, 3.4)
)
for number, (lr, path) in enumerate(zip(rates, paths, strict=True)):
    time = lr * torch.arange(len(path))
    shown = time < 400
    above.plot(time[shown], path[shown, 1], color=f"C{number}", label=f"rate {lr}")
    if number:
        above.axhline(2 / lr, linestyle=":", color=f"C{number}", linewidth=1)
time = rates[1] * torch.arange(800)
below.plot(time, paths[1][:800, 0].abs(), color="C1")
above.set(ylabel="steepness $y$", ylim=(0, 7))
below.set(xlabel="learning rate × steps", ylabel="$|x|$")
fig.legend(*above.get_legend_handles_labels(), ncols=3, loc="outside upper center")
