"""A few days of a simulated world as the stage writes them."""

import csv
import logging
from pathlib import Path

import h5py
import numpy as np
import pytest
import rasterio
import xarray as xr
from made_project import make_plan
from made_region import REGION

from smen.errors import OutputError
from smen.grid import Window
from smen.products.name_parsing import granule_name
from smen.simulation.climates import CLIMATES
from smen.stages import simulate

SMALL = Window(1020, 2652, 12, 12)
PERIODS = {"training": ["2016-01-01", "2016-01-02"], "test": ["2016-01-03", "2016-01-04"]}


def plan_of(folder, seed=1):
    return make_plan(folder, SMALL, periods=PERIODS, source={"kind": "simulated", "seed": seed})


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    """The plan after its simulation."""
    plan = plan_of(tmp_path_factory.mktemp("simulated"))
    simulate.run(plan.simulate(REGION, 2016))
    return plan


def granules_of(plan):
    return Path(plan.resource_layout.simulated_granules(REGION, 2016))


def listed(plan):
    with Path(plan.resource_layout.simulated_list(REGION, 2016)).open(newline="") as file:
        return list(csv.DictReader(file))


def test_the_list_names_every_granule_and_its_size(simulated):
    root = granules_of(simulated)
    files = {path.relative_to(root).as_posix(): path.stat().st_size for path in root.rglob("*.h5")}
    assert {row["granule"]: int(row["bytes"]) for row in listed(simulated)} == files
    assert [row["granule"] for row in listed(simulated)] == sorted(files)


def test_granules_are_of_the_days_and_marked_as_simulated(simulated):
    paths = list(granules_of(simulated).rglob("*.h5"))
    assert len(paths) >= 3
    for path in paths:
        time = granule_name(path.name).time.astype("datetime64[D]")
        assert np.datetime64("2015-12-31") <= time <= np.datetime64("2016-01-05")
        with h5py.File(path) as file:
            assert "seed 1" in str(file["Metadata"].attrs["simulated"])


def test_the_truth_lies_apart_from_the_granules(simulated):
    path = Path(simulated.resource_layout.simulated_truth(REGION, 2016))
    assert granules_of(simulated) not in path.parents
    with xr.open_dataset(path, engine="h5netcdf") as truth:
        assert truth["soil_moisture"].shape[1:] == SMALL.shape
        np.testing.assert_allclose(truth["x"], SMALL.x)
        np.testing.assert_allclose(truth["y"], SMALL.y)
        assert np.nanmin(truth["soil_moisture"]) >= 0


def test_static_rasters_lie_beside_the_truth_and_are_those_of_the_region(simulated):
    """Not in the year's folder: every year finds the same. They cover the window and say that they are simulated."""
    folder = Path(simulated.resource_layout.simulated_covariates(REGION))
    assert folder.parent == Path(simulated.resource_layout.simulated_truth(REGION, 2016)).parent.parent
    assert {path.name for path in folder.iterdir()} == {"sand.tif", "elevation.tif"}
    with rasterio.open(folder / "sand.tif") as raster:
        west, south, east, north = SMALL.bounds
        assert raster.bounds.left < west < east < raster.bounds.right
        assert raster.bounds.bottom < south < north < raster.bounds.top
        assert raster.tags()["SIMULATED"] == f"SMEN simulation, region {REGION}, seed 1: no measurement"


@pytest.fixture
def quick(monkeypatch):
    """A simulation that only writes three granules, and with what it was called."""
    calls = []

    def write(window, region, climate, seed, first, last, coarse, root, truth, stations, progress, coarse_only, parts):
        calls.append(
            {
                "window": window,
                "climate": climate,
                "seed": seed,
                "days": (first, last),
                "truth": truth,
                "stations": stations,
            }
        )
        for number in range(3):
            progress(number + 1, 3)
            path = root / f"SPL2SMP.009/2016.01.0{number + 1}/granule_{number}.h5"
            path.parent.mkdir(parents=True)
            path.write_bytes(b"x" * (number + 1))

    monkeypatch.setattr(simulate, "simulate", write)
    return calls


def test_granules_of_an_earlier_run_do_not_stay(quick, tmp_path, caplog):
    plan = plan_of(tmp_path, seed=2)
    left_over = granules_of(plan) / "SPL2SMP.009/2016.01.01/of_another_world.h5"
    left_over.parent.mkdir(parents=True)
    left_over.write_bytes(b"of another seed")
    with caplog.at_level(logging.INFO):
        simulate.run(plan.simulate(REGION, 2016))
    assert not left_over.exists()
    assert [int(row["bytes"]) for row in listed(plan)] == [1, 2, 3]
    assert "simulated 3 granules" in caplog.text and "climate: oklahoma" in caplog.text


def test_the_simulation_is_that_of_the_settings(quick, tmp_path):
    plan = plan_of(tmp_path, seed=7)
    simulate.run(plan.simulate(REGION, 2016))
    (call,) = quick
    assert call["window"] == SMALL and call["seed"] == 7
    assert call["climate"] is CLIMATES["oklahoma"]
    assert call["days"][0] == np.datetime64("2016-01-01") and call["days"][1] >= np.datetime64("2016-01-04")
    assert call["truth"] == Path(plan.resource_layout.simulated_truth(REGION, 2016)).parent
    assert call["stations"] == Path(plan.resource_layout.simulated_stations(REGION, 2016)).parent


def test_a_run_that_fails_leaves_no_list(quick, tmp_path, monkeypatch):
    """The list is written last: where it is, all granules are."""
    plan = plan_of(tmp_path)

    def fail(*arguments, **more):
        raise OutputError("the disk is full")

    monkeypatch.setattr(simulate, "simulate", fail)
    with pytest.raises(OutputError, match="full"):
        simulate.run(plan.simulate(REGION, 2016))
    assert not Path(plan.resource_layout.simulated_list(REGION, 2016)).exists()
