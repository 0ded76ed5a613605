import zipfile

import pytest

from smen.errors import DataError
from smen.validation import ismn_files
from smen.validation.ismn_files import open_archive
from smen.validation.station_records import StationProblem


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "archive" / "NET" / "one").mkdir(parents=True)
    (tmp_path / "archive" / "NET" / "hollow").mkdir()
    (tmp_path / "archive" / "NET" / "one" / "a.stm").write_text("x" * 10000)
    (tmp_path / "archive" / "readme.txt").write_text("hello")
    return tmp_path / "archive"


def packed(folder, encrypted=()):
    path = folder.with_suffix(".zip")
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.rglob("*")):
            archive.write(file, file.relative_to(folder).as_posix())
    content = bytearray(path.read_bytes())
    for name in encrypted:  # bit 0 of the flags, 8 bytes into an entry of the central directory
        entry = content.rindex(b"PK\x01\x02", 0, content.rindex(name.encode()))
        content[entry + 8] |= 1
    path.write_bytes(bytes(content))
    return path


@pytest.mark.parametrize("as_zip", [False, True])
def test_folder_and_zip_look_alike(folder, as_zip):
    with open_archive(packed(folder) if as_zip else folder) as files:
        assert files.names == ["NET/one/a.stm", "readme.txt"]
        assert files.folders == ["NET", "NET/hollow", "NET/one"]
        assert files.head("NET/one/a.stm") == b"x" * 4096
        path = files.fetch("NET/one/a.stm")
        assert path.read_text() == "x" * 10000
        assert path.parts[-3:] == ("NET", "one", "a.stm")
        scratch = files.scratch
        files.release("NET/one/a.stm")
        assert path.exists() is not as_zip
    assert not scratch.exists()
    assert (folder / "NET" / "one" / "a.stm").exists()


def test_what_is_too_large_or_encrypted_is_refused(folder, monkeypatch):
    path = packed(folder, encrypted=["readme.txt"])
    monkeypatch.setattr(ismn_files, "LARGEST_FILE", 5000)
    with open_archive(path) as files:
        assert files.names == []
        reasons = {p.source.split(": ")[1]: p.reason for p in files.problems}
    assert "GiB" in reasons["NET/one/a.stm"]
    assert "encrypted" in reasons["readme.txt"]


@pytest.mark.parametrize("name", ["../a", "/a", "x/../../a", "C:/a", "a\\..\\b"])
def test_names_that_lead_elsewhere_are_refused(tmp_path, name):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(zipfile.ZipInfo(name), "x")
    with open_archive(tmp_path / "a.zip") as files:
        assert files.names == []
        assert len(files.problems) == 1


def test_what_is_no_archive(tmp_path):
    (tmp_path / "a.zip").write_text("no zip")
    with open_archive(tmp_path / "a.zip") as files:
        assert isinstance(files, StationProblem)
    with pytest.raises(DataError, match="does not exist"), open_archive(tmp_path / "b.zip"):
        pass


@pytest.mark.parametrize("as_zip", [False, True])
def test_what_a_system_adds_is_left_out(folder, as_zip):
    for name in ("NET/one/._a.stm", "__MACOSX/NET/one/b.stm"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"\x00\x05\x16\x07")
    with open_archive(packed(folder) if as_zip else folder) as files:
        assert files.names == ["NET/one/a.stm", "readme.txt"]
        assert files.problems == []


def test_another_kind_of_file_is_not_called_a_broken_download(tmp_path):
    (tmp_path / "a.xls").write_text("no zip")
    with open_archive(tmp_path / "a.xls") as files:
        assert "neither an archive of the ISMN portal nor a table of sensors" in files.reason
