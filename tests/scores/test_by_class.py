"""Scores by class against the errors of the class's cells, worked out one by one."""

import numpy as np
import pytest
from scipy.stats import norm

from smen.scores.by_class import EVERYWHERE, LEAST_CELLS, UNITS, class_scores

RNG = np.random.default_rng(4)
SHAPE = (5, 12, 15)
TRUE = RNG.uniform(0.1, 0.4, SHAPE)
DEVIATION = RNG.uniform(0.01, 0.05, SHAPE)
MEAN = TRUE + RNG.normal(0.01, 1, SHAPE) * DEVIATION
MEAN[:, :2] = np.nan
TRUE[:, :, 14] = np.nan
LEFT = np.broadcast_to(np.arange(15) < 6, SHAPE)
FEW = np.zeros(SHAPE, bool)
FEW[0, 4, :9] = True
EARLY = np.broadcast_to((np.arange(5) < 2)[:, None, None], SHAPE)
CLASSES = {"left": LEFT, "few": FEW, "early": EARLY, "rest": ~LEFT}


def rows():
    return {row["class"]: row for row in class_scores(MEAN, DEVIATION, TRUE, CLASSES)}


def test_each_class_by_hand():
    found = rows()
    judged = np.isfinite(MEAN) & np.isfinite(TRUE)
    for name, where in {EVERYWHERE: np.ones(SHAPE, bool), **CLASSES}.items():
        cells = judged & where
        if name == "few":
            assert cells.sum() < LEAST_CELLS and name not in found
            continue
        row, errors = found[name], (MEAN - TRUE)[cells]
        images = [(MEAN - TRUE)[i][cells[i]] for i in range(5) if cells[i].any()]
        assert row["share"] == pytest.approx(100 * cells.sum() / judged.sum())
        assert row["dates"] == len(images)
        assert row["ubRMSE"] == pytest.approx(np.mean([np.std(e) for e in images]))
        assert row["RMSE"] == pytest.approx(np.sqrt(np.mean(errors**2)))
        assert row["bias"] == pytest.approx(errors.mean())
        low, high = norm.interval(0.9, MEAN[cells], DEVIATION[cells])
        assert row["coverage_90"] == pytest.approx(np.mean((low <= TRUE[cells]) & (TRUE[cells] <= high)))
        assert row["spread_skill"] == pytest.approx(np.sqrt(np.mean(DEVIATION[cells] ** 2) / np.mean(errors**2)))
        assert 0 < row["crps"] < 0.1
    assert found["left"]["share"] + found["rest"]["share"] == pytest.approx(100)
    assert set(UNITS) <= set(found["left"])


def test_everywhere_comes_first_and_without_a_deviation_nothing_is_said_of_intervals():
    first, *others = class_scores(MEAN, None, TRUE, CLASSES)
    assert first["class"] == EVERYWHERE and first["share"] == 100
    assert all(np.isnan(row[name]) for row in (first, *others) for name in ("coverage_90", "crps", "spread_skill"))


def test_nothing_mapped_gives_no_rows():
    assert class_scores(np.full(SHAPE, np.nan), None, TRUE, CLASSES) == []
