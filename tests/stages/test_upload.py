"""The stage that puts results into a bucket."""

import json
import logging

import pytest
from fake_s3 import BUCKET, s3_service  # noqa: F401  (a fixture)
from made_project import make_plan
from made_region import REGION

from smen.errors import StorageError
from smen.stages import upload

STORAGE = {"results": f"s3://{BUCKET}/out/"}


@pytest.fixture
def results(tmp_path):
    """Some results of one region and of all, with what is no result."""
    names = [
        f"{REGION}/maps/2016.csv", f"{REGION}/maps/2016/a.tif", f"{REGION}/{REGION}.nc", f"report/{REGION}/page.js",
        f"{REGION}/models/last_fit/fusion/inputs.json", f"{REGION}/a.part-host-1-2.nc", "styles/soil.qml",
        "catalog.json", "scores.md", "other/maps/2016.csv",
    ]  # fmt: skip
    for name in names:
        path = tmp_path / "results" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return tmp_path / "results"


OF_REGION = [
    f"{REGION}/maps/2016.csv",
    f"{REGION}/maps/2016/a.tif",
    f"{REGION}/{REGION}.nc",
    f"report/{REGION}/page.js",
]
OF_ALL = ["catalog.json", "scores.md", "styles/soil.qml"]


def test_a_region_and_what_is_of_all_go_each_by_itself(s3, tmp_path, results):
    plan = make_plan(tmp_path, storage=STORAGE)
    upload.run(plan.upload(REGION))
    assert sorted(s3.contents("out")) == sorted(OF_REGION)
    upload.run(plan.upload("index"))
    assert sorted(s3.contents("out")) == sorted(OF_REGION + OF_ALL)
    assert all(content.decode() == name for name, content in s3.contents("out").items())


def test_the_list_tells_what_is_there_and_stays_the_same(s3, tmp_path, results, caplog):
    caplog.set_level(logging.INFO, "smen")
    plan = make_plan(tmp_path, storage=STORAGE)
    upload.run(plan.upload())
    assert "4 of 4 files put to" in caplog.text and "3 of 3 files put to" in caplog.text
    lists = {path.name: path.read_bytes() for path in (results / "uploads").iterdir()}
    told = json.loads(lists[f"{REGION}.json"])
    assert [file["name"] for file in told["files"]] == sorted(OF_REGION)
    assert told["files"][0]["size"] == len(told["files"][0]["name"])
    caplog.clear()
    upload.run(plan.upload())
    assert "0 of 4 files put to" in caplog.text and "0 of 3 files put to" in caplog.text
    assert {path.name: path.read_bytes() for path in (results / "uploads").iterdir()} == lists


def test_without_a_bucket_the_key_is_named(tmp_path):
    with pytest.raises(StorageError, match=r"set `storage\.results`"):
        upload.run(make_plan(tmp_path).upload())
