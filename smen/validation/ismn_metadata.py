"""Climate, land cover and representativeness of ISMN stations, from the files beside their data."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from smen.validation.station_records import StationProblem

if TYPE_CHECKING:
    from smen.validation.ismn_files import StationFiles

_CLASSES_FILE = "frm_classification.csv"
"""Name of the table of representativeness classes (FRM4SM) that users lay beside the networks' folders."""


def read_station_classes(files: StationFiles, folder: str) -> tuple[str, str, list[StationProblem]]:
    """Read the classes of climate and land cover from a station's table of static variables.

    The measured class (insitu) comes before that of global maps; codes become the names of ISMN's tables.

    Args:
        files: of the archive.
        folder: of the station, relative to the archive.

    Returns:
        Climate and land cover, empty where they are not known, and what was wrong with the table.
    """
    from ismn.filehandlers import StaticMetaFile

    tables = [n for n in files.names if str(PurePosixPath(n).parent) == folder and n.lower().endswith(".csv")]
    tables = [n for n in tables if "static" in PurePosixPath(n).name.lower()] or tables
    if not tables:
        return "", "", [StationProblem(folder, "no table of static variables: climate and land cover are not known")]
    name, problems = tables[0], []
    try:
        path, encoding = _as_utf8(files.fetch(name), files.scratch)
        if encoding != "UTF-8":
            problems.append(StationProblem(name, f"its text is not UTF-8: read as {encoding}"))
        metadata = StaticMetaFile(path.parent, path.name).metadata
        values = {variable.name: variable.val for variable in metadata}
    except Exception as error:  # noqa: BLE001  (the reader raises whatever pandas does on a damaged table)
        return "", "", [*problems, StationProblem(name, f"it cannot be read ({_short(error)}): classes are not known")]
    return _climate(values), _land_cover(values), problems


def read_representativeness(files: StationFiles) -> tuple[dict[tuple[str, str], str], list[StationProblem]]:
    """Read the table of representativeness classes, where there is one.

    Args:
        files: of the archive; the table has the columns network, station and frm_class, with semicolons.

    Returns:
        The class of each (network, station), and what was wrong with the table.
    """
    import pandas as pd

    name = next((n for n in files.names if PurePosixPath(n).name == _CLASSES_FILE), None)
    if name is None:
        return {}, []
    try:
        path, _ = _as_utf8(files.fetch(name), files.scratch)
        table = pd.read_csv(path, sep=";", dtype=str)
        rows = table[["network", "station", "frm_class"]].dropna()
    except Exception as error:  # noqa: BLE001  (a damaged zip raises errors of zlib and others)
        return {}, [StationProblem(name, f"it has no usable columns network, station, frm_class ({_short(error)})")]
    return {(str(n), str(s)): str(c) for n, s, c in rows.itertuples(index=False)}, []


def _as_utf8(path: Path, scratch: Path) -> tuple[Path, str]:
    """A file whose text is UTF-8: the file itself, or a copy of one in Latin-1; and its encoding."""
    content = path.read_bytes()
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        copy = scratch / "utf8" / path.name
        copy.parent.mkdir(exist_ok=True)
        copy.write_text(content.decode("latin-1"), encoding="utf-8")
        return copy, "Latin-1"
    return path, "UTF-8"


def _climate(values: dict[str, Any]) -> str:
    """The class of climate by name."""
    from ismn.const import KOEPPENGEIGER

    code = _first(values, "climate_insitu", "climate_KG")
    return f"{code} ({KOEPPENGEIGER[code]})" if code in KOEPPENGEIGER else code


def _land_cover(values: dict[str, Any]) -> str:
    """The class of land cover by name; ISMN's maps give codes."""
    from ismn.const import LANDCOVER

    code = _first(values, "lc_insitu", "lc_2010", "lc_2005", "lc_2000")
    names = {str(number): name for name, number in LANDCOVER.items()}
    return str(names.get(code.removesuffix(".0"), code))


def _first(values: dict[str, Any], *names: str) -> str:
    """The first value that says something, as text."""
    texts = (str(values.get(name, "")).strip() for name in names)
    return next((t for t in texts if t.lower() not in ("", "nan", "none", "unknown", "0", "-9999")), "")


def _short(error: BaseException) -> str:
    """An error in one line."""
    lines = str(error).strip().splitlines()
    return lines[-1][:160] if lines else type(error).__name__
