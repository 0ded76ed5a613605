"""Numbers of the SMEN paper: its Tables 1 to 3, ubRMSE in m3/m3, three decimals as printed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

PREFIX = "paper (other data): "
"""Prefix of the columns of published numbers."""

Errors = tuple[float, float]
"""ubRMSE on the training and on the test dates, m3/m3."""


@dataclass(frozen=True)
class Accuracy:
    """A row of Table 1.

    Attributes:
        train_dates: number of training dates.
        test_dates: number of test dates.
        train: ubRMSE on the training dates, m3/m3.
        test: ubRMSE on the test dates, m3/m3.
    """

    train_dates: int
    test_dates: int
    train: float
    test: float


@dataclass(frozen=True)
class Published:
    """The paper's three tables.

    Attributes:
        table1: accuracy by region, under the names of the default regions.
        table2: impact of the inputs, near Tucson.
        table3: impact of the number of training dates, by that number, on 10 test dates; the region is not named.
    """

    table1: Mapping[str, Accuracy]
    table2: Mapping[str, Errors]
    table3: Mapping[int, Errors]


PUBLISHED = Published(
    table1={
        "oklahoma_city": Accuracy(80, 50, 0.021, 0.048),
        "tucson": Accuracy(30, 10, 0.024, 0.034),
        "geneva": Accuracy(60, 30, 0.057, 0.046),
    },
    table2={"spatial": (0.022, 0.039), "temporal": (0.026, 0.049), "spatiotemporal": (0.024, 0.034)},
    table3={10: (0.025, 0.085), 20: (0.025, 0.068), 50: (0.023, 0.033), 100: (0.022, 0.034)},
)
"""As printed; the text spells Tucson "Tuscon"."""
