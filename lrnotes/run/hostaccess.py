"""Find, on the CPU, where a script would fail on an accelerator: implicit host access.

``LRNOTES_DEVICE=lint`` runs scripts so.  A tensor counts as on the accelerator unless the
script has brought it to the host itself, by ``.cpu()`` or by naming the device, or made it
of such tensors alone.
"""

from __future__ import annotations

import functools
import importlib
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from lrnotes.model import Failure, Frame
from lrnotes.run.compiling import cell_file
from lrnotes.run.failures import line_in, stack_frames

_READS = ("numpy", "__array__", "__dlpack__")


class HostAccess:
    """Sees what a script does with tensors, and keeps the places to report."""

    def __init__(self, root: Path) -> None:
        """Know of no access yet."""
        self.root = root
        self.cell = 0
        self._seen: dict[tuple[str, int], tuple[Frame, ...]] = {}

    def start(self) -> None:
        """Look on from now on, in this thread, for the rest of the process."""
        torch: Any = importlib.import_module("torch")
        base: Any = importlib.import_module("torch.overrides").TorchFunctionMode
        watch, on_host = self, importlib.import_module("torch.utils.weak")
        hosts = on_host.WeakTensorKeyDictionary()

        class Mode(base):  # type: ignore[misc]
            def __torch_function__(
                self, function: Any, _types: Any, args: Any = (), named: Any = None
            ) -> Any:
                named = named or {}
                given = list(_tensors(torch, (*args, *named.values())))
                name = getattr(function, "__name__", "")
                is_host = bool(given) and all(each in hosts for each in given)
                if name in _READS and not is_host:
                    watch.note(name)
                made = function(*args, **named)
                if is_host or _names_host(torch, name, args, named):
                    hosts.update((each, True) for each in _tensors(torch, (made,)))
                return made

        real = torch.from_numpy

        @functools.wraps(real)
        def from_numpy(array: Any) -> Any:
            self.note("from_numpy")
            made = real(array)
            hosts[made] = True
            return made

        torch.from_numpy = from_numpy
        Mode().__enter__()

    def note(self, name: str) -> None:
        """Keep an access where the running cell, or what it calls, stands now."""
        frame = sys._getframe(1)
        while frame is not None and frame.f_code.co_filename != cell_file(self.cell):
            frame = frame.f_back  # type: ignore[assignment]
        if frame is not None and (name, frame.f_lineno) not in self._seen:
            frames = stack_frames(sys._getframe(1), self.root)
            self._seen[name, frame.f_lineno] = frames

    def begin(self, cell: int) -> None:
        """Look at another cell."""
        self.cell = cell
        self._seen.clear()

    def failure(self) -> Failure | None:
        """Return what the cell would fail with; None where it accesses nothing."""
        if not self._seen:
            return None
        frames = next(iter(self._seen.values()))
        lines = [
            f"{name} at line {line} of the cell: {_advise(name)}"
            for name, line in self._seen
        ]
        line = line_in(self.cell, frames) or 1
        return Failure("device", "HostAccess", "\n".join(lines), line, frames)


def _advise(name: str) -> str:
    if name == "from_numpy":
        return "its tensor stays on the host; torch.tensor goes to the default device"
    return "an accelerator's tensor cannot be read so; .cpu() or .tolist() comes first"


def _tensors(torch: Any, values: Iterable[Any]) -> Iterator[Any]:
    """Yield the tensors in some values, and in the tuples and lists among them."""
    for value in values:
        if isinstance(value, torch.Tensor):
            yield value
        elif isinstance(value, (tuple, list)):
            yield from _tensors(torch, value)


def _names_host(
    torch: Any, name: str, args: Sequence[Any], named: Mapping[str, Any]
) -> bool:
    """Whether a call brings its result to the host in so many words."""
    if name == "cpu":
        return True
    asked = named.get("device", args[1] if name == "to" and len(args) > 1 else None)
    return isinstance(asked, (str, torch.device)) and torch.device(asked).type == "cpu"
