"""The notebook of a folder of results: the package's cells, none of its pictures, and what it needs named."""

import json

from smen.outputs.results_notebook import NOTEBOOK, notebook_text


def test_it_has_the_cells_without_what_they_showed():
    kept, given = json.loads(NOTEBOOK.read_text(encoding="utf-8")), json.loads(notebook_text())
    assert [cell["source"] for cell in given["cells"]] == [cell["source"] for cell in kept["cells"]]
    code = [cell for cell in given["cells"] if cell["cell_type"] == "code"]
    assert len(code) > 3 and all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
    assert "image/png" not in notebook_text() and "image/png" in NOTEBOOK.read_text(encoding="utf-8")


def test_what_it_imports_is_named_at_its_beginning():
    cells = json.loads(notebook_text())["cells"]
    beginning = "".join(cells[0]["source"])
    for package in ("geopandas", "matplotlib", "rioxarray", "h5netcdf", "pyproj", "jupyterlab"):
        assert package in beginning
    imported = "".join(cells[1]["source"])
    assert all(f"import {name}" in imported for name in ("geopandas", "matplotlib.pyplot", "rioxarray", "xarray"))
