"""Files that are not there or damaged are named, with the stage to run."""

import json

import pytest

from smen.data.readable import written_by
from smen.errors import DataError


def read(path):
    with written_by(path, "choose"):
        return json.loads(path.read_text())["chosen"].upper()


def test_what_is_whole_is_read(tmp_path):
    path = tmp_path / "a.json"
    path.write_text('{"chosen": "fusion"}')
    assert read(path) == "FUSION"


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DataError, match=r"a\.json is not there: run the stage choose$"):
        read(tmp_path / "a.json")


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"chosen": 1}'])
def test_a_damaged_file_is_named(tmp_path, text):
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(DataError, match=r"a\.json is damaged \(.*\): run the stage choose again$"):
        read(tmp_path / "a.json")
