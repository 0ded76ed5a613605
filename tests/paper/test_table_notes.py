from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from made_scores import TIMES, WEATHER, scores

from smen.paper.table_notes import COMPARISON, common_note, table1_note, table2_note, table3_note
from smen.scores.ranking import BY_DATE


def job(**changes):
    values = {
        "epochs": 1000,
        "learning_rate": 1e-4,
        "batch_size": 4,
        "seeds": (1,),
        "sizes": (20, 10),
        "sizes_test": 8,
        "sampling": "random",
    }
    return SimpleNamespace(**values | changes)


def test_dates_without_a_score_are_said_where_there_are_any():
    whole = scores("smen", WEATHER)
    missing = pd.concat([scores("smen", [np.nan, 0.1]), scores("smen", [np.nan, np.nan, 0.1], split="train")])
    assert table1_note({"north": whole}) == ""
    note = table1_note({"north": whole, "harbour": missing})
    assert note.endswith("the coarse field has no value where the product has: harbour 2 and 1.")
    assert table2_note({"harbour": missing}).endswith(note[-20:])
    assert table2_note({"north": whole}).startswith("difference: of the test ubRMSE to that with both inputs")


@pytest.mark.parametrize(
    ("sampling", "words"), [("random", "drawn at random from all"), ("latest", "the latest of all")]
)
def test_the_dates_of_table_3_are_named(sampling, words):
    table = pd.concat([scores("size_10", WEATHER[3:11], times=TIMES[3:11]), scores("size_20", WEATHER)])
    note = table3_note(job(sampling=sampling), table)
    assert "the last 8 dates of the test period, 2018-01-04 to 2018-01-11" in note
    assert words in note


def test_the_published_recipe_needs_no_excuse():
    note = common_note(job(), [{"test": 0.1}])
    assert note.endswith("Trained for 1000 epochs, Adam at 0.0001, 4 dates a step, seed 1.")
    assert "instead" not in note and "test_truth" not in note and "seed_deviation" not in note


def test_another_recipe_is_said():
    note = common_note(job(epochs=20, learning_rate=0.001, seeds=(1, 2)), [{"test_truth": 0.1, "seed_deviation": 0.01}])
    assert "20 epochs instead of the published 1000, Adam at 0.001 instead of 0.0001" in note
    assert note.endswith("seeds 1, 2.")
    assert "test_truth: " in note and "seed_deviation: " in note


def test_the_note_of_a_comparison_explains_its_columns():
    for column in {*BY_DATE, "difference"} - {"bias", "RMSE", "R"}:
        assert column.removeprefix("ubRMSE_").removeprefix("R_").split("_ratio")[0] in COMPARISON, column
