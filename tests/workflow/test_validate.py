"""The commands of the validation's document, on the tiny project: simulated stations, and one's own."""

import json

import numpy as np
import pytest
import xarray as xr
import yaml

from smen.outputs.tables import read_table
from smen.outputs.validation_files import FILES


@pytest.fixture(scope="module")
def validated(finished, tmp_path_factory):
    return finished.copy(tmp_path_factory.mktemp("validated") / "project")


def regions_of(project):
    return list(yaml.safe_load((project.folder / "config.yaml").read_text())["regions"])


def test_all_has_held_the_maps_against_the_simulated_stations(finished):
    for region in regions_of(finished):
        folder = finished.folder / "results" / region / "validation"
        assert set(FILES) == {path.name for path in folder.iterdir()}
        stations = read_table(folder / "stations.csv")
        assert len(stations) >= 3
        assert set(stations["network"]) <= {"SIM-DENSE", "SIM-SPARSE"}
        assert "Simulated data" in (folder / "validation.md").read_text()
        script = (finished.folder / f"results/report/{region}/region.js").read_text()
        assert "Maps against 36 km" in script or "No station has enough pairs" in script
        assert "stations.geojson" in (finished.folder / f"results/{region}/{region}.qgs").read_text()


def test_the_target_alone_finds_nothing_to_do_then(validated):
    assert "Nothing to be done" in validated.snakemake("validate")


def test_stations_of_ones_own_are_validated_and_published_and_nothing_else_runs(validated):
    region = regions_of(validated)[0]
    with xr.open_dataset(validated.folder / f"results/{region}/{region}.nc") as cube:
        times = cube["time"].to_numpy()
    rows = ["station,longitude,latitude,depth_from,depth_to,time,value,flag"]
    settings = yaml.safe_load((validated.folder / "config.yaml").read_text())["regions"][region]
    place = f"{settings['longitude']:.5f},{settings['latitude']:.5f}"
    rows += [f"mine,{place},0,0.05,{np.datetime_as_string(time, 's')}Z,{0.2 + 0.01 * (i % 7)},G"
             for i, time in enumerate(times)]  # fmt: skip
    (validated.folder / "probes.csv").write_text("\n".join(rows) + "\n")
    validated.settings(validation={"stations": ["probes.csv"]})
    planned = validated.planned("validate")
    assert {rule for rule, _ in planned} == {"insitu"}
    assert {name for _, name in planned} == set(regions_of(validated))
    validated.snakemake("validate")
    points = json.loads((validated.folder / f"results/{region}/validation/stations.geojson").read_text())["features"]
    assert [point["properties"]["station"] for point in points] == ["mine"]


def test_export_for_qa4sm(validated):
    region = regions_of(validated)[0]
    validated.smen("export-qa4sm", region, "-o", "maps.nc")
    with xr.open_dataset(validated.folder / "maps.nc") as cube:
        assert cube["soil_moisture"].dims == ("time", "lat", "lon")
        assert np.isfinite(cube["soil_moisture"]).any()
    validated.smen("export-qa4sm", region, "-o", "series.zip")
    assert (validated.folder / "series.zip").stat().st_size > 200
