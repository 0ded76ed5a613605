"""What the page shows of mosaics."""

import numpy as np
from made_maps import WINDOW, two_maps

from smen.grid import M36
from smen.outputs.map_files import read_map
from smen.outputs.report.mosaic_report import MOSAIC, mosaic_report


def test_the_coarse_layer_is_the_mean_of_the_mosaic_over_cells_of_36_km(tmp_path):
    maps = two_maps(tmp_path)
    report = mosaic_report(WINDOW, maps, {0: "none"}, {0: "#000000"}, tiles=4, source="simulated", simulated=True)
    assert report.region == MOSAIC and report.simulated and not report.scores and not report.product
    assert report.coarse.fields.shape == (2, *WINDOW.coarse_shape(M36))
    moisture = read_map(maps[0])[0]
    row, column = report.coarse.rows[10], report.coarse.columns[12]
    cell = np.ix_(report.coarse.rows == row, report.coarse.columns == column)
    np.testing.assert_allclose(report.coarse.fields[0, row, column], moisture[cell].mean(), rtol=1e-5)
    assert "4 tiles" in report.about["made from"] and "no satellite" in report.about["source"]
