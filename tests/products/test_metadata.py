"""Texts, period and mark of simulated granules in /Metadata."""

import re

import h5py
import numpy as np
import pytest
from true_granules import COARSE_NAME, write_coarse

from smen.errors import GranuleError
from smen.grid import Window
from smen.products.metadata import GranuleMetadata
from smen.products.read import read_coarse
from smen.products.verify import verify_granule


@pytest.mark.parametrize("text", [np.bytes_, str, lambda s: np.array([s.encode()]), lambda s: np.array(s, "S24")])
def test_attribute_texts_of_any_kind(tmp_path, text):
    path = write_coarse(tmp_path / COARSE_NAME, [10], [20], 0.2, text=text)
    field = read_coarse(path, Window(120, 240, 12, 12), "SPL2SMP")
    assert field.begin == np.datetime64("2016-01-01T11:58:00.123")
    assert field.end == np.datetime64("2016-01-01T12:50:00.456")


@pytest.fixture
def metadata(tmp_path):
    """The metadata of a file that a function writes."""
    opened = []

    def make(write):
        path = tmp_path / f"{len(opened)}.h5"
        with h5py.File(path, "w") as file:
            write(file)
        opened.append(h5py.File(path))
        return GranuleMetadata(opened[-1].id, GranuleError)

    yield make
    for file in opened:
        file.close()


def extent(begin, end):
    def write(file):
        file.create_group("Metadata/Extent").attrs.update({"rangeBeginningDateTime": begin, "rangeEndingDateTime": end})

    return write


def test_a_text_in_a_dataset(metadata):
    def write(file):
        file["Metadata/Extent/description"] = "a text"
        file["Metadata/Extent/array"] = np.array([b"another"])
        file.create_group("Metadata/Extent/group")

    texts = metadata(write)
    assert texts.text("Extent", "description") == "a text"
    assert texts.text("Extent", "array") == "another"
    assert texts.text("Extent", "group") is None
    assert texts.text("Extent", "nothing") is None
    assert texts.text("Nowhere", "nothing") is None
    assert texts.text("Extent/description", "nothing") is None  # a dataset, not a group


def test_without_metadata(metadata):
    empty = metadata(lambda file: None)
    assert empty.text("Extent", "x") is None
    assert not empty.simulated
    with pytest.raises(GranuleError, match="/Metadata/Extent has no rangeBeginningDateTime"):
        empty.period()


def test_the_mark_of_simulated_granules(metadata):
    assert metadata(lambda file: file.create_group("Metadata").attrs.update(simulated="by whom")).simulated
    assert not metadata(lambda file: file.create_group("Metadata")).simulated


@pytest.mark.parametrize("text", ["2016-01-01T11:58:00.123Z", " 2016-01-01T11:58:00.123", "2016-01-01T11:58:00.1234Z"])
def test_times(metadata, text):
    begin, end = metadata(extent(text, text)).period()
    assert begin == end == np.datetime64("2016-01-01T11:58:00.123")
    assert begin.dtype == "datetime64[ms]"


@pytest.mark.parametrize(
    ("begin", "end", "words"),
    [
        ("2016-01-01", "tomorrow", "rangeEndingDateTime in /Metadata/Extent is no time: 'tomorrow'"),
        ("2016-01-02", "2016-01-01", "it begins at 2016-01-02T00:00:00.000 and ends before"),
        ("NaT", "2016-01-01", "rangeBeginningDateTime in /Metadata/Extent is no time: 'NaT'"),
    ],
)
def test_times_that_are_none(metadata, begin, end, words):
    with pytest.raises(GranuleError, match=re.escape(words)):
        metadata(extent(begin, end)).period()


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2016-12-31T23:59:60.250Z", "2017-01-01T00:00:00.250"),  # a leap second is no damage
        ("2016-12-31T23:00:00.250+00:00", "2016-12-31T23:00:00.250"),
    ],
)
def test_leap_seconds_and_time_zones(tmp_path, text, time):
    path = write_coarse(tmp_path / COARSE_NAME, [10], [20], 0.2, period=("2016-12-31T22:50:00Z", text))
    assert verify_granule(path, "SPL2SMP").end == np.datetime64(time)
    assert read_coarse(path, Window(120, 240, 12, 12), "SPL2SMP").end == np.datetime64(time)


@pytest.mark.parametrize("empty", [h5py.Empty("S10"), np.array([], "S4"), ""])
def test_empty_times_are_missing_ones(metadata, empty):
    with pytest.raises(GranuleError, match="/Metadata/Extent has no rangeEndingDateTime"):
        metadata(extent("2016-01-01", empty)).period()
