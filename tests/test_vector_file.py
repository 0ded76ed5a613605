"""Files of places as people have them: several layers, tables of stations, names with gaps, unknown systems."""

import logging
import math
import struct
import zipfile

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point, Polygon, box

from smen.errors import DataError
from smen.vector_file import feature_names, read_places

SITE_GRID = 'LOCAL_CS["site grid",UNIT["metre",1]]'


def frame(*names, crs="EPSG:4326"):
    shapes = [box(6 + n, 46, 7 + n, 47) for n in range(len(names))]
    return gpd.GeoDataFrame({"name": list(names)}, geometry=shapes, crs=crs)


def table(tmp_path, text, name="stations.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_of_several_layers_none_is_taken_in_silence(tmp_path):
    path = tmp_path / "two.gpkg"
    frame("a").to_file(path, layer="basins")
    frame("b", "c").to_file(path, layer="fields")
    with pytest.raises(DataError, match=r"two.gpkg has 2 layers: basins, fields. Choose one with --layer"):
        read_places(path)
    assert read_places(path, "fields")["name"].tolist() == ["b", "c"]
    with pytest.raises(DataError, match=r"two.gpkg has no layer 'field'; it has basins, fields"):
        read_places(path, "field")


def test_styles_and_empty_layers_are_no_choice(tmp_path):
    path = tmp_path / "styled.gpkg"
    pyogrio.write_dataframe(pd.DataFrame({"styleName": ["red"]}), path, layer="layer_styles")
    frame().to_file(path, layer="drafts", geometry_type="Polygon")
    frame("a").to_file(path, layer="basins")
    assert read_places(path)["name"].tolist() == ["a"]
    track = table(
        tmp_path,
        '<gpx version="1.1" creator="t" xmlns="http://www.topografix.com/GPX/1/1"><wpt lat="46" lon="6"/></gpx>',
        "walk.gpx",
    )
    assert read_places(track).geometry.tolist() == [Point(6, 46)]


@pytest.mark.parametrize(
    "text",
    [
        "id,lon,lat\n1,6.5,46.25\n",
        "id,Latitude,Longitude\n1,46.25,6.5\n",
        "\ufeffLON;LAT;id\n6,5;46,25;1\n",
        "id\tx\ty\n1\t6.5\t46.25\n",
        "x,y,longitude (deg),latitude [°]\n500000,5100000,6.5,46.25\n",
        "decimalLatitude,decimalLongitude\n46.25, 6.5\n",
        "id,lon,lat,geom\n1,6.5,46.25,\n",
        'id,WKT\n1,"POINT (6.5 46.25)"\n',
        'id,geometry\n1,"POINT (6.5 46.25)"\n',
    ],
)
def test_tables_of_stations(tmp_path, text, caplog):
    caplog.set_level(logging.INFO, "smen")
    places = read_places(table(tmp_path, text))
    assert places.geometry.tolist() == [Point(6.5, 46.25)]
    assert places.crs == "EPSG:4326"
    assert "stations.csv" in caplog.text
    assert "longitude" in caplog.text


def test_longitudes_from_0_to_360(tmp_path):
    places = read_places(table(tmp_path, "lon,lat\n262.5,35\n180,35\n360,35\n"))
    assert places.geometry.tolist() == [Point(-97.5, 35), Point(180, 35), Point(0, 35)]


def test_the_columns_that_were_taken_are_named(tmp_path, caplog):
    caplog.set_level(logging.INFO, "smen")
    read_places(table(tmp_path, "lng,Lat,longest\n6,46,2\n"))
    assert "points at longitude 'lng' and latitude 'Lat'" in caplog.text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id,north,east\n1,2,3\n", "no column of longitude and latitude .* its columns are id, north, east"),
        ("id,lon\n1,2\n", "no column of latitude that is known"),
        ("lon,lat\n6,46\n,47\n7,n/a\n", r"column 'lon' holds no number in row 2 \(counted"),
        ("lon,lat\n6,46\n7,48N\n", r"column 'lat' holds no number in row 2 \(counted"),
        ("lon,Lon,lat\n6,7,46\n", "the columns lon and Lon may both hold"),
        ("lat,lon\n6,46\n-97,35\n", "feature 2 .* reaches beyond"),
        ("x,y\n500000,5100000\n", "feature 1 .* reaches beyond .* longitude before latitude"),
        ("lon,lat\n400,35\n", "feature 1 .* reaches beyond 180 degrees"),
        ("", "cannot be read"),
    ],
)
def test_tables_that_do_not_say_where(tmp_path, text, said):
    with pytest.raises(DataError, match=said) as error:
        read_places(table(tmp_path, text))
    assert "stations.csv" in str(error.value)


def test_a_table_in_another_encoding(tmp_path):
    path = tmp_path / "stations.csv"
    path.write_bytes("id,lon,lat\nGenève,6,46\n".encode("latin1"))
    with pytest.raises(DataError, match=r"stations.csv cannot be read: its text is not UTF-8"):
        read_places(path)


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
@pytest.mark.parametrize(
    ("crs", "said"),
    [(None, "does not say its coordinate system"), (SITE_GRID, r"system of its own \(site grid\)")],
)
def test_files_that_do_not_say_where_on_earth_they_lie(tmp_path, crs, said):
    frame("a", crs=crs).to_file(tmp_path / "a.gpkg")
    with pytest.raises(DataError, match=said):
        read_places(tmp_path / "a.gpkg")


def test_metres_declared_as_degrees(tmp_path):
    gpd.GeoDataFrame(geometry=[box(5e5, 5e6, 6e5, 6e6)], crs="EPSG:4326").to_file(tmp_path / "utm.gpkg")
    with pytest.raises(DataError, match=r"utm.gpkg: feature 1 .* reaches beyond"):
        read_places(tmp_path / "utm.gpkg")


def test_an_outline_in_metres_over_180_degrees_is_not_taken_round_the_earth(tmp_path):
    fiji = gpd.GeoSeries([box(177, -19, 182, -16)], crs="EPSG:4326")
    gpd.GeoDataFrame(geometry=fiji.to_crs("EPSG:3832")).to_file(tmp_path / "fiji.gpkg")  # a Mercator around 150 E
    with pytest.raises(DataError, match=r"fiji.gpkg: feature 1 .* crosses 180 degrees"):
        read_places(tmp_path / "fiji.gpkg")
    belt = gpd.GeoDataFrame(geometry=[box(-170, -19, 170, 19)], crs="EPSG:4326").to_crs("EPSG:6933")
    belt.to_file(tmp_path / "belt.gpkg")
    assert len(read_places(tmp_path / "belt.gpkg")) == 1


def test_numbers_stay_whole_whatever_the_type(tmp_path):
    gpd.GeoDataFrame({"id": [12.0, 7.0]}, geometry=frame("a", "b").geometry).to_file(tmp_path / "a.shp")
    names = feature_names(gpd.read_file(tmp_path / "a.shp")["id"], tmp_path / "a.shp")
    assert [repr(name) for name in names] == ["12", "7"]
    assert feature_names(pd.Series([12.5, 7.0]), tmp_path) == [12.5, 7.0]


def test_features_without_a_name_are_counted(tmp_path):
    path = tmp_path / "gaps.gpkg"
    frame(12, None, 13).astype({"name": "Int64"}).to_file(path)
    with pytest.raises(DataError, match=r"gaps.gpkg: feature 2 has no name in the column 'name'"):
        feature_names(read_places(path)["name"], path)
    with pytest.raises(DataError, match="features 1, 2, 4, 5, 6 and 1 more have no name"):
        feature_names(pd.Series(["", None, "b", " ", None, "", ""]), path)


@settings(deadline=None, max_examples=25)
@given(names=st.lists(st.text(min_size=1).filter(str.strip) | st.integers(), min_size=1))
def test_names_that_are_there_are_kept(names):
    assert feature_names(pd.Series(names, dtype=object), "f.gpkg") == names


# Found by damaging files (tests/fuzz): what a library raised came through.


def shapefile(tmp_path, **parts):
    """A shapefile whose parts are changed by functions of their bytes."""
    frame("a", "b").to_file(tmp_path / "regions.shp")
    for suffix, change in parts.items():
        part = tmp_path / f"regions.{suffix}"
        part.write_bytes(change(part.read_bytes()))
    return tmp_path / "regions.shp"


def test_an_archive_without_a_layer_is_damaged(tmp_path):
    path = tmp_path / "regions.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "no regions here")
    with pytest.raises(DataError, match=r"regions\.zip (cannot be read|holds no layer)"):
        read_places(path)


def test_rings_that_are_not_closed_are_refused(tmp_path):
    def open_ring(data):
        """Move the last point of the first ring: the record's 48 bytes of head, then four points of 16 bytes."""
        place = 100 + 8 + 4 + 32 + 8 + 4 + 4 * 16
        return data[:place] + struct.pack("<2d", 8.0, 48.0) + data[place + 16 :]

    with pytest.raises(DataError, match=r"regions\.shp cannot be read"):
        read_places(shapefile(tmp_path, shp=open_ring))


@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_corners_without_a_number_are_refused(tmp_path, number):
    """Bounds leave them out: such a polygon looked whole until its cells were counted."""
    shape = Polygon([(6, 46), (number, 46), (number, 47), (6, 47)])
    gpd.GeoDataFrame({"name": ["a", "b"]}, geometry=[box(6, 46, 7, 47), shape], crs=4326).to_file(tmp_path / "a.gpkg")
    with pytest.raises(DataError, match=r"a\.gpkg: feature 2 .* no numbers|feature 2 .* reaches beyond"):
        read_places(tmp_path / "a.gpkg")


def test_a_system_that_is_no_text_is_an_error_or_unknown(tmp_path):
    def damaged(data):
        return data.replace(b'DATUM["D_WGS_1984"', b'DATUM["D_WR\x9c\xf8"G').replace(b'PRIMEM["', b'PGS_1984"\xff')

    with pytest.raises(DataError, match=r"regions\.shp"):
        read_places(shapefile(tmp_path, prj=damaged))
