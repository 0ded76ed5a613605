"""The datasets of SPL2SMAP_S at 3 km: names, types, fills, units, ranges and long names as in the product.

Sources: the header of a real granule (version 3) for the datasets that it holds; the product's user guide and public
readers for the types and units of the others. Those of the `apm` retrieval that are not simulated are described like
their plain counterparts. The datasets at 1 km are neither read nor simulated: a simulated world has no structure below
3 km.
"""
# ruff: noqa: E501  (a long name is one line)

from __future__ import annotations

from smen.products.dataset import Dataset, double, integer, position, real
from smen.products.flags import FINE_SURFACE_FLAGS, RETRIEVAL_FLAGS

# fmt: off
FINE_DATASETS: tuple[Dataset, ...] = (
    integer(name="EASE_column_index_3km", valid=(0, 65535), required=True,
        long_name="The column index of the 3 km EASE grid cell that contains the associated data."),
    integer(name="EASE_row_index_3km", valid=(0, 65535), required=True,
        long_name="The row index of the 3 km EASE grid cell that contains the associated data."),
    real(name="SMAP_Sentinel-1_overpass_timediff_hr_3km", units="hours", other_names=("SMAP_Sentinel_overpass_timediff_hr_3km",),
        long_name="Time of the SMAP overpass minus time of the Sentinel-1 overpass."),
    real(name="albedo_3km", valid=(0.0, 1.0),
        long_name="Diffuse reflecting power of the Earth&apos;s surface within the grid cell."),
    position(name="latitude_3km", units="degrees_north",
        long_name="Latitude of the center of the Earth based grid cell."),
    position(name="longitude_3km", units="degrees_east",
        long_name="Longitude of the center of the Earth based grid cell."),
    integer(name="retrieval_qual_flag_3km", flags=RETRIEVAL_FLAGS, required=True,
        long_name="Bit flags that record the conditions and the quality of the retrieval algorithms that generate soil moisture within each grid cell"),
    integer(name="retrieval_qual_flag_apm_3km", flags=RETRIEVAL_FLAGS,
        long_name="Bit flags that record the conditions and the quality of the retrieval algorithms that generate soil moisture within each grid cell, SMAP AM or PM overpass nearest in time."),
    real(name="sigma0_vv_aggregated_3km",
        long_name="Sentinel-1 vertically polarized backscatter aggregated to the grid cell, linear."),
    real(name="soil_moisture_3km", units="cm**3/cm**3", valid=(0.0, 0.75),
        long_name="Representative soil moisture measurement for the 3 km Earth based grid cell for option 1."),
    real(name="soil_moisture_apm_3km", units="cm**3/cm**3", valid=(0.0, 0.75), other_names=("disagg_soil_moisture_apm_3km",),
        long_name="Representative soil moisture measurement for the 3 km Earth based grid cell, SMAP AM or PM overpass nearest in time."),
    real(name="soil_moisture_std_dev_3km", units="cm**3/cm**3", valid=(0.0, 0.5),
        long_name="Standard deviation of the soil moisture estimate for the 3 km Earth based grid cell."),
    real(name="soil_moisture_std_dev_apm_3km", units="cm**3/cm**3", valid=(0.0, 0.5), simulated=False,
        long_name="Standard deviation of the soil moisture estimate for the 3 km Earth based grid cell, SMAP AM or PM overpass nearest in time."),
    double(name="spacecraft_overpass_time_seconds_3km", units="seconds",
        long_name="Time of the SMAP overpass in seconds since noon on January 1, 2000 UTC."),
    integer(name="surface_flag_3km", flags=FINE_SURFACE_FLAGS, required=True,
        long_name="Bit flags that record ambient surface conditions for the grid cell"),
    integer(name="surface_flag_apm_3km", flags=FINE_SURFACE_FLAGS, simulated=False,
        long_name="Bit flags that record ambient surface conditions for the grid cell, SMAP AM or PM overpass nearest in time."),
    real(name="surface_temperature_3km", units="Kelvin", valid=(200.0, 350.0),
        long_name="Temperature at land surface based on GEOS5 GMAO."),
    real(name="tb_v_disaggregated_3km", units="Kelvin", valid=(0.0, 330.0),
        long_name="Vertically polarized brightness temperature disaggregated to the grid cell."),
    real(name="vegetation_water_content_3km", units="kg/m**2", valid=(0.0, 20.0),
        long_name="Representative measure of water in the vegetation within the 3 km grid cell."),
)
# fmt: on
"""By name, as HDF5 lists them."""
