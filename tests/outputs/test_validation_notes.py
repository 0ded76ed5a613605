"""What stands above the tables of a validation."""

import numpy as np
import pytest

from smen.outputs.validation_notes import protocol_notes
from smen.settings.validation_section import ValidationSettings


def overpasses(*years):
    return np.array([f"{year}-06-01T12:00" for year in years], "datetime64[s]")


THREE_YEARS = overpasses(2016, 2017, 2018)


def notes(times=THREE_YEARS, probes=(), simulated=False, **protocol):
    return protocol_notes(ValidationSettings(**protocol), "causal", times, probes, simulated=simulated)


def test_the_protocol_is_said_in_full():
    (text,) = notes(stations=("a.zip",))
    assert text == (
        "3 causal maps from 2016-06-01 to 2018-06-01. Stations of all networks, 0 to 0.05 m deep, flags G; the value "
        "nearest to the overpass, within 6 h before or after; only times that all products of a set have in common; at "
        "least 10 pairs. Bias is product minus station. Nothing is scaled."
    )


def test_what_was_set_is_said():
    (text,) = notes(
        stations=("a.zip",), networks=("SCAN", "USCRN"), depth=(0.02, 0.1), flags=("G", "D01"), window=3, minimum=25,
        scaling="mean_std",
    )  # fmt: skip
    for part in ("SCAN, USCRN", "0.02 to 0.1 m", "flags G, D01", "within 1.5 h", "at least 25 pairs"):
        assert part in text
    assert "Products are scaled to the stations by mean_std: their bias says nothing." in text


@pytest.mark.parametrize(("years", "said"), [((2018,), True), ((2017, 2018), True), ((2016, 2017, 2018), False)])
def test_a_climatology_of_few_years_is_called_one(years, said):
    assert any("one or two years" in note for note in notes(overpasses(*years))) == said


def test_simulated_maps_against_real_stations_mean_nothing():
    assert any("they mean nothing" in note for note in notes(stations=("a.zip",), simulated=True))
    assert not any("they mean nothing" in note for note in notes(stations="auto", simulated=True))
    assert not any("they mean nothing" in note for note in notes(stations=("a.zip",)))


def test_maps_that_know_the_probes_say_so():
    found = [note for note in notes(probes=("data/probes.csv", "more.gpkg")) if "conditioned" in note]
    assert len(found) == 1
    assert "probes.csv, more.gpkg" in found[0] and "data/" not in found[0]
    assert not any("conditioned" in note for note in notes())


def test_no_maps_have_no_period():
    assert notes(overpasses())[0].startswith("0 causal maps. Stations of all networks")
