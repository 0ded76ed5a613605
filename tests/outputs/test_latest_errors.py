"""The errors that lie beside the latest maps."""

from made_errors import made_correlation
from made_maps import WINDOW, two_maps

from smen.data.error_correlation_file import write_error_correlation
from smen.outputs.latest_errors import latest_errors, latest_errors_path


def test_they_are_read_where_they_are(tmp_path):
    maps = two_maps(tmp_path)
    path = latest_errors_path(maps, "tucson")
    assert path == tmp_path / "tucson_errors.nc"
    assert latest_errors(maps, "tucson", WINDOW) is None and latest_errors([], "tucson", WINDOW) is None
    write_error_correlation(path, WINDOW, made_correlation(WINDOW.shape), title="errors", simulated=True)
    assert latest_errors(maps, "tucson", WINDOW) is not None
