"""What baselines that are networks share: fit, predict, and the batches of their dates."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
import torch
from made_fields import make_fields
from torch import nn

from smen.data.records import MISSING, TRAIN
from smen.errors import DataError
from smen.methods.baselines.trained_network import NetworkBaseline
from smen.methods.interpolation import NearestNeighbour
from smen.methods.smen_cnn.interface import Network
from smen.methods.smen_cnn.recipe import TrainingRecipe

QUICK = TrainingRecipe(epochs=3, threads=1, learning_rate=0.05, schedule="constant", device="cpu")


class Offset(Network):
    """The coarse field plus one weight."""

    def __init__(self):
        super().__init__(history=0)
        self.weight = nn.Parameter(torch.zeros(()))

    def forward(self, inputs):
        return inputs.coarse + self.weight


@dataclass
class OffsetBaseline(NetworkBaseline):
    """The smallest baseline."""

    name: str = "offset"

    def network(self, samples):
        return Offset()

    def inputs(self, builder, row, *, leave_out=False):
        return builder.inputs(row, leave_out=leave_out)


@pytest.fixture(scope="module")
def wet():
    """Fields whose fine field is the coarse one, 0.02 m3/m3 wetter."""
    fields = make_fields(n=30, shape=(24, 24))
    own = fields.coarse_at(np.searchsorted(fields.coarse_time, fields.fine_time))
    return replace(fields, fine=np.where(np.isnan(fields.fine), np.nan, own + np.float32(0.02)).astype(np.float32))


@pytest.fixture(scope="module")
def fitted(wet, samples_of_wet):
    method = OffsetBaseline(replace(QUICK, epochs=30))
    method.fit(wet, samples_of_wet)
    return method


@pytest.fixture(scope="module")
def samples_of_wet(wet):
    from made_fields import make_samples

    return make_samples(wet)


def test_it_learns_the_offset(wet, samples_of_wet, fitted):
    """The loss is the RMSE, which sees the mean of an image; that of the paper would not."""
    error = fitted.predict(wet, samples_of_wet).mean - wet.coarse_at(samples_of_wet.coarse)
    np.testing.assert_allclose(error, 0.02, atol=0.004)
    assert fitted.epochs[-1]["train"] < 0.3 * fitted.epochs[0]["train"]


def test_maps_lie_where_the_coarse_field_is_known(wet, samples_of_wet, fitted):
    coarse = wet.coarse.copy()
    coarse[2] = np.nan
    holed = replace(wet, coarse=coarse)
    rows = samples_of_wet.select(slice(0, 4))
    rows = replace(rows, coarse=np.where(np.arange(4) == 1, MISSING, rows.coarse))
    mean = fitted.predict(holed, rows).mean
    np.testing.assert_array_equal(np.isfinite(mean), np.isfinite(NearestNeighbour().predict(holed, rows).mean))
    assert np.isnan(mean[[1, 2]]).all() and np.isfinite(mean[[0, 3]]).all()


def test_the_recipe_is_recorded_without_auto(fitted):
    assert "auto" not in (fitted.training.device, fitted.training.precision, fitted.training.kernels)


def test_its_batch_holds_all_dates_without_their_own_targets(wet, samples_of_wet):
    seen = []

    class Spying(OffsetBaseline):
        def inputs(self, builder, row, *, leave_out=False):
            seen.append((builder, row, leave_out))
            return super().inputs(builder, row, leave_out=leave_out)

    Spying(replace(QUICK, epochs=1)).fit(wet, samples_of_wet)
    training = samples_of_wet.with_target(TRAIN)
    first = seen[0][0]
    mine = [(row, leave_out) for builder, row, leave_out in seen if builder is first]
    assert mine == [(row, True) for row in range(len(training))]
    assert not any(leave_out for builder, _, leave_out in seen if builder is not first)


def test_what_it_refuses(wet, samples_of_wet, fitted):
    with pytest.raises(DataError, match="the method 'offset' is not fitted"):
        OffsetBaseline().predict(wet, samples_of_wet)
    with pytest.raises(DataError, match="train it for this region"):
        fitted.predict(make_fields(origin=(1022, 2650), shape=(24, 24)), samples_of_wet)
    with pytest.raises(TypeError, match="abstract"):
        NetworkBaseline()
