"""The two numbers of catapult.js beside a network trained by torch.optim.SGD."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch

pytestmark = pytest.mark.browser

CURVATURE, OUTPUT, STEPS = 2.0, 1.0, 200


def train(product: float, width: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return output and curvature after each step of a linear network's training."""
    length = math.sqrt(width * CURVATURE / 2)
    along = OUTPUT * math.sqrt(width) / length
    first, second = torch.zeros(2, width, dtype=torch.float64)
    first[0] = length
    second[0], second[1] = along, math.sqrt(length**2 - along**2)
    weights = [torch.nn.Parameter(first), torch.nn.Parameter(second)]
    optimizer = torch.optim.SGD(weights, lr=product / CURVATURE)
    outputs, curvatures = [], []
    for _ in range(STEPS + 1):
        output = weights[0] @ weights[1] / math.sqrt(width)
        outputs.append(output.detach())
        slopes = torch.autograd.grad(output, weights, retain_graph=True)
        curvatures.append(sum((slope**2).sum() for slope in slopes))
        optimizer.zero_grad()
        (output**2 / 2).backward()
        optimizer.step()
    return torch.stack(outputs), torch.stack(curvatures)


@pytest.mark.parametrize("width", [10, 100, 1000])
@pytest.mark.parametrize("product", [0.5, 1.9, 2.2, 2.5, 3.0, 3.5])
def test_two_numbers_stand_for_all_weights(
    call: Any, product: float, width: int
) -> None:
    setting = {
        "rate": product / CURVATURE, "width": width, "output": OUTPUT,
        "curvature": CURVATURE, "steps": STEPS,
    }  # fmt: skip
    shown = call("catapult.run", setting)
    outputs, curvatures = train(product, width)
    for name, expected in (("outputs", outputs), ("curvatures", curvatures)):
        found = torch.tensor(shown[name], dtype=torch.float64)
        torch.testing.assert_close(found, expected, rtol=1e-6, atol=1e-9)
