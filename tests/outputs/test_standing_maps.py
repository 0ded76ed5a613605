"""Which maps of an earlier run need not be made again."""

import pytest

from smen.outputs.standing_maps import standing_rows, write_basis
from smen.outputs.year_folder import digest_of

TIMES = ("2018-01-01T00:00:00Z", "2018-01-02T00:00:00Z", "2018-01-03T00:00:00Z")


@pytest.fixture
def year(tmp_path):
    """A list of three maps, two rasters each, and what they rest on."""

    def rasters(name):
        return [tmp_path / name, tmp_path / f"quality_{name}"]

    rows = []
    for number, time in enumerate(TIMES):
        name = f"{number}.tif"
        for path in rasters(name):
            path.write_bytes(f"{path.name} {time}".encode())
        rows.append({"time": time, "map": name, "mean": "0.2000", "scenes_at": "", "digest": digest_of(rasters(name))})
    basis = dict(zip(TIMES, "abc", strict=True))
    path = tmp_path / "x_basis.csv"
    write_basis(path, rows, basis)
    return path, rows, basis, rasters


def test_all_stand_where_nothing_has_changed_and_their_rows_are_the_same(year):
    path, rows, basis, rasters = year
    assert list(standing_rows(path, basis, rasters).values()) == rows


def test_a_map_does_not_stand_on_another_basis(year):
    path, _, basis, rasters = year
    assert list(standing_rows(path, basis | {TIMES[1]: "other"}, rasters)) == [TIMES[0], TIMES[2]]
    assert not standing_rows(path, {}, rasters)


def test_a_map_whose_rasters_are_gone_or_others_does_not_stand(year):
    path, _, basis, rasters = year
    rasters("0.tif")[1].unlink()
    rasters("2.tif")[0].write_bytes(b"edited")
    assert list(standing_rows(path, basis, rasters)) == [TIMES[1]]


def test_maps_of_an_unknown_basis_never_stand(year):
    path, rows, _, rasters = year
    write_basis(path, rows, {})
    assert not standing_rows(path, dict.fromkeys(TIMES, ""), rasters)


@pytest.mark.parametrize("text", [None, "", "time,map\n1,2\n", "\x00\x01"])
def test_without_a_readable_list_none_stands(year, text):
    path, _, basis, rasters = year
    path.unlink() if text is None else path.write_text(text)
    assert not standing_rows(path, basis, rasters)
