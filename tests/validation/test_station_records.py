import subprocess
import sys
from pathlib import Path

import pytest

from smen.validation.station_records import StationProblem, StationReading, StationSelection, join_readings

ROOM = Path(__file__).parents[2] / "smen" / "validation"


@pytest.mark.parametrize(
    ("depths", "inside"),
    [((0, 0.05), True), ((0.05, 0.05), True), ((0.05, 0), True), ((0, 0.051), False), ((0.05, 0.1), False)],
)
def test_both_ends_of_a_depth_count(depths, inside):
    assert StationSelection().holds_depth(*depths) == inside


def test_a_depth_range_has_two_ends():
    deep = StationSelection(depth=(0.1, 0.3))
    assert deep.holds_depth(0.1, 0.3)
    assert not deep.holds_depth(0.0, 0.2)


def test_readings_are_joined_in_order():
    parts = [StationReading((), (StationProblem(f"f{i}", "odd"),)) for i in range(3)]
    assert [p.source for p in join_readings(parts).problems] == ["f0", "f1", "f2"]


def test_the_room_loads_none_of_the_slow_libraries():
    """The readers' and metrics' libraries take seconds to load; who only asks for help does not wait for them."""
    modules = ", ".join(f"smen.validation.{p.stem}" for p in sorted(ROOM.glob("*.py")) if p.stem != "__init__")
    slow = "{'pytesmo', 'ismn', 'numba', 'pandas', 'xarray', 'geopandas'} & set(sys.modules)"
    code = f"import sys; import {modules}; print(sorted({slow}))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
