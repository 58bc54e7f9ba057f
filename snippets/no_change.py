# %% [markdown]
# # What moves a weight when the gradient is zero?
# At zero gradient the learning rate multiplies nothing.
# Which methods stay, and which move all the same?

# %% standing where the gradient is zero
#| device: cpu
import torch

torch.set_default_dtype(torch.float64)
methods = {
    "SGD": torch.optim.SGD,
    "Adagrad": torch.optim.Adagrad,
    "RMSprop": torch.optim.RMSprop,
    "Adam": torch.optim.Adam,
}
places = {
    "minimum": lambda x, y: x**2 + y**2,
    "maximum": lambda x, y: -(x**2) - y**2,
    "saddle": lambda x, y: x**2 - y**2,
}


def travel(loss, optimizer_class, lr, start=(0.0, 0.0), steps=200):
    """Return the distance from the start after the steps."""
    point = torch.nn.Parameter(torch.tensor(start))
    optimizer = optimizer_class([point], lr=lr)
    for _ in range(steps):
        optimizer.zero_grad()
        loss(*point).backward()
        optimizer.step()
    return (point.detach() - torch.tensor(start)).norm().item()


stays = [
    travel(loss, optimizer_class, 1e6)
    for loss in places.values()
    for optimizer_class in methods.values()
]

# %% claim: at a rate of a million nothing moves, not even on a maximum or a saddle
#| label: stays
assert stays == [0.0] * 12
bends = [
    torch.autograd.functional.hessian(loss, (torch.zeros(()), torch.zeros(())))
    for loss in places.values()
]
signs = [torch.tensor(rows).diagonal().sign().tolist() for rows in bends]
assert signs == [[1, 1], [-1, -1], [1, -1]]  # up, down, and both

# %% a nudge
nudge = 1e-12
escaped = travel(places["saddle"], torch.optim.SGD, 0.1, start=(0.0, nudge))

# %% claim: a nudge of 1e-12 is enough to leave the saddle
#| label: nudge
assert escaped > 1000
assert abs(escaped / (nudge * (1.2**200 - 1)) - 1) < 1e-9  # times 1 + 2 x 0.1 a step

# %% arriving at the bottom
bottom, lr = 3.0, 0.1


def next_step(optimizer_class, gradient=0.0, arriving=None, **settings):
    """Return the step taken at the bottom, after arriving with a gradient or not."""
    weight = torch.nn.Parameter(torch.tensor(bottom))
    optimizer = optimizer_class([weight], lr=lr, **settings)
    for slope in [gradient] if arriving is None else [arriving, gradient]:
        weight.data.fill_(bottom)
        weight.grad = torch.tensor(slope)
        optimizer.step()
    return weight.item() - bottom


SGD, Adam = torch.optim.SGD, torch.optim.Adam
forgets = next_step(SGD, arriving=1.0)
moved = {
    "momentum 0.9 remembers a gradient of 1": next_step(
        SGD, arriving=1.0, momentum=0.9
    ),
    "Adam remembers a gradient of 1": next_step(Adam, arriving=1.0),
    "weight decay 0.1 pulls the weight 3 to zero": next_step(SGD, weight_decay=0.1),
    "of two examples, only the one whose own bottom is at 2": next_step(
        SGD, gradient=bottom - 2
    ),
}

# %% claim: plain SGD forgets how it arrived and stays, to the last bit
#| label: forgets
assert forgets == 0

# %% claim: memory, decay and noise each move the weight off the bottom
#| label: moved
assert min(abs(step) for step in moved.values()) > lr / 4

# %% the next step at the bottom
#| output: markdown
print(f"At {bottom:g}, the bottom of the whole loss | next step", "---|---", sep="\n")
for case, step in {"plain SGD": forgets, **moved}.items():
    print(f"{case} | {step:.3g}")
