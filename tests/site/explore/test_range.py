"""The network of range.js beside one of torch's, trained by torch's optimizers."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch

pytestmark = pytest.mark.browser

POINTS, HIDDEN, BATCH = 160, 12, 16
OPTIMIZERS: dict[str, Any] = {
    "sgd": torch.optim.SGD,
    "momentum": lambda weights: torch.optim.SGD(weights, momentum=0.9),
    "adam": torch.optim.Adam,
}


def make(random: Any) -> tuple[torch.nn.Module, torch.Tensor, torch.Tensor]:
    """Return the network, inputs (160, 2) and labels (160, 1), all in float64."""
    inputs = torch.tensor(
        [[random.normal(), random.normal()] for _ in range(POINTS)],
        dtype=torch.float64,
    )
    labels = (inputs.prod(1, keepdim=True) > 0).double()
    network = torch.nn.Sequential(
        torch.nn.Linear(2, HIDDEN), torch.nn.Tanh(), torch.nn.Linear(HIDDEN, 1)
    ).double()
    with torch.no_grad():
        for unit in range(HIDDEN):
            network[0].weight[unit, 0] = random.normal()
            network[0].weight[unit, 1] = random.normal()
            network[0].bias[unit] = random.normal()
            network[2].weight[0, unit] = random.normal() / math.sqrt(HIDDEN)
        network[2].bias.zero_()
    return network, inputs, labels


def train(random: Any, kind: str, rates: list[float]) -> tuple[list[float], float]:
    """Return the loss of each minibatch, and in the end that of all points."""
    network, inputs, labels = make(random)
    measure = torch.nn.BCEWithLogitsLoss()
    optimizer = OPTIMIZERS[kind](network.parameters())
    losses = []
    for rate in rates:
        batch = [int(random.uniform() * POINTS) for _ in range(BATCH)]
        optimizer.param_groups[0]["lr"] = rate
        optimizer.zero_grad()
        loss = measure(network(inputs[batch]), labels[batch])
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses, measure(network(inputs), labels).item()


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize(("kind", "rate"), [
    ("sgd", 0.5), ("sgd", 2.0), ("momentum", 0.1), ("adam", 0.03),
])  # fmt: skip
def test_a_full_run_is_that_of_torch(
    call: Any, seeded: Any, kind: str, rate: float, seed: int
) -> None:
    shown = call("range.train", seed, kind, [rate] * 300)
    losses, end = train(seeded(seed), kind, [rate] * 300)
    assert shown["losses"] == pytest.approx(losses, rel=1e-6)
    assert shown["end"] == pytest.approx(end, rel=1e-6)


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_the_range_test_reads_what_torch_s_run_gives(
    call: Any, seeded: Any, kind: str
) -> None:
    low, high, steps = 1e-3, 100.0, 120
    shown = call("range.rangeTest", 3, kind, low, high, steps)
    rates = [low * (high / low) ** (step / (steps - 1)) for step in range(steps)]
    average, smooth = 0.0, []
    for step, loss in enumerate(train(seeded(3), kind, rates)[0], 1):
        average = 0.9 * average + 0.1 * loss
        smooth.append(average / (1 - 0.9**step))
        if not smooth[-1] < 4 * min(smooth):
            break
    assert shown["smooth"] == pytest.approx(smooth, rel=1e-6)
    assert shown["bottom"] == pytest.approx(rates[smooth.index(min(smooth))], rel=1e-9)
