"""A year's folder of rasters: what is no longer wanted goes, the list comes last and never names what is not there."""

import os
from pathlib import Path

import pytest

from smen.errors import DataError, OutputError
from smen.outputs.year_folder import digest_of, finish_folder, prepare_folder, without


def test_only_what_is_no_longer_wanted_goes_and_an_unchanged_list_keeps_its_time(tmp_path):
    folder, list_path = tmp_path / "2016", tmp_path / "2016.csv"
    prepare_folder(folder)
    for name in ("a.tif", "a.qml", "a.tif.aux.xml", "a_quality.tif", "b.tif", "b.qml"):
        (folder / name).write_text(name)
    finish_folder(folder, {"a", "a_quality"}, list_path, "map\na.tif\n")
    assert sorted(path.name for path in folder.iterdir()) == ["a.qml", "a.tif", "a.tif.aux.xml", "a_quality.tif"]
    os.utime(list_path, (1, 1))
    finish_folder(folder, {"a", "a_quality"}, list_path, "map\na.tif\n")
    assert list_path.stat().st_mtime == 1
    prepare_folder(folder)
    assert (folder / "a.tif").read_text() == "a.tif"


def test_a_list_that_says_something_else_is_gone_before_a_raster_is(tmp_path, monkeypatch):
    folder, list_path = tmp_path / "2016", tmp_path / "2016.csv"
    prepare_folder(folder)
    (folder / "b.tif").touch()
    list_path.write_text("map\nb.tif\n")

    def refuse(path, missing_ok=False, unlink=Path.unlink):
        if path.suffix == ".tif":
            raise PermissionError(13, "Permission denied")
        unlink(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(OutputError, match=r"b\.tif is of an earlier run and cannot be removed: Permission denied"):
        finish_folder(folder, set(), list_path, "map\n")
    assert not list_path.exists()
    with pytest.raises(OutputError, match="cannot be removed"):
        without(folder / "b.tif")


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "maps").write_text("a file")
    with pytest.raises(OutputError, match="maps/2016 cannot be made"):
        prepare_folder(tmp_path / "maps" / "2016")


def test_the_digest_is_that_of_all_rasters(tmp_path):
    one, other = tmp_path / "a.tif", tmp_path / "b.tif"
    one.write_bytes(b"1")
    other.write_bytes(b"2")
    first = digest_of([one, other])
    assert len(first) == 16 and first != digest_of([one])
    other.write_bytes(b"3")
    assert digest_of([one, other]) != first
    with pytest.raises(DataError, match=r"c\.tif cannot be read again"):
        digest_of([tmp_path / "c.tif"])
