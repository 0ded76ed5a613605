"""An interrupted training goes on where it was, and only that very training."""

import logging
from dataclasses import replace

import pytest
import torch
from made_batches import SMALL, batch

from smen.errors import OutputError
from smen.methods.smen_cnn import build_network
from smen.methods.smen_cnn.batches import Batch
from smen.methods.smen_cnn.losses import ubrmse_loss
from smen.methods.smen_cnn.normalisation import Normalisation
from smen.methods.smen_cnn.resume import TrainingCheckpoint, fingerprint
from smen.methods.smen_cnn.training import train

LONG = replace(SMALL, epochs=6, patience=None)


class Interruption:
    """The loss of the training, until it is interrupted after a number of calls."""

    def __init__(self, after):
        self.remaining = after

    def __call__(self, estimate, target, valid):
        self.remaining -= 1
        if self.remaining < 0:
            raise KeyboardInterrupt
        return ubrmse_loss(estimate, target, valid)


def run(path, loss=ubrmse_loss, recipe=LONG, description="", every=0.0):
    torch.manual_seed(0)
    network = build_network("smen", 4)
    checkpoint = TrainingCheckpoint(path, description, every) if path else None
    rows = train(network, Normalisation(0.2, 0.05, 0.05), batch(), batch(seed=1), recipe, loss, checkpoint)
    return network.state_dict(), rows


def interrupted(path, calls, **options):
    with pytest.raises(KeyboardInterrupt):
        run(path, Interruption(calls), **options)


def same(first, second):
    return all(torch.equal(value, second[name]) for name, value in first.items())


@pytest.fixture(scope="module")
def whole():
    """Weights and rows of a training that was never interrupted."""
    return run(None)


@pytest.fixture
def path(tmp_path):
    """The state of a training that was interrupted in its third epoch."""
    path = tmp_path / "state.pt"
    interrupted(path, 20)  # 3 steps and 5 validation dates an epoch
    return path


def test_an_interrupted_training_ends_as_if_it_never_was(path, whole):
    assert path.is_file()
    counting = Interruption(1000)
    weights, rows = run(path, counting)
    assert 1000 - counting.remaining == 8 * 4  # only the four epochs that were not saved
    assert rows == whole[1]
    assert same(whole[0], weights)


def test_it_may_be_interrupted_twice(path, whole):
    interrupted(path, 20)
    weights, rows = run(path)
    assert rows == whole[1] and same(whole[0], weights)


def test_with_flips_and_in_bfloat16_too(tmp_path):
    recipe = replace(LONG, precision="bfloat16", augment_flips=True, schedule="cosine")
    weights, rows = run(None, recipe=recipe)
    interrupted(tmp_path / "state.pt", 20, recipe=recipe)
    again, rows_again = run(tmp_path / "state.pt", recipe=recipe)
    assert rows_again == rows and same(weights, again)


@pytest.mark.parametrize("other", [{"recipe": replace(LONG, seed=5)}, {"description": "other padding"}])
def test_the_state_of_another_training_is_not_taken_up(path, other, caplog):
    caplog.set_level(logging.INFO)
    expected = run(None, recipe=other.get("recipe", LONG))
    weights, rows = run(path, **other, every=1e9)
    assert rows == expected[1] and same(weights, expected[0])
    assert "of a training with other dates or settings" in caplog.text


@pytest.mark.parametrize("content", ["cut", "empty", "text"])
def test_a_damaged_state_is_not_taken_up(path, content, whole, caplog):
    whole_file = path.read_bytes()
    path.write_bytes({"cut": whole_file[:500], "empty": b"", "text": b"<html></html>"}[content])
    assert run(path)[1] == whole[1]
    assert "state.pt cannot be read" in caplog.text


def test_a_state_with_code_in_it_is_not_run(tmp_path, caplog):
    class Malicious:
        def __reduce__(self):
            return (tmp_path.joinpath("ran").touch, ())

    path = tmp_path / "state.pt"
    torch.save({"fingerprint": Malicious()}, path)
    assert TrainingCheckpoint(path).load(batch(), LONG) is None
    assert "cannot be read" in caplog.text and not (tmp_path / "ran").exists()


def test_it_is_written_no_more_often_than_asked(tmp_path):
    path = tmp_path / "state.pt"
    run(path, every=1e9)
    assert not path.exists()
    calls = []

    def state():
        calls.append(1)
        return {"epoch": 1}

    checkpoint = TrainingCheckpoint(path, every=1e9)
    checkpoint.save(state)
    assert not calls and not path.exists()  # the state is not even gathered
    checkpoint.every = 0.0
    checkpoint.save(state)
    assert len(calls) == 1 and path.exists()


def test_it_is_removed_when_the_training_is_done(path):
    TrainingCheckpoint(path).remove()
    assert not path.exists()
    TrainingCheckpoint(path).remove()


def test_what_it_saves_it_loads(tmp_path):
    checkpoint = TrainingCheckpoint(tmp_path / "state.pt", every=0.0)
    assert checkpoint.load(batch(), LONG) is None  # there is no file
    checkpoint.save(lambda: {"epoch": 3, "weights": {"a": torch.arange(3)}})
    loaded = TrainingCheckpoint(tmp_path / "state.pt").load(batch(), LONG)
    assert loaded["epoch"] == 3 and torch.equal(loaded["weights"]["a"], torch.arange(3))


def test_a_state_that_cannot_be_written_is_an_error(tmp_path):
    (tmp_path / "file").touch()
    checkpoint = TrainingCheckpoint(tmp_path / "file" / "state.pt", every=0.0)
    with pytest.raises(OutputError):
        checkpoint.save(lambda: {"epoch": 1})


def test_the_fingerprint_depends_on_all_that_makes_a_difference():
    dates = batch()
    first = fingerprint(dates, LONG, "padding zeros")
    assert first == fingerprint(batch(), LONG, "padding zeros") and len(first) == 64
    nudged = Batch(dates.inputs, dates.target + 1e-6)
    coarse = Batch(dates.inputs._replace(coarse=dates.inputs.coarse * 1.001), dates.target)
    residual = Batch(dates.inputs._replace(residual=dates.inputs.residual * 1.001), dates.target)
    others = [fingerprint(each, LONG, "padding zeros") for each in (nudged, coarse, residual, batch(seed=2))]
    others += [fingerprint(dates, replace(LONG, threads=2), "padding zeros"), fingerprint(dates, LONG, "reflect")]
    assert len({first, *others}) == 7
