"""Ticks that are remembered while a figure is drawn: the same picture, less work."""

from collections import Counter

import pytest

from lrnotes.run.job import STYLE

np = pytest.importorskip("numpy")
mpl = pytest.importorskip("matplotlib")

from matplotlib.axis import Axis  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402

from lrnotes.run import figures  # noqa: E402
from lrnotes.run.ticks import ticks_remembered  # noqa: E402

STEPS = np.arange(1, 200)


@pytest.fixture(autouse=True)
def house_style():
    with mpl.rc_context():
        mpl.rc_file(STYLE)
        yield


def logarithmic():
    figure = Figure()
    axes = figure.subplots()
    axes.loglog(STEPS, np.exp(-STEPS / 20), label="loss")
    axes.set(xlabel="step", ylabel="loss", title="falls")
    axes.legend()
    return figure


def grid(**options):
    figure = Figure(figsize=(7, 5))
    for at, axes in enumerate(figure.subplots(2, 3, **options).flat):
        axes.plot(STEPS, STEPS ** (at + 1))
        axes.set_title(f"power {at + 1}")
    figure.supxlabel("step")
    return figure


def two_scales():
    figure = Figure()
    axes = figure.subplots()
    axes.plot(STEPS, STEPS)
    axes.twinx().semilogy(STEPS, np.exp(STEPS / 9))
    axes.secondary_xaxis("top", functions=(lambda x: x / 10, lambda x: x * 10))
    axes.inset_axes((0.1, 0.6, 0.3, 0.3)).plot(STEPS, 1e7 + STEPS)
    return figure


def square():
    figure = Figure()
    axes = figure.subplots()
    shown = axes.imshow(np.outer(STEPS, STEPS), aspect="equal")
    figure.colorbar(shown, ax=axes)
    return figure


def round_and_deep():
    figure = Figure()
    figure.add_subplot(1, 2, 1, projection="polar").plot(STEPS / 50, STEPS)
    figure.add_subplot(1, 2, 2, projection="3d").plot(STEPS, STEPS, STEPS)
    return figure


FIGURES = {
    "logarithmic": logarithmic,
    "grid": grid,
    "shared": lambda: grid(sharex=True, sharey="row"),
    "two scales": two_scales,
    "square": square,
    "round and deep": round_and_deep,
}


def draw(figure):
    return figures.draw_figure(figure).data["image/svg+xml"]


@pytest.fixture
def worked_out(monkeypatch):
    """Count how often each axis works out its ticks."""
    counts = Counter()
    work_out = Axis._update_ticks

    def count(axis):
        counts[axis] += 1
        return work_out(axis)

    monkeypatch.setattr(Axis, "_update_ticks", count)
    return counts


@pytest.mark.parametrize("name", FIGURES)
def test_the_picture_is_that_of_axes_that_forget(name, monkeypatch):
    remembered = draw(FIGURES[name]())
    monkeypatch.setattr(
        figures, "ticks_remembered", lambda _: ticks_remembered(Figure())
    )
    assert draw(FIGURES[name]()) == remembered


def test_an_axis_works_out_its_ticks_once_for_each_size_that_it_has(worked_out):
    figure = grid()
    draw(figure)
    assert len(worked_out) == 12
    # Before the layout, after each of its two passes.
    assert set(worked_out.values()) <= {1, 2, 3}


def test_limits_that_change_between_drawings_count():
    figure = logarithmic()
    draw(figure)
    figure.axes[0].set_xlim(1, 1e9)
    again = logarithmic()
    again.axes[0].set_xlim(1, 1e9)
    assert draw(figure) == draw(again)


def test_an_axis_forgets_when_the_figure_is_drawn_or_fails(worked_out):
    figure = logarithmic()
    axis = figure.axes[0].xaxis

    def fail():
        with ticks_remembered(figure):
            axis._update_ticks()
            axis._update_ticks()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert worked_out[axis] == 1
    assert "_update_ticks" not in vars(axis)


def test_axes_without_that_name_are_left_alone(monkeypatch):
    figure = logarithmic()
    monkeypatch.delattr(Axis, "_update_ticks")
    with ticks_remembered(figure):
        assert "_update_ticks" not in vars(figure.axes[0].xaxis)
