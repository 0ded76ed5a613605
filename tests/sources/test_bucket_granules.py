"""Granules in a bucket: only the needed ones are fetched, once, and they are then those of a folder."""

import logging
import os
from dataclasses import replace

import pytest
from fake_s3 import BUCKET, s3_service  # noqa: F401  (a fixture)
from made_granules import BEGIN, END, WINDOW, add_coarse, add_scene, coarse_name, scene_name

from smen.errors import ArchiveError, GranuleError, StorageError
from smen.sources import directory
from smen.sources.bucket_granules import count_in_bucket, find_in_bucket

ADDRESS = f"s3://{BUCKET}/granules"


@pytest.fixture
def tree(tmp_path):
    """A folder of granules: some needed, one of another year's direction, one lower version, one far away."""
    folder = tmp_path / "tree"
    for name in (coarse_name(1), coarse_name(2, "A"), coarse_name(3), coarse_name(3, version="R18000_001")):
        add_coarse(folder, name)
    add_coarse(folder, coarse_name(4), rows=(10, 14), columns=(10, 14))
    add_scene(folder, scene_name(1))
    add_scene(folder, scene_name(2, place="010E45N"))
    return folder


def search(store, product="SPL2SMP", begin=BEGIN, end=END, address=ADDRESS, **options):
    return find_in_bucket(address, store, product, WINDOW, begin, end, ["D"], **options)


def fetched(store):
    return {path.name for path in store.rglob("*.h5")}


@pytest.mark.parametrize("product", ["SPL2SMP", "SPL2SMAP_S"])
def test_the_records_are_those_of_a_folder_but_for_where_they_lie(s3, tree, tmp_path, product):
    s3.put_folder(tree, "granules")
    local = directory.find(tree, product, WINDOW, BEGIN, END, ["D"])
    remote = search(tmp_path / "store", product)
    assert local
    assert [replace(r, path="", url=None) for r in remote] == [replace(r, path="", url=None) for r in local]
    for record, own in zip(remote, local, strict=True):
        below = os.path.relpath(own.path, tree)
        assert record.path == (tmp_path / "store" / BUCKET / "granules" / below).as_posix()
        assert record.url == f"{ADDRESS}/{below}"


def test_only_what_the_names_leave_is_fetched(s3, tree, tmp_path):
    s3.put_folder(tree, "granules")
    s3.put("granules/notes.txt", b"no granule")
    s3.put("granules-of-others/" + coarse_name(5), b"another prefix")
    search(tmp_path)
    search(tmp_path, "SPL2SMAP_S")
    wanted = {coarse_name(1), coarse_name(3), coarse_name(4), scene_name(1)}
    assert {path.name for path in (tmp_path / BUCKET).rglob("*") if path.is_file()} == wanted


def test_nothing_is_fetched_twice_and_what_changed_is_fetched_again(s3, tree, tmp_path, caplog):
    caplog.set_level(logging.INFO)
    s3.put_folder(tree, "granules")
    search(tmp_path / "store")
    assert "fetching 3 of 3 granules" in caplog.text
    times = {path: path.stat().st_ctime_ns for path in (tmp_path / "store").rglob("*.h5")}
    caplog.clear()
    search(tmp_path / "store")
    assert "fetching" not in caplog.text
    assert {path: path.stat().st_ctime_ns for path in times} == times
    (path,) = tree.rglob(coarse_name(3))
    add_coarse(tree, coarse_name(3), rows=(70, 112))
    s3.put(f"granules/{path.relative_to(tree).as_posix()}", path.read_bytes())
    record = next(r for r in search(tmp_path / "store") if r.name == coarse_name(3))
    assert "fetching 1 of 3 granules" in caplog.text
    assert record.size == path.stat().st_size


def test_an_object_that_is_gone_no_longer_counts(s3, tree, tmp_path):
    s3.put_folder(tree, "granules")
    assert len(search(tmp_path / "store")) == 2
    (path,) = tree.rglob(coarse_name(3))
    s3.remove(f"granules/{path.relative_to(tree).as_posix()}")
    (lower,) = tree.rglob(coarse_name(3, version="R18000_001"))
    s3.remove(f"granules/{lower.relative_to(tree).as_posix()}")
    assert [record.name for record in search(tmp_path / "store")] == [coarse_name(1)]


def test_a_renamed_granule_is_used_as_in_a_folder(s3, tree, tmp_path):
    (path,) = tree.rglob(coarse_name(3))
    path.rename(path.with_name(path.name.replace(".h5", "_subsetted.nc4")))
    s3.put_folder(tree, "granules")
    local = directory.find(tree, "SPL2SMP", WINDOW, BEGIN, END, ["D"])
    remote = search(tmp_path / "store")
    assert [record.name for record in remote] == [record.name for record in local]


def test_a_bad_granule_is_named_by_its_address(s3, tree, tmp_path):
    s3.put_folder(tree, "granules")
    (path,) = tree.rglob(coarse_name(3))
    key = f"granules/{path.relative_to(tree).as_posix()}"
    s3.put(key, path.read_bytes()[:2000])
    with pytest.raises(GranuleError, match=f"s3://{BUCKET}/{key}: ") as raised:
        search(tmp_path / "store")
    assert str(tmp_path) not in str(raised.value)
    records = search(tmp_path / "store", bad="skip")
    assert [record.state for record in records] == ["present", "skipped"]
    assert records[1].reason.startswith(f"s3://{BUCKET}/{key}: ")


def test_names_that_are_no_paths_stay_where_they_are(s3, tree, tmp_path):
    s3.put_folder(tree, "granules")
    s3.put(f"granules/../{coarse_name(6)}", b"out of the folder")
    s3.put(f"granules//{coarse_name(7)}", b"without a name")
    search(tmp_path / "store")
    assert not {coarse_name(6), coarse_name(7)} & {path.name for path in tmp_path.rglob("*.h5")}


def test_what_is_not_there_is_said(s3, tree, tmp_path):
    with pytest.raises(ArchiveError, match=f"{ADDRESS}/: no granule of SPL2SMP"):
        search(tmp_path)
    with pytest.raises(StorageError, match="s3://no-such-bucket/a/: there is no such bucket"):
        search(tmp_path, address="s3://no-such-bucket/a")
    s3.put_folder(tree, "granules")
    assert count_in_bucket(ADDRESS, "SPL2SMP") == 4
    with pytest.raises(ArchiveError, match="it holds granules of SPL2SMAP_S, SPL2SMP"):
        count_in_bucket(ADDRESS, "SPL2SMP_E")
