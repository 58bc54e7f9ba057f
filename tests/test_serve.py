"""`mkdocs serve` while a writer breaks and mends a note."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager

import pytest

GOOD = "# A\n\n```python exec\nx = 6 * 7\nprint('answer', x)\n```\n"
BAD = GOOD.replace("6 * 7", "6 / 0")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def serving(site):
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "mkdocs", "serve", "-a", f"127.0.0.1:{port}"],
        cwd=site.root,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1", "PYTHONWARNINGS": ""},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process, f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait(timeout=20)


def wait_for(address: str, text: str, seconds: float = 60) -> str:
    """Return the page once it holds the text."""
    page = ""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(address, timeout=20) as answer:
                page = answer.read().decode()
        except OSError:
            page = ""
        if text in page:
            return page
        time.sleep(0.2)
    raise AssertionError(f"{text!r} did not appear in {page[-2000:]}")


def test_serving_goes_on_while_a_cell_is_broken_and_mended(make_site):
    site = make_site({"docs/index.md": GOOD})
    with serving(site) as (process, address):
        wait_for(address, "answer 42")

        site.write({"docs/index.md": BAD})
        wait_for(address, "ZeroDivisionError")
        assert process.poll() is None

        site.write({"docs/index.md": GOOD.replace("* 7", "* 8")})
        page = wait_for(address, "answer 48")
        assert "ZeroDivisionError" not in page


def test_saving_a_snippet_shows_its_new_output(make_site):
    site = make_site(
        {
            "docs/index.md": "# A\n\n![[a.py]]\n",
            "snippets/a.py": "# %% a\nprint('one')\n",
        }
    )
    with serving(site) as (_, address):
        wait_for(address, "one\n</pre>")

        site.write({"snippets/a.py": "# %% a\nprint('two')\n"})

        wait_for(address, "two\n</pre>")


TRAIN = """\
# A

```python exec
import ctypes, random
end = ctypes.CDLL(None).open(b"ran.txt", 1089, 420)
ctypes.CDLL(None).write(end, b"x", 1)
ctypes.CDLL(None).close(end)
number = random.random();
```

```python exec
print("first", number)
```
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs the server")
def test_an_edited_fence_goes_on_from_the_fences_before_it(make_site):
    site = make_site({"docs/index.md": TRAIN})
    with serving(site) as (_, address):
        before = wait_for(address, "first 0.")

        site.write({"docs/index.md": TRAIN.replace("first", "second")})
        after = wait_for(address, "second 0.")

    numbers = [
        re.search(r"(?:first|second) (0\.\d+)", page)[1] for page in (before, after)
    ]
    assert numbers[0] == numbers[1]
    assert site.ran() == ["x"]


def test_live_reload_is_on(make_site):
    site = make_site({"docs/index.md": GOOD})
    with serving(site) as (_, address):
        assert "livereload" in wait_for(address, "answer 42")
