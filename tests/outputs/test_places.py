"""Towns of the report's search: well-known places lie where they should."""

import numpy as np
import pytest

from smen.grid import Window
from smen.outputs.report.places import pack_places, stored_places, towns_in


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("Oklahoma City, US", (-97.5164, 35.4676)),
        ("Tucson, US", (-110.9747, 32.2226)),
        ("Geneva, CH", (6.1432, 46.2044)),
        ("São Paulo, BR", (-46.63, -23.55)),
    ],
)
def test_towns_lie_where_they_should(name, place):
    towns = {town: (longitude, latitude) for town, latitude, longitude in towns_in(Window.centred_on(*place, 40, 40))}
    np.testing.assert_allclose(towns[name], place, atol=0.08)


def test_a_window_over_180_degrees_has_the_towns_of_both_sides():
    """Labasa lies at 16.42 S, 179.37 E; in the same window there is nothing of the other end of the world."""
    towns = towns_in(Window.centred_on(180, -17, 60, 60))
    assert "Labasa, FJ" in [name for name, _, _ in towns]
    assert all(abs(longitude) > 178 and -19 < latitude < -15 for _, latitude, longitude in towns)


def test_nothing_in_the_open_sea():
    assert towns_in(Window.centred_on(-30, 40, 40, 40)) == []


def test_what_is_packed_is_read(tmp_path):
    cities = [
        {"name": "Small", "latitude": -1.234, "longitude": 179.999, "countrycode": "XX", "population": 5},
        {"name": "Große", "latitude": 89.5, "longitude": -180.0, "countrycode": "YY", "population": 9},
    ]
    pack_places(cities, tmp_path / "places.npz")
    stored = stored_places(tmp_path / "places.npz")
    assert stored["name"].tolist() == ["Große", "Small"] and stored["country"].tolist() == ["YY", "XX"]
    np.testing.assert_allclose(stored["latitude"], [89.5, -1.23])
    np.testing.assert_allclose(stored["longitude"], [-180, 180.0])
