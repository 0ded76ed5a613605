"""New and changed files go into the bucket, and nothing else does."""

import pytest
from fake_s3 import BUCKET, s3_service  # noqa: F401  (a fixture)

from smen.errors import StorageError
from smen.storage import at_once
from smen.storage.changed_files import upload
from smen.storage.s3_bucket import Bucket

PLACES = ("plains", "summary.md")
FILES = {"plains/maps/1.tif": "one", "plains/maps/2.tif": "two", "plains/maps.csv": "list", "summary.md": "all"}


@pytest.fixture
def bucket(s3):
    return Bucket(f"s3://{BUCKET}/out")


@pytest.fixture
def files(tmp_path):
    """Write files; return them by the names of their objects."""

    def write(contents):
        for name, content in contents.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        return {name: tmp_path / name for name in contents}

    return write


def new(done):
    return [file.name for file in done.new]


def test_the_bucket_holds_the_bytes_of_the_files(s3, bucket, files):
    done = upload(bucket, files(FILES), PLACES)
    assert new(done) == [file.name for file in done.files] == sorted(FILES)
    assert {name: content.decode() for name, content in s3.contents("out").items()} == FILES


def test_a_second_time_nothing_is_put_and_then_what_changed(s3, bucket, files):
    upload(bucket, files(FILES), PLACES)
    before = s3.listed()
    assert new(upload(bucket, files(FILES), PLACES)) == []
    assert s3.listed() == before
    changed = {**FILES, "plains/maps/2.tif": "owt", "plains/maps/3.tif": "three"}
    assert new(upload(bucket, files(changed), PLACES)) == ["plains/maps/2.tif", "plains/maps/3.tif"]
    assert s3.content("out/plains/maps/2.tif") == b"owt"


def test_a_large_file_is_known_by_its_mark(s3, bucket, tmp_path):
    path = tmp_path / "cube.nc"
    path.write_bytes(bytes(range(256)) * 4 * 9000)  # more than the 8 MB of one part
    files = {"plains/cube.nc": path}
    assert new(upload(bucket, files, PLACES)) == ["plains/cube.nc"]
    ((etag, _),) = s3.listed().values()
    assert "-" in etag  # no digest of the content
    assert new(upload(bucket, files, PLACES)) == []
    path.write_bytes(path.read_bytes()[::-1])
    assert new(upload(bucket, files, PLACES)) == ["plains/cube.nc"]


def test_what_is_gone_is_removed_if_it_was_put_by_this_and_is_of_the_part(s3, bucket, files):
    upload(bucket, files({**FILES, "desert/maps/1.tif": "d"}), (*PLACES, "desert"))
    s3.put("out/plains/notes.txt", b"of someone")
    s3.put("out/plains-of-others/a.tif", b"of someone")
    del (left := files(FILES))["plains/maps/1.tif"]
    done = upload(bucket, left, PLACES)
    assert done.removed == ("plains/maps/1.tif",)
    kept = {*FILES, "desert/maps/1.tif", "plains/notes.txt", "plains-of-others/a.tif"} - {"plains/maps/1.tif"}
    assert s3.contents("out").keys() == kept


def test_an_object_of_someone_else_is_not_overwritten(s3, bucket, files):
    s3.put("out/plains/maps/2.tif", b"of someone")
    with pytest.raises(StorageError, match=f"s3://{BUCKET}/out/plains/maps/2.tif is there, and SMEN did not put it"):
        upload(bucket, files(FILES), PLACES)
    assert s3.content("out/plains/maps/2.tif") == b"of someone"


def test_after_a_failure_in_the_middle_the_rest_is_put(s3, bucket, files, monkeypatch):
    put, names = Bucket.put, []

    def breaks(self, path, name, sha256):
        if len(names) == 2:
            raise StorageError("the line is cut")
        names.append(name)
        put(self, path, name, sha256)

    monkeypatch.setattr(at_once, "CONNECTIONS", 1)
    monkeypatch.setattr(Bucket, "put", breaks)
    with pytest.raises(StorageError, match="cut"):
        upload(bucket, files(FILES), PLACES)
    assert sorted(s3.contents("out")) == sorted(names) == ["plains/maps/1.tif", "plains/maps/2.tif"]
    monkeypatch.setattr(Bucket, "put", put)
    assert new(upload(bucket, files(FILES), PLACES)) == ["plains/maps.csv", "summary.md"]
    assert {name: content.decode() for name, content in s3.contents("out").items()} == FILES


def test_what_names_files_comes_after_them(s3, bucket, files, monkeypatch):
    monkeypatch.setattr(at_once, "CONNECTIONS", 1)
    order = []
    monkeypatch.setattr(Bucket, "put", lambda self, path, name, sha256: order.append(name))
    names = ("catalog.json", "a/stac/collection.json", "a/stac/items/1.json", "a/maps/1.tif", "a/a.nc", "index.html")
    upload(bucket, files({name: name for name in names}), ("a", "catalog.json", "index.html"))
    assert order == ["a/a.nc", "a/maps/1.tif", "a/stac/items/1.json", "a/stac/collection.json", *names[::5]]
