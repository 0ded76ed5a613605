"""The climates of the paper's three regions.

Numbers marked *measured* in `climate.Climate` come from real data: the SMAP 36 km series of 2015-16, SMAP L4, in-situ
stations in Oklahoma, Kansas and near Tucson, and the dry-down data set of McColl et al. 2017 (Nature Geoscience 10,
100-104). Rain comes from climate tables. The rest is judgement, or is *fitted*: chosen so that the simulated
observations show the measured statistics (`python -m smen.simulation.statistics`).
"""

from __future__ import annotations

from pyproj import Geod

from smen.simulation.climate import Climate

OKLAHOMA = Climate(
    name="Oklahoma City",
    longitude=-97.52,
    latitude=35.47,
    mean=0.208,
    temporal_sd=0.070,
    residual=0.04,
    saturated=0.46,
    wet_days=83,
    mm_per_wet_day=11,
    rain_peak_day=150,
    rain_seasonality=0.35,
    convective_km=40,
    frontal_km=200,
    convective_share=0.25,
    region_share=0.25,
    drying_days=26,
    drying_log_sd=0.2,
    demand_amplitude=0.55,
    film_share=1.15,
    storage_mm=40,
    slow_days=50,
    slow_supply=0.76,
    link_shift=-1.9,
    link_gain=1.14,
    within_cell_sd=0.058,
    regional_sd=0.026,
    gradient_sd=0.05,
    moving_share=0.2,
    fine_noise=0.020,
    coarse_noise=0.009,
    coarse_bias=0.015,
    temperature=16.5,
    temperature_amplitude=11.5,
    mountains=0.0,
    relief_m=60,
    water=0.012,
    urban=0.03,
    vegetation=2.2,
    dense=0.03,
    snow_line_c=1.0,
    strips=3,
    acquisitions=(0.46, 0.6),
    six_days=False,
)
"""Humid subtropical prairie around Oklahoma City."""

ARIZONA = Climate(
    name="Tucson",
    longitude=-110.97,
    latitude=32.22,
    mean=0.092,
    temporal_sd=0.045,
    residual=0.02,
    saturated=0.42,
    wet_days=53,
    mm_per_wet_day=5.8,
    rain_peak_day=225,
    rain_seasonality=0.5,
    convective_km=10,
    frontal_km=150,
    convective_share=0.15,
    region_share=0.42,
    drying_days=5.8,
    drying_log_sd=0.4,
    demand_amplitude=0.5,
    film_share=0.65,
    storage_mm=30,
    slow_days=40,
    slow_supply=0.85,
    link_shift=-0.99,
    link_gain=1.43,
    within_cell_sd=0.015,
    regional_sd=0.005,
    gradient_sd=0.02,
    moving_share=0.2,
    fine_noise=0.015,
    coarse_noise=0.007,
    coarse_bias=0.01,
    temperature=21.0,
    temperature_amplitude=11.0,
    mountains=0.10,
    relief_m=400,
    water=0.001,
    urban=0.03,
    vegetation=0.7,
    dense=0.005,
    snow_line_c=1.0,
    strips=2,
    acquisitions=(0.26, 0.175),
    six_days=False,
)
"""Hot desert around Tucson, with winter fronts and a summer monsoon."""

GENEVA = Climate(
    name="Geneva",
    longitude=6.14,
    latitude=46.20,
    mean=0.29,
    temporal_sd=0.060,
    residual=0.05,
    saturated=0.50,
    wet_days=115,
    mm_per_wet_day=8,
    rain_peak_day=300,
    rain_seasonality=0.15,
    convective_km=30,
    frontal_km=200,
    convective_share=0.2,
    region_share=0.3,
    drying_days=32,
    drying_log_sd=0.28,
    demand_amplitude=0.7,
    film_share=0.25,
    storage_mm=40,
    slow_days=60,
    slow_supply=0.75,
    link_shift=-1.07,
    link_gain=0.7,
    within_cell_sd=0.045,
    regional_sd=0.025,
    gradient_sd=0.025,
    moving_share=0.2,
    fine_noise=0.025,
    coarse_noise=0.010,
    coarse_bias=0.015,
    temperature=10.5,
    temperature_amplitude=8.5,
    mountains=0.22,
    relief_m=600,
    water=0.02,
    urban=0.04,
    vegetation=2.6,
    dense=0.10,
    snow_line_c=1.0,
    strips=2,
    acquisitions=(0.3, 0.25),
    six_days=True,
)
"""Moderately continental lowland between two ranges of mountains around Geneva."""

CLIMATES = {"oklahoma": OKLAHOMA, "arizona": ARIZONA, "geneva": GENEVA}
"""The climates by the name that the settings use."""


def nearest_climate(longitude: float, latitude: float) -> str:
    """Return the name of the climate whose place is nearest on the ellipsoid.

    Args:
        longitude: degrees east.
        latitude: degrees north.
    """
    geod = Geod(ellps="WGS84")

    def distance(name: str) -> float:
        climate = CLIMATES[name]
        metres = geod.inv(longitude, latitude, climate.longitude, climate.latitude)[2]
        return float(metres)

    return min(CLIMATES, key=distance)
