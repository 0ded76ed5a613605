import numpy as np
import pytest
import torch
from made_batches import SMALL, batch
from torch import nn

from smen.errors import DataError
from smen.methods.smen_cnn import Network, build_network
from smen.methods.smen_cnn.determinism import reproducible
from smen.methods.smen_cnn.inputs import Batch, Normalisation
from smen.methods.smen_cnn.recipe import PUBLISHED_RECIPE, TrainingRecipe
from smen.methods.smen_cnn.training import train


def trained(settings, validate=None, seed=0):
    torch.manual_seed(seed)
    network = build_network("smen", 4)
    rows = train(network, Normalisation(0.2, 0.05, 0.05), batch(), validate, settings)
    return network, rows


class Scripted(Network):
    """A network of one weight whose validation loss can be foretold."""

    def __init__(self, history=4):
        super().__init__(history)
        self.weight = nn.Parameter(torch.zeros(()))

    def forward(self, inputs):
        return self.weight * inputs.coarse


def test_the_same_bytes_for_the_same_inputs():
    first, rows = trained(SMALL, batch(seed=1))
    second, rows_again = trained(SMALL, batch(seed=1))
    assert rows == rows_again
    for name, value in first.state_dict().items():
        assert torch.equal(value, second.state_dict()[name]), name
    other, _ = trained(TrainingRecipe(**{**SMALL.__dict__, "seed": 1}), batch(seed=1))
    assert not torch.equal(other.g.weight, first.g.weight)


def test_the_state_of_the_process_does_not_matter():
    first, _ = trained(SMALL)
    torch.set_num_threads(2)
    torch.rand(17)
    second, _ = trained(SMALL)
    assert torch.equal(first.h.weight, second.h.weight)


def test_it_learns():
    _, rows = trained(TrainingRecipe(**{**SMALL.__dict__, "epochs": 40, "learning_rate": 3e-3}))
    assert rows[-1]["train"] < 0.5 * rows[0]["train"]
    assert np.isnan(rows[-1]["validation"])


def test_early_stop_gives_back_the_best_weights():
    # Training pulls the weight to 1, validation wants -1: the first epoch is the best one.
    learn, check = batch(), batch()
    learn = Batch(learn.inputs, learn.inputs.coarse.clone())
    check = Batch(check.inputs, -check.inputs.coarse)
    network = Scripted()
    settings = TrainingRecipe(
        **{**SMALL.__dict__, "epochs": 50, "patience": 4, "learning_rate": 0.01, "schedule": "constant"}
    )
    rows = train(network, Normalisation(), learn, check, settings)
    assert [r["epoch"] for r in rows] == [1, 2, 3, 4, 5]
    assert [r["best"] for r in rows] == [True, False, False, False, False]
    # Adam's first three steps (five dates by two) are of about the learning rate each.
    assert network.weight.item() == pytest.approx(0.03, rel=0.05)
    assert not network.training


def test_without_patience_all_epochs_are_run():
    settings = TrainingRecipe(**{**SMALL.__dict__, "epochs": 6, "patience": None})
    assert len(trained(settings, batch(seed=1))[1]) == 6


def test_validation_without_a_valid_cell_is_none():
    check = batch()
    empty = Batch(check.inputs, torch.full_like(check.target, float("nan")))
    _, rows = trained(TrainingRecipe(**{**SMALL.__dict__, "patience": 1}), empty)
    assert len(rows) == 3 and all(np.isnan(r["validation"]) for r in rows)


def test_schedules():
    constant = trained(TrainingRecipe(**{**SMALL.__dict__, "schedule": "constant"}))[1]
    assert {r["learning_rate"] for r in constant} == {SMALL.learning_rate}
    # Half a cosine over three epochs: 1, (1 + cos 60) / 2 = .75, (1 + cos 120) / 2 = .25 of the rate.
    cosine = trained(TrainingRecipe(**{**SMALL.__dict__, "schedule": "cosine"}))[1]
    assert [r["learning_rate"] for r in cosine] == pytest.approx([1e-3, 0.75e-3, 0.25e-3])


def test_the_published_recipe():
    published = PUBLISHED_RECIPE
    assert (published.epochs, published.learning_rate, published.patience) == (1000, 1e-4, None)
    assert (published.schedule, published.augment_flips) == ("constant", False)


def test_bfloat16_and_flips_run_and_repeat():
    settings = TrainingRecipe(**{**SMALL.__dict__, "precision": "bfloat16", "augment_flips": True})
    first, rows = trained(settings, batch(seed=1))
    second, _ = trained(settings, batch(seed=1))
    assert all(np.isfinite(r["train"]) for r in rows)
    assert all(v.dtype in (torch.float32, torch.int64) for v in first.state_dict().values())
    assert torch.equal(first.f[2]["conv"].weight, second.f[2]["conv"].weight)


def test_auto_is_resolved_for_the_record():
    resolved = TrainingRecipe().resolved()
    assert resolved.device in ("cpu", "cuda") and resolved.precision in ("float32", "bfloat16")
    assert resolved.resolved() == resolved
    if not torch.cuda.is_available():
        with pytest.raises(DataError, match="CUDA"):
            TrainingRecipe(device="cuda").resolved()


def test_threads_are_given_back():
    before = torch.get_num_threads()
    with reproducible(before + 1):
        assert torch.get_num_threads() == before + 1
    assert torch.get_num_threads() == before


def test_no_date_and_divergence_are_errors():
    nothing = batch(n=1)
    nothing = Batch(nothing.inputs.rows(torch.tensor([], dtype=torch.long)), nothing.target[:0])
    with pytest.raises(DataError, match="no date to train on"):
        train(build_network("smen", 4), Normalisation(), nothing, None, SMALL)
    wild = batch()
    wild.target[0, 0, :2] = 1e38
    with pytest.raises(DataError, match="diverged"):
        train(build_network("smen", 4), Normalisation(), wild, None, SMALL)
