# %% [markdown]
# # Which hyperparameters move the best learning rate?
# Find the best rate, change one other hyperparameter, and find it again.
# By how much has it moved, and what does it cost not to look?

# %% the data and the rates
import matplotlib.pyplot as plt
import torch
from digits import load_digits
from torch.nn.functional import cross_entropy

seeds = range(5)
exponents = range(-10, 4)
rates = 2.0 ** torch.tensor(exponents)  # (14,)
usual = {"momentum": 0.0, "batch": 64, "width": 32}
images_each, epochs = 768, 8
draws = [load_digits(images_each, seed) for seed in seeds]
images, labels, new_images, new_labels = map(torch.stack, zip(*draws, strict=True))


# %% all rates and all seeds at once
def start(width):
    """Return weights (seed x rate, in + 1, out) of 64-width-10; last row the bias."""
    torch.manual_seed(0)
    copies = len(seeds), len(rates), 1, 1
    first = (2 * torch.rand(len(seeds), 1, 65, width) - 1) / 64**0.5
    last = (2 * torch.rand(len(seeds), 1, width + 1, 10) - 1) / width**0.5
    both = first.expand(*copies[:2], -1, -1), last.expand(*copies[:2], -1, -1)
    return [part.flatten(0, 1).clone().requires_grad_() for part in both]


def measure(weights, images, labels):
    """Return each network's mean cross-entropy; images are (seed, image, pixel)."""
    first, last = weights
    images = images.repeat_interleave(len(rates), 0)
    labels = labels.repeat_interleave(len(rates), 0)
    hidden = torch.baddbmm(first[:, -1:], images, first[:, :-1]).relu()
    logits = torch.baddbmm(last[:, -1:], hidden, last[:, :-1])
    every = cross_entropy(logits.flatten(0, 1), labels.flatten(), reduction="none")
    return every.view(labels.shape).mean(1)


def sweep(momentum, batch, width):
    """Return the loss on new digits for each seed and rate."""
    weights, lr = start(width), rates.repeat(len(seeds))[:, None, None]
    memory = [torch.zeros_like(part) for part in weights]
    for _ in range(epochs * images_each // batch):
        some = torch.randint(images_each, (batch,))
        cost = measure(weights, images[:, some], labels[:, some])
        gradients = torch.autograd.grad(cost.sum(), weights)
        with torch.no_grad():
            for part, kept, gradient in zip(weights, memory, gradients, strict=True):
                kept.mul_(momentum).add_(gradient)
                part.sub_(lr * kept)
    with torch.no_grad():
        losses = measure(weights, new_images, new_labels).nan_to_num(torch.inf)
    return losses.view(len(seeds), len(rates))


# %% three hyperparameters, changed one at a time
values = {"momentum": [0.0, 0.5, 0.9, 0.99], "batch": [16, 64, 256], "width": [8, 32, 128]}
losses = {
    (knob, value): sweep(**{**usual, knob: value})
    for knob, tried in values.items()
    for value in tried
}
torch.set_printoptions(precision=3,sci_mode=False,linewidth=150)
for k,v in losses.items(): print(k,(v.argmin(1)-10).tolist(),v.amin(1),'at usual best',v.gather(1,losses['momentum',0.].argmin(1)[:,None])[:,0]/v.amin(1), 'win',[(int((v[i]<1.25*v[i].min()).nonzero()[0])-10,int((v[i]<1.25*v[i].min()).nonzero()[-1])-10) for i in range(len(seeds))])
