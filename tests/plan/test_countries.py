"""Countries by name: places that lie in them, near their borders, and what is no country."""

import pytest
from shapely import Point

from smen.plan.countries import country, nearest_country

PLACES = {
    "France": [(7.75, 48.58), (7.50, 43.78), (-4.49, 48.39), (3.06, 50.63), (-1.77, 43.37), (9.45, 42.70)],
    "Germany": [(9.43, 54.78), (9.17, 47.66), (6.08, 50.77), (14.98, 51.15), (10.27, 47.41)],
    "Kenya": [(39.67, -4.04), (34.28, 0.46), (41.86, 3.94)],
    "New Zealand": [(174.78, -36.85), (168.35, -46.41), (178.0, -38.66)],
}
"""Towns near borders and coasts: Strasbourg, Menton, Brest, Lille, Hendaye, Bastia; Flensburg, Konstanz, Aachen ..."""


@pytest.mark.parametrize("name", PLACES)
def test_towns_near_the_border_lie_inside(name):
    outline = country(name)
    for place in PLACES[name]:
        assert outline.contains(Point(place)), place


def test_towns_far_beyond_it_do_not():
    france = country("France")
    for place in ((8.54, 47.38), (2.17, 41.39), (-0.13, 51.51), (6.96, 50.94)):  # Zurich, Barcelona, London, Cologne
        assert not france.contains(Point(place))


def test_names_are_taken_as_people_write_them():
    assert country("cote d'ivoire").equals(country("Côte d'Ivoire"))
    assert country("united states of america") is not None
    assert country("Atlantis") is None
    assert nearest_country("Germny") == "germany" and nearest_country("zzzzzz") is None
