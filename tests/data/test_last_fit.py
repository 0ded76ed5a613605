"""The last fit is taken again only where it was of the same inputs and all its files are whole."""

import pytest

from smen.data.last_fit import RECORD, keep_fit, take_fit


@pytest.fixture
def files(tmp_path):
    """Three files of a fit in their places."""
    paths = [tmp_path / "models" / name for name in ("a.safetensors", "a_training.csv", "a_held_out.csv")]
    for path in paths:
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"of {path.name}")
    return paths


def test_the_same_inputs_bring_the_files_back(tmp_path, files):
    keep_fit(tmp_path / "fit", "one", files)
    before = [path.read_bytes() for path in files]
    for path in files:
        path.unlink()
    assert not take_fit(tmp_path / "fit", "other", files)
    assert not any(path.exists() for path in files)
    assert take_fit(tmp_path / "fit", "one", files)
    assert [path.read_bytes() for path in files] == before


def test_a_newer_fit_takes_the_place_of_the_older(tmp_path, files):
    keep_fit(tmp_path / "fit", "one", files)
    files[0].write_text("newer")
    keep_fit(tmp_path / "fit", "two", files[:2])
    assert not take_fit(tmp_path / "fit", "one", files)
    assert {path.name for path in (tmp_path / "fit").iterdir()} == {files[0].name, files[1].name, RECORD}


@pytest.mark.parametrize("spoil", ["a_training.csv", "a.safetensors", RECORD, "gone"])
def test_a_damaged_or_missing_one_is_not_taken(tmp_path, files, spoil):
    keep_fit(tmp_path / "fit", "one", files)
    if spoil == "gone":
        (tmp_path / "fit" / "a_held_out.csv").unlink()
    else:
        (tmp_path / "fit" / spoil).write_text("[]")
    files[0].write_text("mine")
    assert not take_fit(tmp_path / "fit", "one", files)
    assert files[0].read_text() == "mine"
    assert not take_fit(tmp_path / "none", "one", files)
