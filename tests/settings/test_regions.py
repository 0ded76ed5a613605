"""Regions: names, windows, vector files, settings of their own."""

import geopandas as gpd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, MultiPoint, MultiPolygon, Point, Polygon, box

from smen.errors import SettingsError
from smen.grid import M03
from smen.plan.periods import RESERVED_NAMES
from smen.settings.file import check_settings
from smen.settings.regions import SLUG, polygon_digest, read_polygon, resolve, slug


def regions(**values):
    return resolve(check_settings(values), reserved=RESERVED_NAMES)


def test_windows_of_the_paper():
    # Centre cells as in NSIDC's grid: (1021, 2650), (1136, 2218), (674, 5981), minus half of 100.
    found = {name: (r.window.row, r.window.column, r.window.shape) for name, r in regions().items()}
    assert found == {
        "oklahoma_city": (971, 2600, (100, 100)),
        "tucson": (1086, 2168, (100, 100)),
        "geneva": (624, 5931, (100, 100)),
    }


PLACE = {"longitude": 0, "latitude": 0}


def test_own_sections_hold_for_one_region_alone():
    found = regions(regions={"a": PLACE | {"smen": {"seed": 7}}, "b": PLACE}, smen={"epochs": 3})
    assert (found["a"].settings.smen.seed, found["a"].settings.smen.epochs) == (7, 3)
    assert (found["b"].settings.smen.seed, found["b"].settings.smen.epochs) == (1, 3)


def test_a_region_may_have_a_method_of_its_own():
    found = regions(regions={"a": PLACE | {"method": "smen"}, "b": PLACE})
    assert (found["a"].settings.method, found["b"].settings.method) == ("smen", "auto")
    with pytest.raises(SettingsError, match=r"regions.a.method.*no method 'lstm'.*known: fusion, smen"):
        regions(regions={"a": PLACE | {"method": "lstm"}})
    with pytest.raises(SettingsError, match=r"regions.a: samples.history is 6.*exactly 4"):
        regions(regions={"a": PLACE | {"method": "smen"}}, samples={"history": 6}, method="fusion")


def test_a_region_without_sections_of_its_own_shares_the_general_settings():
    checked = check_settings({"regions": {"a": PLACE}})
    assert resolve(checked)["a"].settings is checked


def test_mistakes_in_own_sections_name_their_place():
    with pytest.raises(SettingsError, match=r"unknown key `regions.a.smen.sed`; did you mean `seed`"):
        regions(regions={"a": PLACE | {"smen": {"sed": 7}}})
    with pytest.raises(SettingsError, match=r"regions.a.*test begins on 2016-01-01"):
        regions(regions={"a": PLACE | {"periods": {"test": ["2016-01-01", "2016-02-01"]}}})


@pytest.mark.parametrize("name", ["all", "paper", "align", "maps", "results", "experiment", "extract"])
def test_reserved_names(name):
    with pytest.raises(SettingsError, match=f"`{name}` is the name of a stage"):
        regions(regions={name: {"longitude": 0, "latitude": 0}})


@pytest.mark.parametrize("name", ["Tucson", "a b", "../up", "", "ä", "a/b"])
def test_names_that_are_no_slugs(name):
    with pytest.raises(SettingsError, match="cannot be the name of a folder"):
        regions(regions={name: {"longitude": 0, "latitude": 0}})


def test_region_off_the_grid():
    with pytest.raises(SettingsError, match=r"regions.pole: rows .* reach beyond the grid"):
        regions(regions={"pole": {"longitude": 0, "latitude": 85, "size": 100}})


def test_region_across_180_degrees_works():
    window = regions(regions={"fiji": {"longitude": 179.9, "latitude": -17, "size": [40, 60]}})["fiji"].window
    assert window.crosses_antimeridian
    assert window.columns()[0] > window.columns()[-1]


def test_no_region():
    with pytest.raises(SettingsError, match="there is no region"):
        regions(regions={})


def write(folder, names, shapes, crs="EPSG:4326", column="name"):
    path = folder / "basins.gpkg"
    gpd.GeoDataFrame({column: names}, geometry=shapes, crs=crs).to_file(path)
    return {"path": str(path), "column": column}


def test_vector_file_gives_one_region_per_feature(tmp_path):
    shapes = [box(-98, 35, -97, 36), Polygon([(6, 46), (7, 46), (6.5, 47)])]
    file = write(tmp_path, ["Little River", "Val d'Arve"], shapes)
    found = regions(regions={}, regions_file=file)
    assert list(found) == ["little_river", "val_d_arve"]
    for shape, region in zip(shapes, found.values(), strict=True):
        cells = [M03.cell_at(x, y) for x, y in shape.exterior.coords]
        # The smallest window: it holds the outermost cells (an edge may fall on a cell's edge) and no row more.
        assert region.window.row == min(row for row, _ in cells)
        assert region.window.column == min(column for _, column in cells)
        assert abs(region.window.row + region.window.height - 1 - max(row for row, _ in cells)) <= 1


def test_vector_file_in_another_projection(tmp_path):
    here = gpd.GeoSeries([box(-98, 35, -97, 36)], crs="EPSG:4326")
    window = regions(regions={}, regions_file=write(tmp_path, ["a"], list(here)))["a"].window
    projected = list(here.to_crs("EPSG:5070"))
    assert abs(regions(regions={}, regions_file=write(tmp_path, ["a"], projected, crs="EPSG:5070"))["a"].window.row
               - window.row) <= 1  # fmt: skip


def test_vector_feature_across_180_degrees(tmp_path):
    shape = MultiPolygon([box(179, -18, 180, -17), box(-180, -18, -179, -17)])
    window = regions(regions={}, regions_file=write(tmp_path, ["fiji"], [shape]))["fiji"].window
    assert window.crosses_antimeridian
    assert window.width < 100


@pytest.mark.parametrize(
    ("names", "crs", "column", "said"),
    [
        (["a"], None, "name", "does not say its coordinate system"),
        (["a b", "A B"], "EPSG:4326", "name", "gives the name a_b to more than one feature"),
        ([], "EPSG:4326", "name", "basins.gpkg holds no features"),
        (["a"], "EPSG:4326", "other", "has no column 'name'"),
        (["all"], "EPSG:4326", "name", "is the name of a stage"),
    ],
)
def test_bad_vector_files(tmp_path, names, crs, column, said):
    file = write(tmp_path, names, [box(0, 0, 1, 1)] * len(names), crs, column)
    with pytest.raises(SettingsError, match=said):
        regions(regions={}, regions_file=file | {"column": "name"})


def test_vector_file_that_is_none(tmp_path):
    (tmp_path / "a.gpkg").write_text("no geopackage")
    with pytest.raises(SettingsError, match=r"a\.gpkg cannot be read"):
        regions(regions={}, regions_file={"path": str(tmp_path / "a.gpkg"), "column": "name"})
    with pytest.raises(SettingsError, match="there is no such file"):
        regions(regions={}, regions_file={"path": str(tmp_path / "b.gpkg"), "column": "name"})


def test_vector_region_of_the_same_name_as_another(tmp_path):
    file = write(tmp_path, ["tucson"], [box(0, 0, 1, 1)])
    with pytest.raises(SettingsError, match="two regions are named `tucson`"):
        regions(regions={"tucson": {"longitude": -111, "latitude": 32}}, regions_file=file)


def test_a_file_of_regions_alone_comes_without_the_papers_regions(tmp_path):
    file = write(tmp_path, ["ebro"], [box(0, 41, 1, 42)])
    assert list(regions(regions_file=file)) == ["ebro"]
    assert list(regions(regions_file={"path": None})) == ["oklahoma_city", "tucson", "geneva"]
    both = regions(regions={"tucson": {"longitude": -111, "latitude": 32}}, regions_file=file)
    assert list(both) == ["tucson", "ebro"]


def test_regions_of_a_file_keep_their_outline(tmp_path):
    shape = Polygon([(6, 46), (7, 46), (6.5, 47)])
    file = write(tmp_path, ["Val d'Arve"], [shape])
    found = regions(regions={"tucson": {"longitude": -111, "latitude": 32}}, regions_file=file)
    assert found["tucson"].polygon is None
    assert found["val_d_arve"].polygon.equals(shape)
    section = check_settings({"regions_file": file}).regions_file
    assert read_polygon(section, "val_d_arve").equals(shape)
    assert polygon_digest(shape) == polygon_digest(read_polygon(section, "val_d_arve"))
    assert polygon_digest(shape) != polygon_digest(shape.buffer(0.1))
    with pytest.raises(SettingsError, match="has no region ebro any more"):
        read_polygon(section, "ebro")


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        (Point(-97.5, 35), r"is a Point without an area.*`a: \{longitude: -97.5000, latitude: 35.0000, size: 100\}`"),
        (LineString([(0, 10), (0, 11)]), r"is a LineString without an area.*`regions`.*latitude: 10.5000"),
        (MultiPoint([(6, 46), (8, 46)]), r"is a MultiPoint without an area.*longitude: 7.0000"),
        (Polygon([(0, 10), (1, 10), (0, 10)]), "is a Polygon without an area: draw a polygon"),
    ],
)
def test_what_has_no_area_is_no_region(tmp_path, shape, said):
    with pytest.raises(SettingsError, match=said):
        regions(regions={}, regions_file=write(tmp_path, ["a"], [shape]))


def test_a_table_of_stations_is_no_file_of_regions(tmp_path):
    (tmp_path / "stations.csv").write_text("site,lon,lat\nA 1,6.5,46.25\n")
    with pytest.raises(SettingsError, match=r"stations.csv: .* `a_1: \{longitude: 6.5000, latitude: 46.2500, size"):
        regions(regions={}, regions_file={"path": str(tmp_path / "stations.csv"), "column": "site"})
    (tmp_path / "stations.csv").write_text("site,north,east\nA 1,6.5,46.25\n")
    with pytest.raises(SettingsError, match=r"stations.csv .* no column of longitude and latitude"):
        regions(regions={}, regions_file={"path": str(tmp_path / "stations.csv"), "column": "site"})


def test_a_table_of_outlines_gives_the_windows_of_a_vector_file(tmp_path):
    shape = box(-98, 35, -97, 36)
    wanted = regions(regions={}, regions_file=write(tmp_path, ["a"], [shape]))["a"].window
    (tmp_path / "fields.csv").write_text(f'name;WKT\na;"{shape.wkt}"\n')
    file = {"path": str(tmp_path / "fields.csv"), "column": "name"}
    assert regions(regions={}, regions_file=file)["a"].window == wanted


def test_one_of_several_layers(tmp_path):
    file = write(tmp_path, ["a"], [box(0, 0, 1, 1)])
    gpd.GeoDataFrame({"name": ["b"]}, geometry=[box(1, 1, 2, 2)], crs="EPSG:4326").to_file(file["path"], layer="other")
    with pytest.raises(SettingsError, match=r"basins.gpkg has 2 layers: basins, other. Choose .*`regions_file.layer`"):
        regions(regions={}, regions_file=file)
    assert list(regions(regions={}, regions_file=file | {"layer": "other"})) == ["b"]


def test_a_local_coordinate_system(tmp_path):
    file = write(tmp_path, ["a"], [box(0, 0, 1, 1)], 'LOCAL_CS["site grid",UNIT["metre",1]]')
    with pytest.raises(SettingsError, match=r"basins.gpkg has a coordinate system of its own \(site grid\)"):
        regions(regions={}, regions_file=file)


def test_numbers_as_names(tmp_path):
    shapes = [box(0, 0, 1, 1), box(1, 1, 2, 2)]
    assert list(regions(regions={}, regions_file=write(tmp_path, [12.0, 7.0], shapes))) == ["12", "7"]
    with pytest.raises(SettingsError, match=r"basins.gpkg: feature 2 has no name in the column 'name'"):
        regions(regions={}, regions_file=write(tmp_path, [12.0, None], shapes))


def test_names_in_all_scripts_stay_apart(tmp_path):
    names = ["район", "Одза", "Straße", "北京", "กรุงเทพ", "Łódź", "???", "\ue000"]
    file = write(tmp_path, names, [box(n, 0, n + 1, 1) for n in range(len(names))])
    found = list(regions(regions={}, regions_file=file))
    # By the Library of Congress's and the usual romanisations; what has no letters is numbered as in the file.
    assert found == ["rayon", "odza", "strasse", "beijing", "krungethph", "lodz", "region_7", "region_8"]
    with pytest.raises(SettingsError, match=r"gives the name lodz to more than one feature \('Łódź', 'Lodz'\)"):
        regions(regions={}, regions_file=write(tmp_path, ["Łódź", "Lodz"], [box(0, 0, 1, 1)] * 2))


def test_slug_makes_names_that_are_allowed():
    assert slug("Rhône (upper)") == "rhone_upper"
    assert slug("???") == "region"
    assert slug("-12") == "12"


@settings(deadline=None, max_examples=50)
@given(text=st.text())
def test_slug_of_any_text_can_be_a_name(text):
    assert SLUG.fullmatch(slug(text))
