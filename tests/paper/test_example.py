import numpy as np
import pytest
import xarray as xr
from made_region import TEST as TEST_PERIOD
from made_region import TRAINING

from smen.data.records import TEST, TRAIN
from smen.errors import DataError
from smen.paper.cases import paper_samples
from smen.paper.example import read_example, write_example


@pytest.fixture
def samples(made):
    periods = ((np.datetime64(first), np.datetime64(last)) for first, last in (TRAINING, TEST_PERIOD))
    return paper_samples(made.fields, *periods).with_target(TRAIN, TEST)


@pytest.fixture
def estimate(made, samples):
    """An estimate whose values tell its date."""
    return np.broadcast_to(np.arange(len(samples), dtype=np.float32)[:, None, None] / 100, (len(samples), 48, 48))


def test_what_is_written_is_read_as_a_row_of_the_figure(made, samples, estimate, tmp_path):
    write_example(tmp_path / "example.nc", made.fields, samples, estimate)
    panel = read_example(tmp_path / "example.nc", "plains", made.fields.window)
    row = int(np.flatnonzero(samples.time == np.datetime64(panel.time))[0])
    assert samples.split[row] == TEST
    assert (panel.region, panel.window, panel.simulated) == ("plains", made.fields.window, made.fields.simulated)
    np.testing.assert_array_equal(panel.target, made.fields.fine[samples.fine[row]])
    assert panel.coarse.shape == (48, 48)
    np.testing.assert_allclose(panel.estimate, row / 100, rtol=1e-6)


def test_it_is_the_test_date_with_most_cells_in_common(made, samples, estimate, tmp_path):
    write_example(tmp_path / "example.nc", made.fields, samples, estimate)
    chosen = np.datetime64(read_example(tmp_path / "example.nc", "plains", made.fields.window).time)
    covered = np.isfinite(made.fields.fine[samples.fine]).sum(axis=(1, 2))
    of_test = covered[samples.split == TEST]
    assert covered[samples.time == chosen] == of_test.max()


def test_the_file_names_its_units(made, samples, estimate, tmp_path):
    write_example(tmp_path / "example.nc", made.fields, samples, estimate)
    with xr.open_dataset(tmp_path / "example.nc", engine="h5netcdf") as dataset:
        assert {dataset[name].attrs["units"] for name in ("coarse", "target", "estimate")} == {"m3/m3"}
    assert [path.name for path in tmp_path.iterdir()] == ["example.nc"]


def test_a_missing_example_is_named(tmp_path, made):
    with pytest.raises(DataError, match=r"example\.nc is missing: run `smen compare plains`"):
        read_example(tmp_path / "example.nc", "plains", made.fields.window)
