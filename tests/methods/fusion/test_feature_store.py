"""Features on disk are those that were in memory."""

from dataclasses import fields

import numpy as np
import pytest

from smen.errors import OutputError
from smen.methods.fusion.feature_store import FeatureStore
from smen.methods.fusion.overpass_features import OverpassFeatures


def features(number):
    rng = np.random.default_rng(number)
    shapes = {"features": (5, 6, 7), "masks": (4, 6, 7), "variance_predictors": (3, 6, 7)}
    return OverpassFeatures(
        **{f.name: rng.normal(size=shapes.get(f.name, (6, 7))).astype(np.float32) for f in fields(OverpassFeatures)}
    )


def same(a, b):
    return all(np.array_equal(getattr(a, f.name), getattr(b, f.name)) for f in fields(OverpassFeatures))


@pytest.mark.parametrize("in_memory", [0, 5000, 10**9])
def test_what_is_taken_out_is_what_was_put_in(in_memory):
    made = [features(number) for number in range(4)]
    store = FeatureStore(iter(made), in_memory)
    assert len(store) == 4
    assert all(map(same, store, made)) and all(map(same, store, made))  # twice
    assert same(store[-1], made[-1]) and all(map(same, store[1:3], made[1:3]))
    with pytest.raises(IndexError):
        store[4]


def test_nothing_is_left_on_disk_even_while_the_store_is_used(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    store = FeatureStore([features(0), features(1)], in_memory=3000)
    assert not list(tmp_path.iterdir())  # the file has no name: what a killed process held is gone with it
    assert same(store[1], features(1))


def test_a_folder_without_room_is_said_with_what_to_do(monkeypatch):
    def full():
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.TemporaryFile", full)
    with pytest.raises(OutputError, match=r"no room for features in .*: No space left on device.*TMPDIR"):
        FeatureStore([features(0)], in_memory=0)
