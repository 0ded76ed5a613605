"""Size and place of a region, against geodesics, and the hints about what is hardly meant."""

import re

import pytest
from pyproj import Geod

from smen.grid import Window
from smen.plan.region_size import beyond_the_product, described, hints


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
    assert described(window).endswith("S")


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
    window = Window.centred_on(20, latitude, height, width)
    found = hints(window)
    assert len(found) == len(said)
    assert all(part in hint for part, hint in zip(said, found, strict=True))
    assert (beyond_the_product(window) is not None) == ("beyond" in " ".join(said))
