"""The metrics say what the libraries say that the field uses: pytesmo and scikit-learn."""

import numpy as np
import pytesmo.metrics as pytesmo
import pytest
from sklearn import metrics as sklearn

from smen.scores.metrics import METRICS, bias, pearson_r, rmse, ubrmse
from smen.scores.vectorised import by_column

RNG = np.random.default_rng(8)
TARGET = RNG.uniform(0.02, 0.5, (25, 40))
ESTIMATE = 0.6 * TARGET + RNG.normal(0.05, 0.04, TARGET.shape)
ESTIMATE[:, ::7] = np.nan
TARGET[3:5] = np.nan
VALID = np.isfinite(ESTIMATE) & np.isfinite(TARGET)
THEIRS = {"bias": pytesmo.bias, "rmse": pytesmo.rmsd, "ubrmse": pytesmo.ubrmsd, "r": pytesmo.pearson_r}


@pytest.mark.parametrize("name", METRICS)
def test_pytesmo(name):
    assert METRICS[name](ESTIMATE, TARGET) == pytest.approx(THEIRS[name](ESTIMATE[VALID], TARGET[VALID]), abs=1e-6)


@pytest.mark.parametrize("name", METRICS)
def test_pytesmo_over_time_at_each_cell(name):
    found = by_column(METRICS[name], ESTIMATE, TARGET)
    for column in np.flatnonzero(VALID.any(axis=0)):
        kept = VALID[:, column]
        theirs = THEIRS[name](ESTIMATE[kept, column], TARGET[kept, column])
        assert found[column] == pytest.approx(theirs, abs=1e-6)


def test_scikit_learn():
    x, y = ESTIMATE[VALID], TARGET[VALID]
    assert rmse(ESTIMATE, TARGET) == pytest.approx(sklearn.root_mean_squared_error(y, x), abs=1e-6)
    centred = sklearn.root_mean_squared_error(y - y.mean(), x - x.mean())
    assert ubrmse(ESTIMATE, TARGET) == pytest.approx(centred, abs=1e-6)
    # R2 of a least-squares line is the square of the correlation; explained variance leaves the bias out.
    line = np.polynomial.Polynomial.fit(x, y, 1)(x)
    assert pearson_r(ESTIMATE, TARGET) ** 2 == pytest.approx(sklearn.r2_score(y, line), abs=1e-6)
    unexplained = (1 - sklearn.explained_variance_score(y, x)) * np.var(y)
    assert bias(ESTIMATE, TARGET) ** 2 == pytest.approx(sklearn.mean_squared_error(y, x) - unexplained, abs=1e-6)
