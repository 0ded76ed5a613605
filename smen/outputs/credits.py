"""Licence and citations, as README.md of the results, the rasters' tags and the cube have them."""

from __future__ import annotations

from collections.abc import Sequence

from smen.grid import Grid
from smen.products.product_tables import PRODUCTS, product

SOFTWARE_LICENCE = "MIT"
"""Licence of SMEN; a copy lies in the repository."""

METHOD = "The published paper on the Soil Moisture Enhancement Network (SMEN)"
"""What is cited for the method `smen`, and for the idea behind the others."""

DATA_TERMS = (
    "NASA shares SMAP's products without restriction (EOSDIS data use and citation guidance) and asks for their "
    "citation. The 3 km product contains Sentinel-1 data, which the Copernicus programme shares freely under its legal "
    "notice: who publishes what is made of them writes"
)
"""Terms of the data; after it comes the notice of `sentinel_notice`."""


def sentinel_notice(years: Sequence[int]) -> str:
    """Return the notice that Copernicus asks for.

    Args:
        years: of the granules; the first and the last are named.
    """
    first, last = min(years), max(years)
    return f"Contains modified Copernicus Sentinel data {first if first == last else f'{first}-{last}'}"


def credit_tags(coarse: Grid, years: Sequence[int], *, simulated: bool) -> dict[str, str]:
    """Return the tags of a raster that say what to cite and whose terms hold.

    Args:
        coarse: grid of the radiometer's product, which tells the product.
        years: of the granules.
        simulated: whether they are simulated; then there are no data to cite.
    """
    tags = {"LICENSE": f"software: {SOFTWARE_LICENCE}", "METHOD_CITATION": METHOD}
    if simulated:
        return {**tags, "DATA_CITATION": "none: all granules are simulated"}
    names = [one.short_name for one in PRODUCTS.values() if one.role == "fine" or one.grid == coarse]
    return {
        **tags,
        "DATA_CITATION": "; ".join(product(name).citation() for name in names),
        "TIFFTAG_COPYRIGHT": sentinel_notice(years),
    }
