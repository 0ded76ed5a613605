"""Tiles without data: the note, and files that stand in."""

from smen.plan.layout import Layout
from smen.plan.without_data import no_data_reason, note_no_data, stand_in


def test_a_note_is_kept_until_there_are_data(tmp_path, caplog):
    layout = Layout(str(tmp_path / "results"))
    assert no_data_reason(layout, "tile") is None
    note_no_data(layout, "tile", "no granule")
    assert no_data_reason(layout, "tile") == "no granule" and "tile has no data, and no maps" in caplog.text
    note_no_data(layout, "tile", None)
    note_no_data(layout, "tile", None)
    assert no_data_reason(layout, "tile") is None


def test_empty_files_stand_in_only_where_there_are_no_data(tmp_path):
    layout = Layout(str(tmp_path / "results"))
    files, folders = [layout.scores("tile", "scores.csv")], [layout.report("tile")]
    assert not stand_in(layout, "tile", files, folders)
    assert not (tmp_path / "results").exists()
    note_no_data(layout, "tile", "no granule")
    assert stand_in(layout, "tile", files, folders)
    assert (tmp_path / "results/tile/scores/scores.csv").read_bytes() == b""
    assert (tmp_path / "results/report/tile").is_dir()
