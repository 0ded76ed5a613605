"""Made-up coarse fields in two tiers, with the truth: what is missing is missing for a reason."""

from dataclasses import replace

import numpy as np
from made_fields import make_fields

from smen.methods.fusion.coarse_filter import SpaceTimeModel

MODEL = SpaceTimeModel(variance=0.003, common=0.4, length=4.0, days=10.0, noise=1e-6)
STATIC_BIAS, STATIC_NOISE, RAIN, RAIN_BIAS = 0.05, 0.015, 0.06, 0.04


def make_tiers(n=260, seed=0):
    """A region of 6 x 6 coarse cells.

    Column 0 has dense vegetation and is never recommended. Now and then it rains on some of the other cells, which
    are wetter by `RAIN` on average and not recommended; on some cells the retrieval is skipped.

    Returns:
        The fields, and the true soil moisture of the coarse cells, (n, R, C).
    """
    fields = make_fields(n=n, shape=(72, 72), origin=(1020, 2652), seed=seed)
    rng = np.random.default_rng(seed)
    shape = fields.coarse.shape
    row, column = np.divmod(np.arange(shape[1] * shape[2]), shape[2])
    root = np.linalg.cholesky(MODEL.covariance(row, column))
    kept = np.exp(-1.5 / MODEL.days)
    state, departures = root @ rng.normal(size=len(row)), []
    rain, wet = np.zeros(shape, bool), np.zeros(len(row))
    for t in range(n):
        state = kept * state + np.sqrt(1 - kept**2) * (root @ rng.normal(size=len(row)))
        wet *= np.exp(-1.5 / MODEL.days)
        if t % 6 == 5:
            where = rng.random(shape[2]) < 0.5
            rain[t, :, 1:] = where[1:]
            wet += RAIN * (rain[t] * rng.uniform(0, 2, (shape[1], 1))).ravel()
        departures.append(state + wet)
    truth = 0.25 + np.array(departures).reshape(shape)
    flag = np.where(rain, 16, 0).astype(np.uint16)
    flag[:, :, 0] = 1 << 10
    uncertain = flag != 0
    second = truth + np.where(rain, RAIN_BIAS, STATIC_BIAS) + rng.normal(0, STATIC_NOISE, shape)
    second[~uncertain | (rng.random(shape) < 0.15)] = np.nan
    coarse = np.where(uncertain, np.nan, truth)
    return replace(
        fields,
        coarse=coarse.astype(np.float32),
        coarse_flag=flag,
        coarse_not_recommended=second.astype(np.float32),
    ), truth
