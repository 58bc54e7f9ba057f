"""Figures as themed SVG: small, the same each time, with their data."""

import gzip
import re
from xml.etree import ElementTree as ET

import pytest

from lrnotes.run.job import STYLE
from lrnotes.run.palette import CYCLE, RESERVED
from lrnotes.settings import Settings

np = pytest.importorskip("numpy")
mpl = pytest.importorskip("matplotlib")

from matplotlib.figure import Figure  # noqa: E402

from lrnotes.run.figures import draw_figure  # noqa: E402
from lrnotes.run.thin import FEW, spread, thin  # noqa: E402
from lrnotes.run.tidy import tidy  # noqa: E402

PRELOAD = ("matplotlib.pyplot", "lrnotes.run.figures")


@pytest.fixture(autouse=True)
def house_style():
    with mpl.rc_context():
        mpl.rc_file(STYLE)
        yield


@pytest.fixture(scope="module")
def drawing(make_bench):
    """Return a bench with matplotlib."""
    return make_bench(Settings(device="cpu", timeout=60), preload=PRELOAD)


def draw(plot, **options):
    """Return the output of a figure with one set of axes that ``plot`` draws on."""
    figure = Figure(**options)
    plot(figure.subplots())
    return draw_figure(figure)


def picture(output):
    return output.data["image/svg+xml"]


def four_curves(axes):
    steps = np.arange(200)
    for index in range(4):
        axes.plot(steps, np.exp(-steps / (20 * (index + 1))), label=f"lr 0.{index}")
    axes.set(xlabel="step", ylabel="loss", yscale="log")
    axes.legend()


def colours(svg):
    return set(re.findall(r"#[0-9a-f]{6}", svg))


def test_every_colour_of_the_house_style_is_reserved():
    text = STYLE.read_text(encoding="utf-8")
    settings = "\n".join(line for line in text.splitlines() if line[:1] != "#")
    used = set(re.findall(r"\b[0-9a-f]{6}\b", settings))

    assert {f"#{colour}" for colour in used} <= set(RESERVED.values())
    assert re.findall(r"'([0-9a-f]{6})'", text) == [each[1:] for each in CYCLE]


def test_a_figure_has_reserved_colours_only():
    svg = picture(draw(four_curves))

    assert colours(svg) <= set(RESERVED.values())
    assert {RESERVED[name] for name in ("fg", "muted", "axes", "grid", "c3")} <= (
        colours(svg)
    )


def test_black_is_ink_and_white_is_paper():
    def plot(axes):
        axes.axhline(0, color="black")
        axes.axvline(0, color="k", alpha=0.5)
        axes.text(0, 0, "text", color="black")
        axes.bar([0], [1], color="black", edgecolor="white")

    svg = picture(draw(plot))

    assert colours(svg) <= set(RESERVED.values())
    # What has no fill of its own has the ink of the root.
    assert f"fill:{RESERVED['fg']}" in ET.fromstring(svg).get("style")


def test_a_colour_that_the_author_chose_stays():
    svg = picture(draw(lambda axes: axes.plot([0, 1], color="#12ab34", alpha=0.5)))

    assert "#12ab34" in colours(svg)
    assert "opacity:0.5" in svg


def test_a_figure_of_four_curves_weighs_little():
    svg = picture(draw(four_curves))

    assert len(gzip.compress(svg.encode(), 9, mtime=0)) < 3000


def test_a_figure_is_the_same_each_time_and_has_no_date():
    first, second = picture(draw(four_curves)), picture(draw(four_curves))

    assert first == second
    assert "<metadata" not in first
    assert not re.search(r"20\d\d-\d\d", first)


def test_a_figure_says_its_name_size_and_data():
    output = draw(
        lambda axes: axes.plot([0, 1], [2, 3.5], label="loss"),
        figsize=(4, 3),
        label="lr 0.1",
    )

    assert (output.kind, output.name) == ("display_data", "lr 0.1")
    assert (output.width, output.height) == (400.0, 300.0)
    assert output.table == "label,x,y\nloss,0,2\nloss,1,3.5\n"
    root = ET.fromstring(picture(output))
    assert root.get("viewBox") == "0 0 288 216"
    assert (root.get("width"), root.get("height")) == ("400", "300")


def test_text_stays_text_and_a_formula_follows_the_theme():
    svg = picture(draw(lambda axes: axes.set(xlabel=r"rate $\eta$", ylabel="a < b")))

    assert ">a &lt; b</text>" in svg
    assert ">η</tspan>" in svg
    assert colours(svg) <= set(RESERVED.values())


def test_a_formula_with_signs_that_the_page_lacks_is_drawn_as_outlines():
    svg = picture(draw(lambda axes: axes.set(xlabel=r"$\mathbb{E}\sqrt{v}$")))

    assert "STIX" not in re.sub(r'id="[^"]*"', "", svg)
    assert '<use href="#' in svg.replace('transform="', "")
    assert colours(svg) <= set(RESERVED.values())


def test_ids_are_short_and_every_reference_is_met():
    svg = picture(draw(four_curves))
    ids = re.findall(r'id="([^"]+)"', svg)
    references = set(re.findall(r'(?:url\(|href=")#([^")]+)', svg))

    assert ids == [f"f{number}" for number in range(len(ids))]
    assert references == set(ids)


def test_numbers_have_two_decimals_at_most():
    svg = picture(draw(four_curves))
    paths = "".join(re.findall(r' d="([^"]+)"', svg))

    assert re.findall(r"\d\.\d{3,}", paths) == []


@pytest.mark.parametrize(
    ("path", "short"),
    [
        ("M 1.23456 2 \nL 3 4.0 \nL 5 -0.001 \nz\n", "M1.23 2l1.77 2 2-4z"),
        ("M 0 0 L 0.5 0.25 L 0.4 0.5", "M0 0l.5.25-.1.25"),
        ("M 1 1 Q 1 2 3 4 L 9 9", "M1 1Q1 2 3 4l6 5"),
        ("M 1 1 L 2 3 z L 4 4 M 7 7 L 8 8", "M1 1l1 2zl3 3M7 7l1 1"),
        ("M 0.004 0 L 0.008 0 L 0.012 0", "M0 0l.01 0 0 0"),
    ],
)
def test_the_lines_of_a_path_are_steps_between_rounded_points(path, short):
    svg = f'<svg xmlns="http://www.w3.org/2000/svg"><path d="{path}"/></svg>'

    assert f'd="{short}"' in tidy(svg, 9, 9)


# --- thinning ------------------------------------------------------------------


def test_short_lines_keep_all_their_points():
    points = np.random.default_rng(0).random((FEW, 2))

    assert thin(points) is points or (thin(points) == points).all()


def test_a_long_line_keeps_the_extremes_of_every_column():
    x = np.linspace(0, 400, 100_000)
    y = np.random.default_rng(0).standard_normal(100_000)
    kept = thin(np.column_stack([x, y]))

    assert len(kept) < 4 * (400 / 0.72 + 2)
    assert (np.diff(kept[:, 0]) >= 0).all()
    for start in range(0, 400, 10):
        inside = (x >= start) & (x < start + 10)
        near = (kept[:, 0] >= start - 1) & (kept[:, 0] < start + 11)
        assert kept[near, 1].max() >= y[inside].max()
        assert kept[near, 1].min() <= y[inside].min()


def test_gaps_stay_gaps():
    y = np.zeros(5000)
    y[1000:2000] = np.nan
    y[3000] = np.inf
    kept = thin(np.column_stack([np.arange(5000.0), y]))
    finite = np.isfinite(kept[:, 1])

    # Three stretches with a gap between each two.
    assert np.diff(finite.astype(int)).tolist().count(-1) == 2
    assert finite[0]
    assert finite[-1]


def test_a_long_path_that_turns_back_keeps_its_shape_and_its_end():
    angle = np.linspace(0, 60, 50_000)
    points = np.column_stack([np.cos(angle), np.sin(angle)]) * 100
    kept = thin(points)

    assert FEW < len(kept) < 30_000
    assert (kept[-1] == points[-1]).all()
    assert np.hypot(*np.diff(kept, axis=0).T).max() < 0.6


def test_markers_in_one_pixel_are_drawn_once():
    points = np.array([[0.1, 0.1], [5, 5], [0.2, 0.2], [np.nan, 1]])

    assert spread(points).tolist() == [[0.1, 0.1], [5, 5]]


def test_nan_and_infinity_are_gaps_in_the_picture():
    svg = picture(draw(lambda axes: axes.plot([0, 1, np.nan, 3, 4, np.inf, 6, 7])))
    drawn = [d for d in re.findall(r' d="([^"]+)"', svg) if d.count("M") == 3]

    assert len(drawn) == 1
    assert "nan" not in svg
    assert "inf" not in svg


def test_many_shapes_and_meshes_become_a_picture():
    mesh = picture(draw(lambda axes: axes.pcolormesh(np.random.rand(20, 20))))
    cloud = picture(draw(lambda axes: axes.scatter(*np.random.rand(2, 5000))))
    few = picture(draw(lambda axes: axes.scatter(*np.random.rand(2, 50))))

    assert ["<image" in each for each in (mesh, cloud, few)] == [True, True, False]
    assert len(cloud) < 400_000


# --- tables --------------------------------------------------------------------


def test_tables_hold_lines_scatters_and_bars_of_all_panels():
    figure = Figure()
    left, right = figure.subplots(1, 2)
    left.plot([0, 1], [1, float("nan")])
    left.axhline(3)
    left.scatter([5], [6], label="points")
    right.bar(["SGD", "Adam"], [1, 2], label="loss, final")

    assert draw_figure(figure).table == (
        "label,x,y\n"
        "panel 1: line 1,0,1\npanel 1: line 1,1,nan\npanel 1: points,5,6\n"
        '"panel 2: loss, final",SGD,1\n"panel 2: loss, final",Adam,2\n'
    )


def test_a_long_table_is_evenly_thinned():
    rows = draw(lambda axes: axes.plot(np.arange(100_000))).table.splitlines()

    assert len(rows) == 5001
    assert (rows[1], rows[-1]) == ("line 1,0,0", "line 1,99999,99999")


# --- in a script ---------------------------------------------------------------


def test_figures_are_shown_after_their_cell_and_closed(drawing):
    result = drawing.run(
        "import matplotlib.pyplot as plt\nprint('text')\n"
        "plt.figure('one').subplots().plot([1, 2])\n"
        "plt.figure('two').subplots().plot([2, 1])\nplt.show()",
        "plt.get_fignums(), plt.rcParams['figure.dpi']",
        "fig, ax = plt.subplots()\nax.plot([0, 1])\nax.legend(['a'])",
        "fig",
    )
    first, second, third, fourth = result.outcomes

    assert [(each.kind, each.name) for each in first.outputs] == [
        ("stream", "stdout"),
        ("display_data", "one"),
        ("display_data", "two"),
    ]
    assert second.outputs[0].data["text/plain"] == "([], 100.0)"
    # What drawing returns is no news beside the figure, but a figure shown again is.
    assert [each.kind for each in third.outputs] == ["display_data"]
    assert [each.kind for each in fourth.outputs] == ["display_data"]


def test_settings_of_a_script_hold_for_it_and_for_no_other(drawing):
    source = "fig, ax = plt.subplots()\nax.plot([0, 1])"
    plain = drawing.run("import matplotlib.pyplot as plt", source)
    own = drawing.run(
        "import matplotlib.pyplot as plt\nplt.rcParams['lines.linewidth'] = 7", source
    )
    again = drawing.run("import matplotlib.pyplot as plt", source, "'another script'")
    first, second, third = (
        picture(each.outcomes[1].outputs[0]) for each in (plain, own, again)
    )

    assert "stroke-width:7" in second
    assert first == third
    assert "stroke-width:7" not in first


def test_a_figure_is_the_same_from_a_fork_and_from_a_fresh_process(drawing, make_bench):
    cells = (
        "import matplotlib.pyplot as plt",
        "fig, ax = plt.subplots()\nax.semilogy([0.1, 1])\nax.set(xlabel='$x^2$')",
    )
    fresh = make_bench(drawing.settings, preload=PRELOAD, start="spawn")

    assert (
        drawing.run(*cells).outcomes[1].outputs == fresh.run(*cells).outcomes[1].outputs
    )


@pytest.mark.parametrize("ends", [(0.2, 0.9), (0.45, 0.75), (1e-3, 10)])
def test_the_labels_of_a_loss_are_read_before_the_fork(drawing, ends):
    result = drawing.run(
        "import matplotlib.pyplot as plt\n"
        "from matplotlib.mathtext import MathTextParser\n"
        "read = MathTextParser._parse_cached.cache_info\n"
        "before = read().misses;",
        f"fig, ax = plt.subplots()\nax.semilogy({ends});",
        "read().misses - before",
    )

    assert len(result.outcomes[1].outputs) == 1
    assert result.outcomes[2].outputs[0].data["text/plain"] == "0"


def test_an_error_while_drawing_fails_the_cell(drawing):
    result = drawing.run(
        "import matplotlib.pyplot as plt\nplt.plot([1]);\nplt.xlabel(r'$\\nonsense$')"
    )
    (outcome,) = result.outcomes

    assert outcome.failure.name == "ValueError"
    assert "nonsense" in outcome.failure.message
    assert outcome.failure.line == 3


def test_a_failed_cell_shows_no_half_drawn_figure(drawing):
    result = drawing.run("import matplotlib.pyplot as plt\nplt.plot([1])\n1 / 0", "2")

    assert result.outcomes[0].outputs == ()
