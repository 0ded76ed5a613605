"""Small stations and products for tests of the validation."""

import numpy as np
from made_ismn import hours

from smen.grid import Window
from smen.validation.point_products import PointProduct
from smen.validation.station_matching import match_stations
from smen.validation.station_points import locate_points
from smen.validation.station_records import Station, StationSeries

WINDOW = Window.centred_on(10.0, 50.0, 48, 48)


def series(name="one", row=20, column=20, time=None, value=None, network="NET", depth=(0.0, 0.05), **more):
    """Make a sensor's series at the centre of a window's cell; `more` goes to the station."""
    time = hours("2021-06-01", 240) if time is None else time
    value = np.linspace(0.1, 0.3, len(time)) if value is None else value
    place = {"longitude": float(WINDOW.longitudes[column]), "latitude": float(WINDOW.latitudes[row])} | more
    return StationSeries(Station(network, name, **place), f"{name} {depth}", *depth, time, value, f"{name}.stm")


def made_pairs(stations=6, days=200, errors=(0.02, 0.05), seed=0, cells=None, **more):
    """Pair stations with products of known error; return the pairs of absolute values.

    The stations are daily values; `errors` are the products' standard deviations, their names p0, p1, ...
    """
    rng = np.random.default_rng(seed)
    time = hours("2021-03-01", days, 24)
    cells = [(5 + 2 * i, 5 + 3 * i) for i in range(stations)] if cells is None else cells
    base = 0.25 + 0.05 * np.sin(np.arange(days) / 9.0)
    values = [np.clip(base + rng.normal(0, 0.03) + rng.normal(0, 0.02, days), 0.01, 0.6) for _ in cells]
    made = [series(f"s{i:02d}", *cell, time=time, value=values[i], **more) for i, cell in enumerate(cells)]
    points, problems = locate_points(made, WINDOW)
    assert not problems
    truth = np.array([p.value for p in points]).T
    products = [
        PointProduct(f"p{i}", time, truth + rng.normal(0, e, truth.shape), np.full(truth.shape, e))
        for i, e in enumerate(errors)
    ]
    return match_stations(points, products, kinds=("absolute",))["absolute"]
