# %% [markdown]
# # Does a schedule keep the ratio of two rates?
# muP gives the hidden layers a smaller rate. Which of torch's schedules scale the groups
# alike, and which set them to one rate?

# %% two groups, one at a quarter of the other's rate
import torch
from torch.optim.lr_scheduler import CosineAnnealingLR, LambdaLR, OneCycleLR

peaks, steps = [0.01, 0.0025], 20


def find_ratio(make_schedule):
    """Return the rates' ratio after half of the steps, and the first rate."""
    groups = [{"params": [torch.zeros(1)], "lr": peak} for peak in peaks]
    optimizer = torch.optim.Adam(groups)
    schedule = make_schedule(optimizer)
    for _ in range(steps // 2):
        optimizer.step()
        schedule.step()
    first, second = (group["lr"] for group in optimizer.param_groups)
    return first / second, first


makers = {
    "LambdaLR": lambda optimizer: LambdaLR(optimizer, lambda step: 0.9**step),
    "CosineAnnealingLR": lambda optimizer: CosineAnnealingLR(optimizer, T_max=steps),
    "OneCycleLR, list": lambda optimizer: OneCycleLR(optimizer, peaks, steps),
    "OneCycleLR, number": lambda optimizer: OneCycleLR(optimizer, peaks[0], steps),
}
found = {name: find_ratio(make) for name, make in makers.items()}

*kept, (lost, last) = found.values()

# %% claim: LambdaLR, CosineAnnealingLR and OneCycleLR with a list keep the ratio
#| label: kept
assert len(kept) == 3
assert all(abs(ratio - 4) < 1e-9 for ratio, _ in kept)
assert all(first < 0.9 * peaks[0] for _, first in kept)

# %% claim: OneCycleLR with one number gives all groups one rate
#| label: lost
assert lost == 1
assert last < 0.9 * peaks[0]

# %% the rate of the first group over that of the second
for name, (ratio, first) in found.items():
    print(f"{name:18} {ratio:.0f}  (first rate {first:.4f})")
