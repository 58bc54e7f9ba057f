# %% [markdown]
# # Why did SGD not mind the width?
# Between widths 8 and 128 the best rate of SGD hardly moves. Is that a law, or is it
# these widths? The largest curvature at the start, which limits the rate, can tell.

# %% networks of very different width
import matplotlib.pyplot as plt
import torch
from digits import load_digits, make_mlp
from torch.nn.functional import cross_entropy
from torch.nn.utils import parameters_to_vector

seeds = range(5)
widths, products = [8, 32, 128, 512, 2048], 20


def find_curvature(width, seed):
    """Return the largest curvature of the loss at torch's first weights."""
    torch.manual_seed(seed)
    network = make_mlp(64, width, 10)
    images, labels, *_ = splits[seed]
    weights = list(network.parameters())
    loss = cross_entropy(network(images), labels)
    slope = torch.autograd.grad(loss, weights, create_graph=True)
    slope = parameters_to_vector(slope)
    direction = torch.randn_like(slope)
    for _ in range(products):  # power iteration
        direction = direction / direction.norm()
        bent = torch.autograd.grad(slope, weights, direction, retain_graph=True)
        bent = parameters_to_vector(bent)
        curvature, direction = direction @ bent, bent
    return curvature.item()


splits = {seed: load_digits(256, seed) for seed in seeds}
curvatures = torch.tensor([[find_curvature(w, seed) for w in widths] for seed in seeds])
narrow_rise = (curvatures[:, 2] / curvatures[:, 0]).max().item()
wide_rise = (curvatures[:, 4] / curvatures[:, 3]).min().item()

# %% claim: from width 8 to 128 the curvature rises less than threefold
#| label: narrow
assert 0.5 < narrow_rise < 3

# %% claim: from width 512 to 2048 it rises more than twice, less than fivefold
#| label: wide
assert 2 < wide_rise < 5

# %% curvature against width
#| caption: >
#|   Largest curvature of the loss at torch's first weights, five seeds. Dotted: in
#|   proportion to the width.
#| alt: >
#|   Curvature against width on log axes: flat from 8 to 128, then rising, and from
#|   512 on nearly in proportion to the width.
fig, ax = plt.subplots()
ax.loglog(widths, curvatures.T.cpu(), "C0o-", linewidth=1, markersize=4)
last = curvatures[:, -1].mean().item()
ax.loglog(widths[2:], [last * w / widths[-1] for w in widths[2:]], "k:")
ax.set_xticks(widths, [f"{width}" for width in widths])
ax.set_yticks([0.5, 1, 2, 5], ["0.5", "1", "2", "5"])
ax.minorticks_off()
ax.set(xlabel="width", ylabel="largest curvature at the start")
