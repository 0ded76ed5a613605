"""Styles of QGIS, parsed as XML."""

from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smen.outputs.colours import AGE, ERROR, SOIL_MOISTURE, STANDARD_DEVIATION
from smen.outputs.geotiff import write_map
from smen.outputs.qgis_styles import code_style, ramp_renderer, ramp_style, style_path, temporal
from smen.outputs.quality_raster import write_quality

TIME = np.datetime64("2018-07-04T11:59:59")


@pytest.mark.parametrize(("ramp", "band"), [(SOIL_MOISTURE, 1), (STANDARD_DEVIATION, 2), (AGE, 3), (ERROR, 1)])
def test_a_style_has_the_ramps_stops_whatever_the_data(ramp, band):
    style = ElementTree.fromstring(ramp_style(ramp, band))
    renderer = style.find(".//rasterrenderer")
    items = [(float(item.get("value")), item.get("color")) for item in style.iter("item")]
    assert (renderer.get("type"), renderer.get("band")) == ("singlebandpseudocolor", str(band))
    assert (float(renderer.get("classificationMin")), float(renderer.get("classificationMax"))) == (ramp.low, ramp.high)
    assert [colour for _, colour in items] == list(ramp.stops)
    np.testing.assert_allclose(
        [value for value, _ in items], np.linspace(ramp.low, ramp.high, len(ramp.stops)), atol=1e-12
    )
    assert all(item.get("label").endswith(ramp.units) for item in style.iter("item"))
    assert style.find("temporal").get("enabled") == "0"


def test_colours_are_interpolated_and_ends_go_on():
    shader = ramp_renderer(SOIL_MOISTURE).find(".//colorrampshader")
    assert (shader.get("colorRampType"), shader.get("clip")) == ("INTERPOLATED", "0")
    assert (float(shader.get("minimumValue")), float(shader.get("maximumValue"))) == (0, 0.5)
    assert shader.find("rampLegendSettings").get("suffix") == " m³/m³"


def test_cells_are_drawn_as_cells():
    resampling = ramp_renderer(SOIL_MOISTURE).find("provider/resampling")
    methods = {resampling.get(f"zoomed{side}ResamplingMethod") for side in ("In", "Out")}
    assert methods == {"nearestNeighbour"}


def test_a_map_carries_its_time_in_its_style():
    interval = ElementTree.fromstring(ramp_style(SOIL_MOISTURE, 1, TIME)).find("temporal")
    assert interval.get("enabled") == "1"
    assert interval.findtext("fixedRange/start") == "2018-07-04T11:59:59Z"
    assert interval.findtext("fixedRange/end") == "2018-07-04T12:49:59Z"


def test_without_a_time_there_is_no_interval():
    interval = temporal(None)
    assert (interval.get("enabled"), interval.findtext("fixedRange/start")) == ("0", "")


def test_codes_keep_their_names_and_colours():
    style = ElementTree.fromstring(code_style({10: "water", 1: 'seen "here" & there'}, {1: "#112233", 10: "#0000ff"}))
    entries = [(e.get("value"), e.get("color"), e.get("label")) for e in style.iter("paletteEntry")]
    assert entries == [("1", "#112233", 'seen "here" & there'), ("10", "#0000ff", "water")]
    assert style.find(".//rasterrenderer").get("type") == "paletted"


@given(st.dictionaries(st.integers(0, 254), st.text(st.characters(categories=["L", "P", "S", "N"])), max_size=5))
def test_any_name_survives(names):
    style = ElementTree.fromstring(code_style(names, dict.fromkeys(names, "#000000")))
    assert {int(e.get("value")): e.get("label") for e in style.iter("paletteEntry")} == names


def test_a_style_has_the_name_of_its_raster():
    assert style_path(Path("a/b_quality.tif")) == Path("a/b_quality.qml")


def test_styles_stand_beside_their_rasters_and_follow_a_rerun(tmp_path, tucson, overpass):
    path, quality = tmp_path / "a.tif", tmp_path / "a_quality.tif"
    for hour in (11, 12):
        overpass["time"] = np.datetime64(f"2018-07-04T{hour}:00:00")
        write_map(path, tucson.window, *tucson.bands, **overpass)
        names = dict.fromkeys(range(3), "a code")
        colours = dict.fromkeys(range(3), "#000000")
        write_quality(quality, tucson.window, tucson.codes, names=names, colours=colours, **overpass)
    for name in ("a.qml", "a_quality.qml"):
        style = ElementTree.parse(tmp_path / name)
        assert style.findtext("temporal/fixedRange/start") == "2018-07-04T12:00:00Z"
