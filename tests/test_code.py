"""The digest of code: it follows imports, and leaves out what changes nothing."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from smen import code

PACKAGE = Path(code.__file__).parent


def digests(root, stages=("align", "train", "downscale")):
    """Digests of a copy of the package, by a process of its own: they are kept once computed."""
    script = f"from smen import code; print(*[code.digest(s) for s in {stages!r}])"
    run = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True)
    return dict(zip(stages, run.stdout.split(), strict=True))


@pytest.fixture
def copy(tmp_path):
    shutil.copytree(PACKAGE, tmp_path / "smen", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def edit(root, module, text):
    file = root / "smen" / module
    file.write_text(file.read_text() + text)


def test_stages_use_what_they_import():
    assert "smen.archive.granules" in code.modules("align")
    assert "smen.learning.training" in code.modules("train")
    assert "smen.learning.training" not in code.modules("align")
    assert "smen.grid" in code.modules("downscale")


def test_an_edit_of_training_touches_training_and_not_alignment(copy):
    before = digests(copy)
    edit(copy, "learning/training.py", "\nNEW = 1\n")
    after = digests(copy)
    assert after["align"] == before["align"]
    assert after["train"] != before["train"]


def test_comments_and_docstrings_touch_nothing(copy):
    before = digests(copy)
    edit(copy, "learning/training.py", "\n# a remark\n")
    file = copy / "smen" / "grid.py"
    file.write_text(file.read_text().replace('"""The ground:', '"""The firm ground:'))
    assert digests(copy) == before


def test_settings_touch_nothing_by_themselves(copy):
    before = digests(copy)
    edit(copy, "settings.py", "\nNEW = 1\n")
    assert digests(copy) == before


def test_the_parts_of_the_reports_page_are_code_too(monkeypatch):
    from pathlib import Path

    from smen import code

    def forget():
        for one in (code.digest, code._essence):
            one.cache_clear()

    before = {stage: code.digest(stage) for stage in ("publish", "downscale")}
    read = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: read(path) + (b" " if path.name == "page.css" else b""))
    forget()
    try:
        assert code.digest("publish") != before["publish"]
        assert code.digest("downscale") == before["downscale"]
    finally:
        monkeypatch.undo()
        forget()
