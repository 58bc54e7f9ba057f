# %% [markdown]
# # What happens when a loss is scaled?
# Multiply the loss by a thousand, or measure the targets in a unit a thousand times
# smaller. Which optimizer needs a new learning rate?

# %% five data sets and two models
#| device: cpu
import torch
from torch.nn.utils import parameters_to_vector

torch.set_default_dtype(torch.float64)
seeds = range(5)
lr, steps, scale, many = 0.1, 100, 1000, 200


def draw(seed):
    torch.manual_seed(seed)
    inputs = torch.randn(many, 10)
    return inputs, inputs @ torch.randn(10, 1) + 0.1 * torch.randn(many, 1)


def make_linear():
    model = torch.nn.Linear(10, 1)
    for part in model.parameters():
        torch.nn.init.zeros_(part)
    return model


def make_network():
    torch.manual_seed(0)
    return torch.nn.Sequential(
        torch.nn.Linear(10, 32), torch.nn.Tanh(), torch.nn.Linear(32, 1)
    )


# %% one run
def fit(optimizer, loss, data, lr=lr, make=make_linear):
    """Return the parameters after each step, and the share of cost left at the end."""
    model, (inputs, targets) = make(), data
    optimizer = optimizer(model.parameters(), lr=lr)
    path, costs = [], []
    for _ in range(steps):
        optimizer.zero_grad()
        cost = loss(model(inputs), targets)
        cost.backward()
        optimizer.step()
        path.append(parameters_to_vector(model.parameters()).detach())
        costs.append(cost.item())
    return torch.stack(path), costs[-1] / costs[0]


mean, total = torch.nn.MSELoss(), torch.nn.MSELoss(reduction="sum")
sgd, adam = torch.optim.SGD, torch.optim.Adam


def larger(guesses, targets):
    return scale * mean(guesses, targets)


draws = [draw(seed) for seed in seeds]
in_small_units = [(inputs, scale * targets) for inputs, targets in draws]

# %% three changes, two optimizers
changes = {
    "as it is": (mean, draws),
    f"loss × {scale:,}": (larger, draws),
    f"targets × {scale:,}": (mean, in_small_units),
}
paths, left = {}, {}
for optimizer in sgd, adam:
    for change, (loss, data_sets) in changes.items():
        runs = [fit(optimizer, loss, data) for data in data_sets]
        paths[optimizer, change] = torch.stack([path for path, _ in runs])
        left[optimizer, change] = torch.tensor([share for _, share in runs])
plain, more_loss, more_target = changes

# %% cost left
#| output: markdown
print(f"| cost left after {steps} steps | SGD | Adam |")
print("|:--|--:|--:|")
for change in changes:
    ends = [left[optimizer, change].max().item() for optimizer in (sgd, adam)]
    sgd_end, adam_end = (f"{end:.1%}" if end < 1 else "lost" for end in ends)
    print(f"| {change} | {sgd_end} | {adam_end} |")

# %% the larger loss at a smaller rate, and the sum instead of the mean
rescaled = torch.stack([fit(sgd, larger, data, lr=lr / scale)[0] for data in draws])
summed = torch.stack([fit(sgd, total, data, lr=lr / many)[0] for data in draws])

# %% claim: a thousand times the loss at a thousandth of the rate is the same SGD
#| label: same
torch.testing.assert_close(rescaled, paths[sgd, plain], rtol=1e-12, atol=1e-12)
assert left[sgd, plain].max() < 0.02  # which learns

# %% claim: the sum over the examples at a rate smaller by their number is the same too
#| label: sum
torch.testing.assert_close(summed, paths[sgd, plain], rtol=1e-12, atol=1e-12)

# %% claim: at an unchanged rate SGD does not survive a thousand times the loss
#| label: lost
assert not left[sgd, more_loss].isfinite().any()

# %% claim: Adam walks the same path, step for step
#| label: blind
torch.testing.assert_close(
    paths[adam, more_loss], paths[adam, plain], rtol=1e-5, atol=1e-5
)

# %% claim: with larger targets SGD walks the same path, enlarged
#| label: units
torch.testing.assert_close(
    paths[sgd, more_target] / scale, paths[sgd, plain], rtol=1e-12, atol=1e-12
)

# %% claim: with larger targets Adam leaves more than nine tenths of the cost
#| label: crawls
assert left[adam, more_target].min() > 0.9
assert left[adam, more_target].max() < 1  # it moves, though


# %% a network instead of the linear model
def left_by_network(data):
    return fit(sgd, mean, data, make=make_network)[1]


notices = [
    left_by_network(small) / left_by_network(data)
    for data, small in zip(draws, in_small_units, strict=True)
]
least_notice = min(notices)

# %% claim: with larger targets a network's SGD leaves a larger share of the cost
#| label: network
assert least_notice > 1
