"""A day later: what a run makes again after the granules of one new day, and what stays as it is."""

import json
import re
import shutil

import pandas as pd
import pytest
import yaml
from background_run import contents

pytestmark = pytest.mark.workflow

REGION = {"plains": {"longitude": -97.5164, "latitude": 35.4676, "size": [30, 26]}}
RASTERS = "results/plains/maps/2016/*.tif"
NEW = "2016.12.3?"


def state(project, pattern=RASTERS):
    """Bytes and times of files by name."""
    return {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in project.folder.glob(pattern)}


@pytest.fixture(scope="module")
def before(tmp_path_factory, project, finished):
    """A finished run on a folder of granules, without the granules of the last two days."""
    p = project(tmp_path_factory.mktemp("daily") / "p")
    p.settings(
        source={"kind": "directory", "directory": "granules"}, regions=REGION, method="fusion",
    )  # fmt: skip
    shutil.copytree(finished.folder / "resources/simulated/plains/granules", p.folder / "granules")
    for day in sorted((p.folder / "granules").rglob(NEW)):
        later = p.folder / "later" / day.relative_to(p.folder / "granules")
        later.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(day, later)
    p.snakemake("all")
    return p


@pytest.fixture(scope="module")
def after(before, tmp_path_factory):
    """The same a day later: after `refresh` and a run."""
    p = before.copy(tmp_path_factory.mktemp("after") / "p")
    shutil.copytree(p.folder / "later", p.folder / "granules", dirs_exist_ok=True)
    p.refreshed = p.smen("refresh")
    p.said = p.snakemake("all")
    return p


def test_settled_maps_stay_as_they_are_and_only_later_ones_are_made(before, after):
    """Maps are retrospective: those within 70 days of what is new may change, and nothing of the older ones does."""
    old, new = state(before), state(after)
    assert old.keys() < new.keys()
    assert all("2016123" in name for name in new.keys() - old.keys())
    first = pd.Timestamp("2016-12-30") - pd.Timedelta(days=70)
    settled = {name for name in old if pd.Timestamp(name.split("_")[1]) < first}
    assert len(settled) > 10
    assert {name: new[name] for name in settled} == {name: old[name] for name in settled}
    log = (after.folder / "logs/results/plains/downscale_2016.log").read_text()
    listed, made = re.search(r"(\d+) maps in .*, (\d+) of them made now", log).groups()
    assert 0 < int(made) <= int(listed) - len(settled) / 2


def test_nothing_is_fitted_again(before, after):
    assert "the last fit is taken again" in after.said
    assert "fitted in closed form" not in after.said
    for name in ("fusion.safetensors", "fusion_training.csv", "fusion_held_out.csv"):
        path = f"results/plains/models/{name}"
        assert (after.folder / path).read_bytes() == (before.folder / path).read_bytes()


def test_the_new_maps_are_in_list_cube_and_catalogue(before, after):
    import xarray as xr

    old, new = (pd.read_csv(p.folder / "results/plains/maps/2016.csv") for p in (before, after))
    assert len(set(old["digest"]) & set(new["digest"])) > 10
    with xr.open_dataset(after.folder / "results/plains/plains.nc", engine="h5netcdf") as cube:
        assert len(cube["time"]) == len(new) > len(old)
    items = [path.read_text() for path in (after.folder / "results/plains/stac").rglob("*.json")]
    report = [path.read_text() for path in (after.folder / "results/report/plains").rglob("*.js*")]
    for name in set(new["map"]) - set(old["map"]):
        assert any(name in item for item in items), name
        stamp = pd.Timestamp(name.split("_")[1])
        assert any(f"{stamp:%Y-%m-%d}" in text for text in report), name


def test_a_day_later_files_are_as_made_at_once(after, tmp_path):
    """Publish took most from what it had kept the day before; without that it makes the same bytes."""
    p = after.copy(tmp_path / "p")
    kept = p.folder / "results/plains/kept/publish"
    assert len(list(kept.glob("item_*"))) == len(state(p)) / 2
    before = contents(p, "results")
    shutil.rmtree(kept)
    (p.folder / "results/plains/plains.qgs").unlink()
    p.snakemake("all")
    assert contents(p, "results") == before


def test_refresh_and_status_say_what_is_new(before, after):
    assert "plains 2016 coarse:" in after.refreshed and "new granules up to 2016-12-3" in after.refreshed
    again = after.smen("refresh")
    assert [line for line in again.splitlines() if line.strip()] == ["refresh: nothing new"]
    old, new = (json.loads(p.smen("status", "--json"))["regions"][0] for p in (before, after))
    assert (old["state"], new["state"]) == ("complete", "complete")
    assert old["newest_map"] < new["newest_map"] and new["maps"] == len(state(after)) / 2


def test_there_is_nothing_to_do_then(after):
    assert "Nothing to be done" in after.snakemake("all")


def test_a_map_that_was_deleted_is_made_again(after, tmp_path):
    p = after.copy(tmp_path / "p")
    old = state(p)
    gone = sorted(old)[0]
    next(p.folder.glob(f"results/plains/maps/2016/{gone}")).unlink()
    said = p.snakemake("all")
    assert f"1 of its rasters are not there ({gone})" in said
    new = state(p)
    assert {name for name in old if old[name] != new[name]} == {gone}
    assert new[gone][0] == old[gone][0]
    assert "Nothing to be done" in p.snakemake("all")


def test_another_model_or_mask_writes_all_maps_again(after, tmp_path):
    p = after.copy(tmp_path / "p")
    old = state(p)
    settings = yaml.safe_load((p.folder / "config.yaml").read_text())
    p.settings(**{**settings, "fusion": {"seed": 2}})
    p.snakemake("results/plains/maps/2016.csv")
    new = state(p)
    assert old.keys() == new.keys()
    assert all(old[name][0] != new[name][0] and old[name][1] != new[name][1] for name in old)
