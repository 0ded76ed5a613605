"""Results of a validation in the layout of QA4SM's own files, so that its reader draws the service's figures.

The layout is that of `qa4sm_reader` (README and `qa4sm_reader.globals`): one value for each station (`loc`) and part
of the time (`tsw`, here the whole, "bulk"), variables named METRIC_between_0-REFERENCE_and_1-PRODUCT, attributes that
name the data sets. The metrics are those of `pytesmo.validation_framework`, as in the service.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from smen.atomic import atomic_from_memory
from smen.grid import M03
from smen.validation.point_metrics import LEAST_PAIRS
from smen.validation.station_matching import STATION

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

    from smen.validation.station_matching import StationPairs

REFERENCE = "ISMN"
"""Short name of the stations: by it the reader knows units, and that places are scattered."""

_WHOLE = "bulk"
"""The reader's name of the whole time."""

_METRICS = ("R", "p_R", "rho", "p_rho", "RMSD", "BIAS", "urmsd", "mse", "mse_corr", "mse_bias", "mse_var", "RSS")
_WITH_INTERVAL = ("R", "rho", "BIAS", "urmsd")


def write_qa4sm_results(
    path: Path, pairs: StationPairs, minimum: int = LEAST_PAIRS, attributes: Mapping[str, str] | None = None
) -> None:
    """Write a results file that `qa4sm_reader` reads and draws.

    In these files the bias is the stations' mean minus the product's, the other way round than in the tables.

    Args:
        path: the NetCDF to write.
        pairs: of stations and products.
        minimum: pairs that a station needs; those with fewer have the status "not enough data".
        attributes: what the file says of itself beside the reader's own, e.g. title, simulated.

    Raises:
        OutputError: the file cannot be written.
    """
    content = qa4sm_dataset(pairs, minimum, attributes or {}).to_netcdf(engine="h5netcdf")
    with atomic_from_memory(path) as file:
        file.write(content)


def qa4sm_dataset(pairs: StationPairs, minimum: int, attributes: Mapping[str, str]) -> xr.Dataset:
    """Make the content of a results file.

    Args:
        pairs: of stations and products.
        minimum: pairs that a station needs.
        attributes: of the file, beside the reader's own.
    """
    import xarray as xr

    names = {product: _short(product) for product in pairs.products}
    values: dict[str, Any] = {}
    for number, product in enumerate(pairs.products, 1):
        pair = f"_between_0-{REFERENCE}_and_{number}-{names[product]}"
        results = [_metrics(pairs, index, product, minimum) for index in range(len(pairs.points))]
        bounds = [f"{metric}_ci_{bound}" for metric in _WITH_INTERVAL for bound in ("lower", "upper")]
        for metric in (*_METRICS, *bounds, "status"):
            values[metric + pair] = _column(results, metric)
        values["n_obs"] = _column(results, "n_obs")
    return xr.Dataset(values | _metadata(pairs), {"tsw": [_WHOLE]}, _attributes(pairs, names) | dict(attributes))


def _metrics(pairs: StationPairs, point: int, product: str, minimum: int) -> Mapping[str, Any]:
    """The service's metrics at one station."""
    import warnings

    from pytesmo.validation_framework.metric_calculators import PairwiseIntercomparisonMetrics

    calculator = PairwiseIntercomparisonMetrics(min_obs=minimum, calc_spearman=True, calc_kendall=False)
    station = pairs.points[point].station
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # too few pairs, or values that do not vary: the status and NaN say so
        data = pairs.of_point(point)[[STATION, product]]
        result: Mapping[str, Any] = calculator.calc_metrics(data, (point, station.longitude, station.latitude))
    return result


def _column(results: list[Mapping[str, Any]], name: str) -> tuple[tuple[str, str], NDArray[np.float32]]:
    """One of the results at all stations, with the names of its dimensions."""
    return ("loc", "tsw"), np.array([np.ravel(r[name])[0] for r in results], np.float32).reshape(-1, 1)


def _metadata(pairs: StationPairs) -> dict[str, Any]:
    """Places and metadata of the stations, along `loc`."""
    points = pairs.points
    texts = {
        "network": [p.station.network for p in points],
        "station": [p.name for p in points],
        "climate_KG": [p.station.climate.split(" ")[0] or "unknown" for p in points],
        "lc_2010": [p.station.land_cover or "unknown" for p in points],
        "instrument": ["; ".join(p.sensors) for p in points],
        "frm_class": [p.station.representativeness or "undeducible" for p in points],
    }
    numbers = {
        "lat": [p.station.latitude for p in points],
        "lon": [p.station.longitude for p in points],
        "instrument_depthfrom": [p.depth_from for p in points],
        "instrument_depthto": [p.depth_to for p in points],
    }
    return {
        **{name: ("loc", np.array(column, np.float64)) for name, column in numbers.items()},
        **{name: ("loc", np.array(column, object)) for name, column in texts.items()},
        "gpi": ("loc", np.arange(len(points), dtype=np.int64)),
        "idx": ("loc", np.arange(len(points), dtype=np.int64)),
    }


def _attributes(pairs: StationPairs, names: Mapping[str, str]) -> dict[str, str | float]:
    """What the reader wants to know of data sets and protocol."""
    times = pairs.table["time"]
    attributes: dict[str, str | float] = {
        "val_ref": "val_dc_dataset0",
        "val_is_scattered_data": "True",
        "val_resolution": M03.cell / 1000,
        "val_resolution_unit": "km",
        "val_scaling_method": pairs.scaling,
        "val_anomalies": pairs.kind,
        "val_interval_from": str(times.min()) if len(times) else "",
        "val_interval_to": str(times.max()) if len(times) else "",
        "comment": "BIAS is the stations' mean minus the product's, as in the files of QA4SM",
    }
    for number, (short, name) in enumerate([(REFERENCE, "Stations"), *((names[p], p) for p in pairs.products)]):
        attributes |= {
            f"val_dc_dataset{number}": short,
            f"val_dc_dataset_pretty_name{number}": name,
            f"val_dc_version{number}": short,
            f"val_dc_version_pretty_name{number}": "in situ" if number == 0 else pairs.kind,
            f"val_dc_variable{number}": "soil_moisture",
            f"val_dc_variable_pretty_name{number}": "soil moisture",
        }
    return attributes


def _short(product: str) -> str:
    """A product's name without what separates the parts of a variable's name."""
    return re.sub(r"[^A-Za-z0-9]+", "_", product).strip("_").replace("_and_", "_AND_").replace("_between_", "_BETWEEN_")
