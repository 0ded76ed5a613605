"""What a person sees while granules come."""

import io
import logging
import sys

from smen.sources.earthdata import progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_bar_with_granules_bytes_and_rate(monkeypatch):
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    with progress.Progress(2, 4_000_000, "SPL2SMP.009") as shown:
        shown.received(1_000_000)
        shown.finished()
        shown.received(3_000_000)
        shown.finished()
        shown._bar.refresh()
    last = screen.getvalue().split("\r")[-3:]
    assert any("SPL2SMP.009: 100%" in line and "4.00M/4.00M" in line and "B/s" in line for line in last), last
    assert any("2/2 granules" in line for line in last), last


def test_now_and_then_a_line_where_there_is_no_terminal(monkeypatch, caplog, capfd):
    monkeypatch.setattr(progress, "LOG_INTERVAL", 0.0)
    caplog.set_level(logging.INFO, logger="smen")
    with progress.Progress(2, 0, "SPL2SMP.009") as shown:
        shown.received(1_500_000)
        shown.finished()
        shown.received(-500_000)
    assert "0 of 2 granules, 1.5 MB" in caplog.text
    assert "1 of 2 granules, 1.0 MB" in caplog.text
    assert "MB/s" in caplog.text
    assert capfd.readouterr().err == ""


def test_sizes_for_people():
    assert progress.megabytes(1_680_000) == "1.7 MB"
    assert progress.megabytes(2.293e9) == "2.29 GB"
