# %% [markdown]
# # A floor made of noise
# A weight on a bowl of curvature 1, whose gradients carry normal noise of variance 1.
# Where does a constant rate stop falling?

# %% five thousand runs at each of five rates
#| device: cpu
import matplotlib.pyplot as plt
import torch

torch.set_default_dtype(torch.float64)
rates = torch.tensor([0.03, 0.1, 0.3, 1.0, 1.7])
seeds = [0, 1, 2, 3, 4]
runs, steps, settled = 5000, 300, 200
measured, curves = [], []
for seed in seeds:
    generator = torch.Generator().manual_seed(seed)
    place = torch.full((len(rates), runs), 3.0)
    losses = []
    for _ in range(steps):
        losses.append((place**2 / 2).mean(1))
        noise = torch.randn(len(rates), runs, generator=generator)
        place = place - rates[:, None] * (place + noise)
    curves.append(torch.stack(losses, 1))
    measured.append(curves[-1][:, settled:].mean(1))
measured, floor = torch.stack(measured), rates / (2 * (2 - rates))
worst = (measured / floor - 1).abs().max().item()

# %% claim: every rate settles at rate / (2 (2 - rate)), within six per cent
#| label: floor
assert worst < 0.06

# %% what noise leaves
#| caption: >
#|   Left: mean loss of {runs} runs against the step, at three rates. Right: the loss
#|   that five rates settle at, on the line of the formula.
#| alt: >
#|   Left, three falling curves that become level, the higher the larger the rate.
#|   Right, five dots on a line that rises in proportion to the rate, then more steeply
#|   near 2.
fig, (left, right) = plt.subplots(1, 2, sharey=True)
for number, index in enumerate((0, 2, 4)):
    curve = curves[0][index]
    label = f"rate {rates[index]:g}"
    shown = [*range(0, 24, 3), *range(24, len(curve), 24)]  # it falls at once
    left.semilogy(shown, curve[shown], label=label, color=f"C{number}")
left.set(xlabel="step", ylabel="mean loss")
fig.legend(ncols=3, loc="outside upper center")
fine = torch.logspace(-2, torch.tensor(1.97).log10().item(), 25)
right.loglog(fine, fine / (2 * (2 - fine)), color="C1")
right.plot(rates, measured[0], "o", color="C0")
right.set(xlabel="learning rate")
for ax in left, right:
    ax.minorticks_off()
