"""Regions of a folder of results, found by its files alone."""

import numpy as np
import pandas as pd
import pytest
import rasterio
from made_maps import WINDOW, two_maps

from smen.errors import DataError
from smen.grid import Window
from smen.outputs.geotiff import write_map
from smen.outputs.results_folder import results_in, window_of

COLUMNS = [
    "time", "direction", "map", "quality", "mode", "provisional", "scenes_before", "scenes_at", "scenes_after", "digest"
]  # fmt: skip


def make_lists(folder, maps):
    """Put the list of made maps beside their folder."""
    rows = [
        {"time": f"{m.time}Z", "direction": m.direction, "map": m.path.name, "quality": m.quality.name} for m in maps
    ]  # fmt: skip
    pd.DataFrame(rows, columns=COLUMNS).to_csv(folder.with_suffix(".csv"), index=False)


def test_regions_and_windows_are_found(tmp_path):
    folder = tmp_path / "alps" / "maps" / "2018"
    folder.mkdir(parents=True)
    maps = two_maps(folder)
    make_lists(folder, maps)
    (tmp_path / "report" / "alps").mkdir(parents=True)
    (tmp_path / "empty" / "maps" / "2018").mkdir(parents=True)
    make_lists(tmp_path / "empty" / "maps" / "2018", [])
    found = results_in(tmp_path)
    assert list(found) == ["alps"]
    assert found["alps"].window == WINDOW
    assert found["alps"].maps == ((folder.with_suffix(".csv"), folder),)
    assert found["alps"].indices == ()


@pytest.mark.parametrize("window", [Window(0, 0, 3, 4), Window(800, 11560, 5, 20), Window(4800, 3000, 72, 7)])
def test_the_window_of_a_raster_is_that_it_was_written_with(tmp_path, window):
    field = np.full(window.shape, 0.2, np.float32)
    time = np.datetime64("2018-01-01T00:00:00")
    write_map(tmp_path / "m.tif", window, field, None, None, time=time, direction="A", tags={})
    assert window_of(tmp_path / "m.tif") == window


def test_other_rasters_and_folders_are_refused(tmp_path):
    with pytest.raises(DataError, match=r"holds no maps.*--results"):
        results_in(tmp_path)
    with pytest.raises(DataError, match="none is no folder: name the folder of results with --results"):
        results_in(tmp_path / "none")
    with pytest.raises(DataError, match=r"m\.tif cannot be read"):
        window_of(tmp_path / "m.tif")
    shape = {"driver": "GTiff", "width": 3, "height": 3, "count": 1, "dtype": "uint8", "crs": "EPSG:6933"}
    with rasterio.open(tmp_path / "m.tif", "w", transform=rasterio.Affine(3000, 0, 0, 0, -3000, 0), **shape):
        pass
    with pytest.raises(DataError, match="is no map of SMEN"):
        window_of(tmp_path / "m.tif")
