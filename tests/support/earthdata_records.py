"""Search records (UMM-G JSON) of granules in a folder, made without the package under test.

Two styles, as real archives have them: `cloud` gives the exact size, an MD5 and `ProducerGranuleId`; `ecs` gives a
size in MB of no unit, no checksum, and a GranuleUR that is no file name.
"""

import hashlib
import re

import h5py
import numpy as np
from pyproj import Transformer

# NSIDC's numbers for EASE-Grid 2.0: upper-left corner and cell in metres, columns, by product.
LEFT, TOP = -17367530.4451615, 7314540.8306386
GRIDS = {"SPL2SMP": (36032.220840584, 964), "SPL2SMP_E": (9008.055210146, 3856), "SPL2SMAP_S": (3002.6850700487, 11568)}
TO_DEGREES = Transformer.from_crs("EPSG:6933", "EPSG:4326", always_xy=True)


def record(path, root, base, *, style="cloud", number=1):
    """The item of a search's answer about one granule below `root`, served at `base`."""
    product, version = path.relative_to(root).parts[0].split(".")
    data = path.read_bytes()
    begin, end, row, column = _look(path, product)
    umm = {
        "TemporalExtent": {"RangeDateTime": {"BeginningDateTime": begin, "EndingDateTime": end}},
        "GranuleUR": path.name if style == "cloud" else f"SC:{product}.{version}:{164332854 + number}",
        "SpatialExtent": {"HorizontalSpatialDomain": {"Geometry": _geometry(product, row, column)}},
        "CollectionReference": {"ShortName": product, "Version": version},
        "RelatedUrls": [
            {"URL": f"{base}/data/{path.relative_to(root).as_posix()}", "Type": "GET DATA"},
            {"URL": f"{base}/browse/{path.stem}.jpg", "Type": "GET RELATED VISUALIZATION"},
            {"URL": f"{base}/data/{path.relative_to(root).as_posix()}.iso.xml", "Type": "EXTENDED METADATA"},
        ],
        "DataGranule": {
            "Identifiers": [{"Identifier": path.name, "IdentifierType": "ProducerGranuleId"}],
            "ArchiveAndDistributionInformation": [
                {
                    "Name": path.name,
                    "SizeInBytes": len(data),
                    "Size": len(data) / 2**20,
                    "SizeUnit": "MB",
                    "Checksum": {"Algorithm": "MD5", "Value": hashlib.md5(data).hexdigest()},
                }
                if style == "cloud"
                else {"Name": "Not provided", "Size": len(data) / 1e6, "SizeUnit": "NA"}
            ],
        },
    }
    provider = "NSIDC_CPRD" if style == "cloud" else "NSIDC_ECS"
    meta = {"concept-id": f"G{2160242605 + number}-{provider}", "provider-id": provider, "revision-id": 1}
    return {"meta": meta, "umm": umm}


def _look(path, product):
    """Beginning, end, rows and columns of a granule."""
    with h5py.File(path) as file:
        suffix = "_3km" if product == "SPL2SMAP_S" else ""
        group = file[f"Soil_Moisture_Retrieval_Data{suffix}"]
        row, column = (group[f"EASE_{what}_index{suffix}"][()].ravel().astype(int) for what in ("row", "column"))
        given = (row != 65534) & (column != 65534)
        extent = file["Metadata/Extent"].attrs if "Metadata/Extent" in file else {}
        times = [extent.get(f"range{edge}DateTime") for edge in ("Beginning", "Ending")]
    if None in times or product == "SPL2SMAP_S":
        stamp = re.findall(r"_(\d{8}T\d{6})_", path.name)[0]
        times = [f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:11]}:{stamp[11:13]}:{stamp[13:]}.000Z"] * 2
    times = [np.asarray(text).reshape(-1)[0] for text in times]
    begin, end = (text.decode() if isinstance(text, bytes) else str(text) for text in times)
    return begin, end, row[given], column[given]


def _geometry(product, row, column):
    """Polygons around the cells of a half-orbit; the rectangle around a scene."""
    cell, columns = GRIDS[product]
    if not len(row):
        return {}
    if np.ptp(column) > columns / 2:  # across 180 degrees
        column = np.where(column < columns / 2, column + columns, column)
    if product == "SPL2SMAP_S":
        west, south, east, north = _degrees(row.min(), row.max(), column.min(), column.max(), cell)
        names = (
            "WestBoundingCoordinate",
            "SouthBoundingCoordinate",
            "EastBoundingCoordinate",
            "NorthBoundingCoordinate",
        )
        return {"BoundingRectangles": [dict(zip(names, (_wrap(west), south, _wrap(east), north), strict=True))]}
    rows = np.unique(row)
    left, right = [], []
    for one in rows:  # down the western side, up the eastern: counter-clockwise
        west, south, east, north = _degrees(one, one, column[row == one].min(), column[row == one].max(), cell)
        left += [(west, north), (west, south)]
        right += [(east, north), (east, south)]
    ring = [*left, *reversed(right), left[0]]
    points = [{"Longitude": _wrap(lon), "Latitude": lat} for lon, lat in ring]
    return {"GPolygons": [{"Boundary": {"Points": points}}]}


def _degrees(top, bottom, first, last, cell):
    """West, south, east, north of a block of cells; longitudes may go beyond 180."""
    _, (north, south) = TO_DEGREES.transform([0, 0], [TOP - top * cell, TOP - (bottom + 1) * cell])
    per_metre = 180 / -LEFT
    return (LEFT + first * cell) * per_metre, south, (LEFT + (last + 1) * cell) * per_metre, north


def _wrap(longitude):
    return round((longitude + 180) % 360 - 180 if abs(longitude) > 180 else longitude, 6)
