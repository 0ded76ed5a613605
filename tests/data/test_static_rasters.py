"""Static rasters on a window: against means and shares by hand, in other systems, and what is refused."""

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st

from smen.data.static_rasters import FINER, read_covariates
from smen.errors import DataError
from smen.grid import Window

WINDOW = Window.centred_on(-97.5, 35.4, 12, 16)


def write(path, values, transform=WINDOW.transform, crs="EPSG:6933", nodata=None):
    with rasterio.open(
        path, "w", driver="GTiff", count=1, dtype=values.dtype, height=values.shape[0], width=values.shape[1],
        transform=transform, crs=crs, nodata=nodata,
    ) as raster:  # fmt: skip
        raster.write(values, 1)
    return str(path)


def standardised(values):
    return (values - values.mean()) / values.std()


@pytest.mark.parametrize("finer", [1, 3, 6])
def test_numbers_are_averaged_over_cells(tmp_path, finer):
    rng = np.random.default_rng(finer)
    values = rng.normal(40, 9, (12 * finer, 16 * finer))
    path = write(tmp_path / "sand.tif", values, WINDOW.transform * Affine.scale(1 / finer))
    (found,) = read_covariates({"sand": path}, WINDOW)
    expected = standardised(values.reshape(12, finer, 16, finer).mean(axis=(1, 3)))
    np.testing.assert_allclose(found, expected, atol=1e-4)
    assert found.dtype == np.float32


def test_a_raster_in_degrees_lies_where_it_lies(tmp_path):
    """Values are the longitude itself: the cells' centres have theirs."""
    west, north, step = -99.0, 37.0, 0.005
    longitude = np.broadcast_to(west + step * (np.arange(600) + 0.5), (600, 600)).astype(np.float32)
    path = write(tmp_path / "x.tif", longitude, Affine(step, 0, west, 0, -step, north), "EPSG:4326")
    (found,) = read_covariates({"x": path}, WINDOW)
    expected = standardised(np.broadcast_to(WINDOW.longitudes, WINDOW.shape))
    np.testing.assert_allclose(found, expected, atol=0.02)


def test_a_coarser_raster_is_interpolated(tmp_path):
    values = np.arange(6 * 8, dtype=float).reshape(6, 8)
    path = write(tmp_path / "rain.tif", values, WINDOW.transform * Affine.scale(2))
    (found,) = read_covariates({"rain": path}, WINDOW)
    inner = found[1:-1, 1:-1]
    assert (np.diff(inner, axis=1) > 0).all() and (np.diff(inner, axis=0) > 0).all()


def test_classes_become_shares(tmp_path):
    rng = np.random.default_rng(2)
    values = rng.choice(np.array([10, 20, 90], np.uint8), (12 * FINER, 16 * FINER), p=[0.6, 0.395, 0.005])
    path = write(tmp_path / "cover.tif", values, WINDOW.transform * Affine.scale(1 / FINER), nodata=255)
    found = read_covariates({"cover": path}, WINDOW, ["cover"])
    assert len(found) == 2  # the third is too rare
    for layer, number in zip(found, (10, 20), strict=True):
        share = (values.reshape(12, FINER, 16, FINER) == number).mean(axis=(1, 3))
        np.testing.assert_allclose(layer, standardised(share), atol=1e-4)


def test_missing_cells_have_the_mean_and_constants_are_left_out(tmp_path):
    values = np.arange(12.0 * 16).reshape(12, 16)
    values[:, :4] = -9999
    path = write(tmp_path / "a.tif", values, nodata=-9999)
    flat = write(tmp_path / "b.tif", np.full((12, 16), 7.0))
    found = read_covariates({"flat": flat, "a": path}, WINDOW)
    assert len(found) == 1 and (found[0][:, :4] == 0).all()
    np.testing.assert_allclose(found[0][:, 4:], standardised(values[:, 4:]), atol=1e-4)
    assert read_covariates({"flat": flat}, WINDOW).shape == (0, 12, 16)


def test_a_window_over_180_degrees_has_both_sides(tmp_path):
    window = Window.centred_on(179.99, -17.0, 8, 12)
    assert window.crosses_antimeridian
    step = 0.01
    latitude = np.broadcast_to((-15.0 - step * (np.arange(400) + 0.5))[:, None], (400, 36000)).astype(np.float32)
    path = write(tmp_path / "y.tif", latitude, Affine(step, 0, -180, 0, -step, -15.0), "EPSG:4326")
    (found,) = read_covariates({"y": path}, window)
    expected = standardised(np.broadcast_to(window.latitudes[:, None], window.shape))
    np.testing.assert_allclose(found, expected, atol=0.05)


def test_what_cannot_be_used_is_named(tmp_path):
    values = np.zeros((12, 16))
    far = write(tmp_path / "far.tif", values, Affine(3000, 0, 0, 0, -3000, 0))
    nowhere = write(tmp_path / "nowhere.tif", values, crs=None)
    (tmp_path / "text.tif").write_text("no raster")
    gpd.GeoDataFrame(geometry=gpd.points_from_xy([0], [0]), crs=4326).to_file(tmp_path / "points.gpkg")
    for path, said in (
        (far, "far.tif, has no value in the region"),
        (nowhere, "does not say its coordinate system"),
        (str(tmp_path / "text.tif"), "text.tif, cannot be read"),
        (str(tmp_path / "none.tif"), "none.tif, cannot be read"),
        (str(tmp_path / "points.gpkg"), "points.gpkg, cannot be read"),
    ):
        with pytest.raises(DataError, match=f"the covariate sand, .*{said}"):
            read_covariates({"sand": path}, WINDOW)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.floats(0.2, 5), st.integers(0, 2**31))
def test_any_raster_gives_layers_of_mean_0_and_deviation_1(tmp_path_factory, height, width, scale, seed):
    rng = np.random.default_rng(seed)
    values = rng.normal(0, 1, (height, width))
    values[rng.random(values.shape) < 0.3] = np.nan
    path = tmp_path_factory.mktemp("any") / "a.tif"
    path = write(path, values, WINDOW.transform * Affine.scale(scale), nodata=np.nan)
    try:
        found = read_covariates({"a": path}, WINDOW)
    except DataError as error:
        assert "has no value in the region" in str(error)
        return
    assert np.isfinite(found).all() and len(found) <= 1
    for layer in found:
        known = layer[layer != 0]
        assert abs(layer.mean()) < 1e-3 and known.size > 1 and layer.std() <= 1.001
