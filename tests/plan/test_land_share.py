"""Shares of land against known places, and against Natural Earth's coastlines that come with the report."""

import numpy as np
import pytest

from smen.grid import Window
from smen.plan.land_share import FULL, certainly_sea, land_share, pack


@pytest.mark.parametrize(
    ("place", "low", "high"),
    [
        ((-97.5164, 35.4676), 1.0, 1.0),  # Oklahoma
        ((-140.0, 0.0), 0.0, 0.0),  # Pacific
        ((-122.5, 37.75), 0.35, 0.75),  # San Francisco, on the coast
        ((-80.2, 25.8), 0.2, 0.6),  # Miami
        ((172.6, -43.5), 0.4, 0.8),  # Christchurch
        ((10.0, 36.8), 0.3, 0.7),  # Tunis
    ],
)
def test_known_places(place, low, high):
    assert low <= land_share(Window.centred_on(*place, 60, 60)) <= high


def test_across_180_degrees():
    """Taveuni and Vanua Levu of Fiji lie on both sides; both halves count."""
    window = Window.centred_on(180, -17, 20, 64)
    halves = [Window.centred_on(s * (180 - 16 * 0.0311), -17, 20, 32) for s in (1, -1)]
    assert land_share(window) == pytest.approx(np.mean([land_share(half) for half in halves]), abs=0.02)
    assert 0.05 < land_share(window) < 0.15


def test_sea_is_certain_only_away_from_all_land():
    assert certainly_sea(Window.centred_on(-140, 0, 100, 100))
    assert not certainly_sea(Window.centred_on(-122.5, 37.75, 3, 3))
    # 5 km off the coast of the Netherlands there is no land in the window, but the map cannot tell
    assert not certainly_sea(Window.centred_on(4.28, 52.2, 1, 1))


def test_packing_counts_cells_of_30_seconds():
    land = np.zeros((21600, 43200), bool)
    land[0, 0] = land[12:24, 12:24] = True
    packed = pack(land)
    assert packed.shape == (1800, 3600) and packed[0, 0] == 1 and packed[1, 1] == FULL and packed.sum() == 1 + FULL


def test_the_poles_and_the_edges_of_the_map():
    for place in ((0, 84), (179.99, -84), (-179.99, 0)):
        assert 0 <= land_share(Window.centred_on(*place, 3, 3)) <= 1
