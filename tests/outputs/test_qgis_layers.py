"""Layers of a QGIS project, as elements."""

from pathlib import Path

import numpy as np
import pytest
from made_maps import WINDOW
from pyproj import CRS

from smen.outputs.qgis_layers import crs, extent, outline_layer, raster_layer, tree_group, tree_layer
from smen.outputs.xml_elements import element

PROJECT = Path("results/tucson/tucson.qgs")
MAP = Path("results/tucson/maps/2018/tucson_20180704T115959_D.tif")
TIME = np.datetime64("2018-07-04T11:59:59", "s")


def raster(project=PROJECT, path=MAP):
    return raster_layer(project, path, "a & b", WINDOW, TIME, element("pipe"))


def test_a_raster_is_placed_in_space_and_time():
    layer = raster()
    place = [float(layer.findtext(f"extent/{name}")) for name in ("xmin", "ymin", "xmax", "ymax")]
    assert place == pytest.approx(WINDOW.bounds, abs=1e-9)
    assert layer.findtext("srs/spatialrefsys/authid") == "EPSG:6933"
    assert layer.findtext("temporal/fixedRange/start") == "2018-07-04T11:59:59Z"
    assert (layer.findtext("provider"), layer.findtext("layername")) == ("gdal", "a & b")
    assert layer.find("pipe") is not None


@pytest.mark.parametrize(
    ("path", "source"),
    [
        (MAP, "./maps/2018/tucson_20180704T115959_D.tif"),
        (Path("results/regions.geojson"), "../regions.geojson"),
        (Path("results/tucson/a b & c.tif"), "./a b & c.tif"),
    ],
)
def test_paths_are_relative_to_the_project(path, source):
    assert raster(path=path).findtext("datasource") == source
    assert tree_layer(PROJECT, path, "t", checked=True).get("source") == source


def test_a_layer_has_one_identity_in_tree_and_project_wherever_it_lies():
    layer, entry = raster(), tree_layer(PROJECT, MAP, "t", checked=False)
    assert layer.findtext("id") == entry.get("id")
    moved = raster(Path("/elsewhere") / PROJECT, Path("/elsewhere") / MAP)
    assert moved.findtext("id") == layer.findtext("id")
    assert raster(path=MAP.with_name("other.tif")).findtext("id") != layer.findtext("id")
    assert "-" not in layer.findtext("id")


def test_the_tree_lists_what_is_shown():
    entries = [tree_layer(PROJECT, MAP, "t", checked=state) for state in (True, False)]
    assert [entry.get("checked") for entry in entries] == ["Qt::Checked", "Qt::Unchecked"]
    assert entries[0].get("providerKey") == "gdal"
    group = tree_group("2018", entries, checked=True)
    assert (group.get("name"), group.get("expanded"), list(group)) == ("2018", "0", entries)


def test_outlines_have_names_and_no_fill():
    layer = outline_layer(PROJECT, Path("results/tucson/tucson.geojson"))
    assert (layer.findtext("provider"), layer.findtext("srs/spatialrefsys/authid")) == ("ogr", "EPSG:4326")
    styles = [{prop.get("k"): prop.get("v") for prop in symbol.iter("prop")} for symbol in layer.iter("symbol")]
    assert [style["style"] for style in styles] == ["no", "no"]
    assert styles[0]["outline_color"] != styles[1]["outline_color"]
    kinds = {category.get("value"): category.get("symbol") for category in layer.iter("category")}
    assert kinds == {"window": "0", "polygon": "1"}
    text = layer.find("labeling/settings/text-style")
    assert "name" in text.get("fieldName") and text.get("isExpression") == "1"
    assert layer.get("labelsEnabled") == "1"


@pytest.mark.parametrize("code", ["EPSG:6933", "EPSG:4326"])
def test_a_reference_system_is_the_one_of_its_code(code):
    system = crs(code)
    assert CRS(system.findtext("wkt")).to_epsg() == int(system.findtext("srid")) == int(code[5:])
    assert crs(code) is not system  # an element of its own in each place of a file


def test_extents_keep_all_digits():
    bounds = (0.1 + 0.2, -1e-17, 123456789.123456789, 2.0)
    assert tuple(float(part.text) for part in extent(bounds)) == bounds
