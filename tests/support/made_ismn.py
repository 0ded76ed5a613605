"""Small archives in the true layout of the International Soil Moisture Network, in both of its formats.

The layout follows the portal's own description (README of a download): one folder for each network and station, one
file for each sensor, named NETWORK_NETWORK_STATION_VARIABLE_FROM_TO_SENSOR_START_END.stm. A file of `header_values`
has one line about the station, then "date time value flag original-flag"; one of `ceop_sep` has 15 columns a line.
"""

import zipfile

import numpy as np

STATIC = """quantity_name;unit;depth_from[m];depth_to[m];value;description;quantity_source_name
clay fraction;% weight;0.00;0.30;21.0;;HWSD
climate classification;none;0.00;0.00;{climate};;koeppen_geiger_2007
land cover classification;none;0.00;0.00;{land_cover};;CCI_landcover_2010
"""


def hours(start, number, step=1):
    """Return full hours from a start, datetime64[s]."""
    return np.datetime64(start, "s") + np.arange(number) * np.timedelta64(step, "h")


def stamp(time, separator="/"):
    """Write a time as the archive does, 2020/01/01 00:00."""
    date, clock = str(np.datetime64(time, "m")).split("T")
    return f"{date.replace('-', separator)} {clock}"


def lines(layout, network, station, longitude, latitude, time, value, flag, depth):
    """Write the lines of a file of data."""
    flags = [flag] * len(time) if isinstance(flag, str) else list(flag)
    rows = zip(time, value, flags, strict=True)
    if layout == "header_values":
        head = f"{network} {network} {station} {latitude:.5f} {longitude:.5f} 100.00 {depth[0]:.4f} {depth[1]:.4f} made"
        return [head, *(f"{stamp(t)} {v:.4f} {f} M".rstrip() for t, v, f in rows)]
    place = f"{network} {network} {station} {latitude:.5f} {longitude:.5f} 100.00 {depth[0]:.2f} {depth[1]:.2f}"
    return [f"{stamp(t)} {stamp(t)} {place} {v:.4f} {f} M" for t, v, f in rows]


def write_ismn(
    folder,
    network="NET",
    station="one",
    longitude=10.0,
    latitude=50.0,
    time=None,
    value=None,
    flag="G",
    depth=(0.0, 0.05),
    sensor="made",
    layout="header_values",
    static=True,
    climate="Cfb",
    land_cover=10,
    content=None,
):
    """Write one sensor of a station; return the path of its file.

    `flag` is one for all values or one for each; `content` replaces the file's lines.
    """
    time = hours("2020-01-01", 24) if time is None else np.asarray(time, "datetime64[s]")
    value = np.full(len(time), 0.2) if value is None else value
    here = folder / network / station
    here.mkdir(parents=True, exist_ok=True)
    days = [str(t)[:10].replace("-", "") for t in (time[0], time[-1])] if len(time) else ["20200101", "20200102"]
    name = f"{network}_{network}_{station}_sm_{depth[0]:.6f}_{depth[1]:.6f}_{sensor}_{days[0]}_{days[1]}.stm"
    text = content
    if text is None:
        rows = lines(layout, network, station, longitude, latitude, time, value, flag, depth)
        text = "\n".join(rows) + "\n"
    path = here / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    if static:
        table = here / f"{network}_{network}_{station}_static_variables.csv"
        table.write_text(STATIC.format(climate=climate, land_cover=land_cover))
    return path


def zip_folder(folder, path=None):
    """Pack a folder as the portal does; return the path of the zip."""
    path = folder.with_suffix(".zip") if path is None else path
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            archive.write(file, file.relative_to(folder).as_posix())
    return path
