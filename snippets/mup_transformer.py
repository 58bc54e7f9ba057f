# %% [markdown]
# # Which tensor of a transformer gets which rate?
# muP asks which dimensions of a tensor grow with the width. Compare torch's own layer
# at two widths, follow the rules for a few steps, and see what moves.

# %% a transformer of any width
import math

import torch
from torch import nn
from torch.nn.functional import cross_entropy

seeds = range(5)
base, wide, head = 32, 256, 8  # widths, and the length of a head, which stays
tokens, length, sequences = 16, 8, 16
lr, steps = 0.001, 3


class Transformer(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.embedding = nn.Embedding(tokens, width)
        self.positions = nn.Embedding(length, width)
        self.block = nn.TransformerEncoderLayer(
            width,
            nhead=width // head,
            dim_feedforward=4 * width,
            dropout=0,
            batch_first=True,
            norm_first=True,
        )
        self.norm = nn.LayerNorm(width)
        self.unembedding = nn.Linear(width, tokens, bias=False)
        self.shrink = base / width  # 1 / m
        nn.init.zeros_(self.unembedding.weight)
        for part in self.block.linear1, self.block.linear2:
            nn.init.zeros_(part.bias)

    def forward(self, text):
        stream = self.embedding(text) + self.positions.weight
        stream = self.norm(self.block(stream))
        return self.shrink * self.unembedding(stream)


# %% groups for Adam, from the shapes at two widths
def count_grown(part, small):
    """Count the dimensions that grow."""
    wide, narrow = part.shape, small.shape
    pairs = zip(wide, narrow, strict=True)
    return sum(a > b for a, b in pairs)


def make_groups(model, narrow, lr, decay=0):
    """Divide rates of what grows in two."""
    pairs = zip(
        model.parameters(),
        narrow.parameters(),
        strict=True,
    )
    groups = []
    for part, small in pairs:
        m = 1
        if count_grown(part, small) == 2:
            m = part.size(1) / small.size(1)
        group = {
            "params": [part],
            "lr": lr / m,
            "weight_decay": decay * m,
        }
        groups.append(group)
    return groups


# %% three steps at two widths
watched = {  # whose output is looked at
    "embedding": "embedding",
    "attention": "block.self_attn",
    "MLP": "block.linear2",
    "norm": "norm",
    "output": "",
}


def move(width, seed, broken=""):
    """Return how far, root mean square, a few steps of Adam move each output."""
    torch.manual_seed(seed)
    after = torch.randint(tokens, (tokens,))  # which token is to follow which
    text = torch.randint(tokens, (sequences, length))
    model, narrow, seen = Transformer(width), Transformer(base), {}
    groups = make_groups(model, narrow, lr)
    if broken == "rate":
        groups = model.parameters()
    if broken == "output":
        model.shrink = 1
    if broken == "twice":  # the output and its rate
        groups[-1]["lr"] *= model.shrink
    for name, path in watched.items():

        def keep(_layer, _inputs, output, name=name):
            seen[name] = (output[0] if isinstance(output, tuple) else output).detach()

        model.get_submodule(path).register_forward_hook(keep)
    optimizer = torch.optim.Adam(groups, lr=lr)
    model(text)
    before = dict(seen)
    for _ in range(steps):
        optimizer.zero_grad()
        cross_entropy(model(text).flatten(0, 1), after[text].flatten()).backward()
        optimizer.step()
    model(text)
    pairs = [(before[name], seen[name]) for name in watched]
    return torch.stack([(old - new).square().mean().sqrt() for old, new in pairs])


def find_powers(broken=""):
    """Return the power of the width with which each output moves, seeds averaged."""
    narrow, broad = (
        torch.stack([move(width, seed, broken) for seed in seeds])
        for width in (base, wide)
    )
    powers = (broad / narrow).log().mean(0) / math.log(wide / base)
    return dict(zip(watched, powers.tolist(), strict=True))


powers, one_rate, undivided, twice = map(find_powers, ("", "rate", "output", "twice"))
farthest = max(powers.values(), key=abs)
first_up = one_rate["attention"]
missed = one_rate["output"]
twice_down = twice["output"]

# %% the shapes, and the first weights
torch.manual_seed(0)
model, narrow = Transformer(wide), Transformer(base)
small = dict(narrow.named_parameters())
grown = {
    name: count_grown(part, small[name]) for name, part in model.named_parameters()
}
matrices = {name for name, dimensions in grown.items() if dimensions == 2}
tables = {"embedding.weight", "positions.weight"}
spreads = {
    name: (model.get_parameter(name).std() / small[name].std()).item()
    for name in matrices | tables
}
are_twins = model.embedding.weight.shape == model.unembedding.weight.shape
growth = {  # the power of m in the spread
    part: math.log(spread) / math.log(wide / base) for part, spread in spreads.items()
}
groups = make_groups(model, narrow, lr, decay=0.1)
rates = [group["lr"] for group in groups]
slow = {name for name, rate in zip(grown, rates, strict=True) if rate < lr}

# %% claim: in a layer of torch's only Q, K, V, O and the MLP's two grow in two dimensions
#| label: roles
attention, mlp = {"in_proj_weight", "out_proj.weight"}, {"linear1", "linear2"}
assert matrices == {f"block.self_attn.{name}" for name in attention} | {
    f"block.{name}.weight" for name in mlp
}
assert all(dimensions in (1, 2) for dimensions in grown.values())
assert slow == matrices
assert min(rates) == lr * base / wide

# %% claim: an embedding and an unembedding have one shape
#| label: twins
assert are_twins
assert grown["embedding.weight"] == grown["unembedding.weight"] == 1

# %% claim: torch draws the matrices with a spread of 1/sqrt(m), embeddings with a fixed one
#| label: spread
assert all(abs(growth[part] + 0.5) < 0.1 for part in matrices)
assert all(abs(growth[part]) < 0.1 for part in tables)

# %% claim: with the rules nothing follows the width with a power of 0.2, up or down
#| label: kept
assert abs(farthest) < 0.2
assert set(powers) == set(watched)
assert farthest in powers.values()

# %% claim: with one rate for all, attention is the first to climb, and those after it climb
#| label: first
assert abs(one_rate["embedding"]) < 0.1
assert 0.7 < first_up < 1.1
assert min(one_rate["MLP"], one_rate["norm"]) > 0.6

# %% claim: with one rate for all the output climbs less than half as steeply as attention
#| label: hidden
assert abs(missed) < first_up / 2

# %% claim: with the output not divided it climbs, and nothing else does
#| label: output
assert 0.7 < undivided["output"] < 1.1
assert max(abs(undivided[name]) for name in watched if name != "output") < 0.15

# %% claim: with the output and its rate divided it falls, and nothing else does
#| label: twice
assert list(model.parameters())[-1] is model.unembedding.weight
assert 0.8 < -twice_down < 1.3
assert max(abs(twice[name]) for name in watched if name != "output") < 0.2

# %% claim: the groups hold the product of rate and weight decay at one value
#| label: decay
products = [group["lr"] * group["weight_decay"] for group in groups]
assert all(math.isclose(product, 0.1 * lr) for product in products)
assert len(groups) == len(grown)

# %% each tensor and its rule
#| output: markdown
print("| tensor | grows in | first weights | Adam's rate | power |")
print("|---|--:|---|---|--:|")
for what, name, first, watch in (
    ("embeddings, positions", "embedding.weight", "fixed spread", "embedding"),
    (
        "$Q$, $K$, $V$, $O$",
        "block.self_attn.out_proj.weight",
        "spread $\\propto 1/\\sqrt m$",
        "attention",
    ),
    ("MLP, in and out", "block.linear1.weight", "spread $\\propto 1/\\sqrt m$", "MLP"),
    ("gains, shifts, biases", "norm.weight", "1, 0, 0", "norm"),
    ("unembedding, output over $m$", "unembedding.weight", "0", "output"),
):
    rate = "$\\eta / m$" if grown[name] == 2 else "$\\eta$"
    power = f"{round(powers[watch], 2) + 0:.2f}".replace("-", "−")
    print(f"| {what} | {grown[name]} | {first} | {rate} | {power} |")
