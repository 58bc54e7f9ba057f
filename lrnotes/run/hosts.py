"""Remember what each device is on this host, so that planning never imports torch."""

from __future__ import annotations

import json
import os
import platform
import re
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

from lrnotes.model import Environment
from lrnotes.run.digest import device_fact, read_version, shorten
from lrnotes.run.files import read_bytes, write_aside

_NAME = "devices.json"
_HOSTS_KEPT = 32
_VARIABLES = re.compile(r"CUDA_|HIP_|ROCR_|HSA_|ZE_|ONEAPI_|NVIDIA_|PYTORCH_|ATEN_")
# What torch's own choice among its CPU kernels rests on.
_CPU_FLAGS = re.compile(
    r"\b(avx|avx2|fma|avx512(?:f|bw|dq|vl|_bf16)|amx_\w+|asimd|sve\w*|vsx|vx)\b"
)


class Devices:
    """What workers told of devices, by a fingerprint of the host; kept in a file."""

    def __init__(self, folder: Path) -> None:
        """Keep where the file is; it is read when it is first asked for."""
        self.path = folder / _NAME
        self._host = ""
        self._known: dict[str, dict[str, str]] | None = None

    def fact(self, device: str) -> str:
        """Return the device as dependencies have it; empty where nobody has told."""
        return self._facts().get(device, "")

    def learn(self, device: str, environment: Environment) -> None:
        """Keep what a worker found when ``device`` was asked for."""
        found = device_fact(environment.device, environment.device_name).digest
        told = {device: found}
        if device == "auto":
            # Where auto is the CPU it is what `cpu` asks for too.
            told |= {"cpu": found} if environment.device == "cpu" else {}
        if all(self.fact(name) == fact for name, fact in told.items()):
            return
        self._known = _read(self.path)
        facts = self._facts() | told
        known = {name: each for name, each in self._known.items() if name != self.host}
        kept = dict(list(known.items())[1 - _HOSTS_KEPT :])
        self._known = kept | {self.host: facts}
        write_aside(self.path, json.dumps(self._known, indent=1).encode())

    def _facts(self) -> dict[str, str]:
        if self._known is None:
            self._known = _read(self.path)
        return self._known.get(self.host, {})

    @property
    def host(self) -> str:
        """The fingerprint of this host: cheap, and other when a device may be."""
        if not self._host:
            self._host = shorten("\0".join(_describe_host()).encode())
        return self._host


def _read(path: Path) -> dict[str, dict[str, str]]:
    """Return the file's content; nothing where it is damaged."""
    try:
        found: Any = json.loads(read_bytes(path) or b"{}")
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    return {
        host: facts
        for host, facts in found.items()
        if isinstance(facts, dict) and all(isinstance(v, str) for v in facts.values())
    }


def _describe_host() -> list[str]:
    """Return what decides which devices torch finds, without asking torch."""
    try:
        torch = read_version(metadata.distribution("torch"))
    except metadata.PackageNotFoundError:
        torch = ""
    variables = [
        f"{name}={value}"
        for name, value in sorted(os.environ.items())
        if _VARIABLES.match(name)
    ]
    machine = [sys.platform, platform.machine()]
    if sys.platform != "linux":
        # Elsewhere the drivers come with the system.
        machine.append(platform.release())
    return [torch, *machine, *variables, *_list_nodes(), *_cpu_flags()]


def _list_nodes() -> list[str]:
    """Return the device nodes of drivers, and what the drivers say of themselves."""
    dev = Path("/dev")
    names = ("nvidia*", "kfd", "dri/*", "accel/*", "dxg", "davinci*")
    nodes = sorted(str(path) for name in names for path in dev.glob(name))
    driver = Path("/proc/driver/nvidia")
    told = [driver / "version", *sorted(driver.glob("gpus/*/information"))]
    return nodes + [text for path in told if (text := _read_start(path))]


def _cpu_flags() -> list[str]:
    start = _read_start(Path("/proc/cpuinfo"))
    return sorted(set(_CPU_FLAGS.findall(start)))


def _read_start(path: Path) -> str:
    """Return the first lines of a system file: one processor's, not all two hundred."""
    try:
        with path.open("rb", buffering=0) as file:
            return file.read(8192).decode("ascii", "replace")
    except OSError:
        return ""
