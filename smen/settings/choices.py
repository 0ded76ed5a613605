"""The values that keys with a fixed choice take. Settings and jobs share these types."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field

SourceKind = Literal["simulated", "directory", "earthdata"]
BadGranules = Literal["stop", "skip"]
Climate = Literal["oklahoma", "arizona", "geneva"]

CoarseProduct = Literal["SPL2SMP", "SPL2SMP_E"]
FineProduct = Literal["SPL2SMAP_S"]
FineVariable = Literal["soil_moisture_3km", "soil_moisture_apm_3km"]
RetrievalQuality = Literal["recommended", "successful"]
Overpass = Literal["descending", "ascending"]

MethodName = Literal["fusion", "smen"]
MissingResidual = Literal["climatology", "zero"]
Schedule = Literal["constant", "cosine"]
Precision = Literal["auto", "float32", "bfloat16"]
Device = Literal["auto", "cpu", "cuda"]
Threads = Literal["auto"] | Annotated[int, Field(ge=1)]

SurfaceCondition = Literal["frozen", "snow", "urban", "mountains", "dense_vegetation"]

Padding = Literal["zeros", "reflect", "replicate"]
LayerOrder = Literal["relu_norm", "norm_relu"]
TimeInstance = Literal["overpass", "day"]
Sampling = Literal["random", "latest"]

Span = tuple[dt.date, dt.date]
"""First and last day, both included."""

OpenSpan = tuple[dt.date, dt.date | Literal["today"]]
"""First and last day, both included; the last one may be the day of the latest refresh."""
