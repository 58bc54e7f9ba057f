"""Several figures as one with a slider; without JavaScript, small multiples."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from lrnotes.show.view import CellView, slug


def sweep_html(view: CellView, drawn: Sequence[tuple[str, str]]) -> str:
    """Return the frames of a sweep, each ``(name, svg)``, with what the slider needs.

    The quantity names the slider and the parameter of the address that keeps its state.
    """
    options = view.cell.options
    names = [name or str(number) for number, (name, _) in enumerate(drawn, 1)]
    first = names.index(options.default) if options.default in names else 0
    frames = "".join(
        f'<div class="lrn-frame" data-lrn-frame="{escape(name)}">{svg}'
        f'<div class="lrn-frame-name">{escape(name, quote=False)}</div></div>'
        for name, (_, svg) in zip(names, drawn, strict=True)
    )
    key = "-".join(part for part in (view.anchor, slug(options.frames)) if part)
    return (
        f'<div class="lrn-sweep" data-lrn-sweep="{escape(options.frames)}"'
        f' data-lrn-key="{escape(key)}" data-lrn-first="{first}">{frames}</div>'
    )
