"""Statistics of real soil moisture that the simulation is fitted to, by climate.

Sources: SMAP's 36 km retrievals of 2015-16 and of one half-orbit, SMAP L4 at 9 km, in-situ stations in Oklahoma, Kansas
and near Tucson, and the dry-down data set of McColl et al. 2017 (Nature Geoscience 10, 100-104). The sd of 3 km values
and all of Geneva but its dry-downs are judgement.
"""

from __future__ import annotations

Numbers = tuple[float, ...]
"""The numbers of one row, in the order of its name."""

TARGETS: dict[str, dict[str, Numbers]] = {
    "oklahoma": {
        "mean, sd in time": (0.208, 0.070),
        "semivariance at 1, 2, 3, 5, 8, 14 days": (0.00087, 0.00104, 0.00151, 0.00197, 0.00242, 0.00294),
        "semivariance at 1, 2, 3, 4, 8 cells of 36 km": (0.00062, 0.00136, 0.00185, 0.00231, 0.00418),
        "change over 1, 3, 8 dry days": (-0.012, -0.020, -0.035),
        "robust sd of that change": (0.016, 0.024, 0.032),
        "sd of 9 km values in a 36 km cell: mean, p10, p90": (0.046, 0.021, 0.070),
        "sd of 3 km values in a 36 km cell": (0.050,),
        "semivariance at 9, 18, 36, 72, 108, 180 km": (0.0018, 0.0026, 0.0034, 0.0043, 0.0045, 0.0048),
        "dry-down e-folding days: median, sd over cells": (9.9, 1.9),
        "stations: autocorrelation at 1, 3, 6, 12, 24 days": (0.95, 0.80, 0.65, 0.45, 0.30),
        "stations: correlation 0-50, -100, -150, -200, 300 km apart": (0.82, 0.72, 0.67, 0.58, 0.50),
    },
    "arizona": {
        "mean, sd in time": (0.092, 0.045),
        "semivariance at 1, 2, 3, 5, 8, 14 days": (0.00047, 0.00069, 0.00096, 0.00118, 0.00134, 0.00140),
        "semivariance at 1, 2, 3, 4, 8 cells of 36 km": (0.00025, 0.00056, 0.00083, 0.00112, 0.00215),
        "sd of 9 km values in a 36 km cell: mean, p10, p90": (0.028, 0.008, 0.051),
        "sd of 3 km values in a 36 km cell": (0.032,),
        "semivariance at 9, 18, 36, 72, 108, 180 km": (0.0008, 0.0012, 0.0014, 0.0018, 0.0021, 0.0030),
        "dry-down e-folding days: median, sd over cells": (4.9, 2.2),
        "stations: autocorrelation at 1, 3, 6, 12, 24 days": (0.91, 0.75, 0.62, 0.45, 0.30),
    },
    "geneva": {
        "mean, sd in time": (0.29, 0.06),
        "sd of 3 km values in a 36 km cell": (0.045,),
        "dry-down e-folding days: median, sd over cells": (12.9, 3.6),
    },
}
"""Numbers by climate and row; m3/m3 and (m3/m3)^2 where no unit is named."""

TIER_TARGETS: dict[str, tuple[int, float, float]] = {
    "recommended": (1917, 0.000, 0.021),
    "uncertain, successful": (943, 0.031, 0.062),
    "  water alone, 5-10 %": (135, 0.027, 0.037),
    "  water alone, 10-20 %": (68, 0.073, 0.058),
    "  water alone, 20-50 %": (32, 0.208, 0.105),
    "  dense vegetation alone": (203, 0.041, 0.052),
    "  mountains alone": (123, -0.003, 0.014),
    "  urban alone": (134, 0.006, 0.028),
    "  precipitation alone": (13, -0.024, 0.037),
    "uncertain, failed": (108, 0.236, 0.165),
}
"""Retrievals of a real half-orbit (24342, 22 August 2019) that lie beside recommended ones, by flag: number, and mean
and sd of their difference from those, m3/m3; see `tier_statistics`. Mountains are those of dry regions alone."""
