"""A tab with the explorables' scripts, as a page loads them, and nothing else."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SCRIPTS = Path(__file__).parents[3] / "docs" / "assets" / "explore"

# JSON knows neither infinities nor NaN.
CALL = """([explorable, name, inputs]) => JSON.stringify(
  window.lrExplore.maths[explorable][name](...inputs),
  (key, value) => typeof value === "number" && !Number.isFinite(value)
    ? {number: String(value)} : value)"""


@pytest.fixture(scope="session")
def tab(browser: Any) -> Any:
    """Return an empty tab in which the explorables have registered."""
    page = browser.new_page()
    for script in ("kit.js", *names()):
        page.add_script_tag(path=SCRIPTS / script)
    return page


def names() -> list[str]:
    """Return the files of the explorables, without what they share."""
    return sorted({path.name for path in SCRIPTS.glob("*.js")} - {"kit.js", "load.js"})


def read_number(value: dict[str, Any]) -> Any:
    """Return the float that JSON could not hold."""
    return float(value["number"].lower()) if set(value) == {"number"} else value


@pytest.fixture
def call(tab: Any) -> Callable[..., Any]:
    """Return a function that calls EXPLORABLE.NAME with inputs in the browser."""

    def call_in_browser(name: str, *inputs: Any) -> Any:
        explorable, function = name.split(".")
        text = tab.evaluate(CALL, [explorable, function, list(inputs)])
        return json.loads(text, object_hook=read_number)

    return call_in_browser


class Random:
    """The generator of kit.js: mulberry32, and Box and Muller's cosine."""

    def __init__(self, seed: int) -> None:
        self.state = seed % 2**32

    def uniform(self) -> float:
        self.state = (self.state + 0x6D2B79F5) % 2**32
        mixed = (self.state ^ self.state >> 15) * (self.state | 1) % 2**32
        mixed ^= (mixed + (mixed ^ mixed >> 7) * (mixed | 61)) % 2**32
        return (mixed ^ mixed >> 14) / 2**32

    def normal(self) -> float:
        radius = math.sqrt(-2 * math.log(1 - self.uniform()))
        return radius * math.cos(2 * math.pi * self.uniform())


@pytest.fixture
def seeded() -> type[Random]:
    """Return the class of the generator that the explorables use."""
    return Random
