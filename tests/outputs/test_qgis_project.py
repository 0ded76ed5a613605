"""A QGIS project, parsed as XML (tests/gis opens it in QGIS itself)."""

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from made_maps import CODES, COLOURS, WINDOW

from smen.outputs.colours import SOIL_MOISTURE
from smen.outputs.map_files import MapFile
from smen.outputs.observed_rasters import ObservedFile
from smen.outputs.qgis_project import write_project


def maps(folder):
    """Three overpasses of two years; a project reads no map."""
    for time, direction in [("2017-12-31T23:59:00", "A"), ("2018-01-01T12:00:00", "D"), ("2018-07-04T01:00:00", "A")]:
        name = f"{time[:10]}_{direction}"
        yield MapFile(np.datetime64(time, "s"), direction, folder / f"{name}.tif", folder / f"{name}_quality.tif")


def project_of(folder, simulated=True, **changes):
    path = folder / "tucson.qgs"
    arguments = {"region": "tucson", "outlines": folder / "tucson.geojson", "names": CODES, "colours": COLOURS}
    write_project(path, WINDOW, list(maps(folder)), simulated=simulated, **arguments | changes)
    return ElementTree.parse(path).getroot()


def test_years_are_groups_the_newest_first(tmp_path):
    root = project_of(tmp_path)
    groups = root.findall("layer-tree-group/layer-tree-group")
    assert [group.get("name") for group in groups] == ["2018", "quality 2018", "2017", "quality 2017"]
    assert [group.get("checked") for group in groups] == ["Qt::Checked", "Qt::Unchecked"] * 2
    assert [len(group) for group in groups] == [2, 2, 1, 1]
    assert root.find("layer-tree-group/layer-tree-layer").get("name") == "regions"


def observed(folder):
    return {"3 km product": [ObservedFile(file, folder / f"{file.path.stem}_product.tif") for file in maps(folder)][:2]}


def test_what_was_observed_stands_above_the_maps(tmp_path):
    groups = project_of(tmp_path, observed=observed(tmp_path)).findall("layer-tree-group/layer-tree-group")
    assert [group.get("name") for group in groups][:3] == ["3 km product", "standard deviation", "2018"]


def test_many_maps_have_quality_rasters_where_something_was_observed(tmp_path, monkeypatch):
    def groups(**changes):
        found = project_of(tmp_path, **changes).findall("layer-tree-group/layer-tree-group")
        return {group.get("name"): [entry.get("name") for entry in group] for group in found}

    beside = observed(tmp_path)
    assert len(groups(observed=beside)["quality 2018"]) == 2  # few maps: each has its own
    monkeypatch.setattr("smen.outputs.qgis_project.MOST_QUALITY", 2)
    few = groups(observed=beside)
    assert few["quality 2018"] == ["2018-01-01 12:00 UTC, descending"]
    assert len(few["2018"]) == 2
    assert "quality 2018" not in groups(observed={"3 km product": beside["3 km product"][:1]})
    assert len(groups()["quality 2018"]) == 2  # nothing observed: all


def test_a_map_and_its_deviation_are_two_layers(tmp_path):
    root = project_of(tmp_path, observed=observed(tmp_path))
    ids = [layer.findtext("id") for layer in root.findall("projectlayers/maplayer")]
    assert len(ids) == len(set(ids)) == 7 + 4
    assert set(ids) == {entry.get("id") for entry in root.iter("layer-tree-layer")}


def test_each_entry_of_the_tree_is_a_layer(tmp_path):
    root = project_of(tmp_path)
    entries = {entry.get("id"): entry for entry in root.iter("layer-tree-layer")}
    layers = {layer.findtext("id"): layer for layer in root.findall("projectlayers/maplayer")}
    assert entries.keys() == layers.keys()
    assert len(layers) == 7
    for key, layer in layers.items():
        assert entries[key].get("source") == layer.findtext("datasource")


def test_layers_are_named_by_time_and_placed_in_it(tmp_path):
    layers = project_of(tmp_path).findall("projectlayers/maplayer[@type='raster']")
    names = [layer.findtext("layername") for layer in layers]
    assert names[0] == "2018-01-01 12:00 UTC, descending"
    assert names[2] == "quality 2018-01-01 12:00 UTC, descending"
    for name, layer in zip(names, layers, strict=True):
        start = layer.findtext("temporal/fixedRange/start")
        assert name.removeprefix("quality ").startswith(start[:16].replace("T", " "))


def test_maps_have_the_ramp_and_quality_its_codes(tmp_path):
    layers = project_of(tmp_path).findall("projectlayers/maplayer[@type='raster']")
    for layer in layers:
        quality = layer.findtext("layername").startswith("quality")
        colours = [item.get("color") for item in layer.iter("paletteEntry" if quality else "item")]
        assert colours == (list(COLOURS.values()) if quality else list(SOIL_MOISTURE.stops))


@pytest.mark.parametrize("simulated", [True, False])
def test_only_simulated_data_are_labelled(tmp_path, simulated):
    root = project_of(tmp_path, simulated)
    title = "Soil moisture at 3 km, tucson" + " (simulated data)" * simulated
    assert root.get("projectname") == root.findtext("title") == title
    assert root.findtext("properties/TitleLabel/Label").startswith(f"{title}, [% format_date(@map_start_time")
    below = root.findtext("properties/CopyrightLabel/Label")
    assert below.startswith("Soil moisture, 0 to 0.5 m³/m³")
    assert below.endswith("SIMULATED DATA") == simulated


def test_the_temporal_controller_covers_all_maps(tmp_path):
    root = project_of(tmp_path)
    ends = [root.findtext(f"ProjectTimeSettings/TemporalRange/{name}") for name in ("start", "end")]
    assert ends == ["2017-12-31T00:00:00Z", "2018-07-04T01:50:00Z"]
    widget = root.find("properties/TemporalControllerWidget")
    assert [widget.findtext(f"{name}DateTime") for name in ("Start", "End")] == ends
    assert root.find("ProjectTimeSettings").get("timeStep") == "12"


def test_the_view_is_the_region_with_a_margin(tmp_path):
    root = project_of(tmp_path)
    left, bottom, right, top = WINDOW.bounds
    view = [float(root.findtext(f"mapcanvas/extent/{name}")) for name in ("xmin", "ymin", "xmax", "ymax")]
    margin = 0.05 * (right - left)  # 30 columns, 20 rows
    assert view == pytest.approx([left - margin, bottom - margin, right + margin, top + margin])
    full = root.find("ProjectViewSettings/DefaultViewExtent")
    assert [float(full.get(name)) for name in ("xmin", "ymin", "xmax", "ymax")] == view
    assert root.findtext("projectCrs/spatialrefsys/authid") == "EPSG:6933"


def test_names_with_special_characters_are_kept(tmp_path):
    names = {code: f'"{name}" <&> \'' for code, name in CODES.items()}
    root = project_of(tmp_path, region="A & <B>", names=names)
    assert root.findtext("title").startswith("Soil moisture at 3 km, A & <B>")
    labels = {entry.get("label") for entry in root.iter("paletteEntry")}
    assert labels == set(names.values())


def test_the_same_arguments_give_the_same_bytes_in_every_folder(tmp_path):
    texts = []
    for name in "ab":
        (tmp_path / name).mkdir()
        project_of(tmp_path / name)
        texts.append((tmp_path / name / "tucson.qgs").read_text(encoding="utf-8"))
    assert texts[0] == texts[1]
    assert str(tmp_path) not in texts[0]


def test_no_maps_are_refused(tmp_path):
    with pytest.raises(ValueError, match="at least one map"):
        write_project(
            tmp_path / "a.qgs", WINDOW, [], region="x", outlines=Path("x"), names={}, colours={}, simulated=False
        )
    (file, *_) = maps(tmp_path)
    with pytest.raises(KeyError):
        broken = [replace(file, direction="x")]
        write_project(
            tmp_path / "a.qgs", WINDOW, broken, region="x", outlines=Path("x"), names={}, colours={}, simulated=False
        )
    assert not (tmp_path / "a.qgs").exists()
