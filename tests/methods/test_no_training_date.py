from dataclasses import replace

import numpy as np
import pytest

from smen.data.records import NONE, TEST, TRAIN
from smen.errors import DataError
from smen.methods.fusion.fusion_method import FusionMethod
from smen.methods.no_training_date import no_training_date


def test_it_counts_what_is_there(fields, samples):
    """All is there but a date whose field covers enough of the window: it says how much the best one covers."""
    training = samples.with_split(np.full(len(samples), TRAIN, np.uint8))
    said = no_training_date(fields, training)
    best = np.isfinite(fields.fine).mean(axis=(1, 2)).max()
    retrieved = sum(np.isfinite(fields.coarse[i]).any() for i in samples.coarse)
    assert f"of its {len(samples)} half-orbits {retrieved} have a coarse retrieval" in said
    assert f"covers at most {100 * best:.0f} % of it. Widen periods.training, or lower samples.minimum_coverage" in said


def test_without_retrievals_all_successful_ones_may_help(fields, samples):
    training = samples.with_split(np.full(len(samples), TRAIN, np.uint8))
    blind = replace(fields, coarse=np.full_like(fields.coarse, np.nan))
    said = no_training_date(blind, training)
    assert "half-orbits 0 have a coarse retrieval" in said and "products.quality: successful" in said
    assert "minimum_coverage" not in said


def test_without_scenes_a_longer_period_helps(fields, samples):
    training = samples.with_split(np.full(len(samples), TRAIN, np.uint8))
    said = no_training_date(replace(fields, fine=np.full_like(fields.fine, np.nan)), training)
    assert "0 a 3 km field, which covers at most 0 % of it. Widen periods.training;" in said


@pytest.mark.parametrize("split", [NONE, TEST])
def test_a_period_without_half_orbits_is_said_by_the_method(fields, samples, split):
    with pytest.raises(DataError, match=r"of its 0 half-orbits 0 have a coarse retrieval .*fusion\.learn_from"):
        FusionMethod().fit(fields, samples.with_split(np.full(len(samples), split, np.uint8)))
