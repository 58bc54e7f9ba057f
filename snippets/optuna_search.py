# %% [markdown]
# # Three ways to spend sixty trials
# Learning rate, momentum and weight decay of a small network on digits: what do a grid,
# chance and Optuna find, and where do they look?

# %% settings
#| slow: true
import itertools
import math

import matplotlib.pyplot as plt
import optuna
import torch
from digits import load_digits, make_mlp
from torch.nn.functional import cross_entropy, one_hot, pad

optuna.logging.set_verbosity(optuna.logging.ERROR)
seeds = range(5)
few, trials, width, epochs, batch = 24, 60, 32, 8, 60
slowest, fastest = 1e-5, 10.0  # learning rates
guess = math.log(10)  # the loss of a network that knows nothing
draws = [load_digits(600, seed) for seed in seeds]
images, labels, new_images, new_labels = map(torch.stack, zip(*draws, strict=True))
new_images, new_labels = new_images[:, :500], new_labels[:, :500]
images, new_images = (pad(each, (0, 1), value=1.0) for each in (images, new_images))


def shuffle(epoch):
    """Return the images of an epoch's steps, the same in every run."""
    torch.manual_seed(epoch)
    return torch.randperm(images.shape[1]).view(-1, batch)


batches = torch.cat([shuffle(epoch) for epoch in range(epochs)])


# %% many networks at once
def begin(seed):
    """Return weights (1, out, in + 1) of the two layers, the last column the bias."""
    torch.manual_seed(seed)
    first, last = torch.rand(1, width, 65) - 0.5, torch.rand(1, 10, width + 1) - 0.5
    return first / 4, last / math.sqrt(8)


fresh = [torch.stack(layers) for layers in zip(*map(begin, seeds), strict=True)]


def answer(weights, images):
    """Return the hidden layers (seeds, networks, width + 1, images), and the logits."""
    first, last = weights
    # The networks of a seed see the same images: their first layers are one matrix.
    hidden = (first.flatten(1, 2) @ images.mT).unflatten(1, first.shape[1:3]).relu()
    hidden = pad(hidden, (0, 0, 0, 1), value=1.0)  # for the bias
    return hidden, last @ hidden


def backpropagate(weights, images, labels):
    """Return the gradients of each network's mean cross-entropy.

    Autograd finds the same, but takes three times as long where networks are so small.
    """
    first, last = weights
    hidden, logits = answer(weights, images)
    wrong = logits.softmax(2) - one_hot(labels, 10).mT[:, None]  # in the logits
    back = (last.mT @ wrong * (hidden > 0))[:, :, :-1]  # before the ReLU
    slopes = (back.flatten(1, 2) @ images).view_as(first), wrong @ hidden.mT
    return [slope / images.shape[1] for slope in slopes]


def train(rates, momenta, decays):
    """Return the loss on new digits for settings (seeds, networks).

    A run that is lost counts as guessing, which is always possible.
    """
    rates, momenta, decays = (
        each[..., None, None] for each in (rates, momenta, decays)
    )
    weights = [each.repeat(1, rates.shape[1], 1, 1) for each in fresh]
    velocities = [torch.zeros_like(each) for each in weights]
    for chosen in batches:
        slopes = backpropagate(weights, images[:, chosen], labels[:, chosen])
        for weight, velocity, slope in zip(weights, velocities, slopes, strict=True):
            velocity.mul_(momenta).add_(slope + decays * weight)
            weight -= rates * velocity
    logs = answer(weights, new_images)[1].log_softmax(2)
    losses = -(logs * one_hot(new_labels, 10).mT[:, None]).sum(2).mean(2)
    return losses.nan_to_num(guess).clamp(max=guess)


# %% a grid: four rates, three momenta, two decays
grid_rates = torch.logspace(-5, 1, 4).tolist()
grid = torch.tensor(list(itertools.product(grid_rates, (0.0, 0.5, 0.9), (1e-6, 1e-2))))
grid_losses = train(*grid.T[:, None].expand(-1, len(seeds), -1))

# %% claim: each trial is one of torch's network under torch.optim.SGD
#| label: torch
twin = make_mlp(64, width, 10)
with torch.no_grad():
    for layer, part in zip(twin[::2], fresh, strict=True):
        layer.weight.copy_(part[0, 0, :, :-1])
        layer.bias.copy_(part[0, 0, :, -1])
lr, heavy, decay = grid[15].tolist()
optimizer = torch.optim.SGD(twin.parameters(), lr, heavy, weight_decay=decay)
for chosen in batches:
    optimizer.zero_grad()
    cross_entropy(twin(images[0, chosen, :64]), labels[0, chosen]).backward()
    optimizer.step()
theirs = cross_entropy(twin(new_images[0, :, :64]), new_labels[0])
torch.testing.assert_close(grid_losses[0, 15], theirs.detach(), rtol=1e-3, atol=0)


# %% chance
def draw(seed):
    """Return (trials, 3): a rate, a momentum, a decay."""
    torch.manual_seed(seed)
    rate, momentum, decay = torch.rand(trials, 3).T
    rate = slowest * (fastest / slowest) ** rate
    return torch.stack([rate, 0.99 * momentum, 1e-6 * 1e4**decay], dim=1)


chance = torch.stack([draw(seed) for seed in seeds])
chance_losses = train(*chance.permute(2, 0, 1))


# %% Optuna: a study
def suggest(trial):
    """Return the rate, momentum and decay that a trial is to try."""
    return [
        trial.suggest_float("learning rate", slowest, fastest, log=True),
        trial.suggest_float("momentum", 0.0, 0.99),
        trial.suggest_float("weight decay", 1e-6, 1e-2, log=True),
    ]


def objective(trial):
    """Return the loss on new digits of the first seed's network."""
    setting = torch.tensor(suggest(trial))[:, None, None]
    return train(*setting.expand(-1, len(seeds), 1))[0].item()


study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seeds[0]))
study.optimize(objective, n_trials=few)
{name: float(f"{value:.2g}") for name, value in study.best_params.items()}

# %% five studies side by side, whose networks train in one batch
studies = [
    optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed)) for seed in seeds
]
asked = []
for _ in range(trials):
    running = [each.ask() for each in studies]
    settings = [suggest(trial) for trial in running]
    found = train(*torch.tensor(settings).T[..., None])[:, 0]
    for each, trial, value in zip(studies, running, found.tolist(), strict=True):
        each.tell(trial, value)
    asked.append(settings)
tpe = torch.tensor(asked).transpose(0, 1)  # (seeds, trials, 3)
tpe_losses = torch.tensor([[trial.value for trial in each.trials] for each in studies])

# %% what each found, and where it looked
# The lowest of 24 trials by chance, on average over any 24 of the 60: of the trials in
# rising order each is the lowest in as many choices as there are of 23 after it.
choices = [math.comb(after, few - 1) for after in reversed(range(trials))]
share = torch.tensor(choices, dtype=torch.float64) / math.comb(trials, few)
chance_best = (chance_losses.sort(1).values.log() * share).sum(1)
grid_price = (grid_losses.amin(1).log() - chance_best).mean().exp().item()
later = slice(10, trials)  # Optuna's sampler draws its first ten trials at random
typical_tpe = tpe_losses[:, later].median(1).values
typical_chance = chance_losses[:, later].median(1).values
typical_share = (typical_tpe / typical_chance).log().mean().exp().item()
apart = torch.stack(  # (2, seeds): the best by chance over Optuna's, after 24, after 60
    [chance_losses[:, :count].amin(1) / tpe_losses[:, :count].amin(1)
     for count in (few, trials)]
)  # fmt: skip
best_few, best_all = apart.log().mean(1).exp().tolist()
best_seed = apart.log().abs().max().exp().item()

# %% claim: chance draws from the ranges that Optuna is given
#| label: ranges
ranges = [(each.low, each.high) for each in studies[0].trials[0].distributions.values()]
assert ranges == [(slowest, fastest), (0, 0.99), (1e-6, 1e-2)]
low, high = torch.tensor(ranges).T
assert tpe.shape == chance.shape == (len(seeds), trials, len(ranges))
for least, most in (each.flatten(0, 1).aminmax(dim=0) for each in (chance, tpe)):
    assert (least >= low * (1 - 1e-5)).all()
    assert (most <= high * (1 + 1e-5)).all()
spread = chance.flatten(0, 1).log()[:, [0, 2]].aminmax(dim=0)  # rate and decay
covered = (spread.max - spread.min) / (high / low).log()[[0, 2]]
assert covered.min() > 0.9
assert chance[..., 1].max() > 0.95 * high[1]

# %% claim: 24 trials by chance do as well as a grid of 24, on average, within a quarter
#| label: grid
assert grid_price > 3 / 4
torch.testing.assert_close(share.sum().item(), 1.0)
assert len(grid) == few
assert len(grid[:, 0].unique()) == 4

# %% claim: Optuna's typical trial has less than a fifth of the loss of a chance trial
#| label: typical
assert typical_share < 1 / 5
assert (typical_tpe < 2 / 5 * typical_chance).all()

# %% claim: on average the best of both are within a factor of 1.5, after 24 and after 60
#| label: best
assert max(best_few, 1 / best_few, best_all, 1 / best_all) < 1.5

# %% claim: optimize runs the same trials as asking and telling
#| label: optimize
same = torch.tensor([list(trial.params.values()) for trial in study.trials])
torch.testing.assert_close(same, tpe[0, :few], rtol=1e-4, atol=0)

# %% where sixty trials went
#| caption: >
#|   Loss on new digits against the learning rate of each trial, one seed. A run that
#|   diverges counts as guessing. The dotted line is the lowest loss of each search.
#| alt: >
#|   Three panels. The grid's 24 crosses stand on four learning rates, of which one
#|   trains well. The points by chance are spread evenly over six decades, most at the
#|   loss of guessing. Optuna's first ten are spread alike; most others crowd at the
#|   bottom of the valley, between 0.3 and 3. Its lowest is a little below that of
#|   chance, and the grid's is the highest of the three.
fig, axes = plt.subplots(3, 1, sharex=True, sharey=True, figsize=(4.5, 5.4))
searches = {
    "grid": (grid[:, 0], grid_losses[0], "C1x"),
    "chance": (chance[0, :, 0], chance_losses[0], "C0o"),
    "Optuna": (tpe[0, :, 0], tpe_losses[0], "C2o"),
}
for ax, (name, (rates, losses, look)) in zip(axes, searches.items(), strict=True):
    own = slice(10, None) if name == "Optuna" else slice(None)
    ax.loglog(rates[own].cpu(), losses[own].cpu(), look)
    ax.axhline(losses.min().item(), color=look[:2], linestyle=":")
    ax.set(ylabel="loss", title=name)
hollow_look = {"fillstyle": "none", "label": "its first ten, by chance"}
ax.loglog(rates[:10].cpu(), losses[:10].cpu(), look, **hollow_look)
ax.legend(loc="lower left")
ax.set(xlabel="learning rate")
