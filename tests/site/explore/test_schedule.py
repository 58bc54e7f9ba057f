"""The schedules of schedule.js, and the code that it prints, beside torch's own."""

from __future__ import annotations

import math
import warnings
from typing import Any

import pytest
import torch

pytestmark = pytest.mark.browser

PLANS = [
    "ConstantLR_0.3_40", "ConstantLR_0.001_1",
    "LinearLR_0.1_1_20", "LinearLR_1_0_99", "LinearLR_0.5_0.25_200",
    "PolynomialLR_99_1", "PolynomialLR_60_2.5",
    "StepLR_30_0.3", "StepLR_1_0.9",
    "MultiStepLR_40_80_0.3", "MultiStepLR_80_40_0.5", "MultiStepLR_30_30_0.1",
    "ExponentialLR_0.97", "ExponentialLR_0.5",
    "CosineAnnealingLR_99_0", "CosineAnnealingLR_20_0.01",
    "CosineAnnealingWarmRestarts_20_2_0", "CosineAnnealingWarmRestarts_7_1_0.02",
    "CosineAnnealingWarmRestarts_5_3_0",
    "OneCycleLR_0.1_120_0.3_25", "OneCycleLR_2_200_0.55_10",
    "CyclicLR_0.01_0.1_20_1", "CyclicLR_0.01_0.1_13_2",
    "LinearLR_0.1_1_20*20*CosineAnnealingLR_99_0",
    "LinearLR_0.01_1_10*10*ConstantLR_1_1*50*CosineAnnealingLR_59_0.001",
    "StepLR_10_0.5*30*ExponentialLR_0.9",
    "LinearLR_0.1_1_20*20*MultiStepLR_30_60_0.2",
    "LinearLR_0.1_1_10*10*CosineAnnealingWarmRestarts_20_2_0.001",
    "LinearLR_0.5_1_5*5*PolynomialLR_100_2",
    "ConstantLR_0.5_10*25*CosineAnnealingWarmRestarts_10_2_0",
    "CosineAnnealingLR_30_0*30*PolynomialLR_50_2",
    "ExponentialLR_0.9*15*LinearLR_0.2_0.7_30*40*StepLR_5_0.5",
]  # fmt: skip


def rates_of(code: str, steps: int) -> list[float]:
    """Return the rates of the optimizer's steps while the printed code runs."""
    rates: list[float] = []

    class Noted(torch.optim.SGD):
        def step(self, closure: Any = None) -> Any:
            rates.append(float(self.param_groups[0]["lr"]))
            return super().step(closure)

    loop = code.replace("torch.optim.SGD(", "Noted(")
    with warnings.catch_warnings():
        # SequentialLR passes on an argument that torch itself calls deprecated.
        warnings.simplefilter("ignore", UserWarning)
        exec(loop, {"model": torch.nn.Linear(1, 1), "Noted": Noted})
    assert len(rates) == steps
    return rates


@pytest.mark.parametrize("plan", PLANS)
@pytest.mark.parametrize("base", [0.1, 2.5])
def test_curve_and_printed_code_are_torch_s(call: Any, plan: str, base: float) -> None:
    shown = call("schedule.rates", plan, base, 120)
    code = call("schedule.code", plan, base, 120)
    expected = rates_of(code, 120)
    assert shown == pytest.approx(expected, rel=1e-6, abs=1e-12)


def test_past_its_last_step_one_cycle_has_no_rate(call: Any) -> None:
    shown = call("schedule.rates", "OneCycleLR_0.1_50_0.3_25", 0.1, 60)
    assert shown[49] == pytest.approx(0.1 / 25 / 1e4, rel=1e-6)
    assert all(map(math.isnan, shown[50:]))
    code = call("schedule.code", "OneCycleLR_0.1_50_0.3_25", 0.1, 60)
    with pytest.raises(ValueError, match="total steps is 50"):
        rates_of(code, 60)
