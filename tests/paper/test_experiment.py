"""One training of the paper's experiments on the made region."""

from pathlib import Path

import pytest
from made_region import REGION

from smen.errors import DataError
from smen.methods.checkpoint import load_checkpoint, read_header
from smen.methods.smen_cnn.resume import TrainingCheckpoint
from smen.paper import experiment


@pytest.fixture(scope="module")
def trained(made):
    """A training of three dates."""
    job = made.experiment("size_3", 7)
    experiment.run(job)
    return job


def weights_of(job):
    return Path(job.layout.experiment(job.region, job.case, job.seed))


def test_the_weights_hold_the_settings_of_the_training(trained):
    header = read_header(weights_of(trained))
    assert header["label"] == "size_3"
    assert header["extra"]["region"] == REGION
    assert header["extra"]["settings"]["seed"] == 7
    assert header["extra"]["settings"]["recipe"]["epochs"] == 2
    assert "results" not in header["extra"]["settings"]  # the same weights wherever the results lie
    method = load_checkpoint(weights_of(trained))
    assert method.name == "size_3"
    assert [epoch["epoch"] for epoch in method.epochs] == [1, 2]


def test_the_state_of_a_finished_training_is_removed(trained):
    state = Path(trained.layout.training_state(REGION, "size_3", 7))
    assert not state.exists()


def test_the_same_job_gives_the_same_bytes(trained):
    before = weights_of(trained).read_bytes()
    weights_of(trained).unlink()
    experiment.run(trained)
    assert weights_of(trained).read_bytes() == before


def test_the_recipe_is_the_paper_s_with_the_job_s_changes(made):
    job = made.experiment("temporal", 3)
    method = experiment.paper_network(job)
    training = method.training
    assert (training.epochs, training.seed, training.threads) == (2, 3, 1)
    assert training.learning_rate == 1e-4 and training.batch == 4
    assert training.schedule == "constant" and training.patience is None
    assert method.options["streams"] == "temporal"
    assert not method.level_matched and method.checkpoint is None


@pytest.mark.parametrize(
    ("case", "streams"), [("both", "spatiotemporal"), ("spatial", "spatial"), ("size_6", "spatiotemporal")]
)
def test_the_inputs_are_those_of_the_case(made, tmp_path, case, streams):
    checkpoint = TrainingCheckpoint(tmp_path / "state.pt", description="x")
    method = experiment.paper_network(made.experiment(case), checkpoint)
    assert method.options["streams"] == streams
    assert method.checkpoint is checkpoint and method.name == case


def test_a_missing_series_is_named(made, tmp_path):
    with pytest.raises(DataError, match=r"coarse_2016\.nc is missing"):
        experiment.run(made.experiment(results=str(tmp_path)))


def test_too_few_dates_are_named(made):
    sizes = made.given["sizes"].model_copy(update={"sizes_test": 500})
    with pytest.raises(DataError, match=r"Table 3 needs 500 test dates"):
        experiment.run(made.experiment("size_3", sizes=sizes))
