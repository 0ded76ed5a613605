"""Where simulated stations stand."""

from collections import Counter

import pytest

from smen.grid import M03, M36, Window
from smen.simulation.climates import CLIMATES
from smen.simulation.station_places import DENSE, MOST_STATIONS, station_places
from smen.simulation.world import World


def world(longitude=-97.52, latitude=35.47, size=60, name="here", seed=1, climate="oklahoma"):
    return World(Window.centred_on(longitude, latitude, size, size), name, CLIMATES[climate], seed)


@pytest.fixture(scope="module")
def wide():
    return world(size=100)


def test_a_region_of_the_default_size_has_twenty_in_two_networks(wide):
    places = station_places(wide)
    assert len(places) == MOST_STATIONS == 20
    assert Counter(place.network for place in places) == {DENSE: 8, "SIM-SPARSE": 12}
    assert len({place.name for place in places}) == 20
    assert [place.number for place in places] == list(range(20))


def test_the_dense_network_lies_in_one_coarse_cell_and_two_share_a_fine_one(wide):
    dense = [place for place in station_places(wide) if place.network == DENSE]
    rows, columns = wide.window.coarse_index(M36)
    assert len({(rows[place.row], columns[place.column]) for place in dense}) == 1
    cells = Counter((place.row, place.column) for place in dense)
    assert sorted(cells.values()) == [1] * 6 + [2]
    pair = [p for p in dense if cells[p.row, p.column] == 2]
    assert (pair[0].longitude, pair[0].latitude) != (pair[1].longitude, pair[1].latitude)


@pytest.mark.parametrize("longitude", [-97.52, 179.9, -179.95])
def test_each_stands_in_its_cell_on_land_within_180_degrees(longitude):
    made = world(longitude=longitude, latitude=-17.0 if abs(longitude) > 170 else 35.47)
    places = station_places(made)
    assert places
    for place in places:
        assert -180 <= place.longitude <= 180
        row, column = M03.cell_at(place.longitude, place.latitude)
        assert row == made.window.row + place.row
        assert column == (made.window.column + place.column) % M03.columns
        assert not made.land.water[made.inner][place.row, place.column]


def test_they_belong_to_name_and_seed():
    first, again, other, elsewhere = (
        station_places(world(name=name, seed=seed)) for name, seed in (("a", 1), ("a", 1), ("a", 2), ("b", 1))
    )
    assert first == again
    assert [p.row for p in first] != [p.row for p in other]
    assert [p.row for p in first] != [p.row for p in elsewhere]


def test_a_tiny_region_has_a_few_and_one_without_land_none():
    tiny = world(size=4)
    assert len(station_places(tiny)) == 3
    sea = world(size=8)
    sea.land.water.fill(True)
    assert station_places(sea) == ()


def test_there_are_two_sensors_at_one_depth_and_deeper_ones(wide):
    sensors = [place.sensors for place in station_places(wide)]
    assert any(sum(s.depth_to <= 0.05 for s in of_place) == 2 for of_place in sensors)
    assert any(s.depth_to > 0.05 for of_place in sensors for s in of_place)
    assert all(any(s.depth_to <= 0.05 for s in of_place) for of_place in sensors)
