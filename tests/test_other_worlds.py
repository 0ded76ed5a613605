"""A world that SMEN did not make itself goes through the stages from a folder, and is called what its granules say."""

import contextlib
import importlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import rasterio
import xarray as xr
from other_worlds import make

from smen.cli_options import plan_of

TIME = {"first": "2016-04-01", "last": "2016-12-31"}


def through(folder, world, *stages, size=40, **more):
    """A tiny world of nine months in `folder`, and what the stages make of it."""
    folder.mkdir()
    config = make(world, folder, seed=3, size=size, **TIME, **more)
    assert config["source"]["kind"] == "directory"
    with contextlib.chdir(folder):
        plan = plan_of(Path("config.yaml"))
        for stage in stages:
            year = None if stage in ("train", "evaluate") else 2016
            importlib.import_module(f"smen.stages.{stage}").run(plan.job(stage, world, year))
    return folder


def maps(folder, world):
    return sorted((folder / f"results/{world}/maps/2016").glob(f"{world}_*_[AD].tif"))


@pytest.fixture(scope="module")
def pampas(tmp_path_factory):
    place = tmp_path_factory.mktemp("other") / "pampas"
    return through(place, "pampas", "acquire", "align", "pair", "train", "downscale", "evaluate")


def test_scores_are_finite_and_the_default_is_better_than_interpolation(pampas):
    scores = pd.read_csv(pampas / "results/pampas/scores/scores.csv")
    test = scores[scores["split"] == "test"]
    assert set(test["against"]) == {"3 km product", "truth"}
    for against, rows in test.groupby("against"):
        error = rows.set_index("method")["ubRMSE [m3/m3]"]
        assert np.isfinite(error).all()
        assert error["fusion"] < 0.85 * error["bilinear"], against
    assert test[test["method"] == "fusion"]["bias [m3/m3]"].abs().max() < 0.02


def test_maps_are_near_the_truth_of_their_own_half_day(pampas):
    """Place, time and season are those of the world: the map's error is small, and its intervals hold it."""
    truth = xr.open_dataset(pampas / "truth/truth_2016.nc", engine="h5netcdf").soil_moisture
    found = maps(pampas, "pampas")
    assert len(found) > 50
    inside, errors = [], []
    for path in found[::5]:
        with rasterio.open(path) as raster:
            value, deviation, _ = raster.read(masked=True).filled(np.nan)
            x, y = raster.xy(0, 0)
            assert raster.tags()["SOURCE"] == "directory"
        true = truth.sel(time=pd.to_datetime(path.stem.split("_")[1]), method="nearest")
        assert (float(true.x[0]), float(true.y[0])) == pytest.approx((x, y))
        valid = np.isfinite(value)
        error = (value - true.values)[valid]
        inside.append(np.abs(error) <= 1.645 * deviation[valid])
        errors.append(error)
    assert np.concatenate(inside).mean() > 0.8
    assert np.concatenate(errors).std() < 0.05


def test_simulated_is_what_the_granules_say(pampas, tmp_path):
    """The source is a folder: only the marker in /Metadata tells whether its granules are simulated."""
    plain = through(tmp_path / "plain", "sahel", "acquire", "align", size=20, marked=False)
    for folder, region, said in ((pampas, "pampas", True), (plain, "sahel", False)):
        for role in ("coarse", "fine"):
            path = folder / f"results/{region}/aligned/{role}_2016.nc"
            with xr.open_dataset(path, engine="h5netcdf") as aligned:
                assert ("(simulated)" in aligned.attrs["title"]) == said
                assert (aligned.attrs["simulated"] == "true") == said
                assert ("simulated" in aligned.attrs["source"]) == said
    with rasterio.open(maps(pampas, "pampas")[0]) as raster:
        assert raster.tags()["SIMULATED"] == "yes"


def test_frost_and_lakes_show_in_the_quality_rasters(tmp_path):
    folder = through(tmp_path / "boreal", "boreal", "acquire", "align", "pair", "train", "downscale")
    codes = set()
    for path in maps(folder, "boreal"):
        with rasterio.open(path.with_name(f"{path.stem}_quality.tif")) as raster:
            codes |= set(np.unique(raster.read(1)).tolist())
    assert {1, 10, 12} <= codes  # observed history, water, frozen ground
