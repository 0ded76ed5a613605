"""Granules from a bucket, results to a bucket: real runs against an S3 service on this machine."""

import os
import shutil
import subprocess
import sys

import pytest
import requests
from fake_s3 import BUCKET, fake_s3
from tiny import SMALL

pytestmark = pytest.mark.workflow

MAPS = "results/plains/maps/2016.csv"
GRANULES = f"s3://{BUCKET}/granules"
OUT = f"s3://{BUCKET}/out"


@pytest.fixture(scope="module")
def service():
    with fake_s3() as running:
        yield running


def rasters(project):
    """Bytes of the maps and their list, by name."""
    folder = project.folder / "results/plains/maps"
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def local(tmp_path_factory, project, small):
    """Maps of the granules in a folder."""
    p = project(tmp_path_factory.mktemp("local") / "p")
    p.settings(**SMALL, source={"kind": "directory", "directory": "granules"})
    shutil.copytree(small.folder / "resources/simulated/plains/granules", p.folder / "granules")
    p.snakemake(MAPS)
    return p


@pytest.fixture(scope="module")
def remote(tmp_path_factory, project, small, service):
    """All results of the same granules in a bucket, put there again."""
    p = project(tmp_path_factory.mktemp("remote") / "p")
    p.settings(**SMALL, source={"kind": "directory", "directory": GRANULES}, storage={"results": OUT})
    service.put_folder(small.folder / "resources/simulated/plains/granules", "granules")
    p.said = p.snakemake("all", env=service.environment)
    return p


def test_maps_of_granules_in_a_bucket_are_those_of_a_folder(local, remote):
    assert rasters(local)
    assert rasters(remote) == rasters(local)


def test_the_bucket_holds_the_bytes_of_the_results(remote, service):
    stored = service.contents("out")
    own = {
        path.relative_to(remote.folder / "results").as_posix(): path.read_bytes()
        for path in (remote.folder / "results").rglob("*")
        if path.is_file() and {"last_fit", "kept"}.isdisjoint(path.parts)
    }
    assert {"plains/plains.nc", "catalog.json", "index.html", "uploads/plains.json"} <= stored.keys()
    assert stored == own


def test_a_second_run_does_nothing(remote, service):
    before = service.listed()
    assert "Nothing to be done" in remote.snakemake("all", env=service.environment)
    assert "0 of " in remote.snakemake("--forcerun", "upload", "--", "all", env=service.environment)
    after = service.listed()
    assert {k: v for k, v in after.items() if "/uploads/" not in k} == {
        k: v for k, v in before.items() if "/uploads/" not in k
    }


def test_catalogue_and_maps_are_read_from_the_bucket(remote, service):
    """By plain HTTP, as a public bucket is read: relative links, rasters in pieces."""
    import pystac

    service.publish()  # to GET alone: moto asks HEAD for a login all the same
    root = f"{service.url}/{BUCKET}/out/"
    catalogue = pystac.Catalog.from_file(f"{root}catalog.json")
    items = list(catalogue.get_items(recursive=True))
    assert len(items) > 20
    hrefs = [asset.get_absolute_href() for asset in items[0].assets.values()]
    assert all(href.startswith(root) and requests.get(href, timeout=30).status_code == 200 for href in hrefs)
    href = next(href for href in hrefs if href.endswith(".tif") and "quality" not in href)
    # In another process: rasterio keeps Python's lock while it opens a file, and the server is a thread of this one.
    command = [sys.executable, "-c", "import rasterio, sys; print(rasterio.open(sys.argv[1]).checksum(1))"]
    environment = {**os.environ, "CPL_VSIL_CURL_USE_HEAD": "NO"}
    told = {"env": environment, "capture_output": True, "text": True, "timeout": 120, "check": True}
    paths = (f"/vsicurl/{href}", remote.folder / "results" / href.removeprefix(root))
    there, here = (subprocess.run([*command, path], **told).stdout for path in paths)
    assert there == here
    assert requests.get(f"{root}index.html", timeout=30).headers["Content-Type"].startswith("text/html")


def test_what_is_missing_or_bad_is_named(remote, service, project, tmp_path):
    p = project(tmp_path / "p")
    login = service.environment
    p.settings(**SMALL, source={"kind": "directory", "directory": "s3://not-there/granules"})
    said = p.snakemake("results/plains/granules/coarse_2016.geojson", status=1, env=login)
    assert "s3://not-there/granules/: there is no such bucket" in said
    p.settings(**SMALL, source={"kind": "directory", "directory": f"{GRANULES}-2"})
    assert f"{GRANULES}-2/: no granule of SPL2SMP" in p.smen("acquire", "plains", 2016, status=1, env=login)
    key = next(key for key in service.listed("granules/") if "SM_P_" in key and key.endswith(".h5"))
    content = service.content(key)
    service.put(key, content[:3000])
    p.settings(**SMALL, source={"kind": "directory", "directory": GRANULES})
    assert f"s3://{BUCKET}/{key}: " in p.smen("acquire", "plains", 2016, status=1, env=login)
    service.put(key, content)
    assert "granules present" in p.smen("acquire", "plains", 2016, env=login)
    nobody = {**login, "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}
    assert "there is no login for it" in p.smen("acquire", "plains", 2016, status=1, env=nobody)
    assert f"of SPL2SMP in {GRANULES}" in p.smen("check", "--no-map", env=login)
