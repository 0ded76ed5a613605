"""A few hundred damaged inputs in every run of the tests; the whole campaign with `-m fuzz` (an hour of one core)."""

import subprocess
import sys
from pathlib import Path

import pytest
from mutations import ALL, generator, mutate

CAMPAIGN = Path(__file__).parent / "campaign.py"


def run(kind, first, number, *options):
    command = [sys.executable, CAMPAIGN, kind, "--first", str(first), "--number", str(number), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{number} cases" in done.stdout and "0 findings" in done.stdout
    return done.stdout


@pytest.mark.parametrize(("kind", "number"), [("granules", 300), ("vectors", 60), ("settings", 60)])
def test_damaged_inputs_end_in_clean_errors(kind, number):
    said = run(kind, 500_000, number)
    assert "read" in said and "Error" in said  # some are read all the same, and some are refused


def test_damaged_granules_through_the_door_that_acquire_uses():
    run("granules", 600_000, 100, "--front-door")


@pytest.mark.fuzz
@pytest.mark.timeout(6 * 3600)
@pytest.mark.parametrize(("kind", "number"), [("granules", 70_000), ("vectors", 15_000), ("settings", 15_000)])
def test_the_campaign(kind, number):
    run(kind, 0, number)


def test_a_finding_is_reported(monkeypatch, capsys, tmp_path):
    """The campaign itself: a case that raises something else, one that kills the process, and one that hangs."""
    import campaign

    script = tmp_path / "worker.py"
    script.write_text(
        "import json, os, sys, time\n"
        "first = int(sys.argv[3])\n"
        "for case in range(first, 6):\n"
        "    print(json.dumps(['case', case]), flush=True)\n"
        "    print(json.dumps(['stage', 'read' if case == 2 else 'verify']), flush=True)\n"
        "    if case in (1, 2): os.abort()\n"
        "    if case == 3: time.sleep(60)\n"
        "    outcome = 'finding\\nTraceback\\nIndexError: x' if case == 4 else 'read'\n"
        "    print(json.dumps(['end', case, outcome, 9.0]), flush=True)\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(campaign, "__file__", str(script))
    monkeypatch.setattr(campaign, "SILENCE", 3.0)
    ended, findings, _ = campaign.campaign("granules", 0, 6)
    assert ended == {"read": 2, "finding": 1, "hang while it is verify": 1, "death (-6) while it is verify": 1,
                     "death (-6) while it is read": 1}  # fmt: skip
    assert [case for case, _ in findings] == [2, 4]
    assert len(campaign.distinct(findings)) == 2


def test_a_case_follows_from_its_number():
    original = bytes(range(256)) * 40
    for number in range(30):
        first, second = (mutate(original, generator("granules", number)) for _ in range(2))
        assert first == second


@pytest.mark.parametrize("how", ALL, ids=lambda how: how.__name__)
def test_every_way_changes_something(how):
    original = b"\x89HDF\r\n\x1a\n" + generator("bytes", 0).bytes(10240) + b"TREE" + bytes(700)
    changed = 0
    for number in range(20):
        data = bytearray(original)
        how(data, generator(how.__name__, number))
        changed += bytes(data) != original
    assert changed >= 15
