"""The numbers that describe a climate: what soil, weather, land and satellite coverage of a simulated world follow.

Numbers marked *measured* come from real data, *fitted* ones are chosen so that the simulated observations show the
measured statistics; `climates` says from where, and holds the three climates.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Climate:
    """One climate. Soil moisture in m3/m3, lengths in km, times in days, days of the year 1..366.

    Attributes:
        name: of the place it describes.
        longitude: degrees east of the place it describes.
        latitude: degrees north of that place.
        mean: mean soil moisture over time and space (measured in Oklahoma and Arizona).
        temporal_sd: standard deviation in time of a 36 km cell (measured in Oklahoma and Arizona).
        residual: residual soil moisture: the least that soil can hold.
        saturated: saturated soil moisture: the most that it can hold.
        wet_days: days with rain in a year, at one place.
        mm_per_wet_day: mean rain of such a day.
        rain_peak_day: day of the year with the most frequent rain.
        rain_seasonality: relative amplitude of the frequency of rain over the year, 0..1.
        convective_km: correlation length of convective rain.
        frontal_km: correlation length of frontal rain.
        convective_share: share of convective rain in the variance of rain fields, at its greatest in mid-July.
        region_share: share of the variance of rain fields that is common to some 500 km (fitted).
        drying_days: e-folding time of the surface store at mean evaporative demand (fitted to the dry-downs' median).
        drying_log_sd: standard deviation over cells of the logarithm of that time (from the dry-downs' over cells).
        demand_amplitude: relative amplitude of evaporative demand over the year, most in mid-July.
        film_share: how much the film that drains within a day or two adds to the wetness (fitted).
        storage_mm: rain that fills 63 % of the empty surface store (fitted).
        slow_days: e-folding time of the slower store below.
        slow_supply: share of the slower store's wetness towards which the surface dries (fitted).
        link_shift: shift of the link's argument that gives the mean (fitted).
        link_gain: factor on the dynamic part of the link's argument that gives the temporal sd (fitted).
        within_cell_sd: sd of 3 km values within a 36 km cell.
        regional_sd: sd of the static pattern of 20-120 km.
        gradient_sd: sd of the static pattern at greater lengths: gradients of the climate.
        moving_share: share of the small-scale variance whose pattern changes with wetness.
        fine_noise: noise of the 3 km product, white and over about 5 km together.
        coarse_noise: noise of one 36 km retrieval, smooth over cells (measured upper bounds .011 and .008).
        coarse_bias: sd of the static bias of a 36 km cell.
        temperature: mean annual soil temperature, degrees Celsius.
        temperature_amplitude: half the range of the mean seasonal cycle, kelvin.
        mountains: share of 3 km cells in mountainous terrain.
        relief_m: standard deviation of elevation, metres.
        water: share of 3 km cells that are open water.
        urban: share of 3 km cells that are cities.
        vegetation: median vegetation water content, kg/m2.
        dense: share of 3 km cells under dense vegetation (more than 5 kg/m2).
        snow_line_c: soil temperature below which precipitation stays as snow, degrees Celsius.
        strips: number of repeating strips along which Sentinel-1 was operated.
        acquisitions: share of the possible Sentinel-1 overpasses that became scenes, before 2018 and from 2018 on
            (fitted to the numbers of dates in the paper's Table 1).
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
    drying_log_sd: float
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
