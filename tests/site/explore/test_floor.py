"""The noisy bowl of floor.js beside torch.optim.SGD under LambdaLR."""

from __future__ import annotations

from typing import Any

import pytest
import torch

pytestmark = pytest.mark.browser

START = 3.0
KINDS = {
    "constant": lambda rate, step, steps: 1.0,
    "cut": lambda rate, step, steps: 1.0 if step < steps / 2 else 0.1,
    "harmonic": lambda rate, step, steps: 1 / (1 + rate * step),
    "hasty": lambda rate, step, steps: (step + 1) ** -2.0,
}


def run(kind: str, rate: float, noise: torch.Tensor) -> torch.Tensor:
    """Return the places of torch's SGD, (steps + 1,), where noise is added to slopes."""
    weight = torch.nn.Parameter(torch.tensor(START, dtype=torch.float64))
    optimizer = torch.optim.SGD([weight], lr=rate)
    share = KINDS[kind]
    scheduler = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: share(rate, step, len(noise))
    )
    places = [weight.detach().clone()]
    for one in noise:
        optimizer.zero_grad()
        (weight**2 / 2 + one * weight).backward()
        optimizer.step()
        scheduler.step()
        places.append(weight.detach().clone())
    return torch.stack(places)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("rate", [0.05, 0.3, 1.9])
def test_one_run_is_that_of_torch(
    call: Any, seeded: Any, kind: str, rate: float
) -> None:
    random = seeded(7)
    noise = torch.tensor([random.normal() for _ in range(200)], dtype=torch.float64)
    shown = torch.tensor(call("floor.run", kind, rate, 200, 7), dtype=torch.float64)
    torch.testing.assert_close(shown, run(kind, rate, noise), rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("rate", [0.05, 0.3, 1.9])
def test_the_mean_loss_is_that_of_all_noises(call: Any, kind: str, rate: float) -> None:
    # The place is linear in the noise: one run for each impulse gives the variance.
    steps = 20
    still = run(kind, rate, torch.zeros(steps, dtype=torch.float64))
    impulses = torch.eye(steps, dtype=torch.float64)
    answers = torch.stack([run(kind, rate, one) - still for one in impulses])
    expected = (still**2 + (answers**2).sum(0)) / 2
    shown = torch.tensor(call("floor.expected", kind, rate, steps), dtype=torch.float64)
    torch.testing.assert_close(shown, expected, rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize("rate", [0.1, 0.5, 1.5])
def test_a_constant_rate_settles_at_the_floor(call: Any, rate: float) -> None:
    end = call("floor.expected", "constant", rate, 400)[-1]
    assert call("floor.floor", rate) == pytest.approx(end, rel=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_of_the_four_only_the_harmonic_ends_below_the_task(
    call: Any, kind: str
) -> None:
    rates = torch.logspace(-2.3, 0.32, 60).tolist()  # the slider's, from 0.005 to 2.1
    ends = [call("floor.expected", kind, rate, 400)[-1] for rate in rates]
    good = [rate for rate, end in zip(rates, ends, strict=True) if end < 0.002]
    assert (min(good) if good else None) == (
        pytest.approx(0.17, abs=0.03) if kind == "harmonic" else None
    )
