"""The files of an ISMN archive, as they were downloaded (zip) or unpacked (folder), behind one door.

Nothing is written beside the archive. Names from a zip file never become paths unchecked.
"""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from smen.errors import DataError
from smen.validation.station_records import StationProblem

HEAD_BYTES = 4096
"""Bytes that hold the first line of any file of data."""

LARGEST_FILE = 2**30
"""Bytes of a file in a zip, at most: an hourly series of 70 years has 60 MB."""


class StationFiles:
    """Files of an archive by their names relative to it, with slashes.

    Attributes:
        names: of all files, sorted.
        folders: of all folders that lie in it, sorted, with slashes.
        problems: names that were refused.
        scratch: a temporary folder, removed with the archive's closing.
    """

    def __init__(self, path: Path, scratch: Path, archive: zipfile.ZipFile | None) -> None:
        self._path, self._archive = path, archive
        self.scratch = scratch
        self.problems: list[StationProblem] = []
        if archive is None:
            found = sorted(path.rglob("*"))
            files = [p.relative_to(path).as_posix() for p in found if p.is_file() and not _is_of_system(p.as_posix())]
            self.folders = [p.relative_to(path).as_posix() for p in found if p.is_dir()]
        else:
            members = [m for m in archive.infolist() if not _is_of_system(m.filename)]
            files = [m.filename for m in members if not m.is_dir() and self._is_usable(m)]
            inside = [m.filename.rstrip("/") for m in members if m.is_dir() and _is_inside(m.filename)]
            self.folders = sorted({*inside, *(str(PurePosixPath(name).parent) for name in files)} - {"."})
        self.names = sorted(set(files))

    def head(self, name: str) -> bytes:
        """Return the first bytes of a file."""
        if self._archive is None:
            with (self._path / name).open("rb") as content:
                return content.read(HEAD_BYTES)
        with self._archive.open(name) as member:
            return member.read(HEAD_BYTES)

    def fetch(self, name: str) -> Path:
        """Return a path to read the file at, unpacked into the temporary folder where it is in a zip."""
        if self._archive is None:
            return self._path / name
        target = self.scratch / "unpacked" / name
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            with self._archive.open(name) as member:
                target.write_bytes(member.read())
        return target

    def release(self, name: str) -> None:
        """Remove what `fetch` unpacked of a file."""
        if self._archive is not None:
            (self.scratch / "unpacked" / name).unlink(missing_ok=True)

    def _is_usable(self, member: zipfile.ZipInfo) -> bool:
        """Whether a member of the zip may be unpacked; says so where not."""
        reason = ""
        if not _is_inside(member.filename):
            reason = "its name leads out of the archive: not read"
        elif member.flag_bits & 1:
            reason = "it is encrypted: not read. Unpack the archive by hand"
        elif member.file_size > LARGEST_FILE:
            reason = f"it has {member.file_size / 2**30:.1f} GiB unpacked: not read"
        if reason:
            self.problems.append(StationProblem(f"{self._path.name}: {member.filename[:200]}", reason))
        return not reason


@contextmanager
def open_archive(path: Path) -> Iterator[StationFiles | StationProblem]:
    """Open a folder or a zip file; what is neither is given as a problem.

    Raises:
        DataError: there is nothing at the path.
    """
    if not path.exists():
        raise DataError(f"{path} does not exist: give the folder or the zip file that the ISMN portal made")
    with tempfile.TemporaryDirectory(prefix="smen-stations-") as scratch:
        if path.is_dir():
            yield StationFiles(path, Path(scratch), None)
            return
        try:
            archive = zipfile.ZipFile(path)
        # zipfile raises the last for archives of a newer version than it knows
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            reason = f"it is not a zip file that can be opened ({error}): download it again"
            if path.suffix.lower() != ".zip":
                reason = "it is neither an archive of the ISMN portal nor a table of sensors (.csv, .gpkg): not read"
            yield StationProblem(path.name, reason)
            return
        with archive:
            yield StationFiles(path, Path(scratch), archive)


def _is_inside(name: str) -> bool:
    """Whether a name of a member stays within the folder that it is unpacked to, on any system."""
    parts = PurePosixPath(name).parts
    return bool(parts) and not name.startswith("/") and ".." not in parts and "\\" not in name and ":" not in name


def _is_of_system(name: str) -> bool:
    """Whether a file was added by the system that packed or unpacked the archive (macOS)."""
    parts = PurePosixPath(name).parts
    return "__MACOSX" in parts or (bool(parts) and parts[-1].startswith("._"))
