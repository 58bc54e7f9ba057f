"""Draw what ``exec.py`` measured: CPU seconds of each tool after each edit."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any


def draw_chart(data: dict[str, Any], path: Path) -> None:
    """Write an SVG with a panel for each kind of build and a bar for each tool.

    Bars of builds that left stale pages are hatched: they were quick by being wrong.
    """
    import matplotlib

    matplotlib.use("svg")
    import matplotlib.pyplot as plt

    tools = data["tools"]
    names = list(tools)[::-1]
    scenarios = list(tools[names[0]])
    figure, panels = plt.subplots(
        2, (len(scenarios) + 1) // 2, figsize=(11, 5), sharey=True, layout="constrained"
    )
    for panel, scenario in zip(panels.flat, scenarios, strict=False):
        rows = [tools[name][scenario] for name in names]
        bars = panel.barh(names, [row["cpu"] for row in rows], color="#9aa7b5")
        for name, row, bar in zip(names, rows, bars, strict=True):
            is_wrong = "STALE" in row["note"] or "failed" in row["note"]
            bar.set(
                color="#1f6feb" if name == "lrnotes" else "#9aa7b5",
                hatch="///" if is_wrong else "",
                edgecolor="#c0392b" if is_wrong else "none",
            )
        panel.set(xscale="log", title=scenario)
    for panel in panels[-1]:
        panel.set_xlabel("CPU seconds")
    figure.suptitle("One site, one edit each; hatched: stale pages or a failed build")
    figure.savefig(path, metadata={"Date": None})


if __name__ == "__main__":
    draw_chart(json.loads(Path(sys.argv[1]).read_text()), Path(sys.argv[2]))
