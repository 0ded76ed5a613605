"""The results in QGIS itself (Debian's python3-qgis)."""

import json
import os
import re
import subprocess
from pathlib import Path

import matplotlib.image
import numpy as np
import pytest
import rasterio

from smen.outputs.colours import SOIL_MOISTURE, STANDARD_DEVIATION

pytestmark = pytest.mark.debian

SYSTEM_PYTHON = "/usr/bin/python3"
TIME = "2018-02-07T12:00:00"


@pytest.fixture(scope="module")
def seen(moved, pictures):
    """What QGIS reads from a copy of the results."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "GDAL", "PROJ", "VIRTUAL_ENV"))}
    environment |= {"QT_QPA_PLATFORM": "offscreen", "XDG_RUNTIME_DIR": str(pictures), "HOME": str(pictures)}
    probe = subprocess.run([SYSTEM_PYTHON, "-c", "import qgis.core"], capture_output=True, env=environment, check=False)
    if probe.returncode:
        pytest.skip("QGIS is not installed (Debian: python3-qgis qgis-providers; see tests/debian-packages.sh)")
    region = moved / "tucson"
    script = Path(__file__).with_name("qgis_report.py")
    done = subprocess.run(
        [SYSTEM_PYTHON, script, region / "tucson.qgs", region / "maps/2018/tucson_20180207T120000_D.tif",
         region / "tucson.nc", pictures / "qgis.png", f"{TIME}Z"],
        capture_output=True, text=True, env=environment, timeout=300, check=False,
    )  # fmt: skip
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    assert lines, done.stderr
    return json.loads(lines[-1])


def test_a_map_dragged_in_is_placed_styled_and_in_time(seen, made):
    one = seen["map"]
    assert one["valid"]
    assert one["crs"] == "EPSG:6933"
    assert one["extent"] == pytest.approx(made.regions["tucson"].window.bounds, abs=1e-3)
    assert one["nodata"] == -9999
    bands = [band.split(": ")[1].split(" ")[0] for band in one["bands"]]
    assert bands == ["soil_moisture", "standard_deviation", "age"]
    assert one["renderer"] == "singlebandpseudocolor"
    assert [stop[1] for stop in one["stops"]] == list(SOIL_MOISTURE.stops)
    assert [stop[0] for stop in one["stops"]] == pytest.approx(np.linspace(0, 0.5, 11))
    assert one["stops"][-1][2] == "0.5 m³/m³"
    assert one["temporal"]
    assert (one["begin"], one["end"]) == ("2018-02-07T12:00:00Z", "2018-02-07T12:50:00Z")


def test_the_quality_raster_has_named_colours(seen):
    quality = seen["quality"]
    assert quality["renderer"] == "paletted"
    names = {stop[0]: stop[2] for stop in quality["stops"]}
    assert names[10] == "water"
    assert names[1].startswith("observed history")
    assert quality["temporal"]


def test_qgis_opens_the_cube(seen, made):
    cube = seen["cube"]
    assert cube["valid"]
    assert cube["crs"] == "EPSG:6933"
    assert len(cube["bands"]) == 40
    assert cube["extent"] == pytest.approx(made.regions["tucson"].window.bounds, abs=1e-3)
    assert cube["nodata"] == -9999


def test_the_project_opens_wherever_it_is(seen, moved):
    project = seen["project"]
    assert seen["opened"]
    assert project["invalid"] == []
    assert project["crs"] == "EPSG:6933"
    assert project["title"] == "Soil moisture at 3 km, tucson (simulated data)"
    assert "SIMULATED DATA" in project["words"]
    assert "m³/m³" in project["words"]
    beside = ["3 km product", "SMAP 36 km", "standard deviation"]
    assert project["groups"] == [*beside, "2018", "quality 2018"]
    assert len(project["layers"]) == 7 + 40 + 40 + 80  # 7 dates have a 3 km product
    assert project["vectors"] == [["stations: gain over 36 km", 3, False], ["regions", 1, True]]
    for layer in project["layers"]:
        assert layer["valid"]
        assert str(moved) in layer["source"]  # the copy's own files, not the original's
        assert layer["temporal"]
        name = re.sub("|".join([*(f"^{group}, " for group in beside), "^quality "]), "", layer["name"])
        assert name.startswith(layer["begin"][:16].replace("T", " "))


def test_the_temporal_controller_is_ready(seen):
    project = seen["project"]
    assert (project["begin"], project["end"]) == ("2018-01-01T00:00:00Z", "2018-12-31T23:50:00Z")
    assert project["step"] == [12, True]
    assert project["animated"] == 1


def colours_of(picture, project):
    """The colour of a cell's middle in a picture, by row and column."""
    image = (matplotlib.image.imread(picture)[..., :3] * 255).round().astype(int)
    west, south, east, north = project["drawn"]

    def colour(x, y):
        return image[int((north - y) / (north - south) * 600), int((x - west) / (east - west) * 600)]

    return colour


@pytest.mark.parametrize(
    ("picture", "file", "band", "ramp"),
    [
        ("qgis.png", "maps/2018/tucson_20180207T120000_D.tif", 1, SOIL_MOISTURE),
        ("qgis_SMAP_36_km.png", "observed/2018/tucson_20180207T120000_D_coarse.tif", 1, SOIL_MOISTURE),
        ("qgis_standard_deviation.png", "maps/2018/tucson_20180207T120000_D.tif", 2, STANDARD_DEVIATION),
    ],
)
def test_the_rendering_shows_the_data_of_its_moment(seen, moved, pictures, made, picture, file, band, ramp):
    """Of the maps, and of a group beside them that is ticked; where that has no value, the map shows through."""
    colour, window = colours_of(pictures / picture, seen["project"]), made.regions["tucson"].window
    with rasterio.open(moved / "tucson" / file) as raster:
        values = raster.read(band)
    stops = np.array([[int(stop[i : i + 2], 16) for i in (1, 3, 5)] for stop in ramp.stops])
    steps = np.linspace(ramp.low, ramp.high, len(stops))
    checked = 0
    for row in range(2, 38, 3):
        for column in range(3, 38, 3):
            value, pixel = values[row, column], colour(window.x[column], window.y[row])
            if value == -9999:
                assert picture != "qgis.png" or pixel.tolist() == [255, 255, 255]
            else:
                np.testing.assert_allclose(pixel, [np.interp(value, steps, stops[:, i]) for i in range(3)], atol=2)
                checked += 1
    assert checked > 100
