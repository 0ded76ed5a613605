"""Lists of maps, and their bands read back."""

import numpy as np
import pandas as pd
import pytest
import rasterio
from made_maps import WINDOW, two_maps
from rasterio.enums import Resampling

from smen.errors import DataError
from smen.outputs.map_files import MapFile, read_bands, read_lists, read_map


@pytest.fixture(scope="module")
def maps(tmp_path_factory):
    return two_maps(tmp_path_factory.mktemp("maps"))


def write_list(path, *rows):
    columns = ["time", "direction", "map", "quality", "valid_share"]
    more = dict.fromkeys(("scenes_before", "scenes_at", "scenes_after"), "")
    table = pd.DataFrame(list(rows), columns=columns).assign(mode="causal", provisional="no", digest="12ab", **more)
    table.to_csv(path, index=False)
    return path


def test_maps_of_all_lists_come_by_time(tmp_path):
    later = write_list(tmp_path / "2019.csv", ("2019-01-02T03:04:05Z", "A", "c.tif", "cq.tif", 1))
    earlier = write_list(
        tmp_path / "2018.csv",
        ("2018-05-02T00:00:00Z", "D", "b.tif", "bq.tif", 1),
        ("2018-05-01T00:00:00Z", "A", "a.tif", "aq.tif", 1),
    )
    maps = read_lists([(later, tmp_path / "2019"), (earlier, tmp_path / "2018")])
    assert [file.path.name for file in maps] == ["a.tif", "b.tif", "c.tif"]
    assert maps[2] == MapFile(
        np.datetime64("2019-01-02T03:04:05", "s"), "A", tmp_path / "2019/c.tif", tmp_path / "2019/cq.tif", digest="12ab"
    )
    assert maps[0].time.dtype == "datetime64[s]"


def test_what_a_map_rests_on(tmp_path):
    table = pd.read_csv(write_list(tmp_path / "a.csv", ("2019-01-02T03:04:05Z", "A", "c.tif", "cq.tif", 1)), dtype=str)
    table = table.assign(mode="retrospective", provisional="yes", scenes_at="2019-01-02T03:04:05Z")
    table = table.assign(scenes_before="2019-01-01T00:00:00Z 2018-12-20T00:00:00Z", scenes_after="")
    table.to_csv(tmp_path / "a.csv", index=False)
    (file,) = read_lists([(tmp_path / "a.csv", tmp_path)])
    assert (file.mode, file.provisional) == ("retrospective", True)
    expected = [["2019-01-01T00:00:00", "2018-12-20T00:00:00"], ["2019-01-02T03:04:05"], []]
    assert [[str(time) for time in part] for part in file.scenes] == expected


def test_no_lists_are_no_maps(tmp_path):
    assert read_lists([]) == []
    assert read_lists([(write_list(tmp_path / "a.csv"), tmp_path)]) == []


def test_a_list_that_is_missing_or_none_is_named(tmp_path):
    with pytest.raises(DataError, match=r"none\.csv is no list of maps: .* Run the stage downscale"):
        read_lists([(tmp_path / "none.csv", tmp_path)])
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    with pytest.raises(DataError, match=r"other\.csv is no list of maps"):
        read_lists([(tmp_path / "other.csv", tmp_path)])


def test_a_list_with_an_unknown_direction_is_refused(tmp_path):
    path = write_list(tmp_path / "a.csv", ("2019-01-02T03:04:05Z", "up", "c.tif", "cq.tif", 1))
    with pytest.raises(ValueError, match="direction 'up'"):
        read_lists([(path, tmp_path)])


def test_bands_are_those_that_were_written(maps):
    bands, codes = read_bands(maps[1])
    assert (bands.dtype, bands.shape) == (np.float32, (3, *WINDOW.shape))
    assert (codes.dtype, codes.shape) == (np.uint8, WINDOW.shape)
    expected = np.add.outer(np.arange(20) / 100, np.arange(30) / 1000).astype("f4") + 1 / 10
    np.testing.assert_array_equal(bands[0, :, 15:], expected[:, 15:].astype("f4"))
    assert np.isnan(bands[0, :, :15]).all()
    assert np.isnan(bands[2]).all()
    assert set(np.unique(codes[:, :15])) == {2}


def test_a_part_is_the_same_as_of_the_whole(maps):
    part = slice(3, 9), slice(12, 25)
    whole, here = read_bands(maps[1]), read_bands(maps[1], part=part)
    np.testing.assert_array_equal(here[0], whole[0][:, part[0], part[1]])
    np.testing.assert_array_equal(here[1], whole[1][part])


def test_squares_of_two_cells_have_their_mean_and_most_frequent_code(maps):
    bands, codes = read_bands(maps[1], every=2)
    whole, _ = read_bands(maps[1])
    squares = whole[0].reshape(10, 2, 15, 2)
    assert np.isnan(bands[0, :, :7]).all()
    np.testing.assert_allclose(bands[0, :, 7:], np.nanmean(squares[:, :, 7:], axis=(1, 3)), rtol=1e-6)
    with rasterio.open(maps[1].quality) as raster:
        seen = raster.read(1, out_shape=codes.shape, resampling=Resampling.mode)
    np.testing.assert_array_equal(codes, seen)


def test_larger_squares_are_averages_of_the_overviews(maps):
    bands, codes = read_bands(maps[0], every=5)
    assert (bands.shape, codes.shape) == ((3, 4, 6), (4, 6))
    whole, _ = read_bands(maps[0])
    means = whole[0].reshape(4, 5, 6, 5).mean(axis=(1, 3))
    # GDAL averages the overview of 2 x 2 cells, whose squares do not end where those of 5 x 5 do
    np.testing.assert_allclose(bands[0], means, atol=0.006)
    assert set(np.unique(codes)) == {1}


def test_a_raster_that_cannot_be_read_is_named(tmp_path):
    (file, other) = two_maps(tmp_path)
    file.path.unlink()
    with pytest.raises(DataError, match=r"0\.tif cannot be read: .* Run the stage downscale again"):
        read_bands(file)
    other.quality.write_bytes(b"")
    with pytest.raises(DataError, match=r"1_quality\.tif cannot be read"):
        read_bands(other)


def test_the_bands_alone_are_those_of_both_and_need_no_quality_raster(maps, tmp_path):
    (file, *_) = maps
    alone = MapFile(file.time, file.direction, file.path, tmp_path / "none.tif")
    np.testing.assert_array_equal(read_map(alone), read_bands(file)[0])
    np.testing.assert_array_equal(read_map(alone, every=2), read_bands(file, every=2)[0])
