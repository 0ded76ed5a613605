"""The part of a region's fields and samples that a training may learn from, and its digest.

Overpasses after the last day of training and validation are cut off before a method sees them. So new granules of a
test period change nothing of what a method is fitted to, even where they lie in the same year, and the digest says so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import fields as attributes_of
from dataclasses import replace
from typing import Any

import numpy as np

from smen.data.digests import OF_COARSE, OF_FINE, add_to_digest
from smen.data.records import TRAIN, VALIDATION, Fields, Samples


def training_part(fields: Fields, samples: Samples) -> tuple[Fields, Samples]:
    """Cut off all overpasses after the last one of the training and validation dates.

    Args:
        fields: of a region.
        samples: whose indices point into the fields.

    Returns:
        Fields and samples up to that overpass; all of them where no sample is of training or validation. Indices stay
        valid, since the history of a sample lies before it.
    """
    learnt = samples.time[np.isin(samples.split, (TRAIN, VALIDATION))]
    if not len(learnt):
        return fields, samples
    last = learnt.max()
    coarse = int(np.searchsorted(fields.coarse_time, last, side="right"))
    fine = int(np.searchsorted(fields.fine_time, last, side="right"))
    changes: dict[str, Any] = {}
    for names, end in ((OF_COARSE, coarse), (OF_FINE, fine)):
        changes |= {name: value[:end] for name in names if (value := getattr(fields, name)) is not None}
    return replace(fields, **changes), samples.select(samples.time <= last)


def digest_of_parts(parts: Iterable[tuple[Fields, Samples]], text: str) -> str:
    """Return the digest (SHA-256) of all that a training reads.

    Args:
        parts: fields and samples of the region and of those that it learns from as well, in a fixed order.
        text: all else that its result depends on: settings and a digest of the code.
    """
    digest = hashlib.sha256(text.encode())
    for fields, samples in parts:
        for record in (fields, samples):
            for attribute in attributes_of(record):
                add_to_digest(digest, attribute.name, getattr(record, attribute.name))
    return digest.hexdigest()
