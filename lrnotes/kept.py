"""Fragments of earlier builds: what a script showed is shown again while it is the same."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

import msgspec
import pygments

from lrnotes.model import Fragment
from lrnotes.run.prune import Pruned
from lrnotes.run.stored import address
from lrnotes.store import write_aside

PACKAGE = Path(__file__).parent
FOLDER = "fragments"
_SHEET = msgspec.json.Decoder(dict[str, Fragment])


def digest_material(material: object) -> str:
    """Return the digest of all that a script's fragments are made of.

    Empty where it cannot be told, since a text in it is no valid Unicode.
    """
    try:
        data = msgspec.msgpack.encode(material)
    except UnicodeEncodeError:
        return ""
    return address(digest_maker().encode() + data)


@cache
def digest_maker() -> str:
    """Return the digest of what makes fragments: this package, its tools."""
    digest = hashlib.sha256(f"{sys.version} {pygments.__version__}".encode())
    for path in sorted(PACKAGE.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def load_fragments(folder: Path, name: str, material: str) -> dict[str, Fragment]:
    """Return the fragments of a script, by key; none where they are of other material.

    A file that is missing or damaged is the same as one of other material.
    """
    try:
        head, _, body = _file(folder, name).read_text("utf-8").partition("\n")
        if head != f"{material} {address(body.encode())}":
            return {}
        return _SHEET.decode(body)
    except (OSError, UnicodeDecodeError, msgspec.DecodeError):
        return {}


def save_fragments(
    folder: Path, name: str, material: str, fragments: Mapping[str, Fragment]
) -> None:
    """Keep a script's fragments in place of those of other material."""
    body = msgspec.json.encode(fragments).decode()
    write_aside(_file(folder, name), f"{material} {address(body.encode())}\n{body}")


def prune_fragments(folder: Path, names: Iterable[str]) -> Pruned:
    """Delete the fragments of all scripts but these."""
    wanted = {_file(folder, name) for name in names}
    sizes = []
    for path in sorted((folder / FOLDER).glob("*")):
        if path not in wanted:
            sizes.append(path.stat().st_size)
            path.unlink()
    return Pruned(len(sizes), sum(sizes))


def _file(folder: Path, name: str) -> Path:
    return folder / FOLDER / f"{address(name.encode())[:32]}.kept"
