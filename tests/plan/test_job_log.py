"""The error that a job's log ends with."""

from smen.plan.job_log import last_error


def test_the_last_error_and_what_belongs_to_it(tmp_path):
    log = tmp_path / "job.log"
    log.write_text(
        "2026-01-01 00:00:00,000 INFO begun\n"
        "2026-01-01 00:00:01,000 ERROR error: first\n"
        "2026-01-01 00:00:02,000 ERROR error: second\n  a granule\n  another\n  and one more\n"
    )
    assert last_error(log, 60).splitlines()[0].endswith("ERROR error: second")
    assert len(last_error(log, 60).splitlines()) == 4
    assert last_error(log).splitlines() == ["  a granule", "  another", "  and one more"]


def test_no_error_and_no_log(tmp_path):
    log = tmp_path / "job.log"
    log.write_text("2026-01-01 00:00:00,000 INFO done, no ERROR anywhere here\n")
    assert last_error(log) is None
    assert last_error(tmp_path / "none.log") is None
