"""Stations in a QGIS project, parsed as XML (tests/gis opens the project in QGIS)."""

import re
from pathlib import Path

import numpy as np
import pytest

from smen.outputs.colours import GAIN
from smen.outputs.qgis_stations import station_layer

PROJECT = Path("results/tucson/tucson.qgs")
POINTS = Path("results/tucson/validation/stations.geojson")


@pytest.fixture(scope="module")
def layer():
    return station_layer(PROJECT, POINTS)


def rules(layer):
    """Filter and colour of each rule, in the order of the legend."""
    symbols = {
        symbol.get("name"): {prop.get("k"): prop.get("v") for prop in symbol.iter("prop")}
        for symbol in layer.iter("symbol")
    }
    found = [rule for rule in layer.iter("rule") if rule.get("filter")]
    return [(rule.get("filter"), symbols[rule.get("symbol")]["color"], rule.get("label")) for rule in found]


def holding(layer, gain):
    """The rules whose filter holds a gain, evaluated as QGIS would."""
    held = []
    for expression, colour, label in rules(layer):
        text = expression.replace('"rmsd_gain" IS NOT NULL', str(gain is not None))
        text = text.replace('"rmsd_gain" IS NULL', str(gain is None)).replace("AND", "and")
        parts = re.sub(r'"rmsd_gain"', repr(gain), text).split(" and ")
        if all(eval(part) for part in parts if gain is not None or part in ("True", "False")):
            held.append((colour, label))
    return held


def test_it_shows_the_points_of_the_region(layer):
    assert layer.findtext("datasource") == "./validation/stations.geojson"
    assert (layer.findtext("provider"), layer.findtext("layername")) == ("ogr", "stations: gain over 36 km")
    assert layer.findtext("srs/spatialrefsys/authid") == "EPSG:4326"
    assert (layer.get("type"), layer.get("geometry")) == ("vector", "Point")
    assert layer.find("renderer-v2").get("type") == "RuleRenderer"


@pytest.mark.parametrize("gain", [-9.0, -0.04, -0.031, -0.001, 0.0, 0.0044, 0.0212, 0.04, 9.0])
def test_each_gain_has_just_one_colour_which_is_that_of_the_ramp(layer, gain):
    """Nine classes: a class has the ramp's colour of its middle, the last ones hold all beyond."""
    ((colour, label),) = holding(layer, gain)
    number = int(np.clip(np.floor((gain + 0.04) / 0.08 * 9), 0, 8))
    expected = np.round(np.array(GAIN.colormap()((number + 0.5) / 9)[:3]) * 255)
    assert [int(colour[i : i + 2], 16) for i in (1, 3, 5)] == expected.tolist()
    low, high = (float(part) for part in re.findall(r"[+-]\d\.\d+", label))
    assert low - 0.0006 <= np.clip(gain, -0.04, 0.04) <= high + 0.0006


def test_a_station_without_scores_is_white_and_says_why(layer):
    assert holding(layer, None) == [("#ffffff", "too few pairs")]


def test_no_gain_is_nearly_white_better_is_green_worse_is_brown(layer):
    colours = [holding(layer, gain)[0][0] for gain in (-0.04, 0.0, 0.039)]
    worse, none, better = ([int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in colours)
    assert min(none) > 235
    assert worse[0] > worse[1] > worse[2]
    assert better[1] > better[0]


def test_a_click_names_the_station(layer):
    assert {'"network"', '"station"', '"rmsd_gain"'} <= set(re.findall(r'"\w+"', layer.findtext("mapTip")))
