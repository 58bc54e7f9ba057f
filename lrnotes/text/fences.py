"""Find the executed fences of a note, in whatever containers they stand.

Three readings meet here: `groups` has the lines of each fence as superfences sees them,
`commonmark` as GitHub and Obsidian do, and `layout` knows what surrounds them.  A fence
runs where all agree that it is code; where none does it is text; where they differ it
is reported and not run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from msgspec.structs import replace

from lrnotes.model import Cell, Fence, Options, Place, Problem
from lrnotes.text.commonmark import Opening, Span, find_spans, read_opening
from lrnotes.text.groups import Group, Grouping, Loose, group_lines
from lrnotes.text.info import Info
from lrnotes.text.layout import Layout
from lrnotes.text.lines import TAB, cut_columns, normalise, split_lines
from lrnotes.text.options import read_options
from lrnotes.text.reasons import CLOSING, COLUMNS, Why, doubt
from lrnotes.text.scan import read_layout
from lrnotes.text.unseen import mask_shown


def find_fences(
    text: str, path: str, first_line: int = 1, lists: str = "commonmark"
) -> tuple[tuple[Fence, ...], tuple[Problem, ...]]:
    """Return the fences of a text that run, and those that are reported instead.

    ``first_line`` is the note's line on which the text begins; ``lists`` says whose
    rules lists and quotes follow: ``commonmark`` or ``markdown``.
    """
    if "```" not in text and "~~~" not in text:
        return (), ()
    grouping = group_lines(normalise(text))
    openings = {
        number: opening
        for number, line in enumerate(grouping.lines)
        if "exec" in line
        and (opening := read_opening(line))
        and opening.info.execution not in ("", "off")
    }
    groups = {
        group.start: group
        for group in grouping.groups
        if group.info.execution not in ("", "off")
    }
    unclosed = [each for each in grouping.loose if each.stop is None]
    if not openings and not groups and not unclosed:
        return (), ()
    place = Place(path, first_line)
    finder = _Finder(split_lines(text), grouping, place, lists)
    finder.visit(openings, groups)
    finder.visit_unclosed(unclosed, openings)
    return tuple(finder.fences), tuple(sorted(finder.problems, key=lambda p: p.place))


class _Finder:
    """Decides about each fence of one text that asks to be run."""

    def __init__(
        self, raw: list[str], grouping: Grouping, origin: Place, lists: str
    ) -> None:
        self.raw, self.grouping, self.origin = raw, grouping, origin
        masked, self.numbers = mask_shown(grouping, lists)
        self.layout: Layout = read_layout(masked, lists)
        self.masked = {number: at for at, number in enumerate(self.numbers)}
        self.kinds = {
            number: self.layout.kinds[at] for number, at in self.masked.items()
        }
        self.spans: dict[int, Span] = find_spans(grouping, self.kinds)
        self.loose = {each.start: each for each in grouping.loose}
        self.fences: list[Fence] = []
        self.problems: list[Problem] = []
        self.count: Counter[str] = Counter()
        """Cells of each session so far."""

    def visit(self, openings: dict[int, Opening], groups: dict[int, Group]) -> None:
        """Decide about each line that one of the readers takes for such a fence."""
        for number in sorted(openings.keys() | groups.keys()):
            group = groups.get(number)
            info = group.info if group else openings[number].info
            if group:
                why = self._judge_group(group)
            else:
                why = self._judge_opening(number, openings[number])
            if why is None:
                continue
            if not info.is_python or info.execution == "unclear":
                self._refuse(number, info)
            elif why.what:
                what = f"this exec fence is not run: {why.what}"
                self._report("hidden-fence", number, what, why.hint)
            elif group:
                self._take(group)

    def visit_unclosed(
        self, unclosed: list[Loose], openings: dict[int, Opening]
    ) -> None:
        """Report the fence that nothing ends."""
        for fence in unclosed:
            span = self.spans.get(fence.start)
            if span is None or self.kinds.get(fence.start) != "text":
                continue
            behind = sum(span.start < number <= span.end for number in openings)
            what = "this fence is never closed"
            if behind:
                fences = (
                    "exec fence below it is"
                    if behind == 1
                    else "exec fences below it are"
                )
                what += f", so that {behind} {fences} not run"
            hint = f"end it with {fence.mark}"
            if span.is_closed:
                hint = f"line {self._line(span.end)}: {CLOSING}"
            self._report("unclosed-fence", fence.start, what, hint)

    # --- judging -----------------------------------------------------------------

    def _judge_group(self, group: Group) -> Why | None:
        """Return why a fence of superfences is not run; None where it is plain text."""
        at = self.masked.get(group.start, -1)
        reading = self.layout.readings.get(at)
        if reading is None:
            return self._held(group.start)
        if reading == "text":
            return None
        span = self.spans.get(group.start)
        if span is None:
            return self._held(group.start)
        if span.end != group.end:
            line = self._line(min(span.end, group.end))
            return Why(f"some readers end it at line {line}", CLOSING)
        if reading == "doubt":
            why, blame = self.layout.reasons[at]
            return doubt(why, self._line(self.numbers[blame]) if blame != at else 0)
        return Why("")

    def _judge_opening(self, number: int, opening: Opening) -> Why | None:
        """Return why a fence that superfences does not see is not run."""
        if number not in self.spans or self.kinds.get(number, "text") in (
            "code", "literal", "maths",
        ):  # fmt: skip
            return None
        if number in self.loose:
            stop = self.loose[number].stop
            if stop is None:
                return None
            line = self._line(stop)
            return Why(f"line {line} stands left of it", "indent it like the fence")
        if number not in self.kinds or any(
            start < number <= end for start, end in self._given_up()
        ):
            return self._held(number)
        if opening.follows_mark:
            return Why("it stands on the line of a list mark", COLUMNS)
        return Why(
            "its info string cannot be read", 'write options as key="value" or words'
        )

    def _given_up(self) -> Iterator[tuple[int, int]]:
        """Yield the lines that superfences passes over in search of an end."""
        for each in self.grouping.loose:
            end = len(self.raw) if each.stop is None else each.stop
            yield each.start, end

    def _held(self, number: int) -> Why:
        """Return that a fence above may hold the line as text."""
        holders = [(span.start, span.end) for span in self.spans.values()]
        holders += [(group.start, group.end) for group in self.grouping.groups]
        holders += self._given_up()
        starts = [start for start, end in holders if start < number <= end]
        line = self._line(max(starts, default=number))
        what = f"some readers take line {line} for a fence around it"
        return Why(what, f"mend that fence: {CLOSING}")

    # --- results -----------------------------------------------------------------

    def _line(self, number: int) -> int:
        return self.origin.line + number

    def _place(self, number: int) -> Place:
        return replace(self.origin, line=self._line(number))

    def _report(self, kind: str, number: int, what: str, hint: str) -> None:
        self.problems.append(Problem(kind, self._place(number), what, hint))

    def _refuse(self, number: int, info: Info) -> None:
        if info.is_python:
            value = next(value for key, value in info.given if key == "exec")
            self._report("bad-option", number, f'exec is "{value}"', "on or off")
            return
        what = (
            f"exec runs python, and this fence is {info.language or 'of no language'}"
        )
        self._report("bad-option", number, what, "write python exec, or remove exec")

    def _take(self, group: Group) -> None:
        if group.info.unread:
            what = f"cannot read {group.info.unread} in the info string"
            self._report("bad-option", group.start, what, 'write key="value"')
        source = "\n".join(self._source_lines(group))
        place = self._place(group.start + 1)
        info = self.grouping.lines[group.start][len(group.prefix) + len(group.mark) :]
        options, problems = read_options(info, source, place, first=True)
        if self.count[options.session]:
            options, problems = read_options(info, source, place, first=False)
        self.problems += problems
        self.fences.append(self._fence(group, options, source))
        self.count[options.session] += 1

    def _fence(self, group: Group, options: Options, source: str) -> Fence:
        return Fence(
            cell=Cell(
                "code", options.title, source, self._place(group.start + 1), options
            ),
            start=group.start + 1,
            end=group.end + 1,
            prefix=self._prefix(group),
            session=options.session,
            index=self.count[options.session],
        )

    def _prefix(self, group: Group) -> str:
        """Return what the fence stands behind, indented enough to stay in its list."""
        opening = self.raw[group.start]
        marks = group.prefix[: group.prefix.rfind(">") + 1]
        if marks and len(marks) < len(group.prefix):
            marks += " "
        columns = TAB * self.layout.levels.get(self.masked[group.start], 0)
        if columns > len(group.prefix) - len(marks):
            return marks + " " * columns
        return opening[: opening.index(group.mark)]

    def _source_lines(self, group: Group) -> Iterator[str]:
        lines = self.raw[group.start + 1 : group.end]
        cut = [cut_columns(line, len(group.prefix)) for line in lines]
        if group.prefix.endswith(">") and all(
            line.startswith(" ") for line in cut if line.strip()
        ):
            # ``>`` without its space before the fence, and with it before the code.
            return (line[1:] for line in cut)
        return iter(cut)
