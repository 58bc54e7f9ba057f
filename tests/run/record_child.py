"""Runs cells under a recorder and prints what it saw: a recorder never comes off."""

import importlib
import json
import os
import sys
from pathlib import Path

from lrnotes.model import Environment
from lrnotes.run.record import Recorder


def main():
    job = json.loads(sys.stdin.read())
    root = Path(job["root"])
    os.chdir(root)
    sys.path[:1] = [str(root / "snippets"), *job["path"]]
    for name in job["modules"]:
        importlib.import_module(name)
    recorder = Recorder(
        root,
        job["preloaded"],
        Environment(device_name="AVX2"),
        root / ".lrnotes",
        job["variables"],
    )
    cells = [
        compile(source, f"<cell {index}>", "exec")
        for index, source in enumerate(job["cells"])
    ]
    names = {"__name__": "__main__"}
    recorder.declare(job["deps"])
    recorder.start()
    for cell in cells:
        exec(cell, names)
    found = {
        "dependencies": [
            [each.kind, each.name, each.digest] for each in recorder.dependencies()
        ],
        "remarks": recorder.remarks(),
        "written": recorder.written(),
    }
    sys.__stdout__.write("\n" + json.dumps(found))


main()
