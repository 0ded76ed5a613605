"""The digest of code: it follows imports, and leaves out what changes nothing."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from smen.plan import code_digest

PACKAGE = Path(code_digest.__file__).parents[1]


def digests(root, stages=("stages.align", "stages.train", "stages.downscale")):
    """Digests of a copy of the package, by a process of its own: they are kept once computed."""
    script = f"from smen.plan import code_digest; print(*[code_digest.digest(s) for s in {stages!r}])"
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
    assert "smen.products.read" in code_digest.modules("stages.align")
    assert "smen.methods.smen_cnn.training" in code_digest.modules("stages.train")
    assert "smen.methods.smen_cnn.training" not in code_digest.modules("stages.align")
    assert "smen.grid" in code_digest.modules("stages.downscale")


def test_methods_that_the_registry_imports_lazily_count():
    used = code_digest.modules("methods.registry")
    assert {"smen.methods.fusion.ridge", "smen.methods.smen_cnn.training", "smen.methods.baselines.kalman"} <= used


def test_an_edit_of_training_touches_training_and_not_alignment(copy):
    before = digests(copy)
    edit(copy, "methods/smen_cnn/training.py", "\nNEW = 1\n")
    after = digests(copy)
    assert after["stages.align"] == before["stages.align"]
    assert after["stages.train"] != before["stages.train"]


def test_comments_and_docstrings_touch_nothing(copy):
    before = digests(copy)
    edit(copy, "methods/smen_cnn/training.py", "\n# a remark\n")
    file = copy / "smen" / "grid" / "window.py"
    text = file.read_text()
    assert text.startswith('"""')
    file.write_text('"""Another text, ' + text[3:])
    assert digests(copy) == before


@pytest.mark.parametrize("module", ["settings/schema.py", "settings/choices.py", "plan/jobs.py", "plan/plan.py"])
def test_what_acts_through_the_jobs_alone_touches_nothing_by_itself(copy, module):
    before = digests(copy)
    edit(copy, module, "\nNEW = 1\n")
    assert digests(copy) == before


def test_the_number_of_threads_enters_a_training(copy):
    before = digests(copy)
    edit(copy, "plan/processors.py", "\nNEW = 1\n")
    assert {stage for stage, digest in digests(copy).items() if digest != before[stage]} == {"stages.train"}


def test_a_stage_that_does_not_exist_is_an_error():
    with pytest.raises(FileNotFoundError):
        code_digest.digest("stages.nothing")


def test_the_parts_of_the_reports_page_are_code_too(monkeypatch):
    from pathlib import Path

    from smen.plan import code_digest

    def forget():
        for one in (code_digest.digest, code_digest._facts):
            one.cache_clear()

    before = {stage: code_digest.digest(stage) for stage in ("stages.index", "stages.downscale")}
    read = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: read(path) + (b" " if path.name == "page.css" else b""))
    forget()
    try:
        assert code_digest.digest("stages.index") != before["stages.index"]
        assert code_digest.digest("stages.downscale") == before["stages.downscale"]
    finally:
        monkeypatch.undo()
        forget()


def test_what_is_kept_of_modules_gives_the_same_digests_and_follows_edits(copy, tmp_path):
    """The first process parses, the second takes all from the file, the third parses what was edited."""
    script = (
        "import ast; from pathlib import Path; from smen.plan import code_digest; parsed = []; parse = ast.parse\n"
        "ast.parse = lambda *given: parsed.append(1) or parse(*given)\n"
        "code_digest.read_cache(Path('kept.json')); print(code_digest.digest('stages.align'), end=' ')\n"
        "code_digest.write_cache(Path('kept.json')); print(len(parsed))"
    )

    def run():
        words = [sys.executable, "-c", script]
        return subprocess.run(words, cwd=copy, capture_output=True, text=True, check=True).stdout.split()

    first, second = run(), run()
    assert int(first[1]) > 20 and second == [first[0], "0"]
    edit(copy, "products/read.py", "\nNEW = 1\n")
    third = run()
    assert third[0] != first[0] and third[1] == "1"
    (copy / "kept.json").write_text('{"a": 3}')
    assert run()[0] == third[0]
