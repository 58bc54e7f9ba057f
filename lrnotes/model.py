"""The nouns that pass between rooms, as frozen structs; imports nothing of ours.

Everything here is plain, picklable data.  What is stored on disk (`Result` and below)
is written and read as JSON by `run.cache`, so its fields hold only strings, numbers,
booleans, tuples, dicts and other such structs.

A struct of msgspec is made a hundred times faster than a dataclass, which counts where
a build has nothing else to do.
"""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct, field

Status = Literal["passed", "failed", "not reached", "skipped"]


class Place(Struct, frozen=True, order=True):
    """Where something stands; every message and every test item has one."""

    path: str
    """POSIX path relative to the project root, such as ``docs/momentum.md``."""
    line: int = 1
    """Line in that file, from 1."""
    column: int = 0
    """Column in that line, from 1; 0 where it is not known or says nothing."""

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}"
        return f"{where}:{self.column}" if self.column else where


class Problem(Struct, frozen=True):
    """Something an author should mend, found without raising."""

    kind: str
    """Name of the kind in `settings.LEVELS`, such as ``unresolved-link``."""
    place: Place
    what: str
    """What is wrong, without the place: ``no note named "Nestrov"``."""
    hint: str = ""
    """What to do about it: ``nearest: nesterov-momentum``; may be empty."""

    def __str__(self) -> str:
        tail = f"; {self.hint}" if self.hint else ""
        return f"{self.place}: {self.what}{tail}"


class Options(Struct, frozen=True):
    """The options of one cell, validated (design: "What an author writes")."""

    label: str = ""
    title: str = ""
    show: tuple[str, ...] = ("code", "output")
    """Which of ``code`` and ``output`` appear; empty for ``none``."""
    fold: bool = False
    caption: str = ""
    alt: str = ""
    output: Literal["text", "markdown"] = "text"
    frames: str = ""
    """The name of the swept quantity; empty where the cell is no sweep."""
    default: str = ""
    """Of a sweep: the name of the frame that is shown first."""
    raises: str = ""
    timeout: float | None = None
    """Seconds for the whole script; None for the setting."""
    slow: bool = False
    device: str = ""
    deps: tuple[str, ...] = ()
    needs: str = ""
    session: str = ""
    """Of a fence: the named session it belongs to; empty for the note's own."""
    hl_lines: str = ""
    linenums: str = ""


class Cell(Struct, frozen=True):
    """One unit of code or prose."""

    kind: Literal["code", "text"]
    title: str
    """The cell's name as written, such as ``claim: a tenth of the loss``; or empty."""
    source: str
    """Code with its ``#|`` lines still in it (they are comments), or Markdown text
    without comment marks.  Line k of the source stands at ``place.line + k - 1``."""
    place: Place
    """Of the first line of the source."""
    options: Options = Options()

    @property
    def is_claim(self) -> bool:
        """Whether the asserts of this cell back a sentence of the prose."""
        return self.kind == "code" and self.title.lower().startswith("claim:")

    @property
    def names(self) -> tuple[str, ...]:
        """The names by which links and embeds can ask for this cell, best first."""
        return tuple(name for name in (self.options.label, self.title) if name)


class Script(Struct, frozen=True):
    """Ordered cells that share one namespace: a note's session, a snippet, a notebook."""

    path: str
    """POSIX path of the file from the project root."""
    cells: tuple[Cell, ...]
    kind: Literal["note", "snippet", "notebook"] = "note"
    session: str = ""
    """The session's name; empty for a note's own session and for snippets."""

    @property
    def name(self) -> str:
        """The script's name in messages and reports."""
        return f"{self.path}::{self.session}" if self.session else self.path

    @property
    def code(self) -> tuple[Cell, ...]:
        """The code cells, in order; outcomes of a result stand in the same order."""
        return tuple(cell for cell in self.cells if cell.kind == "code")

    @property
    def options(self) -> Options:
        """The options of the first code cell, which hold for the whole script."""
        code = self.code
        return code[0].options if code else Options()


def cell_id(script: Script, index: int) -> str:
    """Return the test id of code cell ``index`` (from 0), without the path."""
    cell = script.code[index]
    name = cell.title or cell.options.label or f"cell {index + 1}"
    return f"{script.session}/{name}" if script.session else name


class Fence(Struct, frozen=True):
    """An executed fence of a note, as the scanner found it."""

    cell: Cell
    start: int
    """Line of the opening fence in the scanned text, from 1."""
    end: int
    """Line of the closing fence."""
    prefix: str
    """What a line in the fence's place needs before it to stay in its container."""
    session: str
    index: int
    """Which code cell of its session it is, from 0."""


class Note(Struct, frozen=True):
    """A Markdown page of the vault, as read from its text alone."""

    path: str
    """POSIX path from the project root: ``docs/momentum.md``."""
    text: str
    meta: dict[str, Any] = field(default_factory=dict)
    """The front matter; empty where there is none."""
    title: str = ""
    """Front-matter title, else the first level-one heading, else the file's name."""
    aliases: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    """Tags of the front matter."""
    fences: tuple[Fence, ...] = ()
    scripts: tuple[Script, ...] = ()
    problems: tuple[Problem, ...] = ()


# --- what running gives (stored as JSON) ------------------------------------


class Output(Struct, frozen=True):
    """One displayed thing; kinds carry the notebook format's names."""

    kind: Literal["stream", "execute_result", "display_data"]
    name: str = ""
    """Of a stream: ``stdout`` or ``stderr``; of a figure: its label (the frame's name)."""
    data: dict[str, str] = field(default_factory=dict)
    """MIME type to content; a figure is ``image/svg+xml``, a stream ``text/plain``.
    Binary content (``image/png``) is base64 text."""
    table: str = ""
    """Of a figure: the plotted data as CSV; empty where it could not be read off."""
    width: float = 0.0
    """Of a figure: CSS pixels."""
    height: float = 0.0


class Frame(Struct, frozen=True):
    """One level of a traceback."""

    path: str
    """``<cell 2>`` (index of the code cell, from 0) or a path from the project root;
    for a file outside the project the module's file name alone."""
    line: int
    """Line in that file, or in the cell's source, from 1."""
    function: str
    text: str
    """The source line, stripped."""


class Failure(Struct, frozen=True):
    """Why a code cell failed."""

    kind: Literal[
        "exception", "not raised", "timeout", "memory", "exit", "signal", "device"
    ]
    name: str
    """Class of the exception, or a short word such as ``timeout``."""
    message: str
    line: int = 1
    """Line in the cell's source, from 1; of the innermost frame inside the cell."""
    frames: tuple[Frame, ...] = ()
    """Outermost first."""
    values: tuple[tuple[str, str], ...] = ()
    """For a failed assert: each name or operand in it, and what it held."""


class Evidence(Struct, frozen=True):
    """One assert of a claim, as it was evaluated."""

    source: str
    """The asserted expression."""
    line: int
    """Line in the cell's source, from 1."""
    passed: bool
    left: str = ""
    """Of a single comparison or ``assert_close``: the left operand, shortened."""
    operator: str = ""
    """``<``, ``==``, ``close``, …"""
    right: str = ""
    margin: str = ""
    """How far from failing, such as ``0.0975`` or ``3.2e-9 of 1e-5``; may be empty."""
    values: tuple[tuple[str, str], ...] = ()
    """Of any other assert: its names and what they held."""
    times: int = 1
    """How often it was evaluated; what is shown is the evaluation nearest to failing."""


class Name(Struct, frozen=True):
    """A top-level name used in a cell, and what it held when the cell had run."""

    name: str
    summary: str
    """Such as ``Tensor (61, 2) float32 cpu`` or ``float``."""
    value: str = ""
    """A short value; empty where there is none worth showing."""


class Scalar(Struct, frozen=True):
    """A top-level scalar at the end of a script, for inline values."""

    kind: Literal["int", "float", "bool", "str"]
    text: str
    """``repr`` of the int or float (``nan``, ``inf`` too), ``True``, or the string."""


class Outcome(Struct, frozen=True):
    """One code cell's fate."""

    status: Status
    outputs: tuple[Output, ...] = ()
    failure: Failure | None = None
    evidence: tuple[Evidence, ...] = ()
    names: tuple[Name, ...] = ()
    seconds: float = 0.0
    reason: str = ""
    """Of a skipped or not reached cell: why."""


class Dependency(Struct, frozen=True):
    """A recorded input of a run: what it was, and its digest then."""

    kind: Literal[
        "module", "file", "listing", "environment", "distribution", "runtime", "absent"
    ]
    """``runtime`` covers Python, torch's build, the device's kind and name, threads;
    ``absent`` is a file or module that was looked for and not there."""
    name: str
    """Path from the project root, variable, distribution, or runtime fact."""
    digest: str
    """Digest, version or value; empty for ``absent``."""


class Environment(Struct, frozen=True):
    """Where a run took place; shown as provenance."""

    python: str = ""
    torch: str = ""
    matplotlib: str = ""
    device: str = "cpu"
    """Kind of the default device: ``cpu``, ``cuda``, …"""
    device_name: str = ""
    threads: int = 1


class Result(Struct, frozen=True):
    """A script's whole return."""

    key: str
    outcomes: tuple[Outcome, ...]
    """One for each code cell, in order."""
    scalars: dict[str, Scalar] = field(default_factory=dict)
    dependencies: tuple[Dependency, ...] = ()
    environment: Environment = Environment()
    seconds: float = 0.0
    date: str = ""
    """UTC, ISO 8601, to the second."""
    problems: tuple[str, ...] = ()
    """Remarks of the recorder: the whole environment was copied, a file was written
    that another script reads, output was capped."""

    @property
    def passed(self) -> bool:
        """Whether every cell passed or was skipped with its reason."""
        return all(outcome.status in ("passed", "skipped") for outcome in self.outcomes)


class Plan(Struct, frozen=True):
    """A script and its content address."""

    script: Script
    key: str
    code: str = ""
    """The digest of what in the key is the script's own."""
    style: str = ""
    """The digest of the house style, which is in the key too."""


# --- what conversion gives ---------------------------------------------------


class Heading(Struct, frozen=True):
    """A heading with the id that its own conversion gave it."""

    level: int
    text: str
    """The shown text."""
    id: str


class Link(Struct, frozen=True):
    """A link or embed to something in the vault, recorded by the inline stage."""

    raw: str
    """As written: ``[[Note#Heading|text]]``."""
    target: str
    """The path part, trimmed; empty for the note itself."""
    fragment: str = ""
    """What follows the first ``#``, trimmed; ``^id`` names a block."""
    text: str = ""
    """What follows ``|``; empty where nothing does."""
    is_embed: bool = False
    resolved: str = ""
    """Path from the project root of what it names; empty where unresolved."""
    is_property: bool = False
    """Whether it stands in the front matter."""


class Record(Struct, frozen=True):
    """What one conversion of a note found in it."""

    path: str
    links: tuple[Link, ...] = ()
    headings: tuple[Heading, ...] = ()
    blocks: tuple[str, ...] = ()
    """Block ids, as written."""
    tags: tuple[str, ...] = ()
    """Inline tags, without the mark, as written first."""
    citations: tuple[str, ...] = ()
    """Keys of the works cited, in order of first citation."""
    problems: tuple[Problem, ...] = ()


class Fragment(Struct, frozen=True):
    """Finished HTML for a slot, with holes for what must be converted in the note.

    ``html`` holds ``\\x02md0\\x03``, ``\\x02md1\\x03``, … where the conversions of
    ``parts`` belong: captions and printed Markdown, whose wiki-links and inline values
    mean what they mean in the note that shows them.  A part that stands in an inline
    context (a caption) is listed in ``inline``.
    """

    html: str
    parts: tuple[str, ...] = ()
    inline: tuple[int, ...] = ()
