import torch
from made_batches import SMALL, batch

from smen.methods.smen_cnn import build_network
from smen.methods.smen_cnn.inputs import Normalisation
from smen.methods.smen_cnn.losses import ubrmse_loss
from smen.methods.smen_cnn.recipe import TrainingRecipe
from smen.methods.smen_cnn.resume import TrainingCheckpoint
from smen.methods.smen_cnn.training import train

LONG = TrainingRecipe(**{**SMALL.__dict__, "epochs": 6, "patience": None})


class Interruption:
    """The loss of the training, until the power goes."""

    def __init__(self, after):
        self.left = after

    def __call__(self, estimate, target, valid):
        self.left -= 1
        if self.left < 0:
            raise KeyboardInterrupt
        return ubrmse_loss(estimate, target, valid)


def run(path, loss=ubrmse_loss, settings=LONG, description="", every=0.0):
    torch.manual_seed(0)
    network = build_network("smen", 4)
    checkpoint = TrainingCheckpoint(path, description, every) if path else None
    rows = train(network, Normalisation(0.2, 0.05, 0.05), batch(), batch(seed=1), settings, loss, checkpoint)
    return network.state_dict(), rows


def interrupted(path, calls, **options):
    try:
        run(path, Interruption(calls), **options)
    except KeyboardInterrupt:
        return
    raise AssertionError("the training was not interrupted")


def same(first, second):
    return all(torch.equal(value, second[name]) for name, value in first.items())


def test_an_interrupted_training_ends_as_if_it_never_was(tmp_path):
    path = tmp_path / "state.pt"
    weights, rows = run(None)
    interrupted(path, 20)  # 3 steps and 5 validation dates an epoch: in the third
    assert path.is_file()
    counting = Interruption(1000)
    again, rows_again = run(path, counting)
    assert 1000 - counting.left == 8 * 4  # only the four epochs that were not kept
    assert rows_again == rows
    assert same(weights, again)


def test_the_state_of_another_training_is_not_taken_up(tmp_path):
    path = tmp_path / "state.pt"
    interrupted(path, 20)
    other = TrainingRecipe(**{**LONG.__dict__, "seed": 5})
    for options in ({"settings": other}, {"description": "other padding"}):
        expected = run(None, settings=options.get("settings", LONG))
        found = run(path, **options, every=1e9)
        assert found[1] == expected[1]
        assert same(found[0], expected[0])


def test_a_state_that_is_cut_short_is_not_taken_up(tmp_path, caplog):
    path = tmp_path / "state.pt"
    interrupted(path, 20)
    path.write_bytes(path.read_bytes()[:500])
    assert run(path)[1] == run(None)[1]
    assert "state.pt cannot be read" in caplog.text


def test_it_is_written_no_more_often_than_asked(tmp_path):
    path = tmp_path / "state.pt"
    run(path, every=1e9)
    assert not path.exists()
    run(path, every=0.0)
    assert path.exists()
    TrainingCheckpoint(path).remove()
    assert not path.exists()
