"""A cache that cannot be written: every door says so, goes on, and is right later."""

import ctypes
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(os.name != "posix", reason="limits and rights of Unix")

CONFIG = "site_name: test\nplugins:\n  - lrnotes: {device: cpu}\n"
# Leaves a line behind when it runs, and a result too large for the disk that is full.
NOTE = """\
# A

```python exec
#| show: none
import os
log = os.open("ran.txt", os.O_APPEND | os.O_CREAT | os.O_WRONLY)
os.write(log, b"a ")
print("x" * 1_000_000)
```

```python exec
print("the rest")
```
"""
FILES = {"docs/index.md": NOTE, "pytest.ini": "[pytest]\n"}
DOORS = {
    "mkdocs": ("mkdocs", "build"),
    "lrnotes": ("lrnotes", "run"),
    "pytest": ("pytest", "-p", "no:cacheprovider"),
    "pytest -n": ("pytest", "-p", "no:cacheprovider", "-n", "2"),
}


def give_up_rights() -> None:
    """Be refused where anybody else is: root may write anywhere, unless it waives it."""
    if os.geteuid() == 0:
        drop_from_bounding_set = 24
        for override in (1, 2):
            ctypes.CDLL(None).prctl(drop_from_bounding_set, override, 0, 0, 0)


def fill_the_disk() -> None:
    """Have the system refuse what makes a file larger than this."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (900_000, 900_000))


def close(folder: Path, mode: int = 0o500) -> None:
    for path in (folder, *folder.rglob("*")):
        if path.is_dir():
            path.chmod(mode)


REFUSALS = {
    "read-only": (give_up_rights, "Permission denied"),
    "full": (fill_the_disk, "File too large"),
}


def go(
    root: Path, words: Sequence[str], before: Callable[[], None]
) -> subprocess.CompletedProcess[str]:
    """Enter a door from a process to which something is refused."""
    return subprocess.run(
        [sys.executable, "-m", *words],
        cwd=root,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        preexec_fn=before,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


@pytest.mark.parametrize("refusal", REFUSALS)
@pytest.mark.parametrize("door", DOORS)
def test_a_door_says_that_nothing_is_kept_and_goes_on(make_site, door, refusal):
    before, reason = REFUSALS[refusal]
    site = make_site(FILES, CONFIG)
    cache = site.root / ".lrnotes"
    cache.mkdir()
    if refusal == "read-only":
        close(cache)

    done = go(site.root, DOORS[door], before)

    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert "Traceback" not in said
    assert "results cannot be kept in" in said
    assert reason in said
    assert "LRNOTES_CACHE" in said
    # Workers that have nowhere to share run their own items' scripts.
    assert set(site.ran()) == {"a"}
    assert not [*cache.rglob("*.aside")]
    if door == "mkdocs":
        assert "the rest" in site.page("index")
    close(cache, 0o700)
    healed = site.command("lrnotes", "run")
    assert healed.returncode == 0
    assert not healed.stderr
    assert site.ran() == ["a"]
    assert site.build("--strict").returncode == 0
    assert site.ran() == []


@pytest.mark.parametrize("door", ["mkdocs", "lrnotes"])
def test_results_are_taken_from_a_folder_that_cannot_be_written(make_site, door):
    site = make_site(FILES, CONFIG)
    assert site.command("lrnotes", "run").returncode == 0
    assert site.ran() == ["a"]
    close(site.root / ".lrnotes")

    again = go(site.root, DOORS[door], give_up_rights)
    site.write({"docs/index.md": NOTE.replace("the rest", "the new rest")})
    edited = go(site.root, DOORS[door], give_up_rights)

    assert (again.returncode, edited.returncode) == (0, 0)
    assert "results cannot be kept" not in again.stdout + again.stderr
    assert "results cannot be kept" in edited.stdout + edited.stderr
    assert site.ran() == ["a"]
    close(site.root / ".lrnotes", 0o700)
    if door == "mkdocs":
        assert "the new rest" in site.page("index")
