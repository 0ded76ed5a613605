"""A file of the store against the archive's record, and read through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from smen.errors import GranuleError
from smen.products.granule_file import REMEDY
from smen.sources.earthdata.body import CHUNK
from smen.sources.earthdata.checksums import Digest
from smen.sources.earthdata.redact import strip_query
from smen.sources.earthdata.transfer_errors import TransferError
from smen.sources.first_reading import read_first

if TYPE_CHECKING:
    from pathlib import Path

    from smen.sources.earthdata.granule_query import GranuleQuery
    from smen.sources.earthdata.umm import CmrGranule


@dataclass(frozen=True)
class VerifiedGranule:
    """A granule that is in the store and whole.

    Attributes:
        touches: whether any of its cells overlaps the window.
        fields: the fields of its record in a manifest that the file itself gives.
    """

    touches: bool
    fields: dict[str, Any]


def verify_any(path: Path, granule: CmrGranule, query: GranuleQuery) -> VerifiedGranule | TransferError:
    """Compare a file with the record of each of its granule's addresses, and read it through.

    Args:
        path: the file.
        granule: the archive's record, with those of further addresses.
        query: product, variable and window.

    Returns:
        The granule, or what is wrong with it by the first record.
    """
    outcomes = [verify_file(path, granule, query)]
    for other in granule.alternatives:
        if isinstance(outcomes[-1], VerifiedGranule):
            break
        outcomes.append(verify_file(path, other, query))
    return outcomes[-1] if isinstance(outcomes[-1], VerifiedGranule) else outcomes[0]


def verify_file(path: Path, granule: CmrGranule, query: GranuleQuery) -> VerifiedGranule | TransferError:
    """Compare a file with the record, and read it through.

    Args:
        path: the file.
        granule: the archive's record.
        query: product, variable and window.

    Returns:
        The granule, or what is wrong with it.
    """
    digest = Digest(granule.checksum)
    try:
        with path.open("rb", buffering=0) as stream:
            while data := stream.read(CHUNK):
                digest.update(data)
    except OSError as problem:
        return TransferError(f"{path} cannot be read ({problem.strerror})", "content", retryable=True)
    return digest.mismatch(granule) or read_through(path, granule, query, digest)


def read_through(
    path: Path, granule: CmrGranule, query: GranuleQuery, digest: Digest
) -> VerifiedGranule | TransferError:
    """Read all of a granule.

    Args:
        path: the file.
        granule: the archive's record.
        query: product, variable and window.
        digest: size and checksums of the file's bytes, which agree with the record.

    Returns:
        The granule, or what is wrong with it: of kind `bad` where the checksum proves that the archive has it so.
    """
    try:
        verified = read_first(path, query.product, query.variable, filename=granule.filename)
    except GranuleError as problem:
        what = str(problem).removeprefix(f"{path}: ").removesuffix(f". {REMEDY}")
        if digest.verifiable:
            return TransferError(f"damaged in the archive itself: {what}", "bad", retryable=False)
        return TransferError(f"damaged: {what}", "content", retryable=True)
    touches = verified.touches(query.window)
    fields = {
        "begin": verified.begin,
        "end": verified.end,
        "size": digest.size,
        "sha256": digest.sha256,
        "simulated": verified.simulated,
        "footprint": verified.footprint() if touches else None,
        "url": None if granule.url is None else strip_query(granule.url),
        "checksum": None if granule.checksum is None else " ".join(granule.checksum),
    }
    return VerifiedGranule(touches, fields)
