"""The example notebook as it lies in a folder of results: the package's, without what it showed of other results."""

from __future__ import annotations

import json
from pathlib import Path

NOTEBOOK = Path(__file__).with_name("results.ipynb")
"""The notebook, kept with what it showed of simulated results."""


def notebook_text() -> str:
    """Return the notebook without outputs and counts of execution, as JSON."""
    notebook = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell |= {"outputs": [], "execution_count": None}
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
