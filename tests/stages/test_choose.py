"""The choice among a region's methods, from the tables of errors to the file that maps are made by."""

import json
from pathlib import Path

import numpy as np
import pytest

from smen.data.choice_file import read_choice
from smen.data.held_out_file import HeldOutScores, read_held_out, write_held_out
from smen.errors import DataError
from smen.outputs.choice_table import choice_table
from smen.plan.jobs import ChooseJob
from smen.plan.without_data import no_data_reason
from smen.stages import choose

DATES = [f"2017-{month:02d}-11T12:00:00" for month in range(1, 13)]


def held(values, dates=DATES):
    return HeldOutScores(dict(zip(dates, values, strict=True)))


@pytest.fixture
def region(tmp_path):
    """Write the tables of candidates and choose; returns the choice."""

    def run(**tables):
        job = ChooseJob(results=str(tmp_path), region="alps", candidates=tuple(tables))
        for name, table in tables.items():
            write_held_out(Path(job.layout.held_out("alps", name)), table)
        choose.run(job)
        return read_choice(Path(job.layout.choice("alps")))

    return run


def test_the_better_one_makes_the_maps(region, tmp_path):
    choice = region(fusion=held(np.linspace(0.03, 0.04, 12)), smen=held(np.linspace(0.025, 0.035, 12)))
    assert (choice.chosen, choice.dates) == ("smen", 12)
    assert choice.reason == (
        "smen is better than fusion (+0.0050, +0.0050 to +0.0050 m3/m3): the 95 % interval excludes zero"
    )
    assert [row.ubrmse for row in choice.candidates] == pytest.approx([0.035, 0.03])
    written = json.loads((tmp_path / "alps" / "models" / "choice.json").read_text())
    assert written["candidates"][1]["difference"] is None
    assert choice.summary() == "smen; ubRMSE on 12 held-out dates: fusion 0.0350, smen 0.0300 m3/m3"


def test_a_tie_goes_to_the_quicker_one_and_says_so(region):
    noise = np.array([0.002, -0.002] * 6)
    choice = region(fusion=held(np.full(12, 0.03)), smen=held(0.03 + noise))
    assert choice.chosen == "fusion"
    assert choice.reason.startswith("fusion is not told apart from smen (") and choice.reason.endswith("and quicker")


def test_only_common_dates_count(region):
    quick = held([0.03] * 12)
    choice = region(fusion=quick, smen=held([0.02] * 6, DATES[6:]))
    assert (choice.chosen, choice.dates) == ("smen", 6)
    choice = region(fusion=quick, smen=held([0.02] * 3, DATES[9:]))
    assert (choice.chosen, choice.dates) == ("fusion", 3)
    assert "3 held-out dates in common are too few to tell methods apart" in choice.reason


def test_a_candidate_that_cannot_be_trained_does_not_count(region):
    choice = region(fusion=HeldOutScores(note="no date"), smen=held([0.04] * 12))
    assert choice.chosen == "smen"
    assert choice.reason.endswith("; fusion does not count (no date)")
    choice = region(fusion=HeldOutScores(), smen=HeldOutScores(note="no date"))
    assert choice.chosen == "fusion" and not choice.dates


def test_none_that_can_be_used_is_an_error(region):
    with pytest.raises(DataError, match="no method can be used: fusion: no date; smen: no wish"):
        region(fusion=HeldOutScores(note="no date"), smen=HeldOutScores(note="no wish"))


def test_a_single_candidate(region):
    assert region(smen=held([0.04] * 12)).reason == "smen is the only candidate"


def test_the_table_of_the_choice(region):
    choice = region(fusion=held([0.03] * 12), smen=held([0.035] * 12), lost=HeldOutScores(note="no date"))
    text = choice_table(choice)
    assert "Maps are made by `fusion`" in text and "On 12 dates" in text
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("|")]
    assert rows[2] == ["**fusion**", "0.0300", "–", "–", ""]
    assert rows[3] == ["smen", "0.0350", "+0.0050", "+0.0050 to +0.0050", ""]
    assert rows[4] == ["lost", "–", "–", "–", "no date"]


def test_missing_and_damaged_files_are_named(tmp_path):
    with pytest.raises(DataError, match=r"choice\.json is not there: run the stage choose"):
        read_choice(tmp_path / "choice.json")
    (tmp_path / "choice.json").write_text("{}")
    with pytest.raises(DataError, match=r"choice\.json is damaged"):
        read_choice(tmp_path / "choice.json")
    with pytest.raises(DataError, match=r"a_held_out\.csv is not there: train the method first"):
        read_held_out(tmp_path / "a_held_out.csv")
    (tmp_path / "a_held_out.csv").write_text("time,error\n1,2\n")
    with pytest.raises(DataError, match=r"a_held_out\.csv is damaged"):
        read_held_out(tmp_path / "a_held_out.csv")


def test_tables_come_back_as_they_were(tmp_path):
    for table in (held(np.arange(12) / 256), HeldOutScores(note="no date, and why"), HeldOutScores()):
        write_held_out(tmp_path / "x.csv", table)
        assert read_held_out(tmp_path / "x.csv") == table or table.scores
    write_held_out(tmp_path / "x.csv", held([0.0312345] * 12))
    assert read_held_out(tmp_path / "x.csv").scores[DATES[0]] == pytest.approx(0.0312345, abs=1e-6)


def test_a_tile_that_no_method_can_map_has_no_data_and_a_region_is_refused(tmp_path, caplog):
    job = ChooseJob(results=str(tmp_path), region="tile", candidates=("fusion", "smen"), may_be_empty=True)
    for name in job.candidates:
        write_held_out(Path(job.layout.held_out("tile", name)), HeldOutScores(note="no date"))
    choose.run(job)
    assert "no method can be used: fusion: no date" in no_data_reason(job.layout, "tile")
    assert read_choice(Path(job.layout.choice("tile"))).chosen == "fusion"
    with pytest.raises(DataError, match="no method can be used"):
        choose.run(job.model_copy(update={"may_be_empty": False}))
    write_held_out(Path(job.layout.held_out("tile", "smen")), held([0.02] * 12))
    choose.run(job)
    assert no_data_reason(job.layout, "tile") is None
