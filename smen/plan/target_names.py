"""What a user may ask Snakemake for by name, and what to say where there is no such target."""

from __future__ import annotations

import difflib
from collections.abc import Collection

OTHERS = ("all", "indices", "mosaic", "paper", "refresh", "validate")
"""Targets beside those of single regions."""


def no_target(name: str, regions: Collection[str]) -> str:
    """Return the message for a target that does not exist.

    Args:
        name: as typed.
        regions: names of all regions.

    Returns:
        A message with the nearest name, the regions (the first ten of many) and the other targets.
    """
    known = [*regions, *OTHERS]
    # In a path, such as results/tuscon/maps/2018.csv, any part may be the name of a region.
    near = [match for part in name.lower().split("/") for match in difflib.get_close_matches(part, known, n=1)]
    wrong = [match for match in near if match not in name.split("/")]
    nearest = f"did you mean `{wrong[0]}`? " if wrong else ""
    shown = list(regions)[:10]
    more = f" and {len(regions) - len(shown)} more" if len(regions) > len(shown) else ""
    return (
        f"there is no target `{name}`; {nearest}regions: {', '.join(shown)}{more}; also: {', '.join(OTHERS)}, "
        "or the path of a file of results"
    )
