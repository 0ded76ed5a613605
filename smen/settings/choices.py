"""The values that keys with a fixed choice take. Settings and jobs share these types."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

SourceKind = Literal["simulated", "directory", "earthdata"]
BadGranules = Literal["stop", "skip"]
Climate = Literal["oklahoma", "arizona", "geneva"]

CoarseProduct = Literal["SPL2SMP", "SPL2SMP_E"]
FineProduct = Literal["SPL2SMAP_S"]
FineVariable = Literal["soil_moisture_3km", "soil_moisture_apm_3km"]
RetrievalQuality = Literal["recommended", "successful"]
Overpass = Literal["descending", "ascending"]

MissingResidual = Literal["climatology", "zero"]
Learns = Literal["remainder", "field"]
Schedule = Literal["constant", "cosine", "one_cycle"]
Precision = Literal["auto", "float32", "bfloat16"]
Device = Literal["auto", "cpu", "cuda"]
Threads = Literal["auto"] | Annotated[int, Field(ge=1)]

MapMode = Literal["retrospective", "causal"]
SurfaceCondition = Literal["frozen", "snow", "urban", "mountains", "dense_vegetation"]

IndexName = Literal["anomaly", "percentile", "drought", "water_index"]
IndexPeriod = Literal["overpass", "day", "week"]

Padding = Literal["zeros", "reflect", "replicate"]
LayerOrder = Literal["relu_norm", "norm_relu"]
TimeInstance = Literal["overpass", "day"]
Sampling = Literal["random", "latest"]

Span = tuple[dt.date, dt.date]
"""First and last day, both included."""

OpenSpan = tuple[dt.date, dt.date | Literal["today"]]
"""First and last day, both included; the last one may be the day of the latest refresh."""


BUILT_IN = ("fusion", "smen")
"""Methods of SMEN itself that can make maps, each with a section of its own."""

OWN_METHOD = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*")
"""A method of the user: a module that Python finds, and a class in it."""


def _method_name(name: str) -> str:
    if name in BUILT_IN or OWN_METHOD.fullmatch(name):
        return name
    near = difflib.get_close_matches(name, BUILT_IN, n=1)
    hint = f"did you mean {near[0]}?" if near else "known: " + ", ".join(BUILT_IN)
    raise ValueError(f"there is no method {name!r}; {hint}; a class of your own is written package.module:Class")


def _auto_or_method_name(name: str) -> str:
    return name if name == "auto" else _method_name(name)


def _at_home(path: str) -> str:
    if not path.startswith("~"):
        return path
    try:
        return str(Path(path).expanduser())
    except RuntimeError as error:
        raise ValueError(
            f"{path} begins with ~, and there is no such user here; write the folder's full path, or ./{path}"
        ) from error


def _three_digits(version: object) -> object:
    """Return a version in NSIDC's three digits: YAML reads ``006`` as the number 6, but ``009`` as text."""
    if isinstance(version, int) and not isinstance(version, bool) and 0 < version < 1000:
        return f"{version:03d}"
    if isinstance(version, str) and version.isdecimal() and len(version) < 3:
        return version.zfill(3)
    return version


def _auto_or_three_digits(version: str) -> str:
    if version != "auto" and not (version.isdecimal() and len(version) == 3):
        raise ValueError(f'{version!r} is no version: write auto, or three digits in quotes such as "009"')
    return version


_NAMES = "|".join((*BUILT_IN, OWN_METHOD.pattern))

MethodName = Annotated[
    str, AfterValidator(_method_name), WithJsonSchema({"type": "string", "pattern": f"^({_NAMES})$"})
]
"""A downscaling method: one of `BUILT_IN`, or ``package.module:Class``."""

MethodChoice = Annotated[
    str, AfterValidator(_auto_or_method_name), WithJsonSchema({"type": "string", "pattern": f"^(auto|{_NAMES})$"})
]
"""A method, or ``auto``."""

UserPath = Annotated[str, AfterValidator(_at_home)]
"""A path; ``~`` and ``~user`` at its beginning stand for a home folder."""

ProductVersion = Annotated[str, BeforeValidator(_three_digits), AfterValidator(_auto_or_three_digits)]
"""``auto``, or a product's version at NSIDC, three digits; a whole number is taken for one."""
