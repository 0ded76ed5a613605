"""The sections `products` and `samples`: what is read, which of it counts, how training samples are built."""

from __future__ import annotations

from pydantic import Field

from smen.settings.choices import CoarseProduct, FineVariable, Overpass, ProductVersion, RetrievalQuality
from smen.settings.section import Section


class ProductSettings(Section):
    """What is read, and which of it counts."""

    coarse: CoarseProduct = Field(
        "SPL2SMP", description="the coarse product: SPL2SMP (36 km) or SPL2SMP_E (posted at 9 km)"
    )
    coarse_version: ProductVersion = Field(
        "auto", description="for earthdata: its version at NSIDC, e.g. 009; auto: the one that SMEN was tested with"
    )
    fine_version: ProductVersion = Field(
        "auto", description="for earthdata: the version of the 3 km product SPL2SMAP_S, e.g. 003; auto: as above"
    )
    fine_variable: FineVariable = Field("soil_moisture_3km", description="the 3 km variable to learn")
    quality: RetrievalQuality = Field(
        "recommended", description="retrievals that count: recommended ones only, or all successful ones"
    )
    overpasses: tuple[Overpass, ...] = Field(
        ("descending", "ascending"),
        min_length=1,
        description="half-orbits that count: descending (about 6 am local), ascending (about 6 pm)",
    )


class SampleSettings(Section):
    """How training samples are built."""

    history: int = Field(
        4, ge=1, le=64, description="k, earlier 3 km dates whose residuals are given to the method (smen: exactly 4)"
    )
    coarse_history: int = Field(
        6,
        ge=0,
        le=64,
        description="earlier coarse fields given to the baselines that use them: filtered_residual, in `paper` also "
        "the LSTM",
    )
    minimum_coverage: float = Field(
        0.1, gt=0, le=1, description="a 3 km date counts from this share of valid cells in the window"
    )
