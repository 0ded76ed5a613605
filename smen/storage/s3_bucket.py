"""A folder in a bucket: listed, fetched, put and removed, with checks of what came and what went."""

from __future__ import annotations

import hashlib
import mimetypes
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from smen.atomic import atomic
from smen.errors import StorageError
from smen.storage.at_once import CONNECTIONS
from smen.storage.s3_address import S3Address
from smen.storage.s3_errors import MISSING, explained

MARK = "smen-sha256"
"""Name in an object's metadata of the digest of what SMEN put there: by it SMEN knows its own objects."""

MD5 = re.compile(r"[0-9a-f]{32}")
"""An ETag that is the digest of the content: of an object put in one part, without encryption by a managed key."""

TYPES = {
    ".tif": "image/tiff; application=geotiff; profile=cloud-optimized", ".nc": "application/x-netcdf",
    ".geojson": "application/geo+json", ".md": "text/markdown", ".qgs": "application/xml",
    ".ipynb": "application/x-ipynb+json",
}  # fmt: skip
"""Types of content that Python's table does not know."""


@dataclass(frozen=True)
class StoredObject:
    """An object as a listing tells of it.

    Attributes:
        name: its key below the folder.
        size: in bytes.
        etag: changes with the content.
        modified: when it was put there, seconds since 1970.
    """

    name: str
    size: int
    etag: str
    modified: float

    @property
    def has_safe_name(self) -> bool:
        """Whether its name can be a path below a folder of this machine."""
        return not any(part in ("", ".", "..") for part in self.name.split("/")) and "\\" not in self.name


class Bucket:
    """A folder in a bucket. Login and endpoint are those that AWS's own tools use; threads may share it.

    Args:
        address: ``s3://BUCKET/PREFIX``.

    Raises:
        ValueError: it is no address.
    """

    def __init__(self, address: str) -> None:
        self.address = S3Address.parse(address)

    @cached_property
    def client(self) -> Any:  # noqa: ANN401  (boto3 makes its classes at run time)
        """The client of boto3.

        Raises:
            StorageError: it is not installed.
        """
        try:
            import boto3
            from botocore.config import Config
        except ImportError as error:
            raise StorageError(f"{self.address.url()} {MISSING}") from error
        retries = {"max_attempts": 5, "mode": "standard"}
        settings = Config(retries=retries, connect_timeout=20, read_timeout=60, max_pool_connections=2 * CONNECTIONS)
        with self._asked():
            return boto3.session.Session().client("s3", config=settings)

    def listing(self, below: str = "") -> list[StoredObject]:
        """Return all objects below the folder, in order of their names.

        Args:
            below: only those whose names begin with this.

        Raises:
            StorageError: the bucket does not exist, does not answer or refuses.
        """
        found = []
        with self._asked(below):
            pages = self.client.get_paginator("list_objects_v2").paginate(
                Bucket=self.address.bucket, Prefix=self.address.key(below)
            )
            for page in pages:
                for item in page.get("Contents", ()):
                    name = item["Key"].removeprefix(self.address.prefix)
                    if name and not name.endswith("/"):  # else a folder that a browser made
                        etag, modified = item["ETag"].strip('"'), item["LastModified"].timestamp()
                        found.append(StoredObject(name, item["Size"], etag, modified))
        return sorted(found, key=lambda one: one.name)

    def fetch(self, item: StoredObject, path: Path) -> None:
        """Write an object to a file, whole or not at all, with the time at which the object was put.

        Args:
            item: as listed.
            path: the file.

        Raises:
            StorageError: it is not there, refused, or what came is not what was listed.
            OutputError: the file cannot be written.
        """
        with self._asked(item.name), atomic(path) as part:
            self.client.download_file(self.address.bucket, self.address.key(item.name), str(part))
            size = part.stat().st_size
            if size != item.size or (MD5.fullmatch(item.etag) and not self._same(item, part)):
                raise StorageError(
                    f"{self.address.url(item.name)}: {size} bytes came that are not the {item.size} listed, or of "
                    "another checksum: it changed meanwhile, or was damaged on the way. Run again"
                )
            os.utime(part, (item.modified, item.modified))

    def _same(self, item: StoredObject, path: Path) -> bool:
        """Whether a file has the digest that an ETag seems to be; encryption by a managed key makes it another."""
        if file_digest(path, "md5") == item.etag:
            return True
        head = self._head(item.name)
        encrypted = str(head.get("ServerSideEncryption", "")).startswith("aws:kms") or "SSECustomerAlgorithm" in head
        return encrypted and head["ETag"].strip('"') == item.etag

    def put(self, path: Path, name: str, sha256: str) -> None:
        """Put a file there, marked as SMEN's.

        Args:
            path: the file.
            name: of the object.
            sha256: digest of the file.

        Raises:
            StorageError: it is refused, or the service does not answer.
        """
        extra = {"Metadata": {MARK: sha256}, "ContentType": content_type(name)}
        with self._asked(name):
            self.client.upload_file(str(path), self.address.bucket, self.address.key(name), ExtraArgs=extra)

    def mark(self, name: str) -> str | None:
        """Return the digest of what SMEN put there; None of an object that it did not put.

        Args:
            name: of the object.

        Raises:
            StorageError: as for `fetch`.
        """
        value = self._head(name).get("Metadata", {}).get(MARK)
        return None if value is None else str(value)

    def remove(self, name: str) -> None:
        """Remove an object.

        Args:
            name: of the object.

        Raises:
            StorageError: it is refused, or the service does not answer.
        """
        with self._asked(name):
            self.client.delete_object(Bucket=self.address.bucket, Key=self.address.key(name))

    def _head(self, name: str) -> Mapping[str, Any]:
        with self._asked(name):
            head: Mapping[str, Any] = self.client.head_object(Bucket=self.address.bucket, Key=self.address.key(name))
            return head

    @contextmanager
    def _asked(self, name: str = "") -> Iterator[None]:
        """Turn errors of the library into ours, which name the object."""
        try:
            from boto3.exceptions import Boto3Error
            from botocore.exceptions import BotoCoreError, ClientError
        except ImportError as error:
            raise StorageError(f"{self.address.url()} {MISSING}") from error
        try:
            yield
        except (BotoCoreError, ClientError) as error:
            raise explained(error, self.address.url(name)) from error
        except Boto3Error as error:  # around one of the others
            cause = error.__context__
            raise explained(cause if isinstance(cause, Exception) else error, self.address.url(name)) from error


def file_digest(path: Path, algorithm: str) -> str:
    """Return the digest of a file, in hexadecimal digits.

    Args:
        path: the file.
        algorithm: as `hashlib` names it; md5 is no secret here, but the ETag of S3.
    """
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, lambda: hashlib.new(algorithm, usedforsecurity=False)).hexdigest()


def content_type(name: str) -> str:
    """Return the type of an object's content, by its name, so that browsers show pages and pictures.

    Args:
        name: of the object.
    """
    suffix = Path(name).suffix.lower()
    return TYPES.get(suffix) or mimetypes.types_map.get(suffix, "application/octet-stream")
