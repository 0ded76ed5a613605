"""Style, head and saving of figures."""

import subprocess
import sys

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.image import imread
from pictures import WARNING, pixels

from smen.errors import OutputError
from smen.outputs import figure_style


def sheet(path, *, simulated, title="A title", subtitle="a second line"):
    """A figure with nothing but its head, as wide as estimated for it."""
    width = figure_style.head_width(title, subtitle, simulated=simulated)
    with figure_style.style():
        figure = figure_style.new_figure(0.4 + width, 1)
        figure_style.head(figure, 0.2, 0.2 + width, title, subtitle, simulated=simulated)
        figure_style.save(figure, path)


@pytest.mark.parametrize("simulated", [True, False])
def test_only_simulated_data_are_labelled(tmp_path, simulated):
    sheet(tmp_path / "a.png", simulated=simulated)
    assert (np.abs(pixels(tmp_path / "a.png") - WARNING) <= 1).all(axis=-1).any() == simulated


@pytest.mark.parametrize(
    ("title", "subtitle"),
    [("Oklahoma City: soil moisture at 3 km", ""), ("short", "95 × 101 km, 34 × 30 cells, WEST. " * 5)],
)
def test_a_head_is_no_wider_than_estimated(tmp_path, title, subtitle, drawn):
    sheet(tmp_path / "a.png", simulated=False, title=title, subtitle=subtitle)
    ((figure, boxes),) = drawn
    assert max(box.x1 for box in boxes.values()) <= figure.bbox.x1 - 0.2 * figure_style.DPI + 1


def test_the_style_is_the_same_whatever_the_users_own_and_is_put_back(tmp_path):
    sheet(tmp_path / "a.png", simulated=True)
    with mpl.rc_context({"font.size": 20, "text.color": "red", "savefig.dpi": 30}):
        before = dict(mpl.rcParams)
        sheet(tmp_path / "b.png", simulated=True)
        assert dict(mpl.rcParams) == before
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_the_style_is_put_back_after_an_error():
    before = mpl.rcParams["font.size"]
    with pytest.raises(ZeroDivisionError), figure_style.style():
        assert mpl.rcParams["font.size"] == 8
        1 / 0  # noqa: B018
    assert mpl.rcParams["font.size"] == before


def test_places_are_inches_from_the_upper_left_corner():
    figure = figure_style.new_figure(4, 2)
    axes = figure_style.place(figure, 1, 0.5, 2, 1)
    assert axes.get_position().bounds == pytest.approx((0.25, 0.25, 0.5, 0.5))
    figure_style.write(figure, 1, 0.5, "x", ha="right")
    (text,) = figure.texts
    assert text.get_position() == pytest.approx((0.25, 0.75))
    assert (text.get_ha(), text.get_va()) == ("right", "top")


def test_a_figure_has_its_size_in_pixels_and_no_date(tmp_path):
    figure_style.save(figure_style.new_figure(2, 1), tmp_path / "a.png")
    assert imread(tmp_path / "a.png").shape[:2] == (figure_style.DPI, 2 * figure_style.DPI)
    assert b"Software" not in (tmp_path / "a.png").read_bytes()
    assert b"tIME" not in (tmp_path / "a.png").read_bytes()


def test_a_figure_that_cannot_be_written_leaves_nothing(tmp_path):
    (tmp_path / "a.png").mkdir()
    with pytest.raises(OutputError, match="cannot be written"):
        figure_style.save(figure_style.new_figure(1, 1), tmp_path / "a.png")
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


def test_plain_axes_have_two_spines():
    axes = figure_style.new_figure(2, 2).add_axes((0.1, 0.1, 0.8, 0.8))
    figure_style.plain_axes(axes, "x")
    assert [name for name, spine in axes.spines.items() if spine.get_visible()] == ["left", "bottom"]
    assert all(line.get_visible() for line in axes.get_xgridlines())
    assert not any(line.get_visible() for line in axes.get_ygridlines())


def test_pyplot_is_not_imported():
    modules = ["example_figure", "score_chart", "training_chart", "map_panel", "thumbnail"]
    code = "import sys; " + "; ".join(f"import smen.outputs.{name}" for name in modules)
    code += "; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
