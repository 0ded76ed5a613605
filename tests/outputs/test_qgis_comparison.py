"""Groups beside the maps, parsed as XML."""

import numpy as np
from made_maps import WINDOW

from smen.outputs.colours import SOIL_MOISTURE, STANDARD_DEVIATION
from smen.outputs.map_files import MapFile
from smen.outputs.observed_rasters import ObservedFile
from smen.outputs.qgis_comparison import DEVIATION, comparison_groups


def observed(folder):
    """Two maps, one of which has a product."""
    maps = [
        MapFile(np.datetime64(f"2018-07-0{day}T01:00:00", "s"), "A", folder / f"{day}.tif", folder / f"{day}_q.tif")
        for day in (4, 5)
    ]
    files = {name: [ObservedFile(m, folder / "observed" / f"{m.path.stem}_{name}.tif") for m in maps] for name in "ab"}
    return {"SMAP 36 km": files["a"], "3 km product": files["b"][1:], "nothing": []}


def test_each_kind_is_a_closed_group_that_is_not_shown(tmp_path):
    groups, layers = comparison_groups(tmp_path / "p.qgs", WINDOW, observed(tmp_path))
    assert [(g.get("name"), len(g)) for g in groups] == [("SMAP 36 km", 2), ("3 km product", 1), (DEVIATION, 2)]
    assert {g.get("checked") for g in groups} == {"Qt::Unchecked"}
    assert [entry.get("checked") for g in groups for entry in g] == ["Qt::Checked"] * 5
    assert len(layers) == 5


def test_the_deviation_is_the_second_band_of_the_map(tmp_path):
    groups, layers = comparison_groups(tmp_path / "p.qgs", WINDOW, observed(tmp_path))
    last = layers[-1]
    assert last.findtext("datasource") == "./5.tif"
    assert last.find("pipe/rasterrenderer").get("band") == "2"
    assert [item.get("color") for item in last.iter("item")] == list(STANDARD_DEVIATION.stops)
    assert [item.get("color") for item in layers[0].iter("item")] == list(SOIL_MOISTURE.stops)
    assert groups[-1][-1].get("id") == last.findtext("id")


def test_nothing_observed_gives_no_group(tmp_path):
    assert comparison_groups(tmp_path / "p.qgs", WINDOW, {"3 km product": []}) == ([], [])
