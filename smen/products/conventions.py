"""Fill values and epoch that all SMAP products share."""

from __future__ import annotations

import numpy as np

EPOCH = np.datetime64("2000-01-01T12:00:00", "ms")
"""Origin of the products' seconds, in UTC and without leap seconds (they reproduce `tb_time_utc`)."""

FLOAT_FILL = -9999.0
"""Fill of floating-point datasets."""

FLAG_FILL = 65534
"""Fill of uint16 datasets. All its bits but the first are set, so it must be tested before any bit."""

CLASS_FILL = 254
"""Fill of uint8 datasets: classes of land cover."""
