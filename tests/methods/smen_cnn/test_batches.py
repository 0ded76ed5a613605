"""Inputs and targets of many dates."""

import numpy as np
import torch
from made_batches import batch

from smen.data.climatology import Climatology
from smen.data.fill import residuals_of
from smen.data.records import TEST, TRAIN
from smen.methods.smen_cnn.batches import Batch, gather
from smen.methods.smen_cnn.inputs import InputBuilder
from smen.methods.smen_cnn.normalisation import Normalisation


def builder_of(fields, samples):
    climatology = Climatology.of(residuals_of(fields, samples.fine))
    return InputBuilder(fields, samples, climatology, Normalisation(0.2, 0.05, 0.04))


def test_a_batch_has_one_row_per_date(fields, samples):
    training = samples.with_target(TRAIN)
    builder = builder_of(fields, training)
    gathered = gather(builder, builder.inputs)
    assert len(gathered) == len(training) == len(gathered.inputs.coarse)
    np.testing.assert_array_equal(gathered.target, fields.fine[training.fine])
    for row in (0, len(training) - 1):
        alone = builder.inputs(row)
        assert all(torch.equal(many[row], one[0]) for many, one in zip(gathered.inputs, alone, strict=True))


def test_other_inputs_than_the_builders(fields, samples):
    builder = builder_of(fields, samples.with_target(TEST))
    rows = []

    def inputs_of(row):
        rows.append(row)
        return builder.inputs(0)

    gathered = gather(builder, inputs_of)
    assert rows == list(range(len(builder.samples)))
    assert torch.equal(gathered.inputs.coarse[0], gathered.inputs.coarse[-1])
    assert not torch.equal(gathered.target[0], gathered.target[-1])


def test_without_dates_there_is_no_batch(fields, samples):
    training = samples.with_target(TRAIN)
    builder = InputBuilder(
        fields, training.select(slice(0, 0)), Climatology.of(residuals_of(fields, training.fine)), Normalisation()
    )
    assert gather(builder, builder.inputs) is None


def test_concatenation_keeps_the_order():
    parts = [batch(n=2, seed=1), batch(n=1, seed=2), batch(n=3, seed=3)]
    joined = Batch.concatenated(parts)
    assert len(joined) == 6
    assert torch.equal(joined.inputs.residual[2], parts[1].inputs.residual[0])
    assert torch.equal(joined.target[3:].nan_to_num(), parts[2].target.nan_to_num())


def test_on_another_device():
    moved = batch(n=2).to(torch.device("meta"))
    assert moved.target.device.type == moved.inputs.age.device.type == "meta" and len(moved) == 2
