import subprocess
import sys

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure
from pictures import WARNING, assert_texts_are_apart, pixels
from pyproj import Geod, Transformer

from smen.errors import OutputError
from smen.grid import Window
from smen.outputs import drawing
from smen.outputs.charts import Score, scores_figure, training_figure
from smen.outputs.colours import SOIL_MOISTURE
from smen.outputs.figures import Example, field_figure, region_figure

GENEVA = Window.centred_on(6.14, 46.2, 100, 100)
FIJI = Window.centred_on(178.9, -18.1, 60, 90)
SAND, BLUE = (0xEF, 0xC4, 0x95), (0x16, 0x48, 0x7B)  # the stops of 0.05 and 0.40 m3/m3


def box(image, colour):
    """First and last row and column with a colour."""
    rows, columns = np.nonzero((np.abs(image - colour) <= 1).all(axis=-1))
    assert rows.size, f"no pixel is {colour}"
    return rows.min(), rows.max(), columns.min(), columns.max()


def example(window, month=7, truth=True, target=True):
    rng = np.random.default_rng(month)
    fields = rng.uniform(0.05, 0.45, (4, *window.shape))
    fields[1, :, window.width // 2 :] = np.nan
    time = np.datetime64(f"2018-{month:02d}-04T11:59:59")
    note = "ubRMSE 0.034\nbias +0.004"
    return Example(time, "D", fields[0], fields[1] if target else None, fields[2], fields[3] if truth else None, note)


def test_a_cell_is_drawn_at_its_place_in_its_colour(tmp_path):
    field = np.full(GENEVA.shape, 0.05)
    field[:50, 50:] = 0.40  # north and east
    field_figure(tmp_path / "f.png", GENEVA, field, title="Geneva")
    image = pixels(tmp_path / "f.png")
    image = image[: int(image.shape[0] - 110)]  # without the colour bar, which holds the colours as well
    top, bottom, left, right = box(image, SAND)
    blue_top, blue_bottom, blue_left, blue_right = box(image, BLUE)
    assert abs(blue_top - top) <= 2
    assert abs(blue_right - right) <= 2
    assert blue_bottom == pytest.approx((top + bottom) / 2, abs=3)
    assert blue_left == pytest.approx((left + right) / 2, abs=3)


@pytest.mark.parametrize("window", [GENEVA, FIJI], ids=["Geneva", "Fiji"])
def test_a_panel_has_the_shape_that_the_window_has_on_the_ground(tmp_path, window):
    field_figure(tmp_path / "f.png", window, np.full(window.shape, 0.05), title="x")
    image = pixels(tmp_path / "f.png")
    top, bottom, left, right = box(image[: image.shape[0] - 110], SAND)
    lons, lats, middle = window.longitudes, window.latitudes, window.height // 2
    geod = Geod(ellps="WGS84")
    # the middle rows and columns, one cell each way, times their number
    _, _, east = geod.inv(lons[0], lats[middle], lons[1], lats[middle])
    _, _, north = geod.inv(lons[0], lats[middle - 1], lons[0], lats[middle])
    on_the_ground = north * window.height / (east * window.width)
    assert (bottom - top + 1) / (right - left + 1) == pytest.approx(on_the_ground, rel=0.02)


@pytest.mark.parametrize("window", [GENEVA, FIJI], ids=["Geneva", "Fiji"])
def test_the_graticule_lies_at_true_degrees(window):
    axes = Figure().add_axes((0, 0, 1, 1))
    drawing.draw_field(axes, window, None, SOIL_MOISTURE)
    drawing.draw_graticule(axes, window)
    to_lonlat = Transformer.from_crs(6933, 4326, always_xy=True)
    labels = [label.get_text() for label in axes.get_xticklabels()]
    assert sum(bool(label) for label in labels) >= 2
    for x, label in zip(axes.get_xticks(), labels, strict=True):
        if label:
            lon = to_lonlat.transform(x, 0)[0]
            assert (lon - degrees(label) + 180) % 360 - 180 == pytest.approx(0, abs=1e-7)
    for y, label in zip(axes.get_yticks(), axes.get_yticklabels(), strict=True):
        assert to_lonlat.transform(0, y)[1] == pytest.approx(degrees(label.get_text()), abs=1e-7)


def degrees(label):
    number, letter = label.split("°")
    return float(number) * (-1 if letter in ("W", "S") else 1)


@pytest.mark.parametrize(("truth", "columns"), [(True, 6), (False, 4)])
@pytest.mark.parametrize("window", [GENEVA, FIJI], ids=["Geneva", "Fiji"])
def test_region_figure_has_a_row_for_each_date_and_a_column_for_each_field(tmp_path, drawn, window, truth, columns):
    examples = [example(window, 3, truth), example(window, 5, truth, target=False), example(window, 11, truth)]
    region_figure(tmp_path / "r.png", window, examples, region="Suva", simulated=True)
    (figure, boxes) = drawn[0]
    assert len(figure.axes) == 3 * columns + 2  # two colour bars
    words = [text.get_text() for text in boxes]
    assert words.count("none on\nthis date") == 2
    for expected in ("SIMULATED DATA", "2018-05-04", "11:59 UTC\ndescending", "Suva: soil moisture at 3 km"):
        assert expected in words
    assert ("Simulated truth" in words) == truth
    assert_texts_are_apart(drawn)


def test_errors_are_estimate_minus_reference(tmp_path, drawn):
    shape = GENEVA.shape
    wet = Example(np.datetime64("2018-01-01"), "A", *(np.full(shape, v) for v in (0.1, 0.2, 0.29, 0.35)))
    region_figure(tmp_path / "r.png", GENEVA, [wet], region="x", simulated=True)
    images = [axes.images[0].get_array().mean() for axes in drawn[0][0].axes if axes.images]
    assert images[:6] == pytest.approx([0.1, 0.2, 0.29, 0.35, 0.09, -0.06])


@pytest.mark.parametrize("simulated", [True, False])
def test_only_simulated_data_are_marked(tmp_path, simulated):
    field_figure(tmp_path / "a.png", GENEVA, np.full(GENEVA.shape, 0.2), title="x", simulated=simulated)
    region_figure(tmp_path / "b.png", GENEVA, [example(GENEVA)], region="x", simulated=simulated)
    training_figure(tmp_path / "c.png", {"training": [3, 2, 1]}, title="x", simulated=simulated)
    scores_figure(tmp_path / "d.png", [Score("m", "test", 0.1)], title="x", label="y", simulated=simulated)
    for name in "abcd":
        marked = (np.abs(pixels(tmp_path / f"{name}.png") - WARNING) <= 1).all(axis=-1).any()
        assert marked == simulated


def test_texts_of_a_field_with_places_are_apart(tmp_path, drawn):
    long = "A title that is rather long for such a narrow field"
    places = {"Geneva": (6.14, 46.2), "Bern": (7.45, 46.95), "Tokyo": (139.7, 35.7)}
    field = np.full(GENEVA.shape, 0.6)
    field_figure(
        tmp_path / "f.png", GENEVA, field, title=long, subtitle="a granule " * 8, simulated=True, places=places
    )
    words = [text.get_text() for text in drawn[0][1]]
    assert "Bern" in words
    assert "Tokyo" not in words
    assert_texts_are_apart(drawn)


def test_training_figure(tmp_path, drawn):
    curves = {"training": [1.0, 0.1, 0.05], "validation": [1.2, np.nan, 0.2]}
    training_figure(tmp_path / "t.png", curves, title="Tucson: training", best=2, simulated=True)
    (axes,) = drawn[0][0].axes
    assert axes.get_yscale() == "log"
    assert [list(line.get_xdata()) for line in axes.lines[:2]] == [[1, 2, 3]] * 2
    assert list(axes.lines[2].get_xdata()) == [2, 2]
    assert [t.get_text() for t in axes.get_legend().get_texts()] == ["training", "validation", "kept: epoch 2"]
    assert_texts_are_apart(drawn)


@pytest.mark.parametrize("curves", [{"training": [0.5]}, {"training": [np.nan, np.nan]}, {"gain": [-1.0, 2.0]}])
def test_odd_trainings_are_drawn(tmp_path, drawn, curves):
    training_figure(tmp_path / "t.png", curves, title="x")
    assert drawn[0][0].axes[0].get_yscale() == "linear"


def test_scores_figure(tmp_path, drawn):
    scores = [
        Score(method, split, value, value - 0.01, value + 0.02, dates)
        for split, dates in (("training", 64), ("validation", 16), ("test", 50))
        for method, value in (("SMEN", 0.034), ("SMAP 36 km", 0.061), ("36 km + mean training residual", 0.05))
    ] + [Score("without interval", "test", -0.02, dates=50), Score("none", "test", float("nan"))]
    scores_figure(tmp_path / "s.png", scores, title="Tucson: error", label="ubRMSE (m³/m³)", highlight="SMEN")
    figure, boxes = drawn[0]
    assert [axes.get_title(loc="left") for axes in figure.axes] == [
        "training, 64 dates",
        "validation, 16 dates",
        "test, 50 dates",
    ]
    words = [text.get_text() for text in boxes]
    assert words.count("0.034") == 3
    assert "−0.020" in words
    assert "nan" not in words
    assert len({axes.get_xlim() for axes in figure.axes}) == 1
    assert_texts_are_apart(drawn)


def test_same_arguments_same_bytes_whatever_the_users_style(tmp_path):
    one = [example(FIJI)]
    region_figure(tmp_path / "a.png", FIJI, one, region="Suva", simulated=True)
    with mpl.rc_context({"font.size": 20, "image.cmap": "jet", "savefig.dpi": 30}):
        before = dict(mpl.rcParams)
        region_figure(tmp_path / "b.png", FIJI, one, region="Suva", simulated=True)
        assert dict(mpl.rcParams) == before
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_pyplot_is_left_alone():
    code = "import sys, smen.outputs.figures, smen.outputs.charts; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_what_cannot_be_drawn_is_refused(tmp_path):
    with pytest.raises(ValueError, match="at least one"):
        region_figure(tmp_path / "a.png", GENEVA, [], region="x", simulated=False)
    with pytest.raises(ValueError, match="at least one"):
        scores_figure(tmp_path / "a.png", [], title="x", label="y")
    with pytest.raises(ValueError, match="shape"):
        field_figure(tmp_path / "a.png", GENEVA, np.zeros((3, 3)), title="x")
    (tmp_path / "a.png").mkdir()
    with pytest.raises(OutputError, match="cannot be written"):
        field_figure(tmp_path / "a.png", GENEVA, np.zeros(GENEVA.shape), title="x")
    assert [p.name for p in tmp_path.iterdir()] == ["a.png"]
