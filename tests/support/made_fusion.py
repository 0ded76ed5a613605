"""The default method fitted to made fields, and the features of one of their overpasses."""

from functools import cache

import numpy as np
from made_fields import make_fields, make_samples

from smen.data.records import TEST
from smen.methods.fusion.coarse_history import CoarseHistory
from smen.methods.fusion.feature_builder import FeatureBuilder
from smen.methods.fusion.fusion_method import FusionMethod
from smen.methods.fusion.pattern import PatternEstimator
from smen.methods.fusion.pattern_sums import PatternSums
from smen.methods.fusion.training_set import TrainingSet

FIELDS = make_fields(n=60)
SAMPLES = make_samples(FIELDS)
DONOR = make_fields(n=60, seed=9)
DONOR_SAMPLES = make_samples(DONOR)

OWN_COARSE = FIELDS.coarse_at(slice(None, None, 2))
"""Coarse fields of the half-orbits with a fine field."""


def pattern_of(residual, wetness):
    """Estimate the pattern of some dates, (n, H, W) each."""
    sums = PatternSums.of(residual, wetness)
    return PatternEstimator.of(sums).pattern(sums)


PATTERN = pattern_of(FIELDS.fine - OWN_COARSE, OWN_COARSE - 0.2)

NO_TRAINING = SAMPLES.with_split(np.where(SAMPLES.split == TEST, TEST, 0).astype(np.uint8))
"""The samples of a region without training dates."""


def fitted(fields=FIELDS, samples=SAMPLES, donors=(), **options):
    """Fit the method."""
    method = FusionMethod(options=options)
    method.fit(fields, samples, donors)
    return method


@cache
def default_method():
    """Return the method fitted to `FIELDS`, one for all tests: do not change it."""
    return fitted()


@cache
def retrospective_method():
    """Return the method fitted to `FIELDS` for both modes, one for all tests: do not change it."""
    method = FusionMethod(retrospective=True)
    method.fit(FIELDS, SAMPLES)
    return method


@cache
def training_set(seed=0):
    """Return the training set of `FIELDS`."""
    return TrainingSet.of(FIELDS, SAMPLES, seed)


@cache
def donor_set(seed=0):
    """Return the training set of `DONOR`."""
    return TrainingSet.of(DONOR, DONOR_SAMPLES, seed)


def builder_of(fields=FIELDS, mean=0.2, **changes):
    """Return a builder of features with a usual coarse field of 0.2 m3/m3."""
    history = CoarseHistory.of(fields, np.zeros(fields.coarse.shape[1:]))
    given = {
        "mean_coarse": None if mean is None else np.full(fields.coarse.shape[1:], mean),
        "relative_noise": np.ones(fields.window.shape, np.float32),
        "wetness_range": (-0.1, 0.1),
    }
    return FeatureBuilder(fields, history, **given | changes)


def score(prediction, fields, samples):
    """Return ubRMSE and bias of estimates against the fine fields, m3/m3."""
    difference = prediction.mean - fields.fine[samples.fine]
    return np.nanmean(np.nanstd(difference, axis=(1, 2))), np.nanmean(difference)
