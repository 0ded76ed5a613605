"""The mosaics of tiles: which maps go into which day, what is kept, and what is made again."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import rasterio

from smen.errors import DataError
from smen.grid import Window
from smen.outputs.geotiff import write_map
from smen.outputs.map_files import read_bands, read_lists
from smen.outputs.map_names import map_path, quality_path
from smen.outputs.quality_raster import write_quality
from smen.plan.jobs import MosaicJob
from smen.plan.layout import Layout
from smen.stages import mosaic
from smen.stages.downscale import CODE_COLOURS, COLUMNS, NAMES

TILES = {
    "tile_a": Window(1020, 2640, 24, 24),
    "tile_b": Window(1020, 2656, 24, 24),
    "tile_c": Window(1036, 2640, 24, 24),
}
"""Neighbours in the east and south that share eight cells; around 97 W, six and a half hours behind UTC."""

FIELD = np.random.default_rng(3).uniform(0.1, 0.4, (40, 40)).astype(np.float32)
"""What all of them see."""


@pytest.fixture
def layout(tmp_path):
    return Layout(str(tmp_path / "results"))


def job(layout, tiles=TILES, years=(2018,)):
    cells = {name: (w.row, w.column, w.height, w.width) for name, w in tiles.items()}
    return MosaicJob(results=layout.results, tiles=cells, map_years=years, overlap=8, source="simulated")


def part_of(window, field=FIELD):
    return field[window.row - 1020 :, window.column - 2640 :][: window.height, : window.width]


def write_tile(layout, name, overpasses, shift=0.0, year=2018):
    """Write the maps of a tile at some overpasses (time, direction), and their list."""
    window, rows = TILES[name], []
    for text, direction in overpasses:
        time = np.datetime64(text, "s")
        path = map_path(Path(layout.maps(name, year)).parent, name, time, direction)
        about = {"time": time, "direction": direction, "tags": {"SIMULATED": "yes", "MODEL": "fusion", "LICENSE": "x"}}
        moisture = part_of(window) + np.float32(shift)
        write_map(path, window, moisture, moisture / 10, None, **about)
        codes = np.full(window.shape, 1, np.uint8)
        write_quality(quality_path(path), window, codes, names=NAMES, colours=CODE_COLOURS, **about)
        row = dict.fromkeys(COLUMNS, "") | {"time": f"{text}Z", "direction": direction, "map": path.name}
        rows.append(row | {"quality": quality_path(path).name, "mode": "causal", "provisional": "no"})
    Path(layout.map_list(name, year)).parent.mkdir(parents=True, exist_ok=True)
    pd.DataFrame(rows, columns=COLUMNS).to_csv(layout.map_list(name, year), index=False)


NIGHT = ("2018-07-05T00:10:00", "A")
"""In the evening of the 4th by local solar time."""

MORNING = ("2018-07-04T12:00:00", "D")


def mosaics(layout, year=2018):
    return read_lists([(Path(layout.mosaic(f"{year}.csv")), Path(layout.mosaic(year)))])


def files(layout):
    return {p.name: (p.read_bytes(), p.stat().st_mtime_ns) for p in sorted(Path(layout.mosaic(2018)).iterdir())}


def test_tiles_of_one_world_give_its_field_and_its_days(layout):
    for name in TILES:
        write_tile(layout, name, [MORNING, NIGHT])
    mosaic.run(job(layout))
    made = mosaics(layout)
    assert [file.path.name for file in made] == ["mosaic_20180704_D.tif", "mosaic_20180704_A.tif"]
    bands, codes = read_bands(made[0])
    inside = np.ones((40, 40), bool)
    inside[24:, 24:] = False  # no tile is there
    np.testing.assert_allclose(bands[0][inside], FIELD[inside], rtol=1e-6)
    np.testing.assert_allclose(bands[1][inside], FIELD[inside] / 10, rtol=1e-5)
    assert np.isnan(bands[0][~inside]).all() and (codes[inside] == 1).all()
    with rasterio.open(made[1].path) as raster:
        tags = raster.tags()
        assert raster.transform == Window(1020, 2640, 40, 40).transform
    assert tags["LOCAL_SOLAR_DAY"] == "2018-07-04" and tags["ACQUISITION_TIME"] == "2018-07-05T00:10:00Z"
    assert (tags["SIMULATED"], tags["MODEL"], tags["LICENSE"]) == ("yes", "fusion", "x")
    table = pd.read_csv(layout.mosaic("2018.csv"))
    assert table["tiles"].tolist() == [3, 3] and table["valid_share"].iloc[0] == pytest.approx(0.84)


def test_a_seam_between_tiles_that_differ_is_spread_over_their_overlap(layout):
    for name, shift in zip(TILES, (0.0, 0.08, 0.0), strict=True):
        write_tile(layout, name, [MORNING], shift)
    mosaic.run(job(layout))
    difference = read_bands(mosaics(layout)[0])[0][0][:16] - FIELD[:16]
    steps = np.diff(difference.mean(axis=0))
    assert steps.max() == pytest.approx(0.08 / 8, rel=1e-3)  # not 0.08 between two cells
    assert difference[0, 39] == pytest.approx(0.08, rel=1e-4)


def test_a_second_run_keeps_bytes_and_times_and_a_changed_tile_changes_its_days_alone(layout):
    for name in TILES:
        write_tile(layout, name, [MORNING, ("2018-07-07T12:00:00", "D")])
    mosaic.run(job(layout))
    before = files(layout)
    mosaic.run(job(layout))
    assert files(layout) == before
    write_tile(layout, "tile_b", [MORNING])
    mosaic.run(job(layout))
    after = files(layout)
    same = [name for name in before if after.get(name) == before[name]]
    assert {n for n in before if n.startswith("mosaic_20180704")} <= set(same)
    assert after["mosaic_20180707_D.tif"][0] != before["mosaic_20180707_D.tif"][0]


def test_damaged_mosaics_are_mended_and_those_no_longer_wanted_go(layout):
    for name in TILES:
        write_tile(layout, name, [MORNING, NIGHT])
    mosaic.run(job(layout))
    before = files(layout)
    (Path(layout.mosaic(2018)) / "mosaic_20180704_D.tif").write_bytes(b"broken")
    mosaic.run(job(layout))
    assert {name: content for name, (content, _) in files(layout).items()} == {
        name: content for name, (content, _) in before.items()
    }
    for name in TILES:
        write_tile(layout, name, [MORNING])
    mosaic.run(job(layout))
    assert not any(name.startswith("mosaic_20180704_A") for name in files(layout))


def test_a_tile_without_maps_is_said_and_left_out(layout, caplog):
    write_tile(layout, "tile_a", [MORNING])
    write_tile(layout, "tile_b", [])
    write_tile(layout, "tile_c", [])
    mosaic.run(job(layout))
    assert "2 tiles have no maps and are left out: tile_b, tile_c" in caplog.text
    assert pd.read_csv(layout.mosaic("2018.csv"))["tiles"].tolist() == [1]
    shutil.rmtree(layout.maps("tile_a", 2018))
    with pytest.raises(DataError, match="cannot be read"):
        mosaic.run(job(layout))


def test_the_local_solar_day_holds_on_both_sides_of_180_degrees():
    time = np.datetime64("2018-07-03T18:05:00", "s")
    east, west = Window(1500, 11530, 20, 20), Window(1500, 10, 20, 20)
    assert mosaic.local_solar_day(time, east) == np.datetime64("2018-07-04")  # 6 am
    assert mosaic.local_solar_day(time, west) == np.datetime64("2018-07-03")
