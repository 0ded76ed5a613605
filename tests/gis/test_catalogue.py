import hashlib
import json
from pathlib import Path

import numpy as np
import odc.stac
import pystac
import pytest
import rasterio
from made_indices import two_weeks
from made_maps import PROVENANCE, WINDOW, two_maps
from made_results import granule, times
from pystac.validation import JsonSchemaSTACValidator, RegisteredValidator

from smen.outputs.stac_catalogue import write_collection, write_root

SCHEMAS = Path(__file__).parent / "schemas"


@pytest.fixture
def offline(monkeypatch):
    """pystac's validator, with the extensions' schemas at hand and no way out."""
    validator = JsonSchemaSTACValidator()
    for path in SCHEMAS.glob("*.json"):
        schema = json.loads(path.read_text(encoding="utf-8"))
        validator.schema_cache[schema["$id"].rstrip("#")] = schema
    before = RegisteredValidator.get_validator()
    monkeypatch.setattr("urllib.request.urlopen", None)
    RegisteredValidator.set_validator(validator)
    yield
    RegisteredValidator.set_validator(before)


def test_the_catalogue_validates_wherever_it_is(moved, offline):
    catalogue = pystac.Catalog.from_file(str(moved / "catalog.json"))
    assert catalogue.validate_all() == 40
    (collection,) = catalogue.get_children()
    assert {uri.split("/")[3] for uri in collection.validate() if "stac-extensions" in uri} == {
        "projection", "datacube", "render", "scientific", "version",
    }  # fmt: skip
    assert set(collection.extra_fields["item_assets"]) == set(items_assets(catalogue))
    items = list(catalogue.get_items(recursive=True))
    assert len(items) == 40
    for item in items:
        uris = item.validate()
        assert {uri.split("/")[3] for uri in uris if "stac-extensions" in uri} == {
            "projection", "raster", "file", "sat", "processing",
        }  # fmt: skip
        for asset in item.assets.values():
            assert Path(asset.get_absolute_href()).is_file()
            assert not Path(asset.href).is_absolute()
    for asset in collection.assets.values():
        assert Path(asset.get_absolute_href()).is_file()


@pytest.fixture(scope="module")
def index_items(tmp_path_factory):
    """Items of the indices of two weeks."""
    folder = tmp_path_factory.mktemp("region")
    (folder / "2018").mkdir()
    maps, weeks = two_maps(folder), two_weeks(folder / "2018")
    stac, root = folder / "stac", folder / "catalog.json"
    write_collection(stac, root, WINDOW, maps, PROVENANCE, region="tucson", extras={}, indices=weeks)
    write_root(root, {"tucson": stac / "collection.json"}, simulated=True)
    return [pystac.Item.from_file(str(path)) for path in sorted(stac.rglob("*_indices.json"))]


def test_items_of_indices_validate_with_the_schemas_of_their_extensions(index_items, offline):
    assert len(index_items) == 2
    for item in index_items:
        uris = {uri.split("/")[3] for uri in item.validate() if "stac-extensions" in uri}
        assert uris == {"classification", "file", "processing", "projection", "raster", "render"}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda item: item.properties["renders"]["drought"].pop("assets"),
        lambda item: item.properties["renders"]["percentile"].update(rescale="0,100"),
        lambda item: item.assets["drought"].extra_fields["classification:classes"][0].pop("value"),
        lambda item: item.assets["drought"].extra_fields["classification:classes"][0].update(color_hint="red"),
    ],
)
def test_a_broken_item_of_indices_does_not_validate(index_items, offline, spoil):
    item = pystac.Item.from_dict(index_items[0].to_dict(transform_hrefs=False))
    spoil(item)
    with pytest.raises(pystac.STACValidationError):
        item.validate()


def items_assets(catalogue):
    """Names of the assets of the catalogue's first map."""
    return next(item for item in catalogue.get_items(recursive=True) if "soil_moisture" in item.assets).assets


def test_a_broken_collection_does_not_validate(moved, offline):
    collection = pystac.Collection.from_file(str(moved / "tucson" / "stac" / "collection.json"))
    collection.extra_fields["cube:dimensions"]["x"]["extent"] = "wide"
    with pytest.raises(pystac.STACValidationError):
        collection.validate()


def test_a_broken_item_does_not_validate(moved, offline):
    path = sorted((moved / "tucson" / "stac" / "2018").glob("*.json"))[0]
    item = pystac.Item.from_file(str(path))
    item.properties["proj:shape"] = "forty"
    with pytest.raises(pystac.STACValidationError):
        item.validate()


def test_no_file_names_this_machine(results):
    for path in [results / "catalog.json", results / "index.html", *results.glob("tucson/stac/**/*.json"),
                 *results.glob("report/**/*.js"), *results.glob("*/*.qgs"), *results.glob("**/*.qml")]:  # fmt: skip
        assert str(results.parent) not in path.read_text(encoding="utf-8"), path


def test_an_item_describes_its_map_and_what_it_was_made_from(made, moved):
    item = pystac.Item.from_file(str(moved / "tucson/stac/2018/tucson_20180207T120000_D.json"))
    window = made.regions["tucson"].window
    time, _ = times(40)
    assert str(item.datetime) == "2018-02-07 12:00:00+00:00"
    assert item.properties["proj:code"] == "EPSG:6933"
    assert item.properties["proj:shape"] == [40, 40]
    assert item.properties["proj:transform"] == pytest.approx(list(window.transform)[:6])
    assert item.bbox == pytest.approx([-111.60, 31.64, -110.35, 32.81], abs=0.05)
    assert item.properties["sat:orbit_state"] == "descending"
    assert item.properties["smen:simulated"] is True
    assert item.properties["smen:model_digest"] == "0123456789abcdef"
    assert len(item.properties["smen:settings_digest"]) == 16
    assert item.properties["processing:software"]["smen"]
    # The fifth overpass: its own coarse granule and the one earlier date (the third) with a 3 km product.
    number = list(time).index(np.datetime64("2018-02-07T12:00:00"))
    earlier = list(time[2:number:6])[::-1][:4]
    names = [granule("coarse", time[number])]
    for t in earlier:
        names += [granule("fine", t), granule("coarse", t)]
    assert item.properties["smen:granules"] == names
    content = Path(item.assets["soil_moisture"].get_absolute_href()).read_bytes()
    assert item.assets["soil_moisture"].extra_fields["file:size"] == len(content)
    assert item.assets["soil_moisture"].extra_fields["file:checksum"] == "1220" + hashlib.sha256(content).hexdigest()
    with rasterio.open(item.assets["soil_moisture"].get_absolute_href()) as raster:
        moisture = raster.read(1, masked=True)
    band = item.assets["soil_moisture"].extra_fields["raster:bands"][0]
    assert (band["unit"], band["nodata"], band["data_type"]) == ("m3 m-3", -9999, "float32")
    assert band["statistics"]["mean"] == pytest.approx(moisture.mean(dtype="f8"), rel=1e-6)
    assert set(item.assets["style"].roles) >= {"style"}
    with rasterio.open(item.assets["thumbnail"].get_absolute_href()) as thumbnail:
        assert (thumbnail.width, thumbnail.height) == (200, 200)


def test_odc_stac_loads_the_maps(moved):
    catalogue = pystac.Catalog.from_file(str(moved / "catalog.json"))
    items = list(catalogue.get_items(recursive=True))[:5]
    cube = odc.stac.load(items, bands=["soil_moisture"])
    assert (cube.sizes["time"], cube.sizes["y"], cube.sizes["x"]) == (5, 40, 40)
    assert cube.odc.crs.epsg == 6933
    with rasterio.open(items[0].assets["soil_moisture"].get_absolute_href()) as raster:
        expected = raster.read(1)
    np.testing.assert_array_equal(cube["soil_moisture"].isel(time=0).fillna(-9999).values, expected)


def test_a_rerun_leaves_nothing_of_an_earlier_one(tmp_path):
    from made_results import make_results, publish

    plan = make_results(tmp_path, maps=4, size=12)
    stale = Path(plan.layout.collection("tucson")) / "2018" / "tucson_20180101T000000_A.json"
    script = Path(plan.layout.report("tucson")) / "maps_999.js"
    for path in (stale, script):
        path.write_text("{}")
    publish.run(plan.publish("tucson"))
    assert not stale.exists()
    assert not script.exists()
