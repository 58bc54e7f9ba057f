"""The bowl of quadratic.js beside torch.optim.SGD."""

from __future__ import annotations

from typing import Any

import pytest
import torch

pytestmark = pytest.mark.browser

START = [-1.2, 0.6]


def descend(
    rate: float, momentum: float, steep: float, nesterov: bool, steps: int
) -> torch.Tensor:
    """Return the points that torch's SGD visits, (steps + 1, 2)."""
    curvature = torch.tensor([1.0, steep], dtype=torch.float64)
    weights = torch.nn.Parameter(torch.tensor(START, dtype=torch.float64))
    optimizer = torch.optim.SGD(
        [weights], lr=rate, momentum=momentum, nesterov=nesterov
    )
    path = [weights.detach().clone()]
    for _ in range(steps):
        optimizer.zero_grad()
        (0.5 * curvature * weights**2).sum().backward()
        optimizer.step()
        path.append(weights.detach().clone())
    return torch.stack(path)


RUNS = [
    (0.03, 0.0, 10.0, False),
    (0.17, 0.7, 10.0, False),
    (0.17, 0.7, 10.0, True),
    (0.21, 0.0, 10.0, False),  # diverges
    (3.2, 0.9, 1.0, False),
    (0.0118, 0.95, 100.0, True),
]


@pytest.mark.parametrize(("rate", "momentum", "steep", "nesterov"), RUNS)
def test_the_path_is_that_of_torch(
    call: Any, rate: float, momentum: float, steep: float, nesterov: bool
) -> None:
    shown = call(
        "quadratic.descend",
        {
            "rate": rate, "momentum": momentum, "steep": steep,
            "nesterov": nesterov, "start": START, "steps": 200,
        },
    )  # fmt: skip
    expected = descend(rate, momentum, steep, nesterov, 200)
    torch.testing.assert_close(
        torch.tensor(shown, dtype=torch.float64), expected, rtol=1e-6, atol=1e-12
    )


def step_matrix(product: float, momentum: float, nesterov: bool) -> torch.Tensor:
    """Return what one step of torch's SGD does to (error, rate times velocity)."""
    rows = []
    for error, velocity in ((1.0, 0.0), (0.0, 1.0)):
        weight = torch.nn.Parameter(torch.tensor(error, dtype=torch.float64))
        optimizer = torch.optim.SGD(
            [weight], lr=1.0, momentum=momentum, nesterov=nesterov
        )
        buffer = torch.tensor(velocity, dtype=torch.float64)
        optimizer.state[weight]["momentum_buffer"] = buffer
        weight.grad = product * weight.detach()
        optimizer.step()
        rows.append(torch.stack([weight.detach(), buffer]))
    return torch.stack(rows)


PRODUCTS = [0.001, 0.03, 0.5, 0.9, 1.3, 2.1, 3.5, 3.9]


@pytest.mark.parametrize("nesterov", [False, True])
@pytest.mark.parametrize("momentum", [0.1, 0.5, 0.9, 0.99])
def test_the_factor_is_the_spectral_radius_of_torch_s_step(
    call: Any, momentum: float, nesterov: bool
) -> None:
    for product in PRODUCTS:
        shown = call("quadratic.factor", product, momentum, nesterov)
        roots = torch.linalg.eigvals(step_matrix(product, momentum, nesterov))
        assert shown == pytest.approx(roots.abs().max().item(), rel=1e-6)


@pytest.mark.parametrize("nesterov", [False, True])
@pytest.mark.parametrize("momentum", [0.1, 0.5, 0.9])
def test_limit_and_window_are_where_torch_s_step_has_them(
    call: Any, momentum: float, nesterov: bool
) -> None:
    def roots(product: float) -> torch.Tensor:
        return torch.linalg.eigvals(step_matrix(product, momentum, nesterov))

    limit = call("quadratic.limit", momentum, nesterov)
    assert (
        roots(limit * (1 - 1e-6)).abs().max() < 1 < roots(limit * 1.000001).abs().max()
    )
    low, high = call("quadratic.windowOf", momentum, nesterov)
    for edge, inward in ((low, 1e-6), (high, -1e-6)):
        assert roots(edge * (1 + inward)).imag.abs().max() > 0
        assert roots(edge * (1 - inward)).imag.abs().max() == 0


def test_steps_needed_are_those_of_torch(call: Any) -> None:
    for rate, momentum, steep, nesterov in (RUNS[0], RUNS[1], RUNS[5]):
        run = {
            "rate": rate, "momentum": momentum, "steep": steep,
            "nesterov": nesterov, "start": START,
        }  # fmt: skip
        sizes = descend(rate, momentum, steep, nesterov, 800).norm(dim=1)
        last_outside = (sizes >= sizes[0] / 1000).nonzero().max().item()
        assert call("quadratic.stepsNeeded", run, 800) == last_outside + 1
