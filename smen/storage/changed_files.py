"""Put files into a bucket: new and changed ones alone; remove what SMEN put there before and no longer has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from smen.errors import StorageError
from smen.storage.at_once import each
from smen.storage.s3_bucket import Bucket, StoredObject, file_digest

LAST = (".json", ".html", ".csv", ".qgs")
"""Endings of files that name others: they are put after these, so that no reader finds a name without its file."""


@dataclass(frozen=True)
class UploadedFile:
    """A file as it is in the bucket now.

    Attributes:
        name: of the object, below the folder.
        size: in bytes.
        sha256: digest of the content.
        is_new: whether it was put there now.
    """

    name: str
    size: int
    sha256: str
    is_new: bool


@dataclass(frozen=True)
class Uploaded:
    """What an upload did.

    Attributes:
        files: all files, in order of their names.
        removed: objects that were removed.
    """

    files: tuple[UploadedFile, ...]
    removed: tuple[str, ...]

    @property
    def new(self) -> tuple[UploadedFile, ...]:
        """Files that were put there now."""
        return tuple(file for file in self.files if file.is_new)


def upload(bucket: Bucket, files: Mapping[str, Path], places: Iterable[str]) -> Uploaded:
    """Make a part of a bucket hold just these files.

    A file that is there is known by the ETag of S3, or else by the digest in the object's metadata, so that nothing
    has to be kept here: after a failure, or from another machine, the same command goes on.

    Args:
        bucket: the folder in S3.
        files: by the names that their objects have.
        places: names of the files and folders of the part, whether there is anything in them or not.

    Returns:
        All files, and what was removed.

    Raises:
        StorageError: the bucket refuses or does not answer; or there is an object under the name of a file that SMEN
            did not put there.
    """
    listed = [(place, item) for place in places for item in bucket.listing(place)]
    there = {item.name: item for place, item in listed if item.name == place or item.name.startswith(f"{place}/")}

    def settle(name: str) -> UploadedFile:
        return _settle(bucket, name, files[name], there.get(name))

    later = {name for name in files if name.endswith(LAST)}
    done = [*each(settle, sorted(files.keys() - later)), *each(settle, sorted(later, key=_catalogues_last))]
    gone = sorted(name for name in there if name not in files)
    removed = [name for name, mark in zip(gone, each(bucket.mark, gone), strict=True) if mark is not None]
    each(bucket.remove, removed)
    return Uploaded(tuple(sorted(done, key=lambda file: file.name)), tuple(removed))


def _settle(bucket: Bucket, name: str, path: Path, there: StoredObject | None) -> UploadedFile:
    """Put one file there unless it is there."""
    size, sha256 = path.stat().st_size, file_digest(path, "sha256")
    if there is not None:
        if there.size == size and there.etag == file_digest(path, "md5"):
            return UploadedFile(name, size, sha256, is_new=False)
        mark = bucket.mark(name)
        if mark is None:
            raise StorageError(
                f"{bucket.address.url(name)} is there, and SMEN did not put it there: choose another "
                "`storage.results`, or remove it"
            )
        if (mark, there.size) == (sha256, size):
            return UploadedFile(name, size, sha256, is_new=False)
    bucket.put(path, name, sha256)
    return UploadedFile(name, size, sha256, is_new=True)


def _catalogues_last(name: str) -> tuple[int, str]:
    """Sort what names other catalogues after these: the deeper a file lies, the earlier it goes."""
    return -name.count("/"), name
