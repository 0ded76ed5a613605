"""Climates of the simulated worlds: what a place's soil, weather and satellites are like, as numbers.

The three climates are those of the paper's regions. Numbers marked *measured* come from real data: the SMAP 36 km
series of 2015-16, SMAP L4, in-situ stations in Oklahoma, Kansas and near Tucson, and the dry-down data set of McColl
et al. 2017 (Nature Geoscience 10, 100-104). Rain comes from climate tables. The rest is judgement, or is *fitted*:
chosen so that the simulated observations show the measured statistics (`python -m smen.simulation.statistics`).
"""

from __future__ import annotations

from dataclasses import dataclass

from pyproj import Geod


@dataclass(frozen=True)
class Climate:
    """One climate. Soil moisture in m3/m3, lengths in km, times in days, days of the year 1..366.

    Attributes:
        name: what it is called in messages.
        longitude: degrees east of the place it describes.
        latitude: degrees north of that place.
        mean: mean soil moisture over time and space (measured in Oklahoma and Arizona).
        temporal_sd: standard deviation in time of a 36 km cell (measured in Oklahoma and Arizona).
        residual: the least soil moisture that the link can give.
        saturated: the greatest one.
        wet_days: days with rain in a year, at a place.
        mm_per_wet_day: mean rain of such a day.
        rain_peak_day: day of the year with the most frequent rain.
        rain_seasonality: relative amplitude of the frequency of rain over the year, 0..1.
        convective_km: correlation length of convective rain.
        frontal_km: correlation length of frontal rain.
        convective_share: share of convective cells in the variance of rain fields in the warm season.
        region_share: share of the variance of rain fields that is the same for some 500 km (fitted).
        drying_days: e-folding time of the surface store at mean evaporative demand (fitted to the dry-downs' median).
        drying_spread: relative spread of that time over cells (the spread of dry-downs over cells).
        demand_amplitude: relative amplitude of evaporative demand over the year, most in mid-July.
        film_share: how much of the wetness sits in the film that drains within a day or two (fitted).
        storage_mm: rain that fills 63 % of the empty surface store (fitted).
        slow_days: memory of the slower store below.
        slow_supply: share of that store's wetness towards which the surface dries (fitted).
        link_shift: shift of the link's argument that gives the mean (fitted).
        link_gain: factor on the dynamic part of the link's argument that gives the temporal sd (fitted).
        within_cell_sd: sd of 3 km values within a 36 km cell.
        regional_sd: sd of the static pattern of 20-120 km.
        gradient_sd: sd of the static pattern beyond that, of climate itself.
        moving_share: share of the small-scale variance whose pattern moves with wetness.
        fine_noise: noise of the 3 km product, white and over about 5 km together.
        coarse_noise: noise of one 36 km retrieval, smooth over cells (measured upper bounds .011 and .008).
        coarse_bias: sd of the static bias of a 36 km cell.
        temperature: mean annual soil temperature, degrees Celsius.
        temperature_amplitude: half the range of the mean seasonal cycle, kelvin.
        mountains: share of 3 km cells in mountainous terrain.
        relief_m: standard deviation of elevation, metres.
        water: share of 3 km cells that are open water.
        urban: share of 3 km cells that are cities.
        vegetation: mean vegetation water content, kg/m2.
        dense: share of 3 km cells under dense vegetation (more than 5 kg/m2).
        snow_line_c: soil temperature below which days with precipitation lay snow, degrees Celsius.
        strips: along how many of the repeating strips Sentinel-1 was operated.
        acquisitions: share of the possible Sentinel-1 passes that became scenes, before 2018 and from 2018 on (fitted
            to the numbers of dates in the paper's Table 1).
        six_days: whether both Sentinel-1 satellites were used on every track (6-day revisit, Europe) or one.
    """

    name: str
    longitude: float
    latitude: float
    mean: float
    temporal_sd: float
    residual: float
    saturated: float
    wet_days: float
    mm_per_wet_day: float
    rain_peak_day: float
    rain_seasonality: float
    convective_km: float
    frontal_km: float
    convective_share: float
    region_share: float
    drying_days: float
    drying_spread: float
    demand_amplitude: float
    film_share: float
    storage_mm: float
    slow_days: float
    slow_supply: float
    link_shift: float
    link_gain: float
    within_cell_sd: float
    regional_sd: float
    gradient_sd: float
    moving_share: float
    fine_noise: float
    coarse_noise: float
    coarse_bias: float
    temperature: float
    temperature_amplitude: float
    mountains: float
    relief_m: float
    water: float
    urban: float
    vegetation: float
    dense: float
    snow_line_c: float
    strips: int
    acquisitions: tuple[float, float]
    six_days: bool


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
    drying_spread=0.2,
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
    drying_spread=0.4,
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
    drying_spread=0.28,
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
    """Name of the climate whose place is nearest on the ellipsoid to a place in degrees."""
    geod = Geod(ellps="WGS84")

    def distance(name: str) -> float:
        climate = CLIMATES[name]
        metres = geod.inv(longitude, latitude, climate.longitude, climate.latitude)[2]
        return float(metres)

    return min(CLIMATES, key=distance)
