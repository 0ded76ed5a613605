"""What the report shows of stations: read from the files of a validation."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from made_validation import GAINS, PAIRS, write_validation

from smen.errors import DataError
from smen.grid import Window
from smen.outputs.report.station_scores import StationScores, read_station_scores, station_content
from smen.outputs.validation_files import FIGURES, VERDICT, write_validation_tables

WINDOW = Window.centred_on(179.9, -18.1, 20, 30)
STARTS = np.datetime64("2018-07-04T00:10:00", "s") + np.arange(20) * np.timedelta64(12, "h")
OVERPASSES = STARTS + np.timedelta64(20, "m")
"""SMAP passes over the region within the half-orbit whose begin names the map."""


class Layout:
    def __init__(self, folder):
        self.folder = folder

    def validation(self, region, name):
        return str(self.folder / region / "validation" / name)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("results")
    estimate = np.random.default_rng(0).uniform(0.1, 0.4, (20, *WINDOW.shape))
    write_validation(Layout(folder), "fiji", WINDOW, OVERPASSES, estimate, estimate, simulated=True)
    return folder / "fiji/validation"


def content(scores, starts=STARTS, every=1):
    return station_content(scores, [SimpleNamespace(time=time) for time in starts], WINDOW, every)


@pytest.fixture(scope="module")
def scores(folder):
    return read_station_scores(folder, "fiji/validation")


def test_the_verdict_is_that_of_its_file(folder, scores):
    assert content(scores)["verdict"] == (
        "Maps against 36 km at 2 stations, on the same pairs: RMSD not told apart (-0.005 [-0.020, +0.010])."
    )
    assert (folder / VERDICT).is_file()


def test_stations_stand_in_their_cells_also_beyond_180_degrees(scores):
    stations = content(scores)["stations"]
    assert [(s["network"], s["name"], s["pairs"], s["gain"]) for s in stations] == [
        ("MADE", f"s{i}", pairs, None if np.isnan(gain) else gain)
        for i, (pairs, gain) in enumerate(zip(PAIRS, GAINS, strict=True))
    ]
    cells = [(6, 15), (15, 6), (12, 24)]
    assert [s["cell"] for s in stations] == [row * 30 + column for row, column in cells]
    np.testing.assert_allclose([s["x"] for s in stations], [(c + 0.5) / 30 for _, c in cells], atol=1e-4)
    np.testing.assert_allclose([s["y"] for s in stations], [(r + 0.5) / 20 for r, _ in cells], atol=1e-4)


def test_cells_are_counted_as_they_are_shown(scores):
    """Squares of 4 x 4 cells: 8 across, the last one in part."""
    stations = content(scores, every=4)["stations"]
    assert [s["cell"] for s in stations] == [1 * 8 + 3, 3 * 8 + 1, 3 * 8 + 6]


def test_scores_have_titles_and_a_station_without_any_its_reason(scores):
    first, _, last = content(scores)["stations"]
    assert first["scores"] == {"bias": 0.01, "ubRMSD": 0.03, "R": 0.8}
    assert first["reason"] == ""
    assert last["scores"] == {"bias": None, "ubRMSD": None, "R": None}
    assert last["reason"] == "only 4 pairs of 10"


def test_values_belong_to_the_map_of_their_overpass(folder, scores):
    pairs = pd.read_csv(folder / "pairs.csv")
    for number, count in enumerate(PAIRS):
        values = content(scores)["stations"][number]["values"]
        expected = pairs.loc[pairs["station name"] == f"s{number}", "station"]
        assert [index for index, _ in values] == list(range(count))
        np.testing.assert_allclose([value for _, value in values], expected, atol=5.1e-5)


def test_values_before_the_first_map_are_left_out(scores):
    values = content(scores, STARTS[5:])["stations"][0]["values"]
    assert [index for index, _ in values] == list(range(PAIRS[0] - 5))
    assert content(scores, STARTS[:0])["stations"][0]["values"] == []


def test_products_are_the_means_of_all_stations_and_overpasses(scores):
    assert content(scores)["products"] == [
        {"product": "SMEN (causal)", "ubRMSD": [0.03, 0.02, 0.04], "R": [0.85, 0.84, 0.86]},
        {"product": "36 km", "ubRMSD": [0.045, 0.035, 0.055], "R": [0.775, 0.765, 0.785]},
    ]


@pytest.mark.parametrize(
    "other", [{"pairs": "maps alone"}, {"period": "winter"}, {"group": "MADE"}, {"kind": "climatology_anomaly"}]
)
def test_other_rows_of_the_summary_do_not_count(scores, other):
    more = pd.concat([scores.summary, scores.summary.assign(value=9.0, **other)])
    changed = StationScores(scores.verdict, scores.stations, more, scores.pairs, scores.folder)
    assert content(changed)["products"] == content(scores)["products"]


def test_without_stations_there_is_nothing_to_show(scores):
    empty = StationScores("none", *(t.iloc[:0] for t in (scores.stations, scores.summary, scores.pairs)), "f")
    shown = content(empty)
    assert (shown["stations"], shown["products"], shown["verdict"]) == ([], [], "none")


def test_figures_and_page_lie_in_the_folder(scores):
    shown = content(scores)
    assert shown["figures"] == {title: f"fiji/validation/{name}" for name, title in FIGURES.items()}
    assert shown["page"] == "fiji/validation/validation.md"


@pytest.mark.parametrize("name", ["001", "1.10", "NA", "1e5", "nan", "TRUE"])
def test_names_that_look_like_numbers_stay_as_they_are(tmp_path, scores, name):
    """The networks HOBE and RSMN name stations 1.10 or 2.01; another station's name must not matter for that."""
    stations = scores.stations.replace({"station": {"s0": name}})
    pairs = scores.pairs.replace({"station name": {"s0": name}})
    write_validation(Layout(tmp_path), "fiji", WINDOW, OVERPASSES, np.zeros((20, *WINDOW.shape)), None, simulated=True)
    alone = pairs[pairs["station name"] == name]
    folder = tmp_path / "fiji/validation"
    write_validation_tables(folder, {"stations": stations, "pairs": alone}, simulated=True)
    shown = content(read_station_scores(folder, "f"))["stations"]
    assert [s["name"] for s in shown] == [name, "s1", "s2"]
    assert [len(s["values"]) for s in shown] == [PAIRS[0], 0, 0]


def test_missing_files_are_named(tmp_path):
    with pytest.raises(DataError, match=r"verdict\.json is not there: run the stage insitu"):
        read_station_scores(tmp_path, "f")
