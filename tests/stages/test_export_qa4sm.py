"""Maps as QA4SM takes them, from a region's results on disk."""

import zipfile

import numpy as np
import pytest
import xarray as xr
from made_results import make_results

from smen.errors import DataError, SettingsError
from smen.outputs.map_files import read_bands, read_lists
from smen.settings.file import check_settings
from smen.stages import export_qa4sm


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    return make_results(tmp_path_factory.mktemp("results"), maps=6)


def maps_of(plan):
    from pathlib import Path

    return read_lists([(Path(plan.layout.map_list("tucson", 2018)), Path(plan.layout.maps("tucson", 2018)))])


def test_the_cube_holds_the_maps_and_qa4sm_takes_it(plan, tmp_path):
    import netCDF4
    from qa4sm_preprocessing.format_validator import NetCDFValidator

    export_qa4sm.run(plan, "tucson", tmp_path / "maps.nc")
    with netCDF4.Dataset(tmp_path / "maps.nc") as content:
        valid, said, _ = NetCDFValidator(content).validate()
        assert valid, said
    maps = maps_of(plan)
    with xr.open_dataset(tmp_path / "maps.nc") as cube:
        assert cube.sizes["time"] == len(maps) == 6
        assert cube.attrs["simulated"] == "yes"
        np.testing.assert_allclose(cube["soil_moisture"][3], read_bands(maps[3])[0][0], atol=1e-6)


def test_series_at_the_stations_are_one_file_a_cell(plan, tmp_path):
    window = plan.regions["tucson"].window
    rows = [f"p{i},{window.longitudes[5 + i]},{window.latitudes[20]},0,0.05,2018-02-01T00:00,0.2" for i in range(3)]
    (tmp_path / "probes.csv").write_text(
        "\n".join(["station,longitude,latitude,depth_from,depth_to,time,value", *rows])
    )
    settings = plan.settings.model_dump(mode="json")
    settings["validation"]["stations"] = [str(tmp_path / "probes.csv")]
    with_stations = type(plan)(check_settings(settings), plan.today)
    export_qa4sm.run(with_stations, "tucson", tmp_path / "series.zip")
    maps = maps_of(plan)
    with zipfile.ZipFile(tmp_path / "series.zip") as archive:
        names = archive.namelist()
        assert len(names) == 3
        wanted = f"lat={window.latitudes[20]:.5f}_lon={window.longitudes[6]:.5f}.csv"
        (name,) = [name for name in names if name.endswith(wanted)]
        lines = archive.read(name).decode().splitlines()
    assert lines[0] == "time,soil_moisture"
    expected = [read_bands(m)[0][0][20, 6] for m in maps]
    valid = np.isfinite(expected)
    np.testing.assert_allclose([float(line.split(",")[1]) for line in lines[1:]], np.array(expected)[valid], atol=1e-4)


def test_what_cannot_be_written_is_said(plan, tmp_path):
    with pytest.raises(DataError, match=r"ends in neither .nc .* nor .zip"):
        export_qa4sm.run(plan, "tucson", tmp_path / "maps.tif")
    with pytest.raises(SettingsError, match="tuscon"):
        export_qa4sm.run(plan, "tuscon", tmp_path / "maps.nc")
    bare = plan.settings.model_dump(mode="json")
    bare["validation"]["stations"] = []
    with pytest.raises(DataError, match=r"name some in validation.stations"):
        export_qa4sm.run(type(plan)(check_settings(bare), plan.today), "tucson", tmp_path / "a.zip")


def test_a_region_whose_stations_cannot_be_used_says_why(plan, tmp_path, caplog):
    row = "far,0,0,0,0.05,2018-02-01T00:00,0.2\nhere,-110.97,32.22,0,0.05,01.02.2018,0.2"
    (tmp_path / "probes.csv").write_text(f"station,longitude,latitude,depth_from,depth_to,time,value\n{row}\n")
    settings = plan.settings.model_dump(mode="json")
    settings["validation"]["stations"] = [str(tmp_path / "probes.csv")]
    with pytest.raises(DataError, match="tucson has no station with a usable value"):
        export_qa4sm.run(type(plan)(check_settings(settings), plan.today), "tucson", tmp_path / "series.zip")
    assert "1 of 2 rows have no station, place, depth or time" in caplog.text
