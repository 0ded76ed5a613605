"""Maps of the made region, pixel by pixel against what the method predicts."""

import os
import re
import shutil
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest
import rasterio
from made_project import WINDOW, make_plan
from made_region import REGION

from smen.data import masking
from smen.data.error_correlation_file import read_error_correlation
from smen.data.load import read_samples
from smen.data.quality import QualityCode
from smen.errors import DataError, OutputError
from smen.grid import Window
from smen.methods.checkpoint import load_checkpoint
from smen.methods.fusion.fusion_method import FusionMethod
from smen.methods.map_mode import SETTLED_AFTER
from smen.outputs.map_names import errors_path
from smen.stages import downscale

PERIOD = ["2016-03-11", "2016-03-20"]
FEW = {"maps": {"period": PERIOD, "mode": "causal"}}


@pytest.fixture(scope="module")
def mapped(made, trained, tmp_path_factory):
    """The plan after the maps of ten days."""
    folder = shutil.copytree(made.folder, tmp_path_factory.mktemp("mapped"), dirs_exist_ok=True)
    plan = make_plan(folder, **FEW)
    downscale.run(plan.downscale(REGION, 2016))
    return plan


def table_of(plan):
    return pd.read_csv(plan.layout.map_list(REGION, 2016), parse_dates=["time"])


def rasters(plan, column="map"):
    folder = Path(plan.layout.maps(REGION, 2016))
    for name in table_of(plan)[column]:
        with rasterio.open(folder / name) as raster:
            yield raster


def test_every_overpass_of_the_period_is_listed_and_mapped(made, mapped):
    table = table_of(mapped)
    times = made.fields.coarse_time
    day = times.astype("datetime64[D]")
    expected = times[(day >= np.datetime64("2016-03-11")) & (day <= np.datetime64("2016-03-20"))]
    assert table["time"].dt.tz_localize(None).to_numpy().astype("datetime64[s]").tolist() == expected.tolist()
    files = {path.name for path in Path(mapped.layout.maps(REGION, 2016)).glob("*.tif")}
    assert files == {*table["map"], *table["quality"]}
    descending = made.fields.coarse_descending[np.isin(times, expected)]
    assert table["direction"].tolist() == np.where(descending, "D", "A").tolist()


def test_the_bands_are_what_the_method_predicts(made, mapped):
    method = load_checkpoint(Path(mapped.model(REGION)), WINDOW)
    samples = read_samples(mapped.layout, REGION, [2016], made.fields)
    table = table_of(mapped)
    wanted = table["time"].dt.tz_localize(None).to_numpy().astype("datetime64[s]")
    prediction = method.predict(made.fields, samples.select(np.isin(samples.time, wanted)))
    for i, raster in enumerate(rasters(mapped)):
        assert raster.transform == WINDOW.transform
        bands = raster.read()
        bands[bands == raster.nodata] = np.nan
        np.testing.assert_array_equal(bands[0], prediction.mean[i])
        np.testing.assert_array_equal(bands[1], prediction.standard_deviation[i])
        assert (np.isnan(bands[2]) | np.isfinite(bands[0])).all()  # no age where there is no value
        assert float(table["mean"][i]) == pytest.approx(np.nanmean(bands[0]), abs=1e-4)
        assert float(table["valid_share"][i]) == pytest.approx(np.isfinite(bands[0]).mean(), abs=1e-4)
    for i, raster in enumerate(rasters(mapped, "quality")):
        np.testing.assert_array_equal(raster.read(1), prediction.quality[i])


def test_the_age_is_that_of_the_latest_fine_value_of_the_cell(made, mapped):
    fields = made.fields
    times = table_of(mapped)["time"].dt.tz_localize(None).to_numpy().astype("datetime64[s]")
    for time, raster in zip(times, rasters(mapped), strict=True):
        ages = raster.read(3)
        expected = np.full(fields.window.shape, np.nan)
        earlier = np.flatnonzero(fields.fine_ready < time)[-4:]
        for i in earlier:
            seen = np.isfinite(fields.fine[i])
            expected[seen] = (time - fields.fine_time[i]) / np.timedelta64(1, "D")
        valid = (ages != raster.nodata) & np.isfinite(expected)
        assert valid.any()
        np.testing.assert_allclose(ages[valid], expected[valid], rtol=1e-5)


def test_maps_say_what_they_are(mapped):
    for raster in rasters(mapped):
        tags = raster.tags()
        assert tags["REGION"] == REGION
        assert tags["SIMULATED"] == "yes" and "simulated" in tags["TITLE"]
        assert tags["MODEL"] == "fusion" and len(tags["MODEL_DIGEST"]) == 16
        assert "MIT" in tags["LICENSE"] and "simulated" in tags["DATA_CITATION"] and tags["METHOD_CITATION"]
        assert tags["SMAP_HALF_ORBIT"].startswith("2016-03")


def test_maps_of_an_earlier_run_do_not_stay(copied):
    plan = copied(**FEW)
    folder = Path(plan.layout.maps(REGION, 2016))
    folder.mkdir(parents=True, exist_ok=True)
    left_over = folder / f"{REGION}_20160501T120000_D.tif"
    left_over.write_bytes(b"of other settings")
    downscale.run(plan.downscale(REGION, 2016))
    assert not left_over.exists()
    assert len(table_of(plan)) == len(list(folder.glob("*_quality.tif")))


def test_only_what_has_changed_is_written_again(copied):
    plan = copied(**FEW)
    job = plan.downscale(REGION, 2016)
    downscale.run(job)
    folder = Path(plan.layout.maps(REGION, 2016))
    files = {path: path.read_bytes() for path in folder.iterdir()}
    for path in files:
        os.utime(path, (1, 1))
    first = table_of(plan)
    gone = folder / first["map"][2]
    gone.unlink()
    spoilt = folder / first["quality"][3]
    spoilt.write_bytes(b"spoilt")
    sidecar = spoilt.with_name(f"{spoilt.name}.aux.xml")
    downscale.run(job)
    assert {path: path.read_bytes() for path in folder.iterdir()} == files
    assert {gone, spoilt} <= {path for path in files if path.stat().st_mtime != 1} <= {gone, spoilt, sidecar}
    assert first.equals(table_of(plan))
    longer = copied(maps={"period": ["2016-03-11", "2016-03-24"], "mode": "causal"})
    downscale.run(longer.downscale(REGION, 2016))
    assert set(first["map"]) < set(table_of(longer)["map"])
    stay = {path for path in files if path.suffix == ".tif"} - {gone, spoilt}
    assert stay and all(path.stat().st_mtime == 1 for path in stay)


def test_a_period_without_an_overpass_gives_an_empty_list(copied):
    plan = copied(maps={"period": ["2016-12-01", "2016-12-31"]})
    downscale.run(plan.downscale(REGION, 2016))
    table = table_of(plan)
    assert table.empty
    assert {"time", "direction", "map", "quality"} <= set(table)
    assert not list(Path(plan.layout.maps(REGION, 2016)).glob("*.tif"))


def test_masked_conditions_are_left_out_and_said(copied, monkeypatch):
    frozen = np.zeros(WINDOW.shape, bool)
    frozen[:7] = True
    asked = []

    def condition(fields, samples, i, surface, code):
        asked.append(code)
        return frozen

    monkeypatch.setattr(masking, "condition", condition)
    plan = copied(maps={"period": ["2016-03-11", "2016-03-14"], "masked": ["frozen"]})
    downscale.run(plan.downscale(REGION, 2016))
    assert set(asked) == {QualityCode.FROZEN}
    for raster in rasters(plan):
        bands = raster.read()
        assert (bands[:, frozen] == raster.nodata).all()
        assert (bands[0][~frozen] != raster.nodata).any()
    for raster in rasters(plan, "quality"):
        codes = raster.read(1)
        assert (codes[frozen] == QualityCode.FROZEN).all()
        assert not (codes[~frozen] == QualityCode.FROZEN).any()


def test_missing_weights_are_named(copied):
    plan = copied(**FEW)
    Path(plan.model(REGION)).unlink()
    with pytest.raises(DataError, match=r"fusion\.safetensors is not there"):
        downscale.run(plan.downscale(REGION, 2016))
    assert not Path(plan.layout.map_list(REGION, 2016)).exists()


def test_samples_that_are_missing_are_named(copied):
    plan = copied(**FEW)
    Path(plan.layout.samples(REGION, 2016)).unlink()
    with pytest.raises(DataError, match=r"samples/2016\.nc is missing"):
        downscale.run(plan.downscale(REGION, 2016))


def test_series_of_another_window_are_refused(copied):
    plan = copied(**FEW)
    moved = make_plan(Path(plan.layout.results).parent, Window(1020, 2652, 36, 48), **FEW)
    with pytest.raises((DataError, ValueError)):
        downscale.run(moved.downscale(REGION, 2016))
    assert not Path(plan.layout.map_list(REGION, 2016)).exists()


def test_a_folder_that_cannot_be_made_is_named(copied):
    plan = copied(**FEW)
    region = Path(plan.layout.maps(REGION, 2016)).parent
    region.write_text("a file in the place of the folder")
    with pytest.raises(OutputError, match="cannot be made"):
        downscale.run(plan.downscale(REGION, 2016))


def test_retrospective_maps_are_what_the_method_predicts_and_say_what_they_rest_on(made, copied):
    plan = copied(maps={"period": PERIOD})
    downscale.run(plan.downscale(REGION, 2016))
    method = load_checkpoint(Path(plan.model(REGION)), WINDOW)
    samples = read_samples(plan.layout, REGION, [2016], made.fields)
    table = table_of(plan)
    wanted = np.isin(samples.time, table["time"].dt.tz_localize(None).to_numpy().astype("datetime64[s]"))
    dates = samples.select(wanted)
    expected = method.predict_retrospective(made.fields, dates, samples.fine)
    assert (dates.fine >= 0).any() and (dates.fine < 0).any()
    for i, raster in enumerate(rasters(plan)):
        bands = raster.read(masked=True).filled(np.nan)
        np.testing.assert_array_equal(bands[0], expected.mean[i])
        tags = raster.tags()
        assert (tags["MODE"], tags["PROVISIONAL"]) == ("retrospective", "no")
        assert tags["SCENES_AT"] == str(int(dates.fine[i] >= 0))
        earlier = int((dates.fine_history[i] >= 0).sum())
        assert int(tags["SCENES_BEFORE"]) == earlier == len(str(table["scenes_before"][i]).split())
        assert int(tags["SCENES_AFTER"]) > 0
        if dates.fine[i] >= 0:
            seen = np.isfinite(made.fields.fine[dates.fine[i]]) & np.isfinite(bands[0])
            assert (bands[2][seen] == 0).all()  # the age of an observation of the overpass itself
    assert set(table["mode"]) == {"retrospective"}
    assert table["scenes_at"].notna().tolist() == (dates.fine >= 0).tolist()


def test_maps_near_the_end_of_what_there_is_are_provisional_where_more_is_to_come(copied):
    plan = copied(maps={"period": ["2016-03-11", "2016-12-31"]})
    job = plan.downscale(REGION, 2016)
    downscale.run(job)
    assert set(table_of(plan)["provisional"]) == {"no"}
    downscale.run(job.model_copy(update={"goes_on": True}))
    table = table_of(plan)
    late = table["time"] > table["time"].iloc[-1] - pd.Timedelta(days=70)
    assert (table["provisional"] == "yes").tolist() == late.tolist()
    assert late.any()


def made_now(caplog):
    """How many maps the last run made."""
    return int(re.search(r"(\d+) of them made now", caplog.messages[-1])[1])


def states(plan):
    """Bytes and times of a year's rasters, by name."""
    folder = Path(plan.layout.maps(REGION, 2016))
    return {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.glob("*.tif")}


@pytest.mark.parametrize("mode", ["causal", "retrospective"])
def test_only_maps_that_may_know_of_a_change_are_made_again_and_come_out_as_from_the_start(made, copied, caplog, mode):
    caplog.set_level("INFO", "smen")
    plan = copied(maps={"period": ["2016-01-01", "2016-12-31"], "mode": mode})
    job = plan.downscale(REGION, 2016)
    downscale.run(job)
    before, number = states(plan), len(table_of(plan))
    assert made_now(caplog) == number
    Path(plan.layout.map_list(REGION, 2016)).unlink()  # as Snakemake does
    downscale.run(job)
    assert made_now(caplog) == 0 and states(plan) == before and len(table_of(plan)) == number

    with h5py.File(plan.layout.aligned(REGION, "coarse", 2016), "r+") as file:
        changed = made.fields.coarse_time[-3]
        file["soil_moisture"][-3] += 0.02
    downscale.run(job)
    times = table_of(plan)["time"].dt.tz_localize(None).to_numpy().astype("datetime64[s]")
    knows = times >= changed - (SETTLED_AFTER if mode == "retrospective" else 0)
    assert made_now(caplog) == knows.sum() < number
    after = states(plan)
    for name, late in zip(table_of(plan)["map"], knows, strict=True):
        assert late or after[name] == before[name]
    assert any(after[name] != before[name] for name in table_of(plan)["map"])
    shutil.rmtree(plan.layout.maps(REGION, 2016))
    downscale.run(job)
    assert {name: state[0] for name, state in states(plan).items()} == {n: state[0] for n, state in after.items()}


def test_an_edited_map_is_made_again(copied, caplog):
    caplog.set_level("INFO", "smen")
    plan = copied(**FEW)
    downscale.run(plan.downscale(REGION, 2016))
    before = states(plan)
    spoiled = Path(plan.layout.maps(REGION, 2016)) / table_of(plan)["quality"][3]
    spoiled.write_bytes(b"edited")
    downscale.run(plan.downscale(REGION, 2016))
    assert made_now(caplog) == 1
    assert {name: state[0] for name, state in states(plan).items()} == {n: state[0] for n, state in before.items()}


def test_beside_the_maps_lies_how_their_errors_go_together(made, mapped):
    path = errors_path(Path(mapped.layout.maps(REGION, 2016)), REGION)
    method = load_checkpoint(Path(mapped.model(REGION)), WINDOW)
    expected, found = method.error_correlation(made.fields), read_error_correlation(path, WINDOW)
    assert found.structure == expected.structure
    np.testing.assert_allclose(found.pattern_variance, expected.pattern_variance, rtol=1e-5)


def test_members_scatter_about_the_map_as_it_states(copied):
    plan = copied(maps={"period": ["2016-03-11", "2016-03-14"], "members": 40})
    downscale.run(plan.downscale(REGION, 2016))
    folder = Path(plan.layout.maps(REGION, 2016))
    paths = sorted(folder.glob("*_members.tif"))
    assert len(paths) == len(table_of(plan))
    scaled = []
    for raster, path in zip(rasters(plan), paths, strict=True):
        value, deviation, _ = raster.read(masked=True).filled(np.nan)
        with rasterio.open(path) as file:
            members = file.read(masked=True).filled(np.nan)
            assert file.tags()["REGION"] == REGION
            assert all(file.tags()[k] == raster.tags()[k] for k in ("MODE", "SCENES_AT", "SMAP_HALF_ORBIT"))
        assert (np.isfinite(members) == np.isfinite(value)).all()
        scaled.append((members - value) / deviation)
    scaled = np.array(scaled)
    assert np.nanmean(scaled**2) == pytest.approx(1, abs=0.2)
    assert abs(np.nanmean(scaled)) < 0.2
    before = [path.read_bytes() for path in paths]
    one_day = copied(maps={"period": ["2016-03-13", "2016-03-14"], "members": 40})
    downscale.run(one_day.downscale(REGION, 2016))
    again = sorted(folder.glob("*_members.tif"))
    assert [path.read_bytes() for path in again] == before[-len(again) :]


def test_without_a_correlation_of_errors_there_are_maps_but_no_members(copied, monkeypatch, caplog):
    plan = copied(maps={"period": ["2016-03-11", "2016-03-14"], "members": 2})
    folder = Path(plan.layout.maps(REGION, 2016))
    downscale.run(plan.downscale(REGION, 2016))
    assert errors_path(folder, REGION).exists() and list(folder.glob("*_members.tif"))
    monkeypatch.setattr(FusionMethod, "error_correlation", lambda *_, **__: None)
    downscale.run(plan.downscale(REGION, 2016))
    assert "members is 2, but how the errors of fusion go together in space and time is not known" in caplog.text
    assert not errors_path(folder, REGION).exists() and not list(folder.glob("*_members.tif"))
    for raster in rasters(plan):
        assert (raster.read(2) != raster.nodata).any()  # it has a standard deviation all the same


def test_a_method_that_knows_nothing_later_maps_causally_and_says_so(made, copied, monkeypatch, caplog):
    plan = copied(maps={"period": PERIOD, "mode": "retrospective"})
    monkeypatch.setattr(downscale, "mode_of", lambda method, wanted: "causal")
    downscale.run(plan.downscale(REGION, 2016))
    assert "maps.mode is retrospective, but the method fusion uses only what was observed before" in caplog.text
    assert set(table_of(plan)["mode"]) == {"causal"}
    assert {raster.tags()["MODE"] for raster in rasters(plan)} == {"causal"}


def probes_file(folder, made, cells, offset=0.0):
    """Write a table of own probes that say what the soil was an hour before each overpass."""
    rows = ["station,longitude,latitude,depth_from,depth_to,time,value,flag"]
    for number, (row, column) in enumerate(cells):
        place = f"p{number},{WINDOW.longitudes[column]},{WINDOW.latitudes[row]},0,0.05"
        for time, value in zip(made.fields.coarse_time, made.truth[:, row, column], strict=True):
            if np.isfinite(value):
                rows.append(f"{place},{time - np.timedelta64(3600, 's')}Z,{value + offset:.4f},G")
    (folder / "probes.csv").write_text("\n".join(rows) + "\n")
    return str(folder / "probes.csv")


@pytest.mark.parametrize("mode", ["causal", "retrospective"])
def test_maps_conditioned_on_probes_follow_them_and_say_so(made, copied, tmp_path, mode):
    cells = [(12, 12), (30, 30)]
    probes = probes_file(tmp_path, made, cells)
    settings = {"maps": {"period": PERIOD, "mode": mode}}
    before, after = ({}, {"condition_on_stations": [probes]})
    fields, deviations = [], []
    for more in (before, after):
        plan = copied(maps=settings["maps"] | more)
        downscale.run(plan.downscale(REGION, 2016))
        read = [(raster.read(1), raster.read(2), raster.tags()) for raster in rasters(plan)]
        fields.append(np.where([r[0] for r in read] == np.float32(-9999), np.nan, [r[0] for r in read]))
        deviations.append(np.where([r[1] for r in read] == np.float32(-9999), np.nan, [r[1] for r in read]))
        assert all(tags.get("CONDITIONED_ON") == ("probes.csv" if more else None) for _, _, tags in read)
    times = table_of(plan)["time"].dt.tz_localize(None).to_numpy().astype("datetime64[s]")
    truth = made.truth[np.searchsorted(made.fields.coarse_time, times)]
    at = tuple(np.array(cells).T)
    errors = [np.sqrt(np.nanmean((field[:, at[0], at[1]] - truth[:, at[0], at[1]]) ** 2)) for field in fields]
    assert errors[1] < errors[0]
    known = np.isfinite(fields[0]) & np.isfinite(truth)
    assert (deviations[1][known] <= deviations[0][known] + 1e-6).all()
    assert (deviations[1][:, 12, 12] < deviations[0][:, 12, 12] - 1e-4).any()
    np.testing.assert_array_equal(np.isnan(fields[0]), np.isnan(fields[1]))


def test_probes_that_say_nothing_leave_the_maps_as_they_are(made, mapped, copied, tmp_path, caplog):
    probes = probes_file(tmp_path, made, [(12, 12)])
    text = Path(probes).read_text().replace(",G", ",C03")
    Path(probes).write_text(text)
    plan = copied(maps={**FEW["maps"], "condition_on_stations": [probes]})
    downscale.run(plan.downscale(REGION, 2016))
    assert "its maps are not conditioned" in caplog.text
    for one, other in zip(rasters(plan), rasters(mapped), strict=True):
        np.testing.assert_array_equal(one.read(), other.read())


def test_probes_are_no_use_to_a_method_that_does_not_know_its_errors(made, copied, tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(FusionMethod, "error_correlation", lambda *_, **__: None)
    probes = probes_file(tmp_path, made, [(12, 12)])
    plan = copied(maps={**FEW["maps"], "condition_on_stations": [probes]})
    downscale.run(plan.downscale(REGION, 2016))
    assert "its maps are not conditioned; use the method fusion" in caplog.text
    assert len(table_of(plan))
