"""`snakemake all` on simulated granules: what comes out, and what runs again."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import yaml
from bench_job_resources import of_file, table

from smen.grid import M36, Window
from smen.plan.job_resources import memory_mb
from smen.plan.plan import Plan

pytestmark = pytest.mark.workflow


def maps(project, region):
    return sorted((project.folder / "results" / region / "maps" / "2016").glob(f"{region}_*_[AD].tif"))


def test_every_overpass_of_the_test_period_has_a_map(finished):
    for region in ("plains", "desert"):
        granules = gpd.read_file(finished.folder / f"results/{region}/granules/coarse_2016.geojson")
        stamps = granules[granules["time"].dt.strftime("%Y-%m-%d") >= "2016-10-01"]["time"]
        wanted = sorted(t.strftime("%Y%m%dT%H%M%S") for t in stamps)
        assert len(wanted) > 20
        assert [path.stem.split("_")[1] for path in maps(finished, region)] == wanted
        listed = pd.read_csv(finished.folder / f"results/{region}/maps/2016.csv")
        assert list(listed["map"]) == [path.name for path in maps(finished, region)]


def test_the_run_ends_with_the_number_of_maps_and_where_they_are(finished):
    for region in ("plains", "desert"):
        assert f"| {region} | {len(maps(finished, region))} | `results/{region}/maps/` |" in finished.said


def test_the_run_says_what_it_takes_what_begins_and_what_is_left(finished):
    for line in ("plains: 73 km wide", "plains: simulate 2016 begins, about ", "desert: publish is done, after "):
        assert line in finished.said
    assert finished.said.count("left: about ") > 10
    assert "all regions: index begins" in finished.said and "all regions: all" not in finished.said


def test_maps_lie_on_the_grid_and_say_what_they_are(finished):
    window = Window.centred_on(-97.5164, 35.4676, 30, 26)
    for path in maps(finished, "plains")[:5]:
        with rasterio.open(path) as raster:
            assert raster.crs.to_epsg() == 6933
            assert raster.transform == window.transform
            assert raster.shape == (30, 26)
            assert raster.nodata == -9999
            assert raster.descriptions == ("soil_moisture", "standard_deviation", "age")
            assert raster.units == ("m3 m-3", "m3 m-3", "days")
            assert raster.tags()["SIMULATED"] == "yes"
            assert raster.tags()["SOURCE"] == "simulated"
            assert raster.tags()["MODEL"] == "fusion"
            assert (raster.read(2, masked=True).mask == raster.read(1, masked=True).mask).all()
            values = raster.read(1, masked=True)
            assert 0 <= values.min() <= values.max() < 1


def test_scores_have_every_method_split_and_reference(finished):
    scores = pd.read_csv(finished.folder / "results/scores.csv")
    assert set(scores["region"]) == {"plains", "desert"}
    assert set(scores["split"]) == {"train", "validation", "test"}
    assert set(scores["against"]) == {"3 km product", "truth"}
    common = {"nearest_neighbour", "bilinear", "mean_residual", "filtered_residual"}
    assert common | {"fusion"} <= set(scores["method"][scores["region"] == "plains"])
    assert common | {"smen"} <= set(scores["method"][scores["region"] == "desert"])
    assert (scores["simulated"] == "yes").all()
    blocky = scores[(scores["method"] == "nearest_neighbour") & (scores["split"] == "test")]
    assert blocky["ubRMSE [m3/m3]"].between(0.005, 0.15).all()


def test_maps_are_what_was_scored(finished):
    """The scores against the truth everywhere mapped, computed again from the rasters and the truth's file."""
    import xarray as xr

    results = finished.folder / "results/plains"
    with xr.open_dataset(results / "aligned/fine_2016.nc", engine="h5netcdf") as fine:
        covered = np.isfinite(fine.soil_moisture.values).mean(axis=(1, 2)) >= 0.1
        scenes = set(fine.time.values[covered].astype("datetime64[s]"))
    source = finished.folder / "resources/simulated/plains/truth/truth_2016.nc"
    errors, dates = [], 0
    with xr.open_dataset(source, engine="h5netcdf") as truth:
        (name,) = [name for name, variable in truth.data_vars.items() if variable.ndim == 3]
        for path in maps(finished, "plains"):
            stamp = np.datetime64(pd.Timestamp(path.stem.split("_")[1]), "s")
            if stamp not in scenes:
                continue
            with rasterio.open(path) as raster:
                estimate = raster.read(1, masked=True).filled(np.nan)
                x, y = (raster.transform * (np.arange(n) + 0.5, np.arange(n) + 0.5) for n in raster.shape[::-1])
            field = truth[name].sel(time=stamp, method="nearest").sel(x=x[0], y=y[1], method="nearest").values
            errors.append((estimate - field)[np.isfinite(estimate)])
            dates += 1
    classes = pd.read_csv(results / "scores/classes.csv")
    row = classes[(classes["method"] == "fusion") & (classes["class"] == "everywhere mapped")].iloc[0]
    assert row["against"] == "truth" and row["dates"] == dates > 3
    every = np.concatenate(errors)
    assert row["bias [m3/m3]"] == pytest.approx(every.mean(), abs=2e-5)
    assert row["RMSE [m3/m3]"] == pytest.approx(np.sqrt((every**2).mean()), rel=1e-3)


def test_no_job_takes_more_memory_than_it_asks_for(finished):
    """What Snakemake's `benchmark:` measured of each job, against what the job stated."""
    plan = Plan.load(yaml.safe_load((finished.folder / "config.yaml").read_text()))
    tables = sorted((finished.folder / "logs").rglob("*.tsv"))
    assert len(tables) == len(list((finished.folder / "logs").rglob("*.log"))) == 19
    for path in tables:
        megabytes, _ = table(path)
        assert megabytes <= memory_mb(of_file(plan, path)), path.name


def test_a_second_run_has_nothing_to_do(finished):
    assert "Nothing to be done" in finished.snakemake("all")


@pytest.mark.parametrize("cores", [1, 3, 64])
def test_any_number_of_cores_plans_the_same(finished, cores):
    assert finished.planned("all", cores=cores) == set()


def test_a_change_of_one_region_reruns_that_region_alone(finished, tmp_path):
    project = finished.copy(tmp_path / "p")
    text = yaml.safe_load((project.folder / "config.yaml").read_text())
    text["regions"]["desert"]["smen"] = {"seed": 5}
    project.settings(regions=text["regions"])
    rules = ("train", "downscale", "evaluate", "insitu")
    assert project.planned("all") == {(rule, "desert") for rule in rules}


def test_a_region_has_a_target_of_its_own(finished, tmp_path):
    project = finished.copy(tmp_path / "p")
    shutil.rmtree(project.folder / "results/plains/scores")
    shutil.rmtree(project.folder / "results/desert/scores")
    assert project.planned("desert") == {("evaluate", "desert"), ("insitu", "desert")}


def test_a_region_that_left_the_settings_is_named_and_kept(finished, tmp_path):
    project = finished.copy(tmp_path / "p")
    regions = yaml.safe_load((project.folder / "config.yaml").read_text())["regions"]
    project.settings(regions={"desert": regions["desert"]})
    said = project.snakemake("--dry-run", "all")
    assert "results/plains is of a region that is no longer in the settings" in said
    assert maps(project, "plains")


def test_a_longer_test_period_trains_nothing_again(finished, tmp_path):
    project = finished.copy(tmp_path / "p")
    project.settings(periods={"training": ["2016-01-01", "2016-09-30"], "test": ["2016-10-01", "2017-01-31"]})
    assert "train" not in {rule for rule, _ in project.planned("all")}


def test_an_edit_of_the_training_code_reruns_training_and_what_follows(finished, tmp_path, project):
    root = Path(__file__).parent.parent.parent
    copy = tmp_path / "checkout"
    for name in ("smen", "workflow", "envs"):
        shutil.copytree(root / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(root / "Snakefile", copy)
    edited = finished.copy(tmp_path / "p")
    edited.root = copy
    environment = {"PYTHONPATH": str(copy)}
    assert edited.planned("all", env=environment) == set()
    file = copy / "smen" / "methods" / "smen_cnn" / "training.py"
    file.write_text(file.read_text() + "\nEDITED = True\n")
    planned = edited.planned("all", env=environment)
    assert {rule for rule, _ in planned} == {"train", "downscale", "evaluate", "insitu"}


def test_an_interrupted_run_is_taken_up_where_it_stopped(tmp_path, project, finished):
    p = project(tmp_path / "p").settings()
    shutil.copytree(finished.folder / "resources", p.folder / "resources", copy_function=shutil.copy2)
    arguments = ["snakemake", "--snakefile", str(p.root / "Snakefile"), "--configfile", "config.yaml", "--cores", "2"]
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    with subprocess.Popen(
        [*arguments, "all"], cwd=p.folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as run:  # fmt: skip
        deadline = time.monotonic() + 300
        while not list(p.folder.glob("results/*/samples/2016.nc")) and time.monotonic() < deadline:
            time.sleep(0.2)
        os.killpg(run.pid, signal.SIGKILL)
    assert list(p.folder.glob("results/*/samples/2016.nc"))
    p.snakemake("--unlock")
    said = p.snakemake("--rerun-incomplete", "all")
    assert "rule simulate" not in said
    for region in ("plains", "desert"):
        assert [m.name for m in maps(p, region)] == [m.name for m in maps(finished, region)]
    assert not list((p.folder / "results").rglob("*.part-*"))


def test_same_settings_same_bytes(tmp_path, project, finished):
    """Two runs in two places give the same maps and weights, whatever the cores."""
    p = project(tmp_path / "p").settings()
    p.snakemake("desert", cores=1)
    for name in ("models/smen.safetensors", "aligned/coarse_2016.nc", "scores/scores.csv", "maps/2016.csv"):
        assert (p.folder / "results/desert" / name).read_bytes() == (
            finished.folder / "results/desert" / name
        ).read_bytes(), name
    for one, other in zip(maps(p, "desert"), maps(finished, "desert"), strict=True):
        assert one.read_bytes() == other.read_bytes()


def test_directory_source_gives_the_same_maps(tmp_path, project, finished):
    p = project(tmp_path / "p")
    regions = {"plains": {"longitude": -97.5164, "latitude": 35.4676, "size": [30, 26]}}
    p.settings(source={"kind": "directory", "directory": "granules"}, regions=regions)
    shutil.copytree(finished.folder / "resources/simulated/plains/granules", p.folder / "granules" / "deep" / "down")
    p.snakemake("all")
    assert len(maps(p, "plains")) == len(maps(finished, "plains"))
    for one, other in zip(maps(p, "plains"), maps(finished, "plains"), strict=True):
        with rasterio.open(one) as a, rasterio.open(other) as b:
            np.testing.assert_array_equal(a.read(), b.read())
            tags = dict(a.tags()), dict(b.tags())
            assert tags[0].pop("SOURCE") == "directory"
            assert tags[1].pop("SOURCE") == "simulated"
            assert tags[0] == tags[1]
            assert all(a.tags(i) == b.tags(i) for i in a.indexes)


def test_refresh_finds_new_granules_and_a_run_without_it_does_not(tmp_path, project, finished):
    p = project(tmp_path / "p")
    regions = {"plains": {"longitude": -97.5164, "latitude": 35.4676, "size": [30, 26]}}
    periods = {"training": ["2016-01-01", "2016-09-30"], "test": ["2016-10-01", "today"]}
    p.settings(source={"kind": "directory", "directory": "granules"}, regions=regions, periods=periods)
    granules, later = p.folder / "granules", p.folder / "later"
    shutil.copytree(finished.folder / "resources/simulated/plains/granules", granules)
    december = [folder.relative_to(granules) for folder in sorted(granules.rglob("2016.12.*"))]
    for folder in december:
        (later / folder).parent.mkdir(parents=True, exist_ok=True)
        shutil.move(granules / folder, later / folder)
    # As of the second day of a year that has no granule yet: no error, and no map.
    (p.folder / "resources").mkdir()
    (p.folder / "resources/refreshed.txt").write_text("2017-01-02\n")
    p.snakemake("all")
    before = {m.name for m in maps(p, "plains")}
    for folder in december:
        shutil.move(later / folder, granules / folder)
    assert p.planned("all") == set()  # a run works on the listing
    # Up to the real today there are whole years without a granule: an error, and `today` stays what it was.
    said = p.smen("refresh", status=1)
    assert "between 2017-01-01T00:00:00 and 2018-01-01T00:00:00" in said
    assert (p.folder / "resources/refreshed.txt").read_text() == "2017-01-02\n"
    # What was listed before that year counts. 2016 is a year of training here, so it is trained on again.
    stages = {"align", "pair", "train", "downscale", "evaluate"}
    assert {rule for rule, _ in p.planned("all")} == stages
    p.snakemake("all")
    assert before < {m.name for m in maps(p, "plains")} == {m.name for m in maps(finished, "plains")}


def test_weights_are_used_elsewhere_without_training(tmp_path, finished):
    project = finished.copy(tmp_path / "p")
    weights = tmp_path / "network.safetensors"
    shutil.copy(project.folder / "results/plains/models/fusion.safetensors", weights)
    regions = {"plains": {"longitude": -97.5164, "latitude": 35.4676, "size": [30, 26]}}
    project.settings(regions=regions, fusion={"weights": str(weights)})
    said = project.snakemake("all", "--forcerun", "downscale")
    assert "rule train" not in said
    for one, other in zip(maps(project, "plains"), maps(finished, "plains"), strict=True):
        assert one.read_bytes() == other.read_bytes()


def test_masked_conditions_are_left_out_and_nothing_else_changes(tmp_path, finished):
    """Frozen ground, which the granules' flags tell: nodata with its code where masked, mapped where not."""
    import h5py

    project = finished.copy(tmp_path / "p")
    text = yaml.safe_load((project.folder / "config.yaml").read_text())
    project.settings(regions=text["regions"], maps={"masked": ["mountains", "frozen"]})
    project.smen("downscale", "plains", "2016")
    with h5py.File(finished.folder / "results/plains/aligned/coarse_2016.nc") as aligned:
        flags = aligned["surface_flag"][:]
        times = aligned["time"][:]
    epoch = np.datetime64("2000-01-01T00:00:00", "s")
    flag_of = {str(epoch + int(t)): f for t, f in zip(times, flags, strict=True)}
    window = Window.centred_on(-97.5164, 35.4676, 30, 26)
    hidden = 0
    for one, other in zip(maps(project, "plains"), maps(finished, "plains"), strict=True):
        with rasterio.open(one) as masked, rasterio.open(other) as mapped:
            flag = window.expand(flag_of[masked.tags()["SMAP_HALF_ORBIT"]], M36)
            frozen = ((flag & 0b1_1000_0000) != 0) & (flag != 65534)
            a, b = masked.read(1), mapped.read(1)
            assert (a[frozen] == -9999).all()
            # Made with as many threads as there are, where the workflow gives one: sums may differ in their last bits.
            assert ((np.abs(a - b) < 1e-6) | (a == -9999)).all()
            hidden += int((frozen & (b != -9999)).sum())
        with rasterio.open(one.with_name(one.stem + "_quality.tif")) as quality:
            assert set(np.unique(quality.read(1)[frozen])) <= {12}
    assert hidden > 0


def test_regions_are_listed_for_gis(finished):
    regions = gpd.read_file(finished.folder / "results/regions.geojson")
    assert set(regions["name"]) == {"plains", "desert"}
    assert regions.crs.to_epsg() == 4326
    assert regions.set_index("name").geometry["plains"].contains(
        gpd.points_from_xy([-97.5164], [35.4676])[0]
    )  # fmt: skip


def test_weights_tell_where_they_come_from(finished):
    from safetensors import safe_open

    with safe_open(finished.folder / "results/desert/models/smen.safetensors", framework="np") as file:
        (text,) = file.metadata().values()
    header = json.loads(text)
    state = header["state"]
    assert state["window"] == {"row": 1124, "column": 2206, "height": 24, "width": 24}
    assert state["training"]["threads"] == 1
    assert header["extra"]["region"] == "desert"
    assert state["simulated"] is True
