"""A whole run over the tiles of a tiny area, and one over a tile that has no data."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pystac
import pytest
import rasterio

PERIODS = {"training": ["2016-04-01", "2016-08-31"], "test": ["2016-09-01", "2016-10-15"]}
AREA = {"area": [-97.55, 35.35, -97.2, 35.45], "size": 24, "overlap": 12}
FAR = {"area": [-3.05, 40.38, -3.0, 40.42], "size": 24, "overlap": 12}
"""In Spain, where the granules of the first area have nothing."""

SETTINGS = {"regions": {}, "method": "fusion", "periods": PERIODS, "validation": {"stations": []}}


@pytest.fixture(scope="module")
def tiled(tmp_path_factory, project):
    """The project after `all`."""
    made = project(tmp_path_factory.mktemp("tiled") / "project").settings(**SETTINGS, tiles=AREA)
    made.said = made.snakemake("all")
    return made


def tiles_in(folder):
    return sorted(path.name for path in Path(folder).glob("tile_*"))


def test_tiles_of_one_world_end_in_mosaics_catalogue_and_page(tiled):
    results = tiled.folder / "results"
    names = tiles_in(results)
    assert len(names) >= 2
    assert [path.name for path in (tiled.folder / "resources/simulated").iterdir()] == ["tiles"]
    table = pd.read_csv(results / "mosaic/2016.csv")
    assert len(table) > 20 and table["tiles"].max() == len(names)
    with rasterio.open(results / "mosaic/2016" / table["map"].iloc[0]) as mosaic:
        values = mosaic.read(1, masked=True)
        assert mosaic.tags()["SIMULATED"] == "yes"
    wide = results / names[0] / "maps/2016"
    with rasterio.open(next(path for path in sorted(wide.glob("*_[AD].tif")))) as of_tile:
        assert values.size > of_tile.width * of_tile.height
    collection = pystac.Collection.from_file(str(results / "mosaic/stac/collection.json"))
    assert len(list(collection.get_items())) == len(table)
    links = json.loads((results / "catalog.json").read_text())["links"]
    children = [link["title"] for link in links if link["rel"] == "child"]
    assert children == ["mosaic", *names]
    assert '"mosaic"' in (results / "index.html").read_text() and (results / "report/mosaic/region.js").is_file()
    assert "mosaic/YEAR/mosaic_yyyymmdd_A.tif" in (results / "README.md").read_text()
    assert "mosaic of" in (results / "summary.md").read_text()


def test_neighbours_see_the_same_world(tiled):
    """Where tiles overlap, their granules are the same, and so are their coarse fields."""
    import xarray as xr

    first, second = tiles_in(tiled.folder / "results")[:2]
    series = [xr.open_dataset(tiled.folder / f"results/{name}/aligned/fine_2016.nc") for name in (first, second)]
    times = np.intersect1d(series[0]["time"], series[1]["time"])
    assert len(times)
    one, other = (part["soil_moisture"].sel(time=times) for part in series)
    x, y = np.intersect1d(one["x"], other["x"]), np.intersect1d(one["y"], other["y"])
    assert len(x) * len(y) >= 12 * 24
    np.testing.assert_array_equal(one.sel(x=x, y=y).sortby("y"), other.sel(x=x, y=y).sortby("y"))
    for part in series:
        part.close()


def test_a_second_run_has_nothing_to_do_and_the_target_is_known(tiled):
    assert "Nothing to be done" in tiled.snakemake("mosaic")
    said = tiled.smen("status")
    assert "complete" in said and "no data" not in said


def test_a_tile_without_data_ends_well_and_says_so(tiled, project, tmp_path):
    granules = str(tiled.folder / "resources/simulated/tiles/granules")
    made = project(tmp_path / "far").settings(
        **SETTINGS, tiles=FAR, source={"kind": "directory", "directory": granules}
    )
    name = made.smen("status").split(":")[0]
    made.snakemake(f"results/{name}/{name}.qgs", "results/mosaic/2016.csv")
    assert "half-orbit" in (made.folder / f"results/{name}/no_data.txt").read_text()
    assert "no data" in made.smen("status")
    assert len(pd.read_csv(made.folder / f"results/{name}/maps/2016.csv")) == 0
    assert len(pd.read_csv(made.folder / "results/mosaic/2016.csv")) == 0
