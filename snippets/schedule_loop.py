# %% [markdown]
# # A schedule in a real loop
# When is the scheduler stepped, how many steps does it need to know, and what must be
# saved so that a run that was stopped goes on?

# %% data, and all that has a state
#| device: cpu
import torch
from digits import load_digits, make_mlp
from torch.nn.functional import cross_entropy
from torch.optim.lr_scheduler import LinearLR
from torch.utils.data import DataLoader, TensorDataset

epochs, peak = 4, 0.01
images, labels, *_ = load_digits(1200, 0)


def build(steps):
    """Return a new network, its optimizer, and a line to zero in so many steps."""
    torch.manual_seed(0)
    network = make_mlp(64, 32, 10)
    optimizer = torch.optim.AdamW(network.parameters(), lr=peak)
    scheduler = LinearLR(optimizer, 1.0, end_factor=0.0, total_iters=steps)
    return network, optimizer, scheduler


# %% the loop
loader = DataLoader(TensorDataset(images, labels), batch_size=64, shuffle=True)
steps = epochs * len(loader)  # len counts the last, smaller batch too


def train(network, optimizer, scheduler, epochs):
    rates = []
    for epoch in epochs:
        torch.manual_seed(epoch)  # the same batches after a restart
        for batch, digits in loader:
            optimizer.zero_grad()
            cross_entropy(network(batch), digits).backward()
            rates.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            scheduler.step()  # after the optimizer, once a step
    return rates


# %% one run to the end, and one that is stopped half-way
whole = build(steps)
rates = train(*whole, range(epochs))
stopped = build(steps)
train(*stopped, range(epochs // 2))
saved = [each.state_dict() for each in stopped]  # torch.save writes it to a file


def resume(parts):
    """Return the rates of the other half in new objects, and these; parts are loaded."""
    fresh = build(steps)
    for part in parts:
        fresh[part].load_state_dict(saved[part])
    return train(*fresh, range(epochs // 2, epochs)), fresh


resumed, again = resume((0, 1, 2))
forgetful, _ = resume((0, 1))  # without the scheduler's
half = steps // 2
forgetful_end = forgetful[-1] / peak

# %% claim: the rates fall on a line from the peak, and the last step has one part of it
#| label: line
assert len(rates) == steps == epochs * 19
line = peak * (1 - torch.arange(steps) / steps)
torch.testing.assert_close(torch.tensor(rates), line, rtol=1e-4, atol=0)
assert whole[2].get_last_lr()[0] < 1e-9 * peak

# %% claim: resumed with all three states it has the same rates and ends at the same weights
#| label: resumed
assert resumed == rates[half:]
for own, other in zip(whole[0].parameters(), again[0].parameters(), strict=True):
    assert torch.equal(own, other)

# %% claim: without the scheduler's state it ends at a quarter of the peak, not at zero
#| label: forgotten
torch.testing.assert_close(forgetful_end, (1 - (half - 1) / steps) / 2)
assert 0.25 < forgetful_end < 0.27

# %% stepped once an epoch by mistake
_, optimizer, scheduler = build(steps)
for _ in range(epochs):
    optimizer.step()
    scheduler.step()
slow_end = scheduler.get_last_lr()[0] / peak

# %% claim: stepped once an epoch, the line loses less than a tenth of its peak in the run
#| label: slow
assert 0.9 < slow_end < 1
