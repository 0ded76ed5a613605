"""Size and place of a region, against geodesics, and the hints about what is hardly meant."""

import re

import pytest
from pyproj import Geod

from smen.errors import SettingsError
from smen.grid import Window
from smen.plan.region_size import beyond_the_product, described, hints, require_land


def test_size_and_place_are_those_of_geodesics():
    window = Window.centred_on(-97.5164, 35.4676, 80, 120)
    wide, high, west, east, south, north = (float(n) for n in re.findall(r"[\d.]+(?= [kEWNS])", described(window)))
    assert described(window).count("W") == described(window).count("N") == 2
    assert "(80 x 120 cells)" in described(window)
    geod = Geod(ellps="WGS84")
    middle = (south + north) / 2
    assert high == pytest.approx(geod.inv(-west, south, -west, north)[2] / 1000, abs=2)
    assert wide == pytest.approx(geod.line_length([-west, -(west + east) / 2, -east], [middle] * 3) / 1000, rel=0.01)


def test_a_region_over_180_degrees_runs_from_east_to_west():
    window = Window.centred_on(180, -17, 20, 64)  # 64 columns of 0.0311 degrees
    assert "179.00 E to 179.00 W" in described(window)
    assert described(window).endswith("S, 9 % land")


@pytest.mark.parametrize(
    ("latitude", "size", "said"),
    [
        (35, 100, []),
        (35, 12, []),
        (35, [100, 11], ["very small"]),
        (35, 3, ["very small"]),
        (35, 1000, ["100 times as many cells"]),
        (71, 100, ["beyond 60 degrees north"]),
        (-71, 100, ["beyond 60 degrees south"]),
        (60, 100, []),
        (75, 3, ["beyond 60 degrees north", "very small"]),
    ],
)
def test_hints_at_what_is_hardly_meant(latitude, size, said):
    height, width = size if isinstance(size, list) else (size, size)
    window = Window.centred_on(25, latitude, height, width)
    found = [hint for hint in hints(window, (25, latitude)) if "sea" not in hint]
    assert len(found) == len(said)
    assert all(part in hint for part, hint in zip(said, found, strict=True))
    assert (beyond_the_product(window) is not None) == ("beyond" in " ".join(said))


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ((-97.5164, 35.4676), []),  # Oklahoma City
        ((6.1432, 46.2044), []),  # Geneva: lakes are land
        ((-8.0, 36.7), ["% of it is sea"]),  # off Faro, with a strip of coast
        ((35.4676, -77.5164), []),  # Antarctica, by swapping
    ],
)
def test_little_land_is_said(place, said):
    window = Window.centred_on(*place, 20, 20)
    found = [hint for hint in hints(window, place) if "sea" in hint] if not _refused(window, place) else []
    assert len(found) == len(said)
    assert all(part in hint for part, hint in zip(said, found, strict=True))


def _refused(window, place):
    try:
        require_land(window, place, "x")
    except SettingsError:
        return True
    return False


def test_a_region_in_the_open_sea_is_refused():
    with pytest.raises(
        SettingsError, match=r"the region x lies in the open sea, around 0\.00 N, 140\.00 W.*correct long"
    ):
        require_land(Window.centred_on(-140, 0, 100, 100), (-140, 0), "the region x")


def test_where_latitude_and_longitude_are_swapped_it_is_said():
    """Madrid is 40.4 N, 3.7 W; swapped, it lies off Africa's east coast at 3.7 S, 40.4 E; Nairobi's swap is sea."""
    madrid, swapped = (-3.7, 40.4), (40.4, -3.7)
    assert not hints(Window.centred_on(*madrid, 40, 40), madrid)
    nairobi = (-1.29, 36.82)  # given as longitude, latitude by mistake: off Algeria and Spain
    with pytest.raises(SettingsError, match=r"swapped it would lie on land, around 1\.29 S, 36\.82 E"):
        require_land(Window.centred_on(*nairobi, 9, 9), nairobi, "the region x")
    assert hints(Window.centred_on(*swapped, 40, 40), swapped) == []


def test_a_small_island_is_not_refused():
    """Ascension (14 km) and Lord Howe (10 km): less land than a cell of the map."""
    for place in ((-14.36, -7.94), (159.08, -31.55)):
        require_land(Window.centred_on(*place, 20, 20), place, "island")
