"""The maps of the made region against stations: own sensors and an ISMN archive, read back from the written files."""

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from made_ismn import hours, write_ismn, zip_folder
from made_project import WINDOW, make_plan
from made_region import REGION
from matplotlib.image import imread
from pytesmo.metrics import pairwise

from smen.errors import DataError
from smen.outputs.map_files import read_bands, read_lists
from smen.outputs.tables import read_table
from smen.outputs.validation_files import FIGURES, FILES
from smen.stages import downscale, evaluate, insitu

CELLS = [(10, 10), (11, 14), (14, 11), (30, 33), (40, 20)]
"""The first three lie in one 36 km cell."""


def own_sensors(made, path, error=0.01, seed=0):
    """Write a table of own sensors: what the soil was at some cells, three hours before each overpass, and an error."""
    rng = np.random.default_rng(seed)
    rows = []
    for number, (row, column) in enumerate(CELLS):
        place = {"station": f"p{number}", "longitude": WINDOW.longitudes[column], "latitude": WINDOW.latitudes[row]}
        values = made.truth[:, row, column] + rng.normal(0, error, len(made.truth))
        for time, value in zip(made.fields.coarse_time - np.timedelta64(3, "h"), values, strict=True):
            if np.isfinite(value):
                rows.append(place | {"depth_from": 0.0, "depth_to": 0.05, "time": f"{time}Z", "value": round(value, 4)})
    pd.DataFrame(rows).to_csv(path, index=False)


@pytest.fixture(scope="module")
def mapped(made, trained, tmp_path_factory):
    """The made region after its maps and scores, and a table of own sensors."""
    folder = shutil.copytree(made.folder, tmp_path_factory.mktemp("mapped"), dirs_exist_ok=True)
    plan = make_plan(folder, source={"kind": "directory", "directory": str(folder), "truth": str(folder / "truth")})
    downscale.run(plan.downscale(REGION, 2016))
    evaluate.run(plan.evaluate(REGION))
    own_sensors(made, folder / "probes.csv")
    return folder


def validated(folder, *archives, **protocol):
    """Run the stage; return its folder, emptied before."""
    shutil.rmtree(folder / f"results/{REGION}/validation", ignore_errors=True)
    plan = make_plan(folder, validation={"stations": [str(path) for path in archives], **protocol})
    insitu.run(plan.insitu(REGION))
    return Path(plan.layout.validation(REGION, "")).resolve()


@pytest.fixture(scope="module")
def results(mapped, tmp_path_factory):
    kept = tmp_path_factory.mktemp("kept") / "validation"
    return shutil.copytree(validated(mapped, mapped / "probes.csv"), kept)


def maps_at(folder, cell):
    """Values of the maps on disk at a cell, by time."""
    lists = [(folder / f"results/{REGION}/maps/2016.csv", folder / f"results/{REGION}/maps/2016")]
    maps = read_lists(lists)
    return pd.Series([float(read_bands(m)[0][0][cell]) for m in maps], [m.time for m in maps])


def test_all_files_are_there_and_name_their_units(results):
    assert {path.name for path in results.iterdir()} == set(FILES)
    assert (results / "stations.csv").read_text().startswith("network,station,longitude [degrees_east]")
    for name in FIGURES:
        assert imread(results / name).std() > 0.05


def test_pairs_are_the_maps_as_they_are_on_disk(results, mapped, made):
    pairs = read_table(results / "pairs.csv")
    assert read_table(results / "stations.csv")["pairs"].min() >= pairs.groupby("station name").size().max()
    cell = CELLS[3]
    own = pairs[pairs["station name"] == "p3"].set_index("time")
    expected = maps_at(mapped, cell)
    shared = expected[pd.DatetimeIndex(own.index)]
    np.testing.assert_allclose(own["SMEN (retrospective)"], shared, atol=1e-5)
    at = np.searchsorted(made.fields.coarse_time, pd.DatetimeIndex(own.index).to_numpy().astype("datetime64[s]"))
    coarse = made.fields.coarse_at(at)[:, cell[0], cell[1]]
    np.testing.assert_allclose(own["36 km"], coarse, atol=1e-6)
    assert {"SMEN (causal)", "bilinear"} < set(own.columns)


def test_metrics_are_those_of_pytesmo_on_the_same_pairs(results):
    pairs, metrics = (read_table(results / f"{name}.csv") for name in ("pairs", "metrics"))
    own = pairs[pairs["station name"] == "p1"]
    chosen = metrics[
        (metrics["station"] == "p1") & (metrics["kind"] == "absolute") & (metrics["period"] == "all")
        & (metrics["pairs"] == "all overpasses") & (metrics["product"] == "SMEN (retrospective)")
    ].set_index("metric")["value"]  # fmt: skip
    x, y = own["SMEN (retrospective)"].to_numpy(), own["station"].to_numpy()
    assert chosen["bias"] == pytest.approx(x.mean() - y.mean(), abs=1e-5)
    assert chosen["ubrmsd"] == pytest.approx(pairwise.ubrmsd(x, y), abs=1e-5)
    assert chosen["pearson_r"] == pytest.approx(np.corrcoef(x, y)[0, 1], abs=1e-4)


def test_the_page_says_who_is_better(results):
    page = (results / "validation.md").read_text()
    verdict = next(line for line in page.splitlines() if line.startswith("**Maps against 36 km at 5 stations"))
    differences = read_table(results / "differences.csv")
    row = differences[
        (differences["product"] == "SMEN (retrospective)") & (differences["metric"] == "rmsd")
        & (differences["group"] == "all") & (differences["period"] == "all") & (differences["kind"] == "absolute")
        & (differences["pairs"] == "all overpasses")
    ].iloc[0]  # fmt: skip
    word = "better" if row["high"] < 0 else "worse" if row["low"] > 0 else "not told apart"
    assert f"RMSD {word} ({row['value']:+.3f} [{row['low']:+.3f}, {row['high']:+.3f}])" in verdict
    assert "Simulated data" in page and "they mean nothing" in page
    assert "R across stations in a 36 km cell" in page


def test_the_points_and_the_results_file_hold_the_stations(results):
    points = json.loads((results / "stations.geojson").read_text())["features"]
    assert [p["properties"]["station"] for p in points] == ["p0", "p1", "p2", "p3", "p4"]
    gains = read_table(results / "gains.csv")
    gains = gains[(gains["product"] == "SMEN (retrospective)") & (gains["pairs"] == "all overpasses")]
    assert [p["properties"]["rmsd_gain"] for p in points] == pytest.approx(gains["rmsd_gain"].tolist(), abs=1e-5)
    with xr.open_dataset(results / "validation.nc") as dataset:
        assert dataset.sizes["loc"] == 5


def test_odd_archives_give_lines_and_good_stations_count(mapped, tmp_path):
    archive = tmp_path / "ISMN"
    time = hours("2016-03-01", 24 * 60)
    place = {"longitude": float(WINDOW.longitudes[20]), "latitude": float(WINDOW.latitudes[20])}
    write_ismn(archive, station="good", time=time, value=np.linspace(0.1, 0.3, time.size), **place)
    write_ismn(archive, station="broken", content="nothing that can be read\n", **place)
    write_ismn(archive, station="deep", depth=(0.5, 0.5), time=time, value=np.full(time.size, 0.2), **place)
    write_ismn(archive, station="far", longitude=170.0, latitude=-40.0, time=time, value=np.full(time.size, 0.2))
    (archive / "NET/empty").mkdir()
    folder = validated(mapped, zip_folder(archive), mapped / "probes.csv", networks=["NET", "probes", "LOST"])
    stations = read_table(folder / "stations.csv")
    assert stations["station"].tolist() == ["good", "p0", "p1", "p2", "p3", "p4"]
    reasons = " | ".join(read_table(folder / "problems.csv")["reason"])
    assert "no usable value of the network LOST" in reasons and "NET, probes" in reasons
    text = (folder / "validation.md").read_text()
    for name in ("broken", "deep", "empty"):
        assert name in text


def test_a_region_without_a_station_has_all_files_and_says_so(mapped, tmp_path):
    write_ismn(tmp_path / "ISMN", longitude=170.0, latitude=-40.0)
    folder = validated(mapped, tmp_path / "ISMN")
    assert {path.name for path in folder.iterdir()} == set(FILES)
    page = (folder / "validation.md").read_text()
    assert "No station has enough pairs" in page and f"no station with a usable value in {REGION}" in page
    assert json.loads((folder / "stations.geojson").read_text())["features"] == []


def test_few_pairs_have_a_reason(mapped):
    folder = validated(mapped, mapped / "probes.csv", minimum=1000)
    stations = read_table(folder / "stations.csv")
    assert stations["reason"].str.contains("of 1000").all()
    assert stations["rmsd_gain"].isna().all()


def test_an_archive_that_is_not_there_is_named(mapped):
    with pytest.raises(DataError, match=r"nowhere.zip does not exist: name in validation.stations"):
        validated(mapped, mapped / "nowhere.zip")


def test_scaling_takes_the_bias_out(mapped):
    folder = validated(mapped, mapped / "probes.csv", scaling="mean_std")
    metrics = read_table(folder / "metrics.csv")
    bias = metrics[(metrics["metric"] == "bias") & (metrics["period"] == "all") & (metrics["kind"] == "absolute")]
    assert bias["value"].dropna().abs().max() < 1e-6
    assert "scaled to the stations by mean_std" in (folder / "validation.md").read_text()


def test_a_third_data_set_gives_triple_collocation(mapped, made, tmp_path):
    rng = np.random.default_rng(5)
    lat, lon = WINDOW.latitudes, WINDOW.longitudes
    time = made.fields.coarse_time.astype("datetime64[ns]") + np.timedelta64(2, "h")
    values = made.truth + rng.normal(0, 0.02, made.truth.shape)
    data = xr.Dataset({"sm": (("time", "lat", "lon"), 100 * values, {"units": "%"})},
                      {"time": time, "lat": lat, "lon": lon})  # fmt: skip
    data.to_netcdf(tmp_path / "third.nc", engine="h5netcdf")
    folder = validated(mapped, mapped / "probes.csv", third_path=str(tmp_path / "third.nc"), third_sources=["ascat"])
    table = read_table(folder / "triple_collocation.csv")
    assert set(table["triplet"]) == {f"station, {name}, third" for name in ("SMEN (retrospective)", "36 km")}
    assert table["reason"].str.contains("triplets of 100").all()  # so few overpasses are not enough, and it says so


def test_conditioned_maps_are_judged_by_leaving_each_probe_out(mapped):
    plan = make_plan(
        mapped,
        maps={"condition_on_stations": [str(mapped / "probes.csv")]},
        validation={"stations": [str(mapped / "probes.csv")]},
    )
    insitu.run(plan.insitu(REGION))
    folder = Path(plan.layout.validation(REGION, ""))
    table = read_table(folder / "conditioning.csv")
    assert table["station"].fillna("").tolist() == ["p0", "p1", "p2", "p3", "p4", ""]
    assert (table["gain"] - (table["ubrmsd_before"] - table["ubrmsd_after"])).abs().max() < 1e-5
    page = (folder / "validation.md").read_text()
    assert "conditioned on the probes of probes.csv" in page and "What conditioning on probes gains" in page
