# %% [markdown]
# # Why are hyperparameters not learned?
# Training lowers a loss. Let the same loss choose the weight decay, and see what it
# chooses and what comes of it.

# %% forty points, thirty features, a hundred times
#| device: cpu
import torch

torch.set_default_dtype(torch.float64)
seeds = range(5)
decays = torch.logspace(-6, 3, 46)
noise = 3.0


def draw(seed):
    """Return the true weights, inputs and noisy targets of a hundred problems."""
    torch.manual_seed(seed)
    truth, inputs = torch.randn(100, 30, 1), torch.randn(100, 40, 30)
    return truth, inputs, inputs @ truth + noise * torch.randn(100, 40, 1)


def train(inputs, targets, decay):
    """Return the weights with the lowest cost: squared error plus decay."""
    curvature = inputs.mT @ inputs / 40 + decay * torch.eye(30)
    return torch.linalg.solve(curvature, inputs.mT @ targets / 40)


# %% what each decay costs, in training and afterwards
in_training, afterwards = [], []
for seed in seeds:
    truth, inputs, targets = draw(seed)
    for decay in decays:
        weights = train(inputs, targets, decay)
        in_training.append(((inputs @ weights - targets) ** 2).mean())
        # On a new point the mean squared error is this, exactly.
        afterwards.append(noise**2 + ((weights - truth) ** 2).sum(1).mean())
in_training = torch.stack(in_training).view(len(seeds), -1)  # (seeds, decays)
afterwards = torch.stack(afterwards).view(len(seeds), -1)
worse = (afterwards[:, 0] / afterwards.amin(1)).min().item()

# %% claim: the training loss always votes for less decay
#| label: votes
assert in_training.diff(dim=1).min() > 0

# %% claim: on new points the mean squared error is what is compared
#| label: new
torch.manual_seed(0)
new_inputs = torch.randn(100, 2000, 30)
heard = new_inputs @ truth + noise * torch.randn(100, 2000, 1)
learnt = train(inputs, targets, decays[30])
error = ((new_inputs @ learnt - heard) ** 2).mean()
torch.testing.assert_close(error, afterwards[-1, 30], rtol=0.05, atol=0)

# %% claim: the least decay costs half as much again as the best, over a hundred problems
#| label: badly
assert worse > 1.5
