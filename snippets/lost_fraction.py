# %% [markdown]
# # What does a lost fraction bar cost?
# A formula printed the update as lr * dE * dm. It should be lr * dE / dm.
# Is the difference only one of typography?

# %% one neuron that should answer 1
#| device: cpu
import matplotlib.pyplot as plt
import torch

torch.set_default_dtype(torch.float64)
lr = 0.1
m = torch.tensor(0.0, requires_grad=True)


def error(m):
    return (1 - torch.sigmoid(m)) ** 2


(slope,) = torch.autograd.grad(error(m), m)
true_step = (lr * slope).abs()

# %% the step by both formulas, for smaller and smaller changes of m
dm = torch.logspace(0, -6, 13)
dE = (error(m + dm) - error(m)).detach()
divided, multiplied = (lr * dE / dm).abs(), (lr * dE * dm).abs()
shrinkage = (multiplied[-3] / multiplied[-1]).item()  # dm falls tenfold between them

# %% claim: the fraction settles at autograd's step
#| label: fraction
torch.testing.assert_close(divided[-1], true_step, rtol=1e-6, atol=0)

# %% claim: a tenfold smaller change makes the product a hundredfold smaller
#| label: product
torch.testing.assert_close(shrinkage, 100.0, rtol=1e-3, atol=0)

# %% two formulas
#| caption: >
#|   The step that each formula takes when derivatives are read as ratios of small
#|   changes. With the fraction bar it settles; without it, it goes to zero as the
#|   square of the change.
#| alt: >
#|   Step against change of the weight, both logarithmic. With the fraction bar the
#|   curve is level at the true step as soon as the change is small. Without it the
#|   curve falls along a straight line, two decades for each decade of change.
fig, ax = plt.subplots()
ax.loglog(dm, divided, "o-", label="$dE / dm$")
ax.loglog(dm, multiplied, "o-", label="$dE \\cdot dm$")
ax.axhline(true_step, color="C2", linestyle=":", label="autograd")
ax.set(xlabel="change of the weight, $dm$", ylabel="size of the step")
ax.invert_xaxis()
ax.legend()
