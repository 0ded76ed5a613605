"""The page of a validation, its tables parsed again."""

import re

import numpy as np
import pandas as pd
import pytest

from smen.outputs.validation_page import MOST_PROBLEMS, ValidationPage
from smen.outputs.validation_verdict import make_verdict

MAPS, COARSE = "SMEN (causal)", "36 km"
OVERALL, DATES = "all overpasses", "dates of the 3 km product"
WHOLE = {"pairs": OVERALL, "kind": "absolute", "period": "all", "group": "all"}
SUMMARY = ["pairs", "kind", "period", "group", "product", "metric", "stations", "n", "value", "low", "high"]
CLAIMS = ["pairs", "claim", "kind", "product", "value", "low", "high", "reason"]
INTERVALS = ["pairs", "product", "level", "coverage_without", "coverage", "low", "high", "representativeness", "method"]
ACROSS, SPREAD = "R across stations in a 36 km cell", "spread of station bias"


def summary_row(product, metric, value, **more):
    return WHOLE | {"product": product, "metric": metric, "stations": 2, "n": 35, "value": value,
                    "low": value - 0.01, "high": value + 0.01} | more  # fmt: skip


SUMMARIES = [
    summary_row(MAPS, "bias", 0.0151),
    summary_row(MAPS, "rmsd", 0.0303),
    summary_row(COARSE, "bias", -0.02, low=np.nan),
    summary_row(MAPS, "rmsd", 9.0, group="NET"),
    summary_row(MAPS, "rmsd", 9.0, period="winter"),
    summary_row(MAPS, "pearson_r", 0.5, kind="moving_mean_anomaly", stations=1, n=20),
    summary_row(MAPS, "rmsd", 0.08, pairs=DATES, n=6),
]
DIFFERENCES = [
    summary_row(MAPS, "rmsd", -0.02, better=True),
    summary_row(MAPS, "g_down", 0.1, better=True),
    summary_row("bilinear", "rmsd", 0.02, better=False),
    summary_row("bilinear", "g_down", 0.005, better=None),
    summary_row(MAPS, "rmsd", 9.0, group="NET", better=False),
]


def frame(rows, columns, **types):
    return pd.DataFrame(rows, columns=columns).astype(types)


def page(summary=SUMMARIES, differences=DIFFERENCES, claims=(), intervals=(), stations=None, problems=(), **more):
    tables = {
        "summary": frame(summary, SUMMARY),
        "differences": frame(differences, [*SUMMARY, "better"], better=object),
        "claims": frame(claims, CLAIMS),
        "intervals": frame(intervals, INTERVALS),
    } | more.pop("tables", {})
    verdict = make_verdict(tables["differences"], MAPS, COARSE, simulated=False)
    stations = pd.DataFrame(columns=["network", "station", "pairs", "reason"]) if stations is None else stations
    problems = pd.DataFrame(problems, columns=["source", "station", "reason"])
    content = {"region": "tucson", "verdict": verdict, "tables": tables, "stations": stations, "problems": problems,
               "notes": ["A note."], "simulated": False} | more  # fmt: skip
    return ValidationPage(**content).text()


def section(text, title):
    """The lines of a section."""
    return text.split(f"## {title}\n", 1)[1].split("\n## ")[0].strip().splitlines()


def rows(text, title):
    """The cells of a section's table, the names first."""
    found = [line for line in section(text, title) if line.startswith("|")]
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in found]
    return [cells[0], *cells[2:]] if cells else []


def test_it_begins_with_notes_and_verdict():
    lines = [line for line in page().splitlines() if line]
    assert lines[:2] == ["# tucson: maps against stations", "A note."]
    assert lines[2] == "**Maps against 36 km at 2 stations, on the same pairs: RMSD better (-0.020 [-0.030, -0.010]).**"
    assert page(simulated=True).splitlines()[2].startswith("Simulated data")


def test_each_kind_of_values_has_a_table_of_products_by_metrics():
    text = page()
    title = "Absolute values, all overpasses"
    assert "Mean over 2 stations and 35 pairs, 95 % interval in brackets." in section(text, title)
    assert rows(text, title) == [
        ["product", "bias", "RMSD"],
        [MAPS, "+0.015 [+0.005, +0.025]", "0.030 [0.020, 0.040]"],
        [COARSE, "-0.020", "–"],
    ]
    anomalies = "Anomalies from a moving mean of 35 days, all overpasses"
    assert "Mean over 1 station and 20 pairs, 95 % interval in brackets." in section(text, anomalies)
    assert rows(text, anomalies)[1] == [MAPS, "0.500 [0.490, 0.510]"]
    assert rows(text, "Absolute values, dates of the 3 km product")[1] == [MAPS, "0.080 [0.070, 0.090]"]
    assert "9.000" not in text


def test_differences_are_marked_where_their_interval_says_so():
    assert rows(page(), "Differences from the coarse field on the same pairs") == [
        ["pairs", "values", "product", "RMSD", "G_DOWN"],
        [OVERALL, "Absolute values", MAPS, "**-0.020 [-0.030, -0.010]**", "**+0.100 [+0.090, +0.110]**"],
        [OVERALL, "Absolute values", "bilinear", "*+0.020 [+0.010, +0.030]*", "+0.005 [-0.005, +0.015]"],
    ]


def test_claims_without_a_value_give_their_reason_once():
    claims = [
        (OVERALL, ACROSS, "absolute", MAPS, 0.71, 0.03, 0.91, ""),
        (OVERALL, ACROSS, "absolute", COARSE, np.nan, np.nan, np.nan, "it does not vary inside a coarse cell"),
        (OVERALL, ACROSS, "absolute", "other", np.nan, np.nan, np.nan, "it does not vary inside a coarse cell"),
        (OVERALL, SPREAD, np.nan, MAPS, 0.05, 0.04, 0.06, ""),
    ]
    text = page(claims=claims)
    assert rows(text, "What points say of detail")[1:] == [
        [OVERALL, ACROSS, "Absolute values", MAPS, "0.710 [0.030, 0.910]"],
        [OVERALL, SPREAD, "–", MAPS, "0.050 [0.040, 0.060]"],
    ]
    assert text.count(f"No value of {ACROSS}, {OVERALL}: it does not vary inside a coarse cell.") == 1


def test_shares_are_percent_and_what_is_not_known_is_a_dash():
    intervals = [
        (OVERALL, MAPS, 0.9, 0.5, 0.915, 0.9, 0.93, 0.0351, "stations in shared cells"),
        (OVERALL, MAPS, 0.5, 0.25, np.nan, np.nan, np.nan, np.nan, "none"),
    ]
    found = rows(page(intervals=intervals), "Do the stated intervals hold the stations?")
    assert found[1][1:] == [MAPS, "90%", "50%", "92% [90%, 93%]", "0.035", "stations in shared cells"]
    assert found[2][1:] == [MAPS, "50%", "25%", "–", "–", "none"]
    assert "No product with stated deviations" in page()


def test_conditioning_has_a_section_where_it_was_asked_for():
    title = "What conditioning on probes gains"
    assert title not in page()
    columns = ["network", "station", "n", "ubrmsd_before", "ubrmsd_after", "gain", "low", "high"]
    table = pd.DataFrame([("NET", "a", 12, 0.03, 0.028, 0.002, 0.001, 0.003),
                          ("NET", "b", 3, np.nan, np.nan, np.nan, np.nan, np.nan)], columns=columns)  # fmt: skip
    found = rows(page(tables={"conditioning": table}), title)
    assert found[1:] == [
        ["NET", "a", "12", "0.030", "0.028", "+0.0020 [+0.0010, +0.0030]"],
        ["NET", "b", "3", "–", "–", "–"],
    ]
    assert "No probe has a usable value." in page(tables={"conditioning": pd.DataFrame()})


def test_stations_have_their_scores_or_a_reason():
    stations = pd.DataFrame({
        "network": ["NET", "NET"], "station": ["a|b", "c"], "distance_km": [1.234, 0.5], "pairs": [18, 4],
        "rmsd": [0.0314, np.nan], "g_down": [0.1, np.nan], "reason": ["", "only 4 pairs of 10"],
    })  # fmt: skip
    assert rows(page(stations=stations), "Stations") == [
        ["network", "station", "distance km", "pairs", "RMSD", "reason"],
        ["NET", "a\\|b", "1.234", "18", "0.031", ""],
        ["NET", "c", "0.500", "4", "–", "only 4 pairs of 10"],
    ]
    assert "There is no station in the region." in page()


@pytest.mark.parametrize("number", [0, 1, MOST_PROBLEMS, MOST_PROBLEMS + 3])
def test_problems_are_listed_up_to_a_limit(number):
    text = page(problems=[(f"f{i}.stm", "s", "broken\nhere") for i in range(number)])
    found = rows(text, "What could not be used")
    assert len(found[1:]) == min(number, MOST_PROBLEMS)
    assert ("Nothing: all files were read." in text) == (number == 0)
    assert ("and 3 more in problems.csv" in text) == (number > MOST_PROBLEMS)
    assert not found or found[1] == ["f0.stm", "s", "broken here"]


def test_without_a_station_it_is_whole():
    text = page(summary=[], differences=[])
    assert "**No station has enough pairs with the maps: nothing can be said of them here.**" in text
    assert "For comparison: SPL2SMP" in text
