# %% [markdown]
# # Six schedules, and a run with each
# What do the common schedules look like, and what does the loss do meanwhile?

# %% six shapes
import matplotlib.pyplot as plt
import torch
from choosing_bench import sgd, train

seeds = range(20)
steps, batch_size, peak = 192, 4, 0.35  # one epoch of 768 digits: none comes twice
share = torch.arange(steps) / steps
shapes = {
    "constant": torch.ones(steps),
    "line": 1 - share,
    "cosine": (1 + (torch.pi * share).cos()) / 2,
    "late fall": ((1 - share) / 0.2).clamp(max=1),  # over the last fifth
    "two cuts": 0.1 ** ((share >= 0.5) * 1.0 + (share >= 0.75) * 1.0),
    "warm-up, line": (8 * share).minimum((1 - share) * 8 / 7),
}

# %% twenty networks with each
rates = peak * torch.stack(list(shapes.values()))
losses, _ = train(sgd, rates.expand(len(seeds), -1, -1), seeds, batch_size=batch_size)
losses = losses.cpu()  # of the minibatches, (seed, shape, step)
last = losses[..., -32:].mean(2)
over_constant = (last / last[:, :1]).log().mean(0).exp()  # geometric mean of the seeds
names = list(shapes)
late = names.index("late fall")
falls_at = int((rates[late] < peak).int().argmax())
least_gain = over_constant[1:].max().item()

# %% claim: all six shapes have one peak
#| label: peak
torch.testing.assert_close(rates.amax(1), torch.full((len(names),), peak))

# %% claim: at this peak each falling shape ends below the constant rate, on average
#| label: lower
assert least_gain < 1
assert (rates[:, 24:].diff() <= 0).all()  # none rises after the warm-up
torch.testing.assert_close(last, losses[..., 160:].mean(2))

# %% claim: until it falls, the late fall is the constant run
#| label: same
torch.testing.assert_close(losses[:, late, :falls_at], losses[:, 0, :falls_at])
assert falls_at > 0.79 * steps

# %% six shapes and their runs
#| caption: >
#|   Filled: the learning rate over {steps} steps, from 0 to the peak {peak}. Solid: the
#|   loss of minibatches that the network has not seen, on a log axis, the geometric mean
#|   of twenty networks. Dotted: the loss at the constant rate.
#| alt: >
#|   Six small panels. The constant rate's loss falls and stays near 0.3. Under the
#|   line, the cosine, the two cuts and the warm-up it goes on falling; the late fall
#|   follows the constant run, then drops below it.
window = 16
means = losses.unflatten(2, (-1, window)).mean(3).log().mean(0).exp()
middles = range(window // 2, steps, window)
fig, axes = plt.subplots(2, 3, figsize=(4.5, 3.2), sharex=True, sharey=True)
for color, ax in enumerate(axes.flat):
    name, rate, mean = names[color], rates[color].cpu(), means[color]
    ax.semilogy(middles, means[0], "C0:", linewidth=1)
    ax.semilogy(middles, mean, f"C{color}")
    ax.set(title=name, ylim=(0.1, 3))
    behind = ax.twinx()
    ax.set_zorder(behind.get_zorder() + 1)
    ax.patch.set_visible(False)
    behind.fill_between(range(0, steps, 6), rate[::6], color=f"C{color}", alpha=0.2)
    behind.set(ylim=(0, 1.1 * peak))
    behind.axis("off")
for ax in axes[:, 0]:
    ax.set_yticks([0.1, 0.3, 1, 3], [0.1, 0.3, 1, 3])
    ax.minorticks_off()
fig.supxlabel("step")
fig.supylabel("loss")
