import numpy as np
import pytest
from test_spectrum import inner, masked, red

from smen.scores.blockiness import blockiness

PHASE = (5, 3)
SHAPE = (100, 100)


def blocky(seed, phase=PHASE, nesting=12, shape=SHAPE):
    """A field of coarse cells, and its origin within the first of them."""
    values = np.random.default_rng(seed).normal(0.2, 0.05, (shape[0] // nesting + 2, shape[1] // nesting + 2))
    field = np.kron(values, np.ones((nesting, nesting)))
    return field[phase[0] : phase[0] + shape[0], phase[1] : phase[1] + shape[1]]


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


def test_neither_scale_nor_level_matters():
    field = masked(natural(1, 2.0) + 0.1 * blocky(1))
    assert blockiness(7 * field - 3, 12, PHASE) == pytest.approx(blockiness(field, 12, PHASE), rel=1e-6)


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
