"""The verdict of a validation: from the table of differences to its sentence, and to a file and back."""

import json

import numpy as np
import pandas as pd
import pytest

from smen.errors import DataError, OutputError
from smen.outputs.validation_verdict import make_verdict, read_verdict, write_verdict

MAPS, COARSE = "SMEN (causal)", "36 km"


def row(metric, value, low, high, better, **more):
    head = {"pairs": "all overpasses", "kind": "absolute", "period": "all", "group": "all", "product": MAPS}
    return head | {"metric": metric, "stations": 7, "value": value, "low": low, "high": high, "better": better} | more


ROWS = [
    row("pearson_r", 0.0123, -0.01, 0.03, None),
    row("bias", 0.012, 0.002, 0.02, False),
    row("rmsd", -0.0204, -0.034, -0.007, True),
    row("g_down", 0.2, 0.1, 0.3, True),
]
OTHERS = [
    row("rmsd", 9.0, 8.0, 10.0, False, **other)
    for other in (
        {"pairs": "dates of the 3 km product"},
        {"kind": "moving_mean_anomaly"},
        {"period": "winter"},
        {"group": "NET"},
        {"product": "bilinear"},
    )
]
SENTENCE = (
    "Maps against 36 km at 7 stations, on the same pairs: RMSD better (-0.020 [-0.034, -0.007]); "
    "R not told apart (+0.012 [-0.010, +0.030]); mean |bias| worse (+0.012 [+0.002, +0.020])."
)


def verdict_of(rows, simulated=False):
    columns = list(row("", 0, 0, 0, None))
    return make_verdict(pd.DataFrame(rows, columns=columns).astype({"better": object}), MAPS, COARSE,
                        simulated=simulated)  # fmt: skip


def test_the_sentence_says_of_each_metric_who_is_better():
    """The rows of other products, periods, networks, kinds and sets of pairs do not count."""
    assert verdict_of([*ROWS, *OTHERS]).sentence() == SENTENCE


def test_one_station_is_one():
    assert verdict_of([row("rmsd", 0.1, 0.05, 0.2, False, stations=1)]).sentence() == (
        "Maps against 36 km at 1 station, on the same pairs: RMSD worse (+0.100 [+0.050, +0.200])."
    )


@pytest.mark.parametrize("rows", [[], [row("rmsd", 0.1, 0.0, 0.2, None, product="bilinear")]])
def test_without_a_station_it_says_so(rows, tmp_path):
    verdict = verdict_of(rows)
    assert (verdict.stations, dict(verdict.metrics)) == (0, {})
    assert verdict.sentence().startswith("No station has enough pairs with the maps")
    write_verdict(tmp_path / "v.json", verdict)
    assert read_verdict(tmp_path / "v.json") == verdict


def test_the_file_has_the_numbers_for_programs_and_is_read_back(tmp_path):
    verdict = verdict_of(ROWS, simulated=True)
    write_verdict(tmp_path / "v.json", verdict)
    content = json.loads((tmp_path / "v.json").read_text())
    assert content["sentence"] == SENTENCE
    assert (content["maps"], content["reference"], content["stations"], content["simulated"]) == (MAPS, COARSE, 7, True)
    assert content["metrics"]["rmsd"] == {"value": -0.0204, "low": -0.034, "high": -0.007, "better": True}
    assert [content["metrics"][name]["better"] for name in ("pearson_r", "bias")] == [None, False]
    assert read_verdict(tmp_path / "v.json") == verdict


def test_what_is_no_number_is_null(tmp_path):
    write_verdict(tmp_path / "v.json", verdict_of([row("rmsd", 0.1, np.nan, np.nan, None)]))
    assert json.loads((tmp_path / "v.json").read_text())["metrics"]["rmsd"]["low"] is None
    back = read_verdict(tmp_path / "v.json")
    assert np.isnan(back.metrics["rmsd"].high)
    assert "RMSD not told apart (+0.100)" in back.sentence()


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"maps": "a", "reference": "b", "stations": 1, "metrics": []}'])
def test_a_damaged_file_is_named(tmp_path, content):
    (tmp_path / "v.json").write_text(content)
    with pytest.raises(DataError, match=r"v\.json is damaged .*run the stage insitu again"):
        read_verdict(tmp_path / "v.json")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DataError, match=r"v\.json is not there: run the stage insitu"):
        read_verdict(tmp_path / "v.json")


def test_a_file_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "v.json").mkdir()
    with pytest.raises(OutputError, match=r"v\.json"):
        write_verdict(tmp_path / "v.json", verdict_of(ROWS))
