"""The LSTM baseline: steps, inputs and the cells that it is trained on."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from made_fields import make_fields, make_samples

from smen.data.climatology import Climatology
from smen.data.fill import residuals_of
from smen.data.records import TRAIN
from smen.errors import DataError
from smen.methods.baselines import lstm
from smen.methods.baselines.lstm import CHANNELS, Lstm, LstmMethod
from smen.methods.interpolation import smooth
from smen.methods.smen_cnn.inputs import InputBuilder
from smen.methods.smen_cnn.interface import Inputs
from smen.methods.smen_cnn.normalisation import Normalisation
from smen.methods.smen_cnn.recipe import TrainingRecipe

NORMALISATION = Normalisation(0.2, 0.05, 0.03)


@pytest.fixture(scope="module")
def world():
    fields = make_fields(n=40, shape=(24, 30), noise=0.003)
    return fields, make_samples(fields)


def builder_of(fields, samples):
    climatology = Climatology.of(residuals_of(fields, samples.with_target(TRAIN).fine))
    return InputBuilder(fields, samples, climatology, NORMALISATION)


def random_inputs(frames=5, size=(2, 3, 4)):
    generator = torch.Generator().manual_seed(0)
    residual = torch.randn(size[0], frames, *size[1:], generator=generator)
    coarse = torch.randn(size, generator=generator)
    age = torch.rand(size[0], frames, generator=generator) * 20
    return Inputs(coarse, coarse > -1, residual, residual > -1, age, 0.1 * coarse)


def awake(network):
    """The network with an output layer that is not zero."""
    torch.manual_seed(1)
    torch.nn.init.normal_(network.output.weight)
    return network.eval()


def test_an_untrained_network_returns_its_coarse_field():
    inputs = random_inputs()
    assert torch.equal(Lstm(3, 2)(inputs), inputs.coarse)


def test_each_cell_by_itself():
    network, inputs = awake(Lstm(3, 2)), random_inputs()
    whole = network(inputs)
    one = Inputs(*(t[..., 1:2, 2:3] if t.ndim > 2 else t for t in inputs))
    torch.testing.assert_close(network(one)[:, 0, 0], whole[:, 1, 2], rtol=0, atol=1e-6)
    other = inputs.residual.clone()
    other[:, :, 0, 0] += 1
    changed = network(inputs._replace(residual=other))
    assert (changed != whole).nonzero()[:, 1:].unique(dim=0).tolist() == [[0, 0]]


def test_the_steps_in_order():
    """Residuals oldest first, then coarse differences oldest first, then the present; by the channels it is given."""
    network, inputs = Lstm(2, 3), random_inputs(5, (1, 1, 1))
    given = []
    network.memory.register_forward_pre_hook(lambda module, arguments: given.append(arguments[0]))
    network(inputs)
    (steps,) = (tensor.detach() for tensor in given)
    assert steps.shape == (6, 1, CHANNELS)
    value, valid, age, is_residual, coarse, climatology = steps[:, 0].unbind(-1)
    order = [1, 0, 4, 3, 2]
    torch.testing.assert_close(value, torch.cat([inputs.residual[0, order, 0, 0], torch.zeros(1)]))
    torch.testing.assert_close(age, torch.log1p(torch.cat([inputs.age[0, order], torch.zeros(1)])))
    assert is_residual.tolist() == [1, 1, 0, 0, 0, 0]
    assert valid[:5].bool().tolist() == inputs.residual_valid[0, order, 0, 0].tolist()
    assert (coarse == inputs.coarse.item()).all() and (climatology == inputs.climatology.item()).all()


def test_another_number_of_frames_is_refused():
    with pytest.raises(DataError, match="fitted on 3 residuals and 1 earlier coarse fields, and the samples hold 5"):
        Lstm(3, 1)(random_inputs(5))


def test_inputs_by_hand(world):
    fields, samples = world
    coarse = fields.coarse.copy()
    coarse[18] = np.nan
    inputs = LstmMethod().inputs(builder_of(replace(fields, coarse=coarse), samples), 20)
    now, before = smooth(fields.coarse[20], fields), smooth(fields.coarse[19], fields)
    np.testing.assert_allclose(inputs.coarse[0], (now - 0.2) / 0.05, atol=1e-5)
    np.testing.assert_allclose(inputs.residual[0, 4], (before - now) / 0.05, atol=1e-5)
    assert not inputs.residual[0, 5].any() and not inputs.residual_valid[0, 5].any()
    np.testing.assert_allclose(inputs.age[0, 4:], 1.5 * np.arange(1, 7))
    # Fine fields at every second overpass, ready within hours: the latest is that of 3 days ago.
    np.testing.assert_allclose(inputs.age[0, :4], [3, 6, 9, 12])
    frame = (fields.fine[9] - fields.coarse_at(18)) / 0.03
    whole = LstmMethod().inputs(builder_of(fields, samples), 20)
    valid = whole.residual_valid[0, 0].numpy()
    np.testing.assert_array_equal(valid, np.isfinite(frame))
    np.testing.assert_allclose(whole.residual[0, 0].numpy()[valid], frame[valid], atol=1e-5)


def test_before_the_first_earlier_field_all_frames_are_missing(world):
    inputs = LstmMethod().inputs(builder_of(*world), 0)
    assert not inputs.residual_valid.any() and not inputs.age.any() and not inputs.residual[0, 4:].any()


def test_training_cells_are_valid_ones_with_their_inputs(world, monkeypatch):
    monkeypatch.setattr(lstm, "CELLS", 50)
    fields, samples = world
    training = samples.with_target(TRAIN)
    method, builder = LstmMethod(TrainingRecipe(seed=3)), builder_of(fields, training)
    drawn = method.batch(builder, leave_out=False)
    assert drawn.target.shape == (len(training), 50, 1) and torch.isfinite(drawn.target).all()
    assert drawn.inputs.residual.shape == (len(training), 10, 50, 1)
    whole = method.inputs(builder, 2)
    pairs = {(c, t) for c, t in zip(whole.coarse.flatten().tolist(), builder.target(2).flatten().tolist(), strict=True)}
    taken = zip(drawn.inputs.coarse[2].flatten().tolist(), drawn.target[2].flatten().tolist(), strict=True)
    assert set(taken) <= pairs


def test_the_seed_draws_the_cells(world, monkeypatch):
    monkeypatch.setattr(lstm, "CELLS", 50)
    fields, samples = world
    builder = builder_of(fields, samples.with_target(TRAIN))
    first, again, other = (LstmMethod(TrainingRecipe(seed=s)).batch(builder, leave_out=False).target for s in (1, 1, 2))
    assert torch.equal(first, again) and not torch.equal(first, other)


def test_dates_with_few_cells_have_some_twice_and_those_without_are_left_out(world, monkeypatch):
    monkeypatch.setattr(lstm, "CELLS", 50)
    fields, samples = world
    training = samples.with_target(TRAIN)
    fine = fields.fine.copy()
    fine[training.fine[1]] = np.nan
    fine[training.fine[2]] = np.nan
    fine[training.fine[2], 3, :2] = [0.25, 0.5]
    holed = replace(fields, fine=fine)
    batch = LstmMethod().batch(builder_of(holed, training), leave_out=False)
    assert len(batch) == len(training) - 1
    assert set(batch.target[1].flatten().tolist()) == {0.25, 0.5}
    nothing = replace(fields, fine=np.full_like(fine, np.nan))
    empty = InputBuilder(nothing, training, builder_of(fields, training).climatology, NORMALISATION)
    assert LstmMethod().batch(empty, leave_out=False) is None


def test_a_map_does_not_depend_on_its_neighbours(world, monkeypatch):
    monkeypatch.setattr(lstm, "CELLS", 64)
    fields, samples = world
    method = LstmMethod(TrainingRecipe(epochs=1, learning_rate=3e-3, threads=1))
    method.fit(fields, samples)
    fine = fields.fine.copy()
    fine[:, :, :10] += 0.1
    row = samples.select(samples.time == samples.time[-1])
    before, after = (method.predict(f, row).mean[0] for f in (fields, replace(fields, fine=fine)))
    np.testing.assert_allclose(before[:, 10:], after[:, 10:], atol=1e-6)
    assert (before != after)[:, :10].any()
