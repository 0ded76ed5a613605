"""What a training may learn from ends with its last date, and its digest tells every change of it and no other."""

from dataclasses import replace

import numpy as np
import pytest
from made_project import make_plan
from made_region import REGION, make_region

from smen.data.load import read_fields, read_samples
from smen.data.records import TEST, TRAIN, VALIDATION
from smen.data.training_part import digest_of_parts, training_part
from smen.stages import pair


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Fields and samples of a made region, training and test in one year."""
    made = make_region(tmp_path_factory.mktemp("made"))
    plan = make_plan(made.folder)
    pair.run(plan.pair(REGION, 2016))
    fields = read_fields(plan.layout, REGION, [2016])
    return fields, read_samples(plan.layout, REGION, [2016], fields)


def test_nothing_after_the_last_training_date_is_left(whole):
    fields, samples = whole
    cut, kept = training_part(fields, samples)
    last = samples.time[np.isin(samples.split, (TRAIN, VALIDATION))].max()
    assert cut.coarse_time[-1] == kept.time[-1] == last < fields.coarse_time[-1]
    assert cut.fine_time[-1] <= last and len(cut.fine) == len(cut.fine_time) < len(fields.fine)
    assert TEST in samples.split and TEST not in kept.split
    assert kept.fine.max() < len(cut.fine) and kept.fine_history.max() < len(cut.fine)
    assert kept.coarse.max() < len(cut.coarse)
    np.testing.assert_array_equal(cut.fine, fields.fine[: len(cut.fine)])


def test_samples_without_training_are_all_kept(whole):
    fields, samples = whole
    test = samples.with_split(np.full(len(samples), TEST, np.uint8))
    cut, kept = training_part(fields, test)
    assert cut is fields and len(kept) == len(samples)


def test_a_change_of_the_test_part_leaves_the_digest_and_any_of_the_training_part_changes_it(whole):
    fields, samples = whole
    digest = digest_of_parts([training_part(fields, samples)], "settings")
    later = fields.fine.copy()
    later[-1] += 0.01
    assert digest_of_parts([training_part(replace(fields, fine=later), samples)], "settings") == digest
    earlier = fields.fine.copy()
    earlier[0] += 0.01
    assert digest_of_parts([training_part(replace(fields, fine=earlier), samples)], "settings") != digest
    scenes = (frozenset({np.datetime64("2016-01-01T00:00:00")}), *fields.fine_sentinel1[1:])
    assert digest_of_parts([training_part(replace(fields, fine_sentinel1=scenes), samples)], "settings") != digest
    assert digest_of_parts([training_part(fields, samples)], "others") != digest
    part = training_part(fields, samples)
    assert digest_of_parts([part, part], "settings") != digest
