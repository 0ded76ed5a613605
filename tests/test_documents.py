"""The documents: the README stays short, links lead somewhere, and every command stands in a test."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "workflow" / "docs").glob("*.md"))]

TESTED = {
    "python3 -m venv": "tests/test_environment.py",
    "snakemake --cores 8 paper": "tests/workflow/test_paper_run.py",
    "snakemake --cores 8 mosaic": "tests/workflow/test_tiled_area.py",
    "snakemake --cores 8 validate": "tests/workflow/test_validate.py",
    "smen export-qa4sm": "tests/workflow/test_validate.py",
    "smen export-zarr": "tests/test_cli.py",
    "smen acquire --plan": "tests/workflow/test_earthdata.py",
    "smen check-method": "tests/methods/test_own_method.py",
    "snakemake --cores 8 all": "tests/workflow/test_run.py",
    "snakemake --cores 8 --keep-going": "tests/workflow/test_many_regions.py",
    'eval "$(_SMEN_COMPLETE=': "tests/test_cli.py",
    "_SMEN_COMPLETE=fish_source smen": "tests/test_cli.py",
    "smen refresh": "tests/workflow/test_new_day.py",
    "smen status": "tests/workflow/test_new_day.py",
    "smen extract": "tests/gis/test_extract.py",
    "smen clip": "tests/stages/test_clip.py",
    "echo 'machine urs.earthdata.nasa.gov": "tests/sources/earthdata/test_auth.py",
}
"""Where each command of the documents' shell blocks runs, by its beginning."""


def lines_of(document):
    """Lines of the shell blocks of a document, comments taken off."""
    blocks = re.findall(r"```sh\n(.*?)```", document.read_text(), re.S)
    lines = [line.split("  #")[0].strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


def anchor(heading):
    """The anchor that a heading has on a page."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def test_the_readme_is_short():
    assert len((ROOT / "README.md").read_text().splitlines()) <= 130


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document):
    text = re.sub(r"```.*?```", "", document.read_text(), flags=re.S)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" in target:
            continue
        name, _, part = target.partition("#")
        path = (document.parent / name).resolve() if name else document
        assert path.exists(), f"{document.name}: {target}"
        if part:
            assert part in {anchor(h) for h in re.findall(r"^#+ (.+)$", path.read_text(), re.M)}, target


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_runs_in_a_test(document):
    for line in lines_of(document):
        places = [place for beginning, place in TESTED.items() if line.startswith(beginning)]
        assert places, f"{document.name}: no test is named for {line!r}"
        assert all((ROOT / place).exists() for place in places)


def test_every_document_is_listed_under_the_questions():
    listed = (ROOT / "workflow" / "docs" / "README.md").read_text()
    for document in DOCUMENTS[1:]:
        assert document.name == "README.md" or f"]({document.name}" in listed, document.name


TRIALS = ROOT / "workflow" / "docs" / "trials.md"


def test_the_tests_that_trials_name_are_there():
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TRIALS.read_text())
    assert len(named) > 15
    for file, test in named:
        assert re.search(rf"^def {test}\(", (ROOT / file).read_text(), re.M), f"{file}::{test}"


def test_each_of_the_nine_users_has_a_test():
    first_table = next(part for part in TRIALS.read_text().split("\n\n") if part.startswith("|"))
    rows = first_table.splitlines()[2:]
    assert len(rows) == 9
    assert all("::" in row.rsplit("|", 2)[1] for row in rows)


def test_the_twenty_questions_lead_to_their_answers():
    questions = re.findall(r"^\d+\. (.+\?) \[.+\]\((\S+)\)$", TRIALS.read_text(), re.M)
    assert len(questions) == 20 == len({text for text, _ in questions})
    for text, target in questions:
        name, _, part = target.partition("#")
        headings = re.findall(r"^#+ (.+)$", (TRIALS.parent / name).read_text(), re.M)
        assert part in {anchor(heading) for heading in headings}, text
