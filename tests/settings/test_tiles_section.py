"""The section of tiles: what an area may be, and how far tiles may overlap."""

import pytest

from smen.errors import SettingsError
from smen.settings.file import check_settings


def tiles(**keys):
    return check_settings({"tiles": keys}).tiles


def test_an_area_is_a_box_a_file_or_all_land():
    assert tiles(area=[5.8, 45.7, 10.6, 47.9]).area == (5.8, 45.7, 10.6, 47.9)
    assert tiles(area=[170, -47, -179, -34]).area[2] == -179  # across 180 degrees
    assert tiles(area="all land").area == "all land"
    assert not tiles(area="~/places.gpkg").area.startswith("~")
    assert tiles().area is None


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"area": [0, 10, 5, 10]}, "has no area"),
        ({"area": [0, 10, 0, 20]}, "has no area"),
        ({"area": [0, 10, 200, 20]}, "200"),
        ({"area": [0, 10, 20]}, "tiles.area"),
        ({"size": 40, "overlap": 21}, "more than half of tiles.size"),
        ({"size": 4}, "tiles.size"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_key(keys, said):
    with pytest.raises(SettingsError, match=said):
        tiles(**keys)


def test_beside_an_area_the_regions_of_the_paper_are_no_default():
    assert not check_settings({"tiles": {"area": "all land"}}).regions
    assert len(check_settings({"tiles": {"size": 50}}).regions) == 3
    named = {"here": {"longitude": 5, "latitude": 45}}
    assert set(check_settings({"tiles": {"area": "all land"}, "regions": named}).regions) == {"here"}
