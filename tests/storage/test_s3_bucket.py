"""A folder in a bucket: what is listed, fetched, put and removed, and what is said where that fails."""

import hashlib
import sys
from dataclasses import replace

import pytest
from fake_s3 import BUCKET, s3_service  # noqa: F401  (a fixture)

from smen.errors import StorageError
from smen.storage.s3_bucket import Bucket, content_type

ADDRESS = f"s3://{BUCKET}/some/folder"


@pytest.fixture
def bucket(s3):
    return Bucket(ADDRESS)


def test_a_listing_is_of_the_folder_alone(s3, bucket):
    for key in ("some/folder/b.tif", "some/folder/a/c.tif", "some/folder-2/d.tif", "some/folder/", "other.tif"):
        s3.put(key, key.encode())
    listed = bucket.listing()
    assert [item.name for item in listed] == ["a/c.tif", "b.tif"]
    assert [item.size for item in listed] == [len("some/folder/a/c.tif"), len("some/folder/b.tif")]
    assert listed[1].etag == hashlib.md5(b"some/folder/b.tif").hexdigest()
    assert [item.name for item in bucket.listing("a")] == ["a/c.tif"]


def test_more_objects_than_one_answer_holds(s3, bucket):
    for number in range(1003):
        s3.put(f"some/folder/{number}", b"")
    assert len(bucket.listing()) == 1003


def test_what_is_fetched_has_the_bytes_and_the_time_of_the_object(s3, bucket, tmp_path):
    s3.put("some/folder/a.h5", b"granule" * 1000)
    (item,) = bucket.listing()
    bucket.fetch(item, tmp_path / "new" / "a.h5")
    path = tmp_path / "new" / "a.h5"
    assert path.read_bytes() == b"granule" * 1000
    assert path.stat().st_mtime == item.modified
    assert [one.name for one in path.parent.iterdir()] == ["a.h5"]


def test_an_object_that_changed_since_it_was_listed_is_no_granule(s3, bucket, tmp_path):
    s3.put("some/folder/a.h5", b"one")
    (item,) = bucket.listing()
    s3.put("some/folder/a.h5", b"two")
    with pytest.raises(StorageError, match=rf"{ADDRESS}/a\.h5: 3 bytes came that are not the 3 listed"):
        bucket.fetch(item, tmp_path / "a.h5")
    assert not any(tmp_path.iterdir())
    with pytest.raises(StorageError, match="not the 4 listed"):
        bucket.fetch(replace(item, size=4), tmp_path / "a.h5")


def test_an_object_under_a_managed_key_has_another_checksum(s3, bucket, tmp_path, monkeypatch):
    s3.put("some/folder/a.h5", b"one")
    item = replace(bucket.listing()[0], etag="0" * 32)
    head = {"ServerSideEncryption": "aws:kms", "ETag": f'"{"0" * 32}"'}
    monkeypatch.setattr(bucket, "_head", lambda name: head)
    bucket.fetch(item, tmp_path / "a.h5")
    assert (tmp_path / "a.h5").read_bytes() == b"one"


def test_an_object_that_is_gone_is_named(s3, bucket, tmp_path):
    s3.put("some/folder/a.h5", b"one")
    (item,) = bucket.listing()
    s3.remove("some/folder/a.h5")
    with pytest.raises(StorageError, match=rf"{ADDRESS}/a\.h5: there is no such object"):
        bucket.fetch(item, tmp_path / "a.h5")


def test_own_objects_are_marked(s3, bucket, tmp_path):
    (tmp_path / "page.html").write_text("<p>")
    bucket.put(tmp_path / "page.html", "page.html", "digest")
    s3.put("some/folder/other.html", b"<p>")
    head = s3.client.head_object(Bucket=BUCKET, Key="some/folder/page.html")
    assert head["ContentType"] == "text/html"
    assert (bucket.mark("page.html"), bucket.mark("other.html")) == ("digest", None)
    bucket.remove("page.html")
    assert list(s3.listed()) == ["some/folder/other.html"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.tif", "image/tiff; application=geotiff; profile=cloud-optimized"), ("a.json", "application/json"),
        ("a.geojson", "application/geo+json"), ("a.png", "image/png"), ("a.js", "text/javascript"),
        ("a.safetensors", "application/octet-stream"),
    ],
)  # fmt: skip
def test_types_that_browsers_need(name, kind):
    assert content_type(name).replace("application/javascript", "text/javascript") == kind


def denied():
    """Turn an answer of the service into a refusal, as a policy would."""

    def refuse(request, **_):
        from botocore.awsrequest import AWSResponse

        raw = type("Raw", (), {"stream": lambda self, **_: iter([BODY]), "read": lambda self, *_: BODY})()
        return AWSResponse(request.url, 403, {"content-type": "application/xml"}, raw)

    return refuse


BODY = b"<?xml version='1.0'?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"


def test_a_refusal_names_the_rights(s3, bucket, tmp_path):
    s3.put("some/folder/a.h5", b"one")
    (item,) = bucket.listing()
    bucket.client.meta.events.register("before-send.s3", denied())
    with pytest.raises(StorageError, match=rf"{ADDRESS}/a\.h5: access is denied.*s3:GetObject"):
        bucket.fetch(item, tmp_path / "a.h5")
    with pytest.raises(StorageError, match=rf"{ADDRESS}/: access is denied.*s3:ListBucket"):
        bucket.listing()
    (tmp_path / "b").write_text("b")
    with pytest.raises(StorageError, match=rf"{ADDRESS}/b: access is denied.*s3:PutObject"):
        bucket.put(tmp_path / "b", "b", "digest")


def test_without_a_login_it_is_said_how_to_log_in(s3, monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(StorageError, match=rf"{ADDRESS}/: there is no login for it.*AWS_PROFILE"):
        Bucket(ADDRESS).listing()
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(StorageError, match=r"there is no login for it.*nobody"):
        Bucket(ADDRESS).listing()


def test_no_service_is_no_bucket(s3, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(StorageError, match=rf"{ADDRESS}/: no answer.*Check AWS_ENDPOINT_URL"):
        Bucket(ADDRESS).listing()
    with pytest.raises(StorageError, match="s3://not-there/: there is no such bucket"):
        monkeypatch.setenv("AWS_ENDPOINT_URL", s3.url)
        Bucket("s3://not-there").listing()


def test_without_the_extra_it_is_named(s3, monkeypatch):
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(StorageError, match=r"pip install 'smen\[s3\]'"):
        Bucket(ADDRESS).listing()
