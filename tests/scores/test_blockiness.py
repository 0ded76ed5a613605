import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_textures import blocky as made_blocky
from made_textures import inner, masked, red

from smen.scores.blockiness import blockiness

PHASE = (5, 3)
SHAPE = (100, 100)


def blocky(seed, phase=PHASE, coarse_factor=12):
    return made_blocky(seed, phase, coarse_factor, SHAPE)


def natural(seed, slope):
    return 0.05 * inner(red(seed, slope, SHAPE))


@pytest.mark.parametrize("slope", [0.0, 2.0, 4.0])
@pytest.mark.parametrize("view", [np.asarray, masked])
def test_a_field_without_blocks_has_about_one(slope, view):
    found = [blockiness(view(natural(seed, slope)), 12, (seed % 12, seed // 12)) for seed in range(60)]
    assert 0.6 < np.mean(found) < 1.45


@pytest.mark.parametrize("view", [np.asarray, masked])
def test_blocks_stick_out(view):
    found = [blockiness(view(blocky(seed)), 12, PHASE) for seed in range(10)]
    assert min(found) > 50
    assert np.mean(found) > 300


def test_blocks_that_show_through_detail_are_seen():
    alone = [blockiness(natural(seed, 3.0), 12, PHASE) for seed in range(10)]
    under = [blockiness(natural(seed, 3.0) + 0.2 * blocky(seed), 12, PHASE) for seed in range(10)]
    assert np.mean(under) > 10 * np.mean(alone)


def test_a_wrong_phase_misses_them_as_the_docstring_says():
    right = np.mean([blockiness(blocky(seed), 12, PHASE) for seed in range(10)])
    wrong = [np.mean([blockiness(blocky(seed), 12, (5 + k, 3 + k)) for seed in range(10)]) for k in range(1, 12)]
    assert max(wrong) < right / 20


def test_rows_and_columns_count_alike():
    field = natural(1, 2.0) + 0.1 * blocky(1)
    assert blockiness(field.T, 12, PHASE[::-1]) == pytest.approx(blockiness(field, 12, PHASE))
    rows_only = np.repeat(blocky(2)[:, :1], SHAPE[1], axis=1)
    assert blockiness(rows_only, 12, PHASE) > 50


@settings(max_examples=25)
@given(st.floats(0.01, 100), st.floats(-5, 5))
def test_neither_scale_nor_level_matters(factor, level):
    field = masked(natural(1, 2.0) + 0.1 * blocky(1))
    assert blockiness(factor * field + level, 12, PHASE) == pytest.approx(blockiness(field, 12, PHASE), rel=1e-6)
    assert blockiness(-field, 12, PHASE) == pytest.approx(blockiness(field, 12, PHASE), rel=1e-9)


def test_cells_of_nine_km():
    assert np.mean([blockiness(blocky(seed, (1, 2), 3), 3, (1, 2)) for seed in range(10)]) > 20


def test_an_empty_margin_does_not_shift_the_edges():
    field = blocky(4)
    field[:7] = np.nan
    field[:, :10] = np.nan
    assert blockiness(field, 12, PHASE) > 50


@pytest.mark.parametrize(
    "field",
    [np.full(SHAPE, np.nan), np.full(SHAPE, 0.2), blocky(1)[:40, :40], blocky(1)[:1, :1]],
    ids=["empty", "flat", "small", "one cell"],
)
def test_what_cannot_be_judged_is_no_number(field):
    assert np.isnan(blockiness(field, 12, PHASE))
