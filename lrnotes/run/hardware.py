"""Which hardware a script gets, asked of torch inside a worker only."""

from __future__ import annotations

import importlib
import platform
import sys
from typing import Any

from msgspec import Struct

from lrnotes.model import Environment
from lrnotes.run.digest import digest_preloaded

LINT = "lint"
"""In a device's place: run on the CPU and report what no accelerator would do."""
NO_DEVICE = "this machine has no such device"


class Device(Struct, frozen=True):
    """The default device of a script."""

    kind: str = "cpu"
    index: int | None = None
    """Which of several, where the author said so."""
    count: int = 0
    """How many accelerators of the kind there are."""
    problem: str = ""
    """Why what was asked for cannot be had; names the option."""

    @property
    def text(self) -> str:
        """The device as torch writes it."""
        return self.kind if self.index is None else f"{self.kind}:{self.index}"


def choose_device(wanted: str) -> Device:
    """Return the device that ``auto``, ``cpu``, ``cuda:1``, … stands for here."""
    if wanted in ("cpu", LINT):
        return Device()
    torch = _import_torch()
    if torch is None:
        problem = f"device: {wanted} needs torch, which cannot be imported"
        return Device(problem="" if wanted == "auto" else problem)
    there = _accelerator(torch)
    if wanted == "auto":
        return Device(there.type, count=_count(torch, there)) if there else Device()
    return _find_device(torch, there, wanted)


def _find_device(torch: Any, there: Any, wanted: str) -> Device:
    """Return a device that the author named, or why it cannot be had."""
    try:
        asked = torch.device(wanted)
    except RuntimeError:
        return Device(problem=f"device: {wanted} is no device that torch knows")
    if asked.type == "cpu":
        return Device()
    count = _count(torch, there) if there and there.type == asked.type else 0
    if (asked.index or 0) >= count:
        return Device(problem=f"device: {wanted}: {NO_DEVICE}")
    return Device(asked.type, asked.index, count)


def set_device(device: Device) -> None:
    """Make an accelerator torch's default; of the CPU it would slow small loops."""
    if device.kind != "cpu":
        importlib.import_module("torch").set_default_device(device.text)


def describe_environment(device: Device, threads: int) -> Environment:
    """Return where this script runs."""
    torch: Any = sys.modules.get("torch")
    name = ""
    if torch is not None:
        name = _device_name(torch, device)
    return Environment(
        python=platform.python_version(),
        # Whether they have been imported is a matter of what else has run.
        torch=digest_preloaded("torch").partition(" ")[0],
        matplotlib=digest_preloaded("matplotlib").partition(" ")[0],
        device=device.kind,
        device_name=name,
        threads=threads,
    )


def freshen_generators(threads: int) -> None:
    """Give what a fork has inherited the state that a fresh process has.

    Without this, all children of one server would draw the same unseeded numbers, and
    a script that forgot its seed would look as if it could be reproduced.
    """
    torch: Any = sys.modules.get("torch")
    if torch is not None:
        torch.set_num_threads(threads)
        torch.default_generator.seed()
    numpy_random: Any = sys.modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.seed()


def _import_torch() -> Any:
    try:
        return importlib.import_module("torch")
    except Exception:
        return None


def _accelerator(torch: Any) -> Any:
    """Return the accelerator that is there, or None (torch 2.6 and later ask so)."""
    accelerator = getattr(torch, "accelerator", None)
    if accelerator is not None:
        return accelerator.current_accelerator(check_available=True)
    return torch.device("cuda") if torch.cuda.is_available() else None


def _count(torch: Any, device: Any) -> int:
    accelerator = getattr(torch, "accelerator", None)
    return int((accelerator or getattr(torch, device.type)).device_count())


def _device_name(torch: Any, device: Device) -> str:
    if device.kind == "cpu":
        # Not the model: hosts of one instruction set give the same numbers.
        return str(torch.backends.cpu.get_cpu_capability())
    module = getattr(torch, device.kind, None)
    ask = getattr(module, "get_device_name", None)
    return str(ask(device.index or 0)) if ask else platform.machine()
