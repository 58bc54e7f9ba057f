# %% [markdown]
# # What does Optuna do when told no more than the ranges?
# Two hyperparameters whose best values depend on each other, in a study of one
# objective.

# %% a valley across both hyperparameters
#| device: cpu
import math
import warnings

import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)
first, trials = 10, 20  # by chance, and in all


def valley(trial):
    """Return how high a trial lies above the valley's floor."""
    x, y = (trial.suggest_float(name, -1, 1) for name in "xy")
    return (x + y) ** 2


def search(make, **options):
    """Return the values that a sampler finds."""
    study = optuna.create_study(sampler=make(seed=0, **options))
    study.optimize(valley, n_trials=trials)
    return [trial.value for trial in study.trials]


# %% four searches
tpe = optuna.samplers.TPESampler
by_default = search(tpe)
together, alone = search(tpe, multivariate=True), search(tpe, multivariate=False)
chance = search(optuna.samplers.RandomSampler)

# %% claim: the sampler is TPE, and its first ten trials are drawn by chance
#| label: first ten
assert type(optuna.create_study().sampler) is tpe
assert by_default[:first] == chance[:first]
assert by_default[first] != chance[first]

# %% claim: TPE models both hyperparameters together
#| label: together
assert by_default == together
assert by_default[first:] != alone[first:]

# %% claim: a loss that is not a number makes a trial fail
#| label: fails
study = optuna.create_study()
with warnings.catch_warnings(action="ignore"):
    study.tell(study.ask(), math.nan)
assert [trial.state.name for trial in study.trials] == ["FAIL"]
