"""A validation of made results: three stations, one of them with too few pairs, as the stage insitu writes it."""

from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from smen.outputs import validation_files as files
from smen.outputs.validation_verdict import MetricVerdict, ValidationVerdict, write_verdict

SHARES = [(0.3, 0.5), (0.75, 0.2), (0.6, 0.8)]
"""Places of the stations, as shares of the window's height and width."""

PAIRS = [18, 17, 4]
GAINS = [0.021, -0.012, np.nan]
NETWORK = "MADE"


def write_validation(layout, name, window, time, estimate, coarse, simulated):
    """Write those files of a validation that are shown elsewhere; stations say what the maps say, and a bit more."""
    folder = Path(layout.validation(name, files.PAGE)).parent
    folder.mkdir(parents=True, exist_ok=True)
    stations, pairs = [], []
    for number, (share, count, gain) in enumerate(zip(SHARES, PAIRS, GAINS, strict=True)):
        row, column = (int(part * side) for part, side in zip(share, window.shape, strict=True))
        enough = count >= 10
        stations.append({
            "network": NETWORK, "station": f"s{number}", "longitude": window.longitudes[column],
            "latitude": window.latitudes[row], "row": row, "column": column, "distance_km": 0.0, "pairs": count,
            "bias": 0.01 if enough else np.nan, "ubrmsd": 0.03 if enough else np.nan,
            "pearson_r": 0.8 if enough else np.nan, "reason": "" if enough else f"only {count} pairs of 10",
            "rmsd_gain": gain,
        })  # fmt: skip
        known = np.flatnonzero(np.isfinite(estimate[:, row, column]))[:count]
        pairs += [
            {"time": time[i], "station": estimate[i, row, column] + 0.01, "SMEN (causal)": estimate[i, row, column],
             "network": NETWORK, "station name": f"s{number}"}
            for i in known
        ]  # fmt: skip
    summary = [
        {"pairs": "all overpasses", "kind": "absolute", "period": "all", "group": "all", "product": product,
         "metric": metric, "stations": 2, "n": 35, "value": value, "median": value, "low": value - 0.01,
         "high": value + 0.01}
        for product, error in (("SMEN (causal)", 0.03), ("36 km", 0.045))
        for metric, value in (("ubrmsd", error), ("pearson_r", 1 - 5 * error))
    ]  # fmt: skip
    tables = {"stations": pd.DataFrame(stations), "summary": pd.DataFrame(summary), "pairs": pd.DataFrame(pairs)}
    files.write_validation_tables(folder, tables, simulated=simulated)
    files.write_station_points(folder / files.POINTS, tables["stations"], simulated=simulated)
    metrics = {"rmsd": MetricVerdict(-0.005, -0.02, 0.01, None)}
    verdict = ValidationVerdict("SMEN (causal)", "36 km", 2, metrics, simulated)
    write_verdict(folder / files.VERDICT, verdict)
    (folder / files.PAGE).write_text(f"# {name}: maps against stations\n")
    for figure in files.FIGURES:
        Image.new("RGB", (40, 30), "#8899aa").save(folder / figure)
