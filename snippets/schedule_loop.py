# %% [markdown]
# # A schedule in a real loop
# When is the scheduler stepped, how many steps does it need to know, and what must be
# saved so that a run that was stopped goes on?

# %% the loop
#| device: cpu
from pathlib import Path

import torch
from torch.nn.functional import cross_entropy
from torch.optim import AdamW
from torch.optim.lr_scheduler import LinearLR


def train(net, loader, epochs, peak, file):
    """Resume if there is a file."""
    optimizer = AdamW(net.parameters(), peak)
    steps = epochs * len(loader)
    scheduler = LinearLR(
        optimizer,
        start_factor=1.0,
        end_factor=0.0,
        total_iters=steps,
    )
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
from torch.utils.data import DataLoader, TensorDataset

epochs, peak, killed_at = 4, 0.01, 50
images, labels, *_ = load_digits(1200, 0)
loader = DataLoader(TensorDataset(images, labels), batch_size=64, shuffle=True)
steps = epochs * len(loader)
half, left = steps // 2, iter(range(killed_at))


def build(seed):
    torch.manual_seed(seed)
    return make_mlp(64, 32, 10)


def kill(*_):
    """End the job before one step more than that."""
    if next(left, None) is None:
        raise KeyboardInterrupt


whole, killed, resumed, other = build(0), build(0), build(1), build(1)
killed.register_forward_pre_hook(kill)
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
line = peak * (1 - torch.arange(steps) / steps)
torch.testing.assert_close(torch.tensor(rates), line, rtol=1e-4, atol=0)

# %% claim: resumed with all three states it has the same rates and ends at the same weights
#| label: resumed
assert was_killed
assert (whole(images).argmax(1) == labels).float().mean() > 0.95
assert kept["epochs"] == epochs // 2
assert resumed_rates == rates[half:]
for own, again in zip(whole.parameters(), resumed.parameters(), strict=True):
    assert torch.equal(own, again)

# %% claim: without the scheduler's state it ends at a quarter of the peak, not at zero
#| label: forgotten
torch.testing.assert_close(forgetful_end, (1 - (half - 1) / steps) / 2)
assert 0.25 < forgetful_end < 0.27

# %% stepped once an epoch by mistake
optimizer = AdamW(whole.parameters(), lr=peak)
scheduler = LinearLR(optimizer, 1.0, 0.0, steps)
for _ in range(epochs):
    optimizer.step()
    scheduler.step()
slow_end = scheduler.get_last_lr()[0] / peak

# %% claim: stepped once an epoch, the line loses less than a tenth of its peak in the run
#| label: slow
assert 0.9 < slow_end < 1
