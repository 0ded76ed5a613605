"""The summary of a training, and that every method that makes maps keeps the protocol."""

import inspect
import json
import math
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smen.methods.checkpoint import summary_of
from smen.methods.protocol import Method, TrainingSummary
from smen.methods.registry import METHODS, method_class


def epochs(*rows):
    return [
        {"epoch": i, "train": train, "validation": validation, "learning_rate": 1e-3, "best": best}
        for i, (train, validation, best) in enumerate(rows, 1)
    ]


HISTORY = epochs((0.05, 0.06, True), (0.04, 0.045, True), (0.03, 0.05, False))


def test_the_epoch_that_was_kept_is_the_last_better_one():
    summary = TrainingSummary.of_epochs(HISTORY)
    assert (summary.train, summary.validation, summary.best_epoch) == (0.04, 0.045, 2)
    assert summary.curves() == {"train": [0.05, 0.04, 0.03], "validation": [0.06, 0.045, 0.05]}
    assert summary.rows() == HISTORY
    assert str(summary) == ("3 epochs, the best was 2: ubRMSE 0.0400 on training, 0.0450 on validation dates (m3/m3)")


def test_without_any_better_epoch_the_last_counts():
    summary = TrainingSummary.of_epochs(epochs((0.05, math.nan, False), (0.04, math.nan, False)))
    assert (summary.train, summary.best_epoch) == (0.04, None)
    assert str(summary).startswith("2 epochs, the best was 2: ubRMSE 0.0400 on training, nan")


def test_a_fit_in_closed_form_has_no_epochs():
    summary = TrainingSummary(0.0217, 0.0223)
    assert summary.best_epoch is None and not summary.epochs
    assert summary.curves() == {"train": [0.0217], "validation": [0.0223]}
    assert summary.rows() == [{"train": 0.0217, "validation": 0.0223}]
    assert str(summary) == "fitted in closed form: ubRMSE 0.0217 on training dates, 0.0223 out of fold (m3/m3)"


def test_a_single_date_leaves_none_to_hold_out():
    assert "no date held out" in str(TrainingSummary(0.02, math.nan))


@pytest.mark.parametrize("name", METHODS)
def test_every_method_that_makes_maps_keeps_the_protocol(name):
    method = method_class(name)
    required = {part for part in vars(Method) if not part.startswith("_")} | {"name", "predict"}
    assert {"from_settings", "fit", "predict", "surface", "training_summary", "save", "load"} <= required
    for part in required:
        own, asked = inspect.getattr_static(method, part), inspect.getattr_static(Method, part)
        assert own is not asked, f"{name} has no {part} of its own"
        if callable(getattr(Method, part, None)):
            expected = list(inspect.signature(getattr(Method, part)).parameters)
            assert list(inspect.signature(getattr(method, part)).parameters) == expected, part


@given(st.lists(st.floats(0.001, 1), min_size=1, max_size=30))
def test_the_kept_epoch_has_the_least_validation_loss(losses):
    """With rows marked as a training marks them, the summary is that of the least loss."""
    rows, best = [], math.inf
    for loss in losses:
        rows.append((loss / 2, loss, loss < best))
        best = min(best, loss)
    summary = TrainingSummary.of_epochs(epochs(*rows))
    assert summary.validation == min(losses) and summary.train == min(losses) / 2
    assert summary.best_epoch == losses.index(min(losses)) + 1
    assert [row["epoch"] for row in summary.rows()] == list(range(1, len(losses) + 1))


def test_a_summary_survives_a_header():
    summary = TrainingSummary.of_epochs(HISTORY)
    header = json.loads(json.dumps({"training_summary": asdict(summary)}))
    assert summary_of(header) == summary
    closed = TrainingSummary(0.02, math.nan)
    again = summary_of(json.loads(json.dumps({"training_summary": asdict(closed)})))
    assert again.train == 0.02 and math.isnan(again.validation) and again.epochs == ()
