"""The files of the cache: how results are written as JSON, and read with distrust."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from lrnotes.errors import CacheError
from lrnotes.model import Dependency, Outcome, Output, Result
from lrnotes.run.files import read_bytes, write_aside

CACHE_SCHEMA = 1
"""Raised whenever the files of the cache come to mean something else."""

LARGE = 2048
"""Characters from which a piece of output gets a file of its own."""


class Run(Struct, frozen=True):
    """One passed run of a key: what it used, and where its result is."""

    result: str
    """Digest of the result's file."""
    dependencies: tuple[Dependency, ...]
    seconds: float
    figures: tuple[str, ...] = ()
    """Digests of the files that the result refers to."""


class Manifest(Struct, frozen=True):
    """The runs of one key, newest first."""

    schema: int
    key: str
    runs: tuple[Run, ...]


class Named(Struct, frozen=True):
    """What is remembered of a script by its name."""

    schema: int
    name: str
    key: str
    engine: int
    """The engine's schema that the key was made with."""
    seconds: float
    code: str = ""
    style: str = ""
    """What the key was made of, as a plan has it."""


class StoredResult(Struct, frozen=True):
    """A result without its dependencies, and without its large pieces."""

    schema: int
    result: Result
    large: dict[str, str]
    """Where a large piece stood, as ``2 0 image/svg+xml``, to its file's digest."""


def address(data: bytes) -> str:
    """Return the name under which content is kept."""
    return hashlib.sha256(data).hexdigest()


MANIFEST = msgspec.json.Decoder(Manifest)
NAMED = msgspec.json.Decoder(Named)
RESULT = msgspec.json.Decoder(StoredResult)

Stored = TypeVar("Stored", Manifest, Named, StoredResult)


def decode(data: bytes | None, decoder: msgspec.json.Decoder[Stored]) -> Stored | None:
    """Return what some JSON says, or None where it is damaged or foreign."""
    if data is None:
        return None
    try:
        found = decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return found if found.schema == CACHE_SCHEMA else None


def encode(value: Manifest | Named | StoredResult) -> bytes:
    """Return a value as JSON; raise CacheError where it holds no valid text."""
    try:
        return msgspec.json.encode(value)
    except (msgspec.EncodeError, UnicodeEncodeError) as error:
        raise CacheError(f"a result cannot be written as JSON ({error})") from error


class Contents:
    """Files named by the digest of their content."""

    def __init__(self, folder: Path) -> None:
        """Keep where the files are."""
        self.folder = folder

    def path(self, digest: str) -> Path:
        """Return where content of this digest is."""
        return self.folder / digest[:2] / digest[2:]

    def write(self, data: bytes) -> str:
        """Keep some content and return its digest."""
        digest = address(data)
        # Written again even where it is there: what is there may be damaged.
        write_aside(self.path(digest), data)
        return digest

    def read(self, digest: str) -> bytes | None:
        """Return the content, or None where it is missing or not what it was."""
        data = read_bytes(self.path(digest))
        return data if data is not None and address(data) == digest else None


def write_result(contents: Contents, result: Result) -> Run:
    """Keep a result and its large pieces, and return how a manifest refers to it."""
    large: dict[str, str] = {}
    for at, text in _pieces(result):
        if len(text) >= LARGE:
            large[at] = contents.write(text.encode())
    small = _with_pieces(replace(result, dependencies=()), dict.fromkeys(large, ""))
    digest = contents.write(encode(StoredResult(CACHE_SCHEMA, small, large)))
    return Run(digest, result.dependencies, result.seconds, tuple(large.values()))


def read_result(contents: Contents, run: Run) -> Result | None:
    """Return a kept result, or None where any part of it is damaged."""
    stored = decode(contents.read(run.result), RESULT)
    if stored is None:
        return None
    texts: dict[str, str] = {}
    for at, digest in stored.large.items():
        data = contents.read(digest)
        if data is None:
            return None
        texts[at] = data.decode()
    return _with_pieces(replace(stored.result, dependencies=run.dependencies), texts)


def _pieces(result: Result) -> Iterator[tuple[str, str]]:
    """Yield each piece of output with where it stands."""
    for cell, outcome in enumerate(result.outcomes):
        for index, output in enumerate(outcome.outputs):
            for mime, text in output.data.items():
                yield f"{cell} {index} {mime}", text
            yield f"{cell} {index} table", output.table


def _with_pieces(result: Result, texts: dict[str, str]) -> Result:
    """Return the result with other text in some places."""
    if not texts:
        return result
    outcomes = tuple(
        _replace_outputs(outcome, cell, texts)
        for cell, outcome in enumerate(result.outcomes)
    )
    return replace(result, outcomes=outcomes)


def _replace_outputs(outcome: Outcome, cell: int, texts: dict[str, str]) -> Outcome:
    outputs = tuple(
        _replace_texts(output, f"{cell} {index}", texts)
        for index, output in enumerate(outcome.outputs)
    )
    return replace(outcome, outputs=outputs)


def _replace_texts(output: Output, at: str, texts: dict[str, str]) -> Output:
    data = {mime: texts.get(f"{at} {mime}", text) for mime, text in output.data.items()}
    return replace(output, data=data, table=texts.get(f"{at} table", output.table))
