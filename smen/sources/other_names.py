"""Granules under other names: which of them can be used, and a word about those that cannot.

A subsetter or a browser gives a granule another name, and people rename files. Such a file is used where three things
agree: its name contains that of a granule, its metadata say that it is this granule, and it is whole. So neither a
wrong name nor a wrong attribute alone puts a file in another granule's place. A subset of the cells is a granule as
well, because its indices say where its cells are.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from smen.errors import ArchiveError, GranuleError
from smen.products.granule_file import REMEDY
from smen.products.name_parsing import contained_name, is_unfinished
from smen.products.names import GranuleName
from smen.products.product_tables import product
from smen.sources.first_reading import read_first

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from smen.grid import Window
    from smen.products.verify import Granule

log = logging.getLogger(__name__)

MOST_NAMED = 3
"""Files of which a message gives name and reason."""

FILE_NAME = "/Metadata/DatasetIdentification/fileName"


@dataclass(frozen=True)
class FoundGranule:
    """A file that stands for a granule.

    Attributes:
        path: the file, of whatever name.
        name: of the granule.
        granule: what verifying it gave; None where it is not verified yet.
    """

    path: Path
    name: GranuleName
    granule: Granule | None = None


def identify(
    paths: Iterable[Path],
    held: Iterable[GranuleName],
    short_name: str,
    window: Window,
    wanted: Callable[[GranuleName], bool],
    variable: str | None = None,
) -> tuple[list[FoundGranule], dict[Path, str]]:
    """Find out which files under other names can be used as granules.

    Files of granules that are held in the same or a higher version, or that are not wanted, are not opened. Of several
    files of one granule the one with the most cells is used, first of all one that touches the window.

    Args:
        paths: files that seem to be granules of the product, by names that are not quite a granule's.
        held: granules that are there under their own names, the highest version of each.
        short_name: the product.
        window: the region.
        wanted: whether a granule is of the period, the directions and the neighbourhood.
        variable: the soil moisture that is needed; by default the product's first.

    Returns:
        The files to use, at most one for a half-orbit or scene, and the paths of those that cannot be used, each with
        the reason.
    """
    ranks = {name.identity: name.rank for name in held}
    unused: dict[Path, str] = {}
    versions: dict[GranuleName, list[Path]] = defaultdict(list)
    for path in paths:
        name = contained_name(path.name)
        if name is None:
            unused[path] = "its name holds only a part of a granule's, or several"
        elif wanted(name) and (name.identity not in ranks or name.rank > ranks[name.identity]):
            versions[name].append(path)
    used: dict[tuple[str, ...], FoundGranule] = {}
    for name in sorted(versions, key=lambda n: n.rank, reverse=True):
        if name.identity in used:
            continue
        copies: list[tuple[tuple[bool, int], FoundGranule]] = []
        for path in versions[name]:
            try:
                granule = _verify(path, name, variable)
            except GranuleError as problem:
                unused[path] = str(problem).removeprefix(f"{path}: ").removesuffix(f". {REMEDY}")
            else:
                copies.append(((granule.touches(window), granule.row.size), FoundGranule(path, name, granule)))
        if copies:
            used[name.identity] = max(copies, key=lambda copy: copy[0])[1]
    return list(used.values()), unused


def report(root: Path, short_name: str, used: list[FoundGranule], unused: dict[Path, str], *, alone: bool) -> None:
    """Log which files under other names are used, and warn of those that are not.

    Args:
        root: the folder.
        short_name: the product.
        used: files that are used.
        unused: paths of those that are not, with the reason.
        alone: whether the folder has no granule of the product under its own name.

    Raises:
        ArchiveError: there is nothing but files that cannot be used.
    """
    if used:
        first = "; ".join(f"{found.path.name} as {found.name.filename}" for found in used[:MOST_NAMED])
        log.info(
            "%s: %d granules of %s are used under other names, as their metadata say which they are: %s%s",
            root, len(used), short_name, first, _more(len(used)),
        )  # fmt: skip
    if not unused:
        return
    reasons = [f"{path}: {reason}" for path, reason in list(unused.items())[:MOST_NAMED]]
    what = "\n  ".join([f"{len(unused)} files seem to be granules of {short_name} under other names", *reasons])
    remedy = (
        f"{_more(len(unused))}\n  Give each whole granule its name from NSIDC again ({product(short_name).prefix}_"
        f"..._NNN.h5; whole files say it in {FILE_NAME}), or fetch it again; delete or move the others"
    )
    if alone and not used:
        raise ArchiveError(f"{root}: no granule of {short_name} that can be used; {what}{remedy}")
    log.warning("%s: left out: %s%s", root, what, remedy)


def _verify(path: Path, name: GranuleName, variable: str | None) -> Granule:
    """Return what verifying a file as a granule gives; GranuleError where it is not whole, or not this granule."""
    if is_unfinished(path.name):
        raise GranuleError(f"{path}: an unfinished download")
    granule = read_first(path, name.product, variable, filename=name.filename)
    said = granule.stated_name
    if not said or contained_name(PurePath(said.strip()).name) != name:
        text = f"says {said.strip()!r}" if said else "is missing"
        raise GranuleError(f"{path}: its name says {name.filename}, but {FILE_NAME} {text}")
    return granule


def _more(number: int) -> str:
    return f"; and {number - MOST_NAMED} more" if number > MOST_NAMED else ""
