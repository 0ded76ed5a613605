"""Which methods are compared on which dates; methods that take long are left out here (see test_compare)."""

from typing import ClassVar

import numpy as np
import pytest
from made_region import REGION, TEST, TRAINING

from smen.data.records import NONE, VALIDATION
from smen.data.records import TEST as TESTED
from smen.errors import DataError
from smen.methods.interpolation import NearestNeighbour
from smen.paper import estimate_groups as module
from smen.plan.paper_jobs import DonorRegion


class Recorder(NearestNeighbour):
    """A method that records what it is fitted on."""

    fitted: ClassVar = []

    def __init__(self, label="fusion", seed=None, threads=None):
        self.label, self.seed, self.threads = label, seed, threads

    @property
    def name(self):
        return self.label

    def fit(self, fields, samples, donors=()):
        Recorder.fitted.append((self, samples, list(donors)))


@pytest.fixture
def quick(monkeypatch):
    """One baseline, a recorder in the place of the default method and of the learned baselines."""
    Recorder.fitted = []
    monkeypatch.setattr(module, "SIMPLE_BASELINES", ("nearest_neighbour",))
    monkeypatch.setattr(module, "LEARNED_BASELINES", ("forest",))
    monkeypatch.setattr(module, "FusionMethod", Recorder)
    monkeypatch.setattr(module, "learned_baseline", Recorder)
    monkeypatch.setattr(module, "load_checkpoint", lambda path, window: Recorder(path.stem))
    return Recorder


def groups(made, cases=("both",), **changes):
    return list(module.estimate_groups(made.compare(cases, **changes), made.fields))


def test_all_methods_share_the_first_group_with_every_seed(made, quick):
    (group,) = groups(made, ("both", "spatial"), learned_baselines=True)
    assert list(group.estimates) == [
        ("nearest_neighbour", 0), ("fusion", 0), ("forest", 1), ("forest", 2),
        ("smen", 1), ("smen", 2), ("smen_spatial", 1), ("smen_spatial", 2),
    ]  # fmt: skip
    assert all(estimate.shape == (len(group.samples), 48, 48) for estimate in group.estimates.values())
    assert len(group.samples) == len(made.fields.fine_time)


def test_each_size_and_seed_is_a_group_on_its_own_dates(made, quick):
    first, *drawn = groups(made, ("both", "size_3"))
    assert [list(group.estimates) for group in drawn] == [[("size_3", 1)], [("size_3", 2)]]
    assert [len(group.samples) for group in drawn] == [3 + 4, 3 + 4]
    assert drawn[0].samples.time.tolist() != drawn[1].samples.time.tolist()
    assert set(drawn[0].samples.time) < set(first.samples.time)


def test_what_has_an_early_stop_gets_held_out_dates(made, quick):
    groups(made, learned_baselines=True)
    assert [method.name for method, *_ in quick.fitted] == ["fusion", "forest", "forest"]
    assert [method.seed for method, *_ in quick.fitted] == [1, 1, 2]
    for _, samples, donors in quick.fitted:
        assert len(samples.with_target(VALIDATION)) and not donors


def test_transfer_is_trained_on_the_donor_regions_alone(made, quick):
    donor = DonorRegion(years=(2016,), training=TRAINING, test=TEST)
    (group,) = groups(made, donor_regions={REGION: donor})
    assert ("fusion_transfer", 0) in group.estimates
    method, samples, donors = quick.fitted[-1]
    assert method.name == "fusion_transfer"
    assert set(np.unique(samples.split)) == {NONE, TESTED}  # no date of its own to train on
    ((fields, donated),) = donors
    assert fields.window == made.fields.window
    assert len(donated.with_target(VALIDATION))


def test_too_few_dates_for_a_size_are_named(made, quick):
    sizes = made.given["sizes"].model_copy(update={"sizes_test": 500})
    with pytest.raises(DataError, match="Table 3 needs 500 test dates"):
        groups(made, ("size_3",), sizes=sizes)
