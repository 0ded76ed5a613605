"""Training: reproducible, stopped early, and what it refuses."""

import logging
import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from made_batches import SMALL, batch
from torch import nn

from smen.errors import DataError
from smen.methods.smen_cnn import Network, build_network
from smen.methods.smen_cnn.batches import Batch
from smen.methods.smen_cnn.losses import ubrmse_loss
from smen.methods.smen_cnn.normalisation import Normalisation
from smen.methods.smen_cnn.training import _random_flips, train

NORMALISATION = Normalisation(0.2, 0.05, 0.05)


def trained(recipe, validation_batch=None, seed=0):
    torch.manual_seed(seed)
    network = build_network("smen", 4)
    rows = train(network, NORMALISATION, batch(), validation_batch, recipe)
    return network, rows


def same_weights(first, second):
    other = second.state_dict()
    return all(torch.equal(value, other[name]) for name, value in first.state_dict().items())


class Scripted(Network):
    """A network of one weight, whose estimate is the weight times the coarse field."""

    def __init__(self, weight=0.0):
        super().__init__(4)
        self.weight = nn.Parameter(torch.tensor(weight))

    def forward(self, inputs):
        return self.weight * inputs.coarse


def scripted_batch(factor, **options):
    """A batch whose target is a multiple of the coarse field."""
    made = batch(**options)
    return Batch(made.inputs, factor * made.inputs.coarse)


def test_the_same_bytes_for_the_same_inputs():
    first, rows = trained(SMALL, batch(seed=1))
    second, rows_again = trained(SMALL, batch(seed=1))
    assert rows == rows_again
    assert same_weights(first, second)
    other, _ = trained(replace(SMALL, seed=1), batch(seed=1))
    assert not torch.equal(other.g.weight, first.g.weight)


def test_the_state_of_the_process_does_not_matter():
    first, _ = trained(SMALL)
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    torch.rand(17)
    second, _ = trained(SMALL)
    torch.set_num_threads(before)
    assert same_weights(first, second)


def test_the_recipes_threads_are_used_and_the_process_keeps_its_own():
    seen = []

    def loss(estimate, target, valid):
        seen.append(torch.get_num_threads())
        return ubrmse_loss(estimate, target, valid)

    before = torch.get_num_threads()
    train(Scripted(), Normalisation(), batch(), None, replace(SMALL, threads=3, epochs=1), loss)
    assert set(seen) == {3} and torch.get_num_threads() == before


def test_it_learns():
    _, rows = trained(replace(SMALL, epochs=40, learning_rate=3e-3))
    assert rows[-1]["train"] < 0.5 * rows[0]["train"]
    assert np.isnan(rows[-1]["validation"])


def test_an_epoch_by_hand():
    """One step of Adam by all dates at once: of the learning rate, against the gradient's sign."""
    training_batch = scripted_batch(1.0)
    network = Scripted(0.5)
    recipe = replace(SMALL, epochs=1, batch=5, learning_rate=0.01, schedule="constant")
    rows = train(network, Normalisation(0.0, 2.0, 1.0), training_batch, None, recipe)
    # The estimate is 2 x 0.5 x coarse and the target coarse: no error at first, and a kink of the loss.
    assert rows[0]["train"] == pytest.approx(0, abs=1e-6)
    network = Scripted(0.0)
    rows = train(network, Normalisation(0.0, 2.0, 1.0), training_batch, None, recipe)
    deviations = training_batch.target.numpy().std(axis=(1, 2), dtype=np.float64)
    assert rows[0]["train"] == pytest.approx(deviations.mean(), rel=1e-5)
    assert network.weight.item() == pytest.approx(0.01, rel=1e-4)


def test_the_loss_of_an_epoch_is_the_mean_over_dates():
    """Of five dates in batches of two: the last batch of one counts for one."""
    training_batch = scripted_batch(1.0)
    rows = train(Scripted(), Normalisation(), training_batch, None, replace(SMALL, epochs=1, learning_rate=1e-12))
    deviations = training_batch.target.numpy().std(axis=(1, 2), dtype=np.float64)
    assert rows[0]["train"] == pytest.approx(deviations.mean(), rel=1e-5)


def test_the_validation_loss_by_hand():
    validation_batch = scripted_batch(1.0, n=3, seed=1)
    validation_batch.target[1] = torch.nan
    validation_batch.target[1, 0, 0] = 0.3  # one cell: the date does not count
    recipe = replace(SMALL, epochs=1, learning_rate=1e-12)
    rows = train(Scripted(), Normalisation(), scripted_batch(1.0), validation_batch, recipe)
    deviations = validation_batch.target[[0, 2]].numpy().std(axis=(1, 2), dtype=np.float64)
    assert rows[0]["validation"] == pytest.approx(deviations.mean(), rel=1e-5)


def test_early_stop_restores_the_best_weights():
    # Training pulls the weight to 1, validation wants -1: the first epoch is the best one.
    network = Scripted()
    recipe = replace(SMALL, epochs=50, patience=4, learning_rate=0.01, schedule="constant")
    rows = train(network, Normalisation(), scripted_batch(1.0), scripted_batch(-1.0), recipe)
    assert [r["epoch"] for r in rows] == [1, 2, 3, 4, 5]
    assert [r["best"] for r in rows] == [True, False, False, False, False]
    # Adam's first three steps (five dates by two) are of about the learning rate each.
    assert network.weight.item() == pytest.approx(0.03, rel=0.05)
    assert not network.training


def test_patience_counts_from_the_last_improvement():
    # The validation wants 0.1: losses fall until the weight, 0.03 an epoch, has passed it.
    recipe = replace(SMALL, epochs=50, patience=3, learning_rate=0.01, schedule="constant")
    rows = train(Scripted(), Normalisation(), scripted_batch(1.0), scripted_batch(0.1), recipe)
    best = [row["epoch"] for row in rows if row["best"]]
    assert best == [1, 2, 3]
    assert len(rows) == 6


def test_without_patience_all_epochs_are_run():
    recipe = replace(SMALL, epochs=6, patience=None)
    assert len(trained(recipe, batch(seed=1))[1]) == 6


@pytest.mark.parametrize("cells", [0, 1])
def test_validation_without_two_valid_cells_is_none(cells):
    check = batch()
    target = torch.full_like(check.target, torch.nan)
    target[:, 0, :cells] = 0.2
    _, rows = trained(replace(SMALL, patience=1), Batch(check.inputs, target))
    assert len(rows) == 3 and all(np.isnan(r["validation"]) and r["best"] for r in rows)


def test_no_validation_date_is_no_validation():
    empty = batch(n=1)
    empty = Batch(empty.inputs.rows(torch.tensor([], dtype=torch.long)), empty.target[:0])
    with_empty, without = trained(SMALL, empty), trained(SMALL)
    assert same_weights(with_empty[0], without[0])


@pytest.mark.parametrize("schedule", ["constant", "cosine"])
def test_the_learning_rate_of_each_epoch_is_recorded(schedule):
    recipe = replace(SMALL, schedule=schedule)
    rows = trained(recipe)[1]
    assert [r["learning_rate"] for r in rows] == [recipe.learning_rate_of(epoch) for epoch in (1, 2, 3)]


def test_bfloat16_and_flips_run_and_repeat():
    recipe = replace(SMALL, precision="bfloat16", augment_flips=True)
    first, rows = trained(recipe, batch(seed=1))
    second, _ = trained(recipe, batch(seed=1))
    assert all(np.isfinite(r["train"]) for r in rows)
    assert all(v.dtype in (torch.float32, torch.int64) for v in first.state_dict().values())
    assert same_weights(first, second)


def test_flips_mirror_target_and_inputs_alike():
    """A network that multiplies cell by cell sees no difference; if the target alone were mirrored, it would."""
    recipe = replace(SMALL, epochs=2, schedule="constant")
    losses = [
        [row["train"] for row in train(Scripted(), Normalisation(), scripted_batch(1.0, n=1), None, each)]
        for each in (recipe, replace(recipe, augment_flips=True))
    ]
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)


def test_flips_are_drawn_for_each_axis():
    generator = torch.Generator().manual_seed(0)
    drawn = [_random_flips(generator) for _ in range(400)]
    assert set(drawn) == {(), (-2,), (-1,), (-2, -1)}
    assert all(60 < drawn.count(axes) < 140 for axes in set(drawn))  # 100 expected, standard deviation 9


def test_no_date_to_train_on_is_an_error():
    nothing = batch(n=1)
    nothing = Batch(nothing.inputs.rows(torch.tensor([], dtype=torch.long)), nothing.target[:0])
    with pytest.raises(DataError, match="no date to train on"):
        train(build_network("smen", 4), Normalisation(), nothing, None, SMALL)


def test_divergence_is_an_error():
    wild = batch()
    wild.target[0, 0, :2] = 1e38
    with pytest.raises(DataError, match="diverged in epoch 1: set a smaller learning rate"):
        train(build_network("smen", 4), Normalisation(), wild, None, SMALL)


def test_a_validation_that_is_never_a_number_stops_by_patience():
    def loss(estimate, target, valid):
        return ubrmse_loss(estimate, target, valid) * (1.0 if torch.is_grad_enabled() else math.nan)

    recipe = replace(SMALL, epochs=20, patience=2)
    rows = train(Scripted(0.7), Normalisation(), batch(), batch(seed=1), recipe, loss)
    assert len(rows) == 2 and not any(row["best"] for row in rows)


def test_the_log_names_device_and_losses(caplog):
    caplog.set_level(logging.INFO)
    trained(replace(SMALL, epochs=11, patience=None), batch(seed=1))
    assert "training on cpu, 1 threads, float32" in caplog.text
    logged = [record.getMessage().split(":")[0] for record in caplog.records if "epoch" in record.getMessage()]
    assert logged == ["epoch 1", "epoch 10", "epoch 11"]
