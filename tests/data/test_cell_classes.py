"""Classes of cells: the first three divide all, and codes have a class each."""

from dataclasses import replace

import numpy as np
from made_fields import make_fields, make_samples

from smen.data.cell_classes import BOTH, NEVER_SEEN, NO_PRODUCT, PRODUCT_ALONE, classes_of
from smen.data.quality import QualityCode
from smen.data.records import TEST

FIELDS = make_fields(n=30)
SAMPLES = make_samples(FIELDS).with_target(TEST)
SEEN = np.zeros(FIELDS.window.shape, bool)
SEEN[:, 5:] = True


def test_three_classes_divide_all_cells():
    coarse = FIELDS.coarse.copy()
    coarse[:, 0, 0] = np.nan
    found = classes_of(replace(FIELDS, coarse=coarse), SAMPLES, SEEN, None)
    parts = [found[name] for name in (BOTH, PRODUCT_ALONE, NO_PRODUCT)]
    assert (np.sum(parts, axis=0) == 1).all() and all(part.any() for part in parts)
    np.testing.assert_array_equal(found[NO_PRODUCT], np.isnan(FIELDS.fine[SAMPLES.fine]))
    assert found[PRODUCT_ALONE][:, 0, 0].any() and not found[BOTH][:, 0, 0].any()
    np.testing.assert_array_equal(found[NEVER_SEEN][0], ~SEEN)
    assert len(found) == 4


def test_each_quality_code_has_a_class():
    quality = np.full((len(SAMPLES), *FIELDS.window.shape), QualityCode.OBSERVED_HISTORY, np.uint8)
    quality[:, :3] = QualityCode.URBAN
    found = classes_of(FIELDS, SAMPLES, SEEN, quality)
    assert found["quality: urban"][:, :3].all() and not found["quality: urban"][:, 3:].any()
    assert found["quality: observed history"].sum() == (quality == QualityCode.OBSERVED_HISTORY).sum()
    assert len(found) == 4 + len(QualityCode)
