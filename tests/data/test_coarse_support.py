"""What a coarse field rests on, by hand on a line of cells."""

from dataclasses import replace

import numpy as np
from made_fields import make_fields

from smen.data.coarse_support import CoarseSupport, SupportState


def support(recommended=(), second=(), swath=60, width=60):
    masks = np.zeros((2, 1, width), bool)
    for mask, cells in zip(masks, (recommended, second), strict=True):
        mask[0, list(cells)] = True
    looked = np.arange(width)[None] < swath
    return CoarseSupport.completed(np.full((1, width), 0.2, np.float32), *masks, looked).state[0]


def test_states_by_distance_tier_and_swath():
    state = support(recommended=range(5), second=range(5, 10), swath=40)
    assert (state[:5] == SupportState.OBSERVED).all()
    assert (state[5:10] == SupportState.NOT_RECOMMENDED).all()
    # A hole is small up to 12 cells (36 km) from the last retrieval, cell 9.
    assert (state[10:22] == SupportState.FILLED).all()
    assert (state[22:40] == SupportState.COMPLETED).all()
    assert (state[40:] == SupportState.UNKNOWN).all()


def test_no_code_for_small_holes_covers_a_hundred_kilometres():
    state = support(recommended=[0, 59])  # 58 cells, 174 km, between them
    assert (state == SupportState.FILLED).sum() == 24 and (state == SupportState.COMPLETED).sum() == 34


def test_an_overpass_without_any_retrieval_tells_nothing():
    assert (support() == SupportState.UNKNOWN).all()


def test_far_from_retrievals_a_cell_has_a_value_only_where_enough_is_known():
    fields = make_fields(n=2, shape=(12, 96), origin=(1020, 2652))
    coarse = fields.coarse.copy()
    coarse[0, :, 1:] = np.nan
    unknown = np.array([[0, 0.1, 0.1, 0.6, 0.4, 0.5, 0.51, 0.1]])
    fields = replace(fields, coarse=coarse)
    second = np.zeros(unknown.shape, bool)
    found = CoarseSupport.of_overpass(fields, 0, np.full(unknown.shape, 0.2), unknown, second).state[0, ::12]
    states = ("OBSERVED", "FILLED", "COMPLETED", "UNKNOWN", "COMPLETED", "COMPLETED", "UNKNOWN", "COMPLETED")
    assert found.tolist() == [SupportState[name] for name in states]


def test_filled_is_as_methods_have_it_that_use_recommended_retrievals_alone():
    coarse = np.full((1, 40), np.nan, np.float32)
    coarse[0, :4] = 0.3
    filled = CoarseSupport.filled(coarse)
    assert filled.state[0].tolist() == [0] * 4 + [1] * 12 + [2] * 24
    np.testing.assert_allclose(filled.values[0, :16], 0.3, rtol=1e-6)
