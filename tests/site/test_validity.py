"""Every page is valid HTML as the Nu checker reads it, but for faults that others make."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

JAR = Path(__file__).parent / "tools/node_modules/vnu-jar/build/dist/vnu.jar"

# Begin of a message, to whose fault it is.
NOT_OURS = {
    "Bad value “” for attribute “tabindex” on element “label”": (
        "Material gives the label of an open section an empty number"
    ),
    "Attribute “autocomplete” is only allowed when the input type is": (
        "Material's drawer and search are boxes to tick that must not be remembered"
    ),
    "The value of the “for” attribute of the “label” element must be the ID of a": (
        "Material labels a table of contents that the page does not have"
    ),
    "The “aria-label” attribute must not be specified on any “clipboard-copy”": (
        "mkdocs-jupyter's button to copy a cell is an element of its own making"
    ),
}


@pytest.fixture(scope="module")
def messages(site: Path) -> list[dict[str, Any]]:
    """Return what the checker says of all pages, redirects among them."""
    java = shutil.which("java")
    if java is None:
        pytest.skip("Java is not installed")
    if not JAR.is_file():
        pytest.skip("the Nu checker is not installed: make tools")
    pages = sorted(map(str, site.rglob("*.html")))
    command = [
        java,
        "-Xss8m",
        # It is over before what a thorough compiler makes has paid for itself.
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        "-jar",
        str(JAR),
        "--format",
        "json",
        "--exit-zero-always",
    ]
    done = subprocess.run(
        [*command, *pages], capture_output=True, text=True, check=False, cwd=site
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stderr)["messages"]
    return [each for each in found if each["type"] == "error"]


def name_fault(message: dict[str, Any]) -> str:
    page = message["url"].rpartition("/")[2]
    return f"{page}:{message['lastLine']}: {message['message']}"


def test_no_page_has_a_fault_of_ours(messages: list[dict[str, Any]]) -> None:
    ours = [
        name_fault(each)
        for each in messages
        if not each["message"].startswith(tuple(NOT_OURS))
    ]
    assert ours == []


def test_every_fault_of_others_is_still_there(messages: list[dict[str, Any]]) -> None:
    told = [each["message"] for each in messages]
    mended = [
        start for start in NOT_OURS if not any(each.startswith(start) for each in told)
    ]
    assert mended == []
