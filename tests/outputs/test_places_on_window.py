import numpy as np
import pytest
from pyproj import Transformer

from smen.grid import Window
from smen.outputs.places_on_window import places_on


@pytest.mark.parametrize("longitude", np.linspace(-175, 175, 36))
def test_a_station_on_the_western_edge_is_not_put_round_the_world(longitude):
    """Rounding puts about every fourth of them a trifle beyond the edge."""
    window = Window.centred_on(longitude, 46.2, 50, 50)
    west, south, _, north = window.bounds
    to_degrees = Transformer.from_crs("EPSG:6933", "EPSG:4326", always_xy=True)
    place = to_degrees.transform(west, (south + north) / 2)
    x, y = places_on(window, *(np.array([value]) for value in place))
    assert (x[0], y[0]) == pytest.approx((west, (south + north) / 2), abs=0.01)
