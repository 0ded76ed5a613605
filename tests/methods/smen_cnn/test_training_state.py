"""The state of a training between two epochs."""

import io
import math

import pytest
import torch
from made_batches import SMALL

from smen.methods.smen_cnn import build_network
from smen.methods.smen_cnn.training_state import TrainingState


def row(epoch, validation, best):
    return {"epoch": epoch, "train": 0.1, "validation": validation, "learning_rate": 1e-3, "best": best}


@pytest.fixture
def state():
    torch.manual_seed(0)
    return TrainingState.start(build_network("smen", 4), SMALL)


def step(state, seed=1):
    """A step of the optimiser with random gradients; changes weights and moments."""
    generator = torch.Generator().manual_seed(seed)
    for parameter in state.network.parameters():
        parameter.grad = torch.randn(parameter.shape, generator=generator)
    state.optimiser.step()


def test_before_the_first_epoch(state):
    assert state.rows == [] and state.best_epoch == 0 and state.best_loss == math.inf
    assert state.optimiser.param_groups[0]["lr"] == SMALL.learning_rate
    assert torch.equal(state.order.get_state(), torch.Generator().manual_seed(SMALL.seed).get_state())
    assert all(torch.equal(v, state.network.state_dict()[n]) for n, v in state.best_weights.items())


def test_the_best_weights_are_copies(state):
    first = state.network.h.weight.clone()
    step(state)
    assert not torch.equal(state.network.h.weight, first)
    assert torch.equal(state.best_weights["h.weight"], first)
    state.record(row(1, 0.05, best=True))
    second = state.network.h.weight.clone()
    assert torch.equal(state.best_weights["h.weight"], second)
    step(state)
    state.record(row(2, 0.06, best=False))
    assert torch.equal(state.best_weights["h.weight"], second)
    assert (state.best_loss, state.best_epoch, len(state.rows)) == (0.05, 1, 2)


def test_the_best_epoch_is_the_last_that_improved(state):
    for epoch, best in enumerate([True, False, True, False, False], start=1):
        state.record(row(epoch, 1 / epoch, best))
    assert state.best_epoch == 3


def test_it_goes_on_from_a_file_without_code(state):
    step(state)
    state.record(row(1, 0.05, best=True))
    torch.randperm(5, generator=state.order)
    step(state, seed=2)
    file = io.BytesIO()
    torch.save(state.as_dict(), file)
    file.seek(0)
    torch.manual_seed(99)
    other = TrainingState.start(build_network("smen", 4), SMALL)
    other.restore(torch.load(file, weights_only=True))
    assert other.rows == state.rows and other.best_loss == 0.05
    assert torch.equal(torch.randperm(9, generator=other.order), torch.randperm(9, generator=state.order))
    for each in (state, other):
        step(each, seed=3)  # Adam's moments have to agree for the weights to do so after another step
    for name, value in state.network.state_dict().items():
        assert torch.equal(value, other.network.state_dict()[name]), name
    for name, value in state.best_weights.items():
        assert torch.equal(value, other.best_weights[name]), name


def test_the_number_of_epochs_done_is_part_of_it(state):
    assert state.as_dict()["epoch"] == 0
    state.record(row(1, math.nan, best=True))
    assert state.as_dict()["epoch"] == 1
