"""The example notebook runs on results of any kind, and stands in the repository with what it showed."""

import nbformat
import pytest
from nbclient import NotebookClient

from smen.outputs.results_notebook import NOTEBOOK


def pictures(notebook):
    return [
        output for cell in notebook.cells for output in cell.get("outputs", []) if "image/png" in output.get("data", {})
    ]


def test_the_notebook_runs(moved, monkeypatch):
    monkeypatch.chdir(moved)  # as its reader does, without SMEN's settings
    notebook = nbformat.read(moved / "results.ipynb", as_version=4)
    NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
    assert len(pictures(notebook)) == 2
    text = "".join(str(cell.get("outputs", "")) for cell in notebook.cells)
    assert "EPSG:6933" in text
    assert "tucson" in text


def test_the_notebook_is_kept_with_what_it_showed():
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert len(pictures(notebook)) == 2


@pytest.mark.parametrize("word", ["/home/", "/root/", "/tmp/", "/work/"])
def test_the_notebook_names_no_machine(word):
    assert word not in NOTEBOOK.read_text(encoding="utf-8")
