"""Addresses in S3."""

import pytest

from smen.storage.s3_address import S3Address, is_s3


@pytest.mark.parametrize(
    ("text", "prefix"),
    [("s3://soil", ""), ("s3://soil/", ""), ("s3://soil/a", "a/"), ("s3://soil/a/b/", "a/b/"), ("s3://soil//a", "a/")],
)
def test_a_bucket_and_a_prefix(text, prefix):
    address = S3Address.parse(text)
    assert address == ("soil", prefix)
    assert address.key("c.tif") == f"{prefix}c.tif"
    assert address.url("c.tif") == f"s3://soil/{prefix}c.tif"


@pytest.mark.parametrize(
    "text", ["soil/a", "s3:/soil", "s3://", "s3://S", "s3://Soil/a", "s3://soil/a b", "s3://soil/a?b", "s3://a/../b"]
)
def test_what_is_none_is_refused(text):
    with pytest.raises(ValueError, match="write"):
        S3Address.parse(text)


def test_a_dot_as_a_part_is_refused():
    with pytest.raises(ValueError, match="which S3 takes as it stands"):
        S3Address.parse("s3://soil/a/../b")


def test_folders_are_no_addresses():
    assert is_s3("s3://soil") and is_s3("S3://soil")
    assert not is_s3("granules") and not is_s3(None) and not is_s3("/s3/granules")
