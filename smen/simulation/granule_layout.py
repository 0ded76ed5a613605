"""The datasets that a granule holds, for writing: types, fills, units, ranges and names as in the real products.

Of SPL2SMP from a real half-orbit (version 6; the options 4 and 5 that later versions dropped are left out), of
SPL2SMAP_S from the header of a real granule (version 3); for the datasets that the header leaves out, the types and
units that the product's user guide and public readers give. SPL2SMP_E has the datasets of SPL2SMP.
"""
# ruff: noqa: E501, SIM905  (long names are quoted from the products, words are lists)

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Field:
    """One dataset as it is written.

    Attributes:
        name: its name in the group.
        dtype: numpy type.
        fill: attribute `_FillValue`, None where the product has none.
        units: attribute `units`, None where the product has none.
        valid_min: attribute of that name, or None.
        valid_max: attribute of that name, or None.
        long_name: attribute of that name.
        flags: attributes `flag_masks` and `flag_meanings` of a flag, or None.
    """

    name: str
    dtype: str
    fill: int | None
    units: str | None
    valid_min: float | None
    valid_max: float | None
    long_name: str
    flags: tuple[str, str] | None = None


def _masks(count: int, without: tuple[int, ...] = ()) -> str:
    return ", ".join(f"{1 << bit}s" for bit in range(count) if bit not in without)


def _brightness_flags(channel: str) -> tuple[str, str]:
    """Meanings of the quality bits of one brightness temperature; the Stokes parameters lack two of them."""
    words = (
        "quality range RFI_detection RFI_correction NEDT direct_sun_correction reflected_sun_correction "
        "reflected_moon_correction direct_galaxy_correction reflected_galaxy_correction atmosphere_correction "
        "Faraday_rotation_correction null_value_bit water_correction RFI_check RFI_clean"
    ).split()
    lacking = (11, 13) if "Stokes" in channel else ()
    kept = [word for bit, word in enumerate(words) if bit not in lacking]
    return _masks(16, lacking), " ".join(f"{channel}_{word}" for word in kept)


RETRIEVAL_FLAGS = (
    _masks(4),
    "Soil_moisture_retrieval_recommended Soil_moisture_retrieval_attempted Soil_moisture_retrieval_success FT_retrieval_success",
)
SURFACE_FLAGS = (
    _masks(12),
    " ".join(
        f"36_km_{word}"
        for word in (
            "static_water_body radar_water_body_detection coastal_proximity urban_area precipitation snow_or_ice "
            "permanent_snow_or_ice radiometer_frozen_ground model_frozen_ground mountainous_terrain dense_vegetation nadir_region"
        ).split()
    ),
)
FINE_SURFACE_FLAGS = (
    _masks(13),
    " ".join(
        f"3_km_{word}_flag"
        for word in (
            "static_water_body radar_water_body_detection coastal_proximity urban_area precipitation snow_or_ice "
            "permanent_snow_or_ice radar_frozen_ground model_frozen_ground mountainous_terrain dense_vegetation scene_edge anomalous_sigma0"
        ).split()
    ),
)

_PLACE = "of the center of the Earth based grid cell."

# fmt: off
COARSE_FIELDS = (
    Field("EASE_column_index", "u2", 65534, None, 0, 963, "The column index of the 36 km EASE grid cell that contains the associated data."),
    Field("EASE_row_index", "u2", 65534, None, 0, 405, "The row index of the 36 km EASE grid cell that contains the associated data."),
    Field("albedo", "f4", -9999, None, 0.0, 1.0, "Diffuse reflecting power of the Earth&apos;s surface within the grid cell."),
    Field("boresight_incidence", "f4", -9999, "degrees", 0.0, 90.0, "Representative angle between the antenna boresight vector and the normal to the Earth&apos;s surface for all footprints within the cell."),
    Field("freeze_thaw_fraction", "f4", -9999, None, 0.0, 1.0, "Fraction of the 36 km grid cell that is denoted as frozen.  Based on binary flag that specifies freeze thaw conditions in each of the component 3 km grid cells."),
    Field("grid_surface_status", "u2", 65534, None, 0, 1, "Indicates if the grid point lies on land (0) or water (1)."),
    Field("landcover_class", "u1", 254, None, None, None, "An enumerated type that specifies the most common landcover class in the grid cell based on the IGBP landcover map."),
    Field("landcover_class_fraction", "f4", -9999, None, 0.0, 1.0, "The fraction of the grid cell that contains the most common land cover in that area based on the IGBP landcover map."),
    Field("latitude", "f4", None, "degrees_north", None, None, "Latitude of the center of the Earth based grid cell."),
    Field("latitude_centroid", "f4", -9999, "degrees", -90.0, 90.0, "Weighted average of the latitude of the center of the  brightness temperature footprints that fall within the EASE grid cell."),
    Field("longitude", "f4", None, "degrees_east", None, None, "Longitude of the center of the Earth based grid cell."),
    Field("longitude_centroid", "f4", -9999, "degrees", -180.0, 179.999, "Weighted average of the longitude of the center of the brightness temperature footprints that fall within the EASE grid cell."),
    Field("radar_water_body_fraction", "f4", -9999, None, 0.0, 1.0, "The fraction of the area of the 36 km grid cell that is covered by water based on the radar detection algorithm."),
    Field("retrieval_qual_flag", "u2", 65534, None, None, None, "Bit flags that record the conditions and the quality of the retrieval algorithms that generate soil moisture within each grid cell", flags=RETRIEVAL_FLAGS),
    Field("retrieval_qual_flag_option1", "u2", 65534, None, None, None, "Bit flags that record the conditions and the quality of the retrieval algorithms that generate soil moisture within each grid cell", flags=RETRIEVAL_FLAGS),
    Field("retrieval_qual_flag_option2", "u2", 65534, None, None, None, "Bit flags that record the conditions and the quality of the retrieval algorithms that generate soil moisture within each grid cell", flags=RETRIEVAL_FLAGS),
    Field("retrieval_qual_flag_option3", "u2", 65534, None, None, None, "Bit flags that record the conditions and the quality of the retrieval algorithms that generate soil moisture within each grid cell", flags=RETRIEVAL_FLAGS),
    Field("roughness_coefficient", "f4", -9999, None, 0.0, 1.0, "A unitless value that is indicative of bare soil roughness within the 36 km grid cell."),
    Field("soil_moisture", "f4", -9999, "cm**3/cm**3", 0.02, 0.5, "Representative soil moisture measurement for the Earth based grid cell."),
    Field("soil_moisture_error", "f4", -9999, "cm**3/cm**3", 0.0, 0.2, "Net uncertainty measure of soil moisture measure for the Earth based grid cell. - Calculation method is TBD."),
    Field("soil_moisture_option1", "f4", -9999, "cm**3/cm**3", 0.02, 0.5, "Representative soil moisture measurement for the Earth based grid cell."),
    Field("soil_moisture_option2", "f4", -9999, "cm**3/cm**3", 0.02, 0.5, "Representative soil moisture measurement for the Earth based grid cell."),
    Field("soil_moisture_option3", "f4", -9999, "cm**3/cm**3", 0.02, 0.5, "Representative soil moisture measurement for the Earth based grid cell."),
    Field("static_water_body_fraction", "f4", -9999, None, 0.0, 1.0, "The fraction of the area of the 36 km grid cell that is covered by static water based on a Digital Elevation Map."),
    Field("surface_flag", "u2", 65534, None, None, None, "Bit flags that record ambient surface conditions within each grid cell", flags=SURFACE_FLAGS),
    Field("surface_temperature", "f4", -9999, "Kelvins", 0.0, 350.0, "Temperature at land surface based on GMAO GEOS-5 data."),
    Field("surface_water_fraction_mb_h", "f4", -9999, None, 0.0, 1.0, "Gain weighted fraction of static water within the radiometer horizontal polarization brightness temperature antenna pattern in 36 km Earth grid cell."),
    Field("surface_water_fraction_mb_v", "f4", -9999, None, 0.0, 1.0, "Gain weighted fraction of static water within the radiometer vertical polarization brightness temperature antenna pattern in 36 km Earth grid cell."),
    Field("tb_3_corrected", "f4", -9999, "Kelvin", -50.0, 50.0, "Third stokes parameter for each 36 km grid cell calculated with an adjustment for the presence of water bodies"),
    Field("tb_4_corrected", "f4", -9999, "Kelvin", -50.0, 50.0, "Fourth stokes parameter for each 36 km grid cell calculated with an adjustment for the presence of water bodies"),
    Field("tb_h_corrected", "f4", -9999, "Kelvin", 0.0, 330.0, "Horizontal polarization brightness temperature in 36 km Earth grid cell after adjustment for the presence of water bodies."),
    Field("tb_h_uncorrected", "f4", -9999, "Kelvin", 0.0, 330.0, "Horizontal polarization brightness temperature in 36 km Earth grid cell before adjustment for the presence of water bodies."),
    Field("tb_qual_flag_3", "u2", 65534, None, None, None, "Bit flags that represent the quality of the 3rd Stokes brightness temperature within each grid cell", flags=_brightness_flags("3rd_Stokes")),
    Field("tb_qual_flag_4", "u2", 65534, None, None, None, "Bit flags that represent the quality of the 4th Stokes brightness temperature within each grid cell", flags=_brightness_flags("4th_Stokes")),
    Field("tb_qual_flag_h", "u2", 65534, None, None, None, "Bit flags that represent the quality of the horizontal polarization brightness temperature within each grid cell", flags=_brightness_flags("Horizontal_polarization")),
    Field("tb_qual_flag_v", "u2", 65534, None, None, None, "Bit flags that represent the quality of the vertical polarization brightness temperature within each grid cell", flags=_brightness_flags("Vertical_polarization")),
    Field("tb_time_seconds", "f8", -9999, "seconds", -999999.9, 940000000.0, "Arithmetic average of the acquisition time of all of the brightness temperature footprints with a center that falls within the EASE grid cell in seconds since noon on January 1, 2000 UTC."),
    Field("tb_time_utc", "S24", None, None, None, None, "Arithmetic average of the acquisition time of all of the brightness temperature footprints with a center that falls within the EASE grid cell in UTC."),
    Field("tb_v_corrected", "f4", -9999, "Kelvin", 0.0, 330.0, "Vertical polarization brightness temperature in 36 km Earth grid cell after adjustment for the presence of water bodies."),
    Field("tb_v_uncorrected", "f4", -9999, "Kelvin", 0.0, 330.0, "Vertical polarization brightness temperature in 36 km Earth grid cell before adjustment for the presence of water bodies."),
    Field("vegetation_opacity", "f4", -9999, None, 0.0, 10.0, "The measured opacity of the vegetation in the grid cell."
    ),
    Field("vegetation_opacity_option1", "f4", -9999, None, 0.0, 10.0, "The measured opacity of the vegetation in the grid cell."),
    Field("vegetation_opacity_option2", "f4", -9999, None, 0.0, 10.0, "The measured opacity of the vegetation in the grid cell."),
    Field("vegetation_opacity_option3", "f4", -9999, None, 0.0, 10.0, "The measured opacity of the vegetation in the grid cell."),
    Field("vegetation_water_content", "f4", -9999, "kg/m**2", 0.0, 20.0, "Representative measure of water in the vegetation within the 36 km grid cell."),
)
"""The datasets of SPL2SMP, in the order of the real file."""

TRIPLE = ("landcover_class", "landcover_class_fraction")
"""The datasets of shape (cells, 3): the three most common classes."""

WITHOUT_COORDINATES = ("latitude", "longitude", *TRIPLE)
"""The datasets that lack the attribute `coordinates`."""

FINE_FIELDS = (
    Field("EASE_column_index_3km", "u2", 65534, None, 0, 65535, "The column index of the 3 km EASE grid cell that contains the associated data."),
    Field("EASE_row_index_3km", "u2", 65534, None, 0, 65535, "The row index of the 3 km EASE grid cell that contains the associated data."),
    Field("SMAP_Sentinel-1_overpass_timediff_hr_3km", "f4", -9999, "hours", None, None, "Time of the SMAP overpass minus time of the Sentinel-1 overpass."),
    Field("albedo_3km", "f4", -9999, None, 0.0, 1.0, "Diffuse reflecting power of the Earth&apos;s surface within the grid cell."),
    Field("latitude_3km", "f4", None, "degrees_north", None, None, f"Latitude {_PLACE}"),
    Field("longitude_3km", "f4", None, "degrees_east", None, None, f"Longitude {_PLACE}"),
    Field("retrieval_qual_flag_3km", "u2", 65534, None, None, None, "Bit flags that record the conditions and the quality of the retrieval algorithms that generate soil moisture within each grid cell", RETRIEVAL_FLAGS),
    Field("retrieval_qual_flag_apm_3km", "u2", 65534, None, None, None, "Bit flags that record the conditions and the quality of the retrieval algorithms that generate soil moisture within each grid cell, SMAP AM or PM overpass nearest in time.", RETRIEVAL_FLAGS),
    Field("sigma0_vv_aggregated_3km", "f4", -9999, None, None, None, "Sentinel-1 vertically polarized backscatter aggregated to the grid cell, linear."),
    Field("soil_moisture_3km", "f4", -9999, "cm**3/cm**3", 0.0, 0.75, "Representative soil moisture measurement for the 3 km Earth based grid cell for option 1."),
    Field("soil_moisture_apm_3km", "f4", -9999, "cm**3/cm**3", 0.0, 0.75, "Representative soil moisture measurement for the 3 km Earth based grid cell, SMAP AM or PM overpass nearest in time."),
    Field("soil_moisture_std_dev_3km", "f4", -9999, "cm**3/cm**3", 0.0, 0.5, "Standard deviation of the soil moisture estimate for the 3 km Earth based grid cell."),
    Field("spacecraft_overpass_time_seconds_3km", "f8", -9999, "seconds", None, None, "Time of the SMAP overpass in seconds since noon on January 1, 2000 UTC."),
    Field("surface_flag_3km", "u2", 65534, None, None, None, "Bit flags that record ambient surface conditions for the grid cell", FINE_SURFACE_FLAGS),
    Field("surface_temperature_3km", "f4", -9999, "Kelvin", 200.0, 350.0, "Temperature at land surface based on GEOS5 GMAO."),
    Field("tb_v_disaggregated_3km", "f4", -9999, "Kelvin", 0.0, 330.0, "Vertically polarized brightness temperature disaggregated to the grid cell."),
    Field("vegetation_water_content_3km", "f4", -9999, "kg/m**2", 0.0, 20.0, "Representative measure of water in the vegetation within the 3 km grid cell."),
)
"""The datasets of SPL2SMAP_S at 3 km. Those at 1 km are not simulated: the truth has no structure below 3 km."""
