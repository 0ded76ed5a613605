"""Addresses of folders in S3: ``s3://BUCKET/PREFIX``."""

from __future__ import annotations

import re
from typing import NamedTuple

SCHEME = "s3://"
"""What an address in S3 begins with."""

S3_ADDRESS = r"^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9._=/-]*)?$"
"""Addresses that SMEN takes: a bucket by the rules of its name, and a prefix without signs that need quoting."""


class S3Address(NamedTuple):
    """A folder in a bucket.

    Attributes:
        bucket: its name.
        prefix: what the keys of its objects begin with: empty, or with a slash at its end.
    """

    bucket: str
    prefix: str

    @classmethod
    def parse(cls, text: str) -> S3Address:
        """Return the address that a text holds.

        Args:
            text: ``s3://BUCKET`` or ``s3://BUCKET/PREFIX``.

        Raises:
            ValueError: it is none.
        """
        if not re.match(S3_ADDRESS, text):
            raise ValueError(f"{text} is no address in S3: write s3://BUCKET/PREFIX")
        bucket, _, prefix = text.removeprefix(SCHEME).partition("/")
        parts = [part for part in prefix.split("/") if part]
        if any(part in (".", "..") for part in parts):
            raise ValueError(f"{text} has a part `.` or `..`, which S3 takes as it stands: write the prefix out")
        return cls(bucket, "".join(f"{part}/" for part in parts))

    def key(self, name: str) -> str:
        """Return the key of an object.

        Args:
            name: below the folder, with slashes.
        """
        return f"{self.prefix}{name}"

    def url(self, name: str = "") -> str:
        """Return the address of an object, or of the folder itself.

        Args:
            name: of the object, below the folder.
        """
        return f"{SCHEME}{self.bucket}/{self.key(name)}"


def is_s3(path: str | None) -> bool:
    """Return whether a setting names a place in S3, not a folder."""
    return path is not None and path.lower().startswith(SCHEME)
