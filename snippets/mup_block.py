# %% [markdown]
# # muP's other rules, on one block of a transformer
# What do embeddings, gains, biases, attention and a tied output ask for? Take a few
# steps at two widths, with muP's rules and with one of them broken.

# %% one block of attention, with one head as long as the width
import math

import torch
from torch.nn.functional import cross_entropy, layer_norm

seeds = range(5)
base, wide = 32, 256  # at the base width the rules change nothing
tokens, length, sequences = 16, 8, 16
lr, steps = 0.001, 3


def draw(width):
    """Return first weights: matrices of unit gain, gains of 1, shifts and biases of 0."""
    weights = {
        "embedding": torch.randn(tokens, width),
        "gain": torch.ones(width),
        "shift": torch.zeros(width),
        "bias": torch.zeros(width),
    }
    for name in "query", "key", "value", "out":
        weights[name] = torch.randn(width, width) / math.sqrt(width)
    return {name: part.requires_grad_() for name, part in weights.items()}


def run(weights, text, by_length, by_output):
    """Return the block's input, its bias, the attention's logits, and the output."""
    width = weights["gain"].shape[0]
    stream = weights["embedding"][text]  # (sequence, position, width)
    entry = layer_norm(stream, (width,), weights["gain"], weights["shift"])
    query, key = entry @ weights["query"], entry @ weights["key"]
    logits = query @ key.mT / math.sqrt(base) * (base / width) ** by_length
    value = entry @ weights["value"] + weights["bias"]
    stream = stream + logits.softmax(-1) @ value @ weights["out"]
    output = stream @ weights["embedding"].T / base * (base / width) ** by_output
    return entry, weights["bias"], logits, output


# %% muP, and what happens if one rule is broken
rules = {  # powers of base / width: attention, output, and the rate of what has one
    "kept": (1, 1, 0),  # dimension that grows with the width
    "attention": (0.5, 1, 0),  # logits divided by the root of the head's length
    "output": (1, 0, 0),  # not divided
    "vectors": (1, 1, 1),  # a rate divided as that of the matrices
    "query at zero": (1, 1, 0),  # all kept, and the query matrix starts at zero
}
matrices = {"query", "key", "value", "out"}


def move(rule, width, seed):
    """Return how far, root mean square, steps of Adam move each thing that run returns."""
    by_length, by_output, by_rate = rules[rule]
    torch.manual_seed(seed)
    after = torch.randint(tokens, (tokens,))  # which token is to follow which
    text = torch.randint(tokens, (sequences, length))
    weights, groups, states = draw(width), [], []
    if rule == "query at zero":
        torch.nn.init.zeros_(weights["query"])
    for name, part in weights.items():
        power = 1 if name in matrices else by_rate
        groups.append({"params": [part], "lr": lr * (base / width) ** power})
    optimizer = torch.optim.Adam(groups)
    for _ in range(steps + 1):
        state = run(weights, text, by_length, by_output)
        states.append([part.detach().clone() for part in state])
        optimizer.zero_grad()
        cross_entropy(state[-1].flatten(0, 1), after[text].flatten()).backward()
        optimizer.step()
    pairs = zip(states[0], states[-1], strict=True)
    return torch.stack([(old - new).square().mean().sqrt() for old, new in pairs])


powers = {}  # of the width, with which each thing moves, on average over the seeds
for rule in rules:
    narrow, broad = (
        torch.stack([move(rule, width, seed) for seed in seeds])
        for width in (base, wide)
    )
    powers[rule] = ((broad / narrow).log().mean(0) / math.log(wide / base)).tolist()
entry, bias, logits, output = range(4)
touched = {"attention": [logits], "output": [output], "vectors": [entry, bias]}
left_out = {"attention": 0.5, "output": 1, "vectors": -1}  # the power of a broken rule
shifts = {
    rule: [
        broken - kept for broken, kept in zip(powers[rule], powers["kept"], strict=True)
    ]
    for rule in left_out
}
strays = [
    shift - (left_out[rule] if place in touched[rule] else 0)
    for rule, each in shifts.items()
    for place, shift in enumerate(each)
]
logits_power = powers["kept"][logits]
output_power = powers["kept"][output]
quiet_power = powers["query at zero"][output]

# %% claim: with all rules kept nothing climbs with a power of 0.1 or falls with one of 0.4
#| label: kept
assert max(powers["kept"]) < 0.1
assert min(powers["kept"]) > -0.4

# %% claim: the tied output falls, with a power between 0.15 and 0.4
#| label: output
assert 0.15 < -output_power < 0.4

# %% claim: with the query matrix at zero it falls with a smaller power
#| label: query
assert 0.01 < -quiet_power < -output_power
assert rules["query at zero"] == rules["kept"]

# %% claim: a rule left out shifts what it is about by the power left out, and nothing else
#| label: own
assert max(map(abs, strays)) < 0.2
assert len(strays) == 3 * 4
