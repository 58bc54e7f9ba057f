"""Draw matplotlib figures as SVG in colours that the site maps to its theme.

This is also the backend that scripts find: figures look as `assets/lrnotes.mplstyle`
says, and ``plt.show()`` says nothing.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.backend_bases import FigureManagerBase
from matplotlib.backends.backend_mixed import MixedModeRenderer
from matplotlib.backends.backend_svg import FigureCanvasSVG, RendererSVG
from matplotlib.figure import Figure
from matplotlib.path import Path
from matplotlib.textpath import text_to_path
from matplotlib.transforms import IdentityTransform

from lrnotes.model import Output
from lrnotes.run.job import PACKAGE
from lrnotes.run.tables import read_table
from lrnotes.run.thin import FEW, spread, thin
from lrnotes.run.ticks import ticks_remembered
from lrnotes.run.tidy import FAMILY, tidy

FONT = PACKAGE / "assets" / "fonts" / "figure.ttf"
CSS_PIXELS = 100
"""CSS pixels of an inch."""
_POINTS = 72
"""Units of matplotlib's SVG to an inch."""
_RASTER = 160
"""Dots of an inch where something is drawn as a picture."""
_MANY = 3000
"""A collection of more shapes is drawn as a picture, which weighs less."""


class FigureManager(FigureManagerBase):
    """Keeps figures open until their cell has ended."""

    @classmethod
    def pyplot_show(cls, *, block: bool | None = None) -> None:
        """Leave the figure to the end of its cell, where it is shown anyway."""


class _Renderer(RendererSVG):
    """Draws long lines with as many points as can be seen."""

    def __init__(self, width: float, height: float, text: io.StringIO) -> None:
        super().__init__(  # type: ignore[no-untyped-call]
            width, height, text, image_dpi=_RASTER, metadata={"Date": None}
        )
        # Labels are read once, not once for the layout and once for each figure.
        self._text2path = text_to_path

    def draw_path(
        self, gc: Any, path: Any, transform: Any, rgbFace: Any = None
    ) -> None:
        """Draw a path, thinned where it is a long line."""
        is_line = path.codes is None and rgbFace is None
        if is_line and len(path.vertices) > FEW:
            drawn = transform.transform_path_non_affine(path)
            points = thin(transform.get_affine().transform(drawn.vertices))
            path, transform = Path(points), IdentityTransform()
        super().draw_path(gc, path, transform, rgbFace)  # type: ignore[no-untyped-call]

    def draw_markers(  # noqa: PLR0913, PLR0917
        self,
        gc: Any,
        marker_path: Any,
        marker_trans: Any,
        path: Any,
        trans: Any,
        rgbFace: Any = None,
    ) -> None:
        """Draw markers, of a crowd in one place only the first."""
        if len(path.vertices) > FEW:
            path = Path(spread(trans.transform(path.vertices)))
            trans = IdentityTransform()
        super().draw_markers(  # type: ignore[no-untyped-call]
            gc, marker_path, marker_trans, path, trans, rgbFace
        )

    def draw_text(  # noqa: PLR0913, PLR0917
        self,
        gc: Any,
        x: float,
        y: float,
        s: str,
        prop: Any,
        angle: float,
        ismath: Any = False,
        mtext: Any = None,
    ) -> None:
        """Draw text as text, and as outlines where the page lacks a letter of it."""
        is_outline = ismath and not _has_letters(s, prop)
        settings = mpl.rc_context({"svg.fonttype": "path"}) if is_outline else None
        with settings or nullcontext():
            super().draw_text(  # type: ignore[no-untyped-call]
                gc, x, y, s, prop, angle, ismath, mtext
            )


class FigureCanvas(FigureCanvasSVG):
    """The canvas that pyplot gives to new figures."""

    manager_class = FigureManager

    def get_renderer(self) -> _Renderer:
        """Return what the layout measures text with."""
        width, height = self.figure.get_size_inches() * _POINTS
        return _Renderer(width, height, io.StringIO())


def _has_letters(text: str, prop: Any) -> bool:
    """Whether the site's font has every sign of a formula."""
    glyphs = text_to_path.mathtext_parser.parse(text, _POINTS, prop).glyphs
    return all(glyph[0].family_name == FAMILY for glyph in glyphs)


def draw_figure(figure: Any) -> Output:
    """Return a figure as SVG, with its data and its size in CSS pixels."""
    inches = figure.get_size_inches()
    width, height = (float(round(each * CSS_PIXELS, 1)) for each in inches)
    settings: Any = {
        "svg.fonttype": "none",
        "svg.hashsalt": "lrnotes",
        "svg.image_inline": True,
        "svg.id": None,
        "path.simplify": True,
    }
    with mpl.rc_context(settings), _rasterised(figure):
        svg = tidy(_render(figure, *inches), width, height)
    return Output(
        "display_data",
        name=str(figure.get_label()),
        data={"image/svg+xml": svg},
        table=read_table(figure),
        width=width,
        height=height,
    )


def _render(figure: Any, width: float, height: float) -> str:
    buffer = io.StringIO()
    dpi = figure.dpi
    figure.dpi = _POINTS
    try:
        drawer = _Renderer(width * _POINTS, height * _POINTS, buffer)
        mixed = MixedModeRenderer(  # type: ignore[no-untyped-call]
            figure, width, height, _RASTER, drawer
        )
        with ticks_remembered(figure):
            figure.draw(mixed)
        drawer.finalize()  # type: ignore[no-untyped-call]
    finally:
        figure.dpi = dpi
    return buffer.getvalue()


@contextmanager
def _rasterised(figure: Any) -> Iterator[None]:
    """Draw as pictures what has too many shapes, unless its author chose."""
    changed = [
        artist
        for axes in figure.axes
        for artist in axes.collections
        if not artist.get_rasterized()
        if _count_shapes(artist) > _MANY or type(artist).__name__ == "QuadMesh"
    ]
    for artist in changed:
        artist.set_rasterized(True)
    try:
        yield
    finally:
        for artist in changed:
            artist.set_rasterized(False)


def _count_shapes(artist: Any) -> int:
    return max(len(artist.get_paths()), len(artist.get_offsets()))


def register_font() -> None:
    """Make the site's font known in this process; the user's list stays as it is."""
    if FONT.is_file():
        font_manager.fontManager.addfont(str(FONT))
    elif mpl.rcParams["mathtext.rm"] == FAMILY:
        mpl.rcParams["mathtext.fontset"] = "dejavusans"


def warm_up() -> None:
    """Draw once what most figures have, so that forks find fonts and code ready."""
    figure = Figure()
    FigureCanvas(figure)
    axes = figure.subplots()
    axes.plot([1, 2], label="line")
    axes.set(xlabel="step", ylabel="loss")
    axes.legend()
    draw_figure(figure)


def warm_labels() -> None:
    """Draw once what logarithmic axes have, so that forks find their labels read.

    These are powers of ten, and what stands between the last two where a loss falls by
    less than tenfold; matplotlib remembers fifty readings, two of each label.
    """
    figure = Figure()
    FigureCanvas(figure)
    axes = figure.subplots()
    axes.semilogy([1e-8, 1e4])
    axes.set_yticks([10.0**power for power in range(-8, 5)])
    digits = range(2, 10)
    between = [rf"$\mathdefault{{{digit}\times10^{{-1}}}}$" for digit in digits]
    axes.set_yticks([digit / 10 for digit in digits], between, minor=True)
    draw_figure(figure)


# Text is measured by a font that may be missing; the page has it, so none need know.
logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
register_font()
