"""What a collection says of its cube, colours and citations is what the files have."""

from types import SimpleNamespace

import numpy as np
import pystac
import pytest

from smen.grid import Window
from smen.outputs.colours import SOIL_MOISTURE
from smen.outputs.stac_catalogue import _collection
from smen.outputs.stac_extensions import describe_collection

WINDOW = Window(1020, 2640, 40, 30)
MAPS = [SimpleNamespace(time=np.datetime64(time)) for time in ("2018-01-01T00:00:00", "2018-03-01T12:00:00")]


def described(products):
    collection = _collection(WINDOW, MAPS, "plains", simulated=not products)
    collection.add_asset("cube", pystac.Asset("plains.nc"))
    describe_collection(collection, WINDOW, MAPS, products)
    return collection


def test_the_axes_are_the_centres_of_the_cells():
    axes = described(()).extra_fields["cube:dimensions"]
    left, bottom, right, top = WINDOW.bounds
    for axis, low, high, cells in (("x", left, right, 30), ("y", bottom, top, 40)):
        assert abs(axes[axis]["step"]) == pytest.approx((high - low) / cells)
        assert axes[axis]["extent"] == pytest.approx([low + (high - low) / cells / 2, high - (high - low) / cells / 2])
    assert axes["time"]["extent"] == ["2018-01-01T00:00:00Z", "2018-03-01T12:00:00Z"]


def test_the_renders_have_the_colours_of_the_maps():
    renders = described(()).extra_fields["renders"]
    assert [one["bidx"] for one in renders.values()] == [[1], [2], [3]]
    colours = renders["soil_moisture"]["colormap"]
    for index, stop in ((0, SOIL_MOISTURE.stops[0]), (255, SOIL_MOISTURE.stops[-1])):
        np.testing.assert_allclose(colours[str(index)][:3], [int(stop[i : i + 2], 16) for i in (1, 3, 5)], atol=1)
    assert renders["soil_moisture"]["rescale"] == [[0.0, 0.5]]


def test_real_data_are_cited_and_simulated_ones_are_not():
    real, simulated = described(("SPL2SMP", "SPL2SMAP_S")), described(())
    dois = [one["doi"] for one in real.extra_fields["sci:publications"]]
    assert dois == ["10.5067/K7Y2D8QQVZ4L", "10.5067/ASB0EQO2LYJV"]  # as NSIDC's pages have them
    links = [link.target for link in real.links if link.rel == "cite-as"]
    assert links == [f"https://doi.org/{doi}" for doi in dois]
    assert "sci:publications" not in simulated.extra_fields
