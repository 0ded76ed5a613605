"""Small pictures of maps."""

import numpy as np
import pytest
from matplotlib.image import imread

from smen.errors import OutputError
from smen.outputs.colours import SOIL_MOISTURE
from smen.outputs.thumbnail import write_thumbnail


@pytest.mark.parametrize(
    ("shape", "size"),
    [
        ((40, 40), (200, 200)),
        ((40, 60), (120, 180)),
        ((300, 100), (300, 100)),
        ((1000, 900), (334, 300)),
        ((1, 1), (200, 200)),
    ],
)  # fmt: skip
def test_small_maps_are_enlarged_and_large_ones_thinned(tmp_path, shape, size):
    write_thumbnail(tmp_path / "t.png", np.full(shape, 0.2, "f4"))
    assert imread(tmp_path / "t.png").shape == (*size, 4)


def test_cells_have_the_ramps_colour_and_missing_ones_none(tmp_path):
    moisture = np.array([[0.0, 0.5], [0.7, np.nan]], "f4")
    write_thumbnail(tmp_path / "t.png", moisture)
    picture = np.round(imread(tmp_path / "t.png") * 255).astype(int)
    first, last = ([int(stop[i : i + 2], 16) for i in (1, 3, 5)] for stop in np.array(SOIL_MOISTURE.stops)[[0, -1]])
    assert picture[50, 50].tolist() == [*first, 255]
    assert picture[50, 150].tolist() == [*last, 255]
    assert picture[150, 50].tolist() == [*last, 255]  # beyond the range: the colour of its end
    assert (picture[100:, 100:, 3] == 0).all()


def test_a_picture_that_cannot_be_written_leaves_nothing(tmp_path):
    (tmp_path / "t.png").mkdir()
    with pytest.raises(OutputError):
        write_thumbnail(tmp_path / "t.png", np.zeros((2, 2), "f4"))
    assert [path.name for path in tmp_path.iterdir()] == ["t.png"]
