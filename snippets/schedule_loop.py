# %% [markdown]
# # A schedule in a real loop
# When is the scheduler stepped, how many steps does it need to know, and what must be
# saved so that a run that was stopped goes on? One function gives a warm-up, a line and a
# late fall.

# %% the loop
#| device: cpu
from pathlib import Path

import torch
from torch.nn.functional import cross_entropy
from torch.optim import AdamW
from torch.optim.lr_scheduler import LambdaLR


def trapezoid(steps, warmup=0, fall=None):
    """Return share(step) of the peak."""
    fall = fall or steps - warmup

    def share(step):
        up = (step + 1) / (warmup + 1)
        down = (steps - step) / fall
        return min(up, 1, down)

    return share


def train(
    net,
    loader,
    epochs,
    peak,
    file,
    **shape,
):
    """Resume if there is a file."""
    optimizer = AdamW(net.parameters(), peak)
    steps = epochs * len(loader)
    share = trapezoid(steps, **shape)
    scheduler = LambdaLR(optimizer, share)
    parts = {
        "net": net,
        "optimizer": optimizer,
        "scheduler": scheduler,
    }
    first, rates = 0, []
    if Path(file).exists():
        saved = torch.load(file)
        first = saved.pop("epochs")
        for name, state in saved.items():
            parts[name].load_state_dict(state)
    for epoch in range(first, epochs):
        # For the same batches if resumed:
        torch.manual_seed(epoch)
        for x, y in loader:
            optimizer.zero_grad()
            loss = cross_entropy(net(x), y)
            loss.backward()
            rates += scheduler.get_last_lr()
            optimizer.step()
            scheduler.step()  # once a batch
        saved = {"epochs": epoch + 1}
        for name, part in parts.items():
            saved[name] = part.state_dict()
        torch.save(saved, file)
    return rates


# %% digits, and a job that is ended in its third epoch
from tempfile import TemporaryDirectory

from digits import load_digits, make_mlp
from torch.optim.lr_scheduler import LinearLR, SequentialLR
from torch.utils.data import DataLoader, TensorDataset

epochs, peak, killed_at = 4, 0.01, 50
images, labels, *_ = load_digits(1200, 0)
loader = DataLoader(TensorDataset(images, labels), batch_size=64, shuffle=True)
steps = epochs * len(loader)
half = steps // 2


def build(seed, stop=None):
    """Return a network; it ends the job before one step more than stop."""
    torch.manual_seed(seed)
    net = make_mlp(64, 32, 10)
    left = iter(range(stop or 0))

    def kill(*_):
        if next(left, None) is None:
            raise KeyboardInterrupt

    if stop:
        net.register_forward_pre_hook(kill)
    return net


whole, killed, resumed, other = build(0), build(0, killed_at), build(1), build(1)
was_killed = False
with TemporaryDirectory() as folder:
    rates = train(whole, loader, epochs, peak, f"{folder}/whole.pt")
    file = f"{folder}/killed.pt"
    try:
        train(killed, loader, epochs, peak, file)
    except KeyboardInterrupt:
        was_killed = True
    kept = torch.load(file)
    resumed_rates = train(resumed, loader, epochs, peak, file)
    del kept["scheduler"]
    torch.save(kept, file)
    forgetful = train(other, loader, epochs, peak, file)
forgetful_end = forgetful[-1] / peak

# %% claim: the rates fall on a line from the peak, and the last step has one part of it
#| label: line
assert len(rates) == steps == epochs * 19
line = [peak * (1 - step / steps) for step in range(steps)]
torch.testing.assert_close(rates, line, rtol=1e-12, atol=0)

# %% claim: resumed with all three states it has the same rates and ends at the same weights
#| label: resumed
assert was_killed
assert (whole(images).argmax(1) == labels).float().mean() > 0.95
assert kept["epochs"] == epochs // 2
assert resumed_rates == rates[half:]
for own, again in zip(whole.parameters(), resumed.parameters(), strict=True):
    assert torch.equal(own, again)

# %% claim: without the scheduler's state it ends at half the peak, not at zero
#| label: forgotten
torch.testing.assert_close(forgetful_end, 1 - (half - 1) / steps)
assert 0.5 < forgetful_end < 0.52

# %% a warm-up before the line, and a late fall that is decided on the way
warmup, fall, planned = 10, 15, 100
with TemporaryDirectory() as folder:
    warm = train(build(0), loader, epochs, peak, f"{folder}/warm.pt", warmup=warmup)
    file, shape = f"{folder}/late.pt", {"warmup": warmup, "fall": fall}
    try:
        train(build(0, killed_at), loader, planned, peak, file, **shape)
    except KeyboardInterrupt:
        late = train(build(1), loader, epochs, peak, file, **shape)
optimizer = AdamW(whole.parameters(), peak)
down = steps - warmup
sequence = SequentialLR(
    optimizer,
    [
        LinearLR(optimizer, 1 / (warmup + 1), 1.0, warmup),
        LinearLR(optimizer, 1.0, 0.0, down),
    ],
    [warmup],
)
by_torch = []
for _ in range(steps):
    by_torch += sequence.get_last_lr()
    optimizer.step()
    sequence.step()
by_torch_after = sequence.get_last_lr()[0]
optimizer = AdamW(whole.parameters(), peak)
by_default = LinearLR(optimizer, total_iters=warmup).get_last_lr()[0] / peak

# %% claim: with a warm-up the rates climb in equal parts to one peak, then fall likewise
#| label: warm
climb = [peak * part / 11 for part in range(1, 11)]
descent = [peak * part / 66 for part in range(66, 0, -1)]
torch.testing.assert_close(warm, climb + descent, rtol=1e-12, atol=0)
assert warm.count(peak) == 1

# %% claim: resumed with the number of epochs that was chosen later, it falls at its end
#| label: late
last = [peak * part / 15 for part in range(15, 0, -1)]
level = [peak] * (2 * 19 - 15)
torch.testing.assert_close(late, level + last, rtol=1e-12, atol=0)

# %% claim: two LinearLR in a SequentialLR have the rates of warm-up and line, then zero
#| label: sequence
torch.testing.assert_close(by_torch, warm, rtol=1e-10, atol=0)
assert abs(by_torch_after) < 1e-10 * peak

# %% claim: unless told otherwise LinearLR begins at a third
#| label: third
torch.testing.assert_close(by_default, 1 / 3, rtol=1e-12, atol=0)

# %% stepped once an epoch by mistake
optimizer = AdamW(whole.parameters(), lr=peak)
scheduler = LambdaLR(optimizer, lambda step: 1 - step / steps)
for _ in range(epochs):
    optimizer.step()
    scheduler.step()
slow_end = scheduler.get_last_lr()[0] / peak

# %% claim: stepped once an epoch, the line loses less than a tenth of its peak in the run
#| label: slow
assert 0.9 < slow_end < 1
