# %% [markdown]
# # Is the best rate where a step is a thousandth of the weights?
# The length of a step over the length of the weights that it changes is a popular
# gauge of the learning rate. Where does it stand at rates that are known to be bad?

# %% steps and weights of the first matrix
import torch
from choosing_bench import adam, sgd
from digits_bench import start, train

seeds = range(5)
steps, batch_size = 240, 32
sgd_rates = 2.0 ** torch.tensor([-6.5, 0.5, 1.5])  # too low, best, too high
adam_rates = 2.0 ** torch.tensor([-6.0, 2.0])  # best, 256 times that


def follow(methods):
    """Return the length of each step over that of the weights, (step, seed, run)."""
    runs = sum(len(rates) for _, rates in methods)
    weights, *data, _, _ = start(seeds, runs, steps, batch_size)
    return torch.stack(
        [
            moves[0].flatten(2).norm(dim=2) / weights[0].flatten(2).norm(dim=2)
            for moves in train(methods, weights, *data)
        ]
    )


ratios = follow([(sgd, sgd_rates), (adam, adam_rates)])
early, late = ratios[:20].median(0).values, ratios[-80:].median(0).values  # (seed, run)
whole = ratios.median(0).values
low, good, *_ = whole.log().mean(0).exp().tolist()
adam_times, adam_early = (
    (part[:, 4] / part[:, 3]).log().mean().exp().item() for part in (whole, early)
)
good_early, good_late = (part[:, 1].log().mean().exp().item() for part in (early, late))

# %% claim: nearest to a thousandth is, in every seed, the rate that is too low
#| label: rule
assert (whole.log() - torch.tensor(1e-3).log()).abs().argmin(1).tolist() == [0] * 5
assert 1e-3 < low < 3e-3
assert [round(rate, 3) for rate in sgd_rates.tolist()] == [0.011, 1.414, 2.828]

# %% claim: at SGD's best rate it is more than seven times that, every seed
#| label: best
assert whole[:, 1].min() > 7e-3

# %% claim: there it falls more than eightfold to the last 80 steps, on average
#| label: falls
assert good_early > 8 * good_late
assert early.shape == late.shape == (len(seeds), 5)
torch.testing.assert_close(late[:, 1].log().mean().exp().item(), good_late)

# %% claim: at 256 times Adam's best rate it is less than ten times as high, on average
#| label: adam
assert adam_rates[1] == 256 * adam_rates[0]
assert 1 < adam_times < 10
assert 1 < adam_early < adam_times
