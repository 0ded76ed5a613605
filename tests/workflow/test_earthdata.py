"""The whole workflow with granules from an Earthdata of our own on this machine."""

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from earthdata_server import CERTIFICATE, EarthdataServer

pytestmark = pytest.mark.workflow

REGIONS = {"plains": {"longitude": -97.5164, "latitude": 35.4676, "size": [30, 26]}}


@pytest.fixture(scope="module")
def pair(finished, project, tmp_path_factory):
    """The same granules from a folder and from the server: two projects, and the server."""
    tree = finished.folder / "resources/simulated/plains/granules/2016"
    folder = tmp_path_factory.mktemp("earthdata")
    by_hand = project(folder / "directory").settings(
        source={"kind": "directory", "directory": str(tree)}, regions=REGIONS
    )
    by_hand.snakemake("all")
    with EarthdataServer(tree) as server:
        source = {"kind": "earthdata", "cmr_url": server.search, "edl_host": server.login}
        fetched = project(folder / "fetched").settings(source=source, regions=REGIONS)
        fetched.environment = {
            "EARTHDATA_TOKEN": server.token,
            "REQUESTS_CA_BUNDLE": str(CERTIFICATE),
            "NO_PROXY": "127.0.0.1",
        }
        fetched.snakemake("all", env=fetched.environment)
        yield by_hand, fetched, server


def maps(project):
    return sorted((project.folder / "results/plains/maps/2016").glob("plains_*.tif"))


def test_maps_are_those_of_the_directory_source(pair):
    by_hand, fetched, _ = pair
    assert [path.name for path in maps(fetched)] == [path.name for path in maps(by_hand)]
    assert len(maps(fetched)) > 20
    for one, other in zip(maps(fetched), maps(by_hand), strict=True):
        with rasterio.open(one) as a, rasterio.open(other) as b:
            np.testing.assert_array_equal(a.read(), b.read())
            assert (a.profile, a.descriptions, a.units) == (b.profile, b.descriptions, b.units)
            tags = dict(a.tags()), dict(b.tags())
            if not one.stem.endswith("_quality"):
                assert tags[0]["SOURCE"] == "earthdata"
                assert tags[1]["SOURCE"] == "directory"
            for tag in tags:
                tag.pop("SOURCE", None)
            assert tags[0] == tags[1]
            assert all(a.tags(i) == b.tags(i) for i in a.indexes)


def test_each_granule_was_fetched_once(pair):
    _, fetched, server = pair
    asked = [path for _, path in server.requests if path.startswith("/data/")]
    assert len(asked) == len(set(asked))
    stored = {p.name for p in (fetched.folder / "resources/granules").rglob("*.h5")}
    assert {path.rpartition("/")[2] for path in asked} == stored
    for role in ("coarse", "fine"):
        manifest = gpd.read_file(fetched.folder / f"results/plains/granules/{role}_2016.geojson")
        assert set(manifest["name"]) <= stored
        assert (manifest["state"] == "present").all()


def test_a_second_run_has_nothing_to_do_and_asks_nothing(pair):
    _, fetched, server = pair
    asked = len(server.requests)
    assert "Nothing to be done" in fetched.snakemake("all", env=fetched.environment)
    assert len(server.requests) == asked


def test_no_secret_in_any_file(pair):
    _, fetched, server = pair
    secret = server.token.encode()
    files = [p for p in fetched.folder.rglob("*") if p.is_file() and p.suffix not in (".h5", ".tif", ".nc")]
    assert len(files) > 10
    assert [str(p) for p in files if secret in p.read_bytes()] == []
