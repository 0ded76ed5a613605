"""A user's class: imported, refused with its reason, and watched with the modules of theirs that it imports."""

import sys

import pytest

from smen.errors import SettingsError
from smen.own_class import own_class, source_digest


@pytest.fixture
def here(tmp_path, monkeypatch):
    """The folder that SMEN runs in, with a class and the modules that it uses."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if entry])
    for name in [m for m in sys.modules if m.partition(".")[0] in ("mine", "farm", "beside")]:
        monkeypatch.delitem(sys.modules, name)
    (tmp_path / "mine.py").write_text("import numpy\nfrom beside import helper\nclass Own:\n    pass\n")
    (tmp_path / "beside.py").write_text("def helper():\n    import farm.tools\n")
    (tmp_path / "farm").mkdir()
    (tmp_path / "farm" / "__init__.py").write_text("")
    (tmp_path / "farm" / "tools.py").write_text("from . import more\nfrom .more import x\n")
    (tmp_path / "farm" / "more.py").write_text("from ..too_high import y\nx = 1\n")
    (tmp_path / "unused.py").write_text("x = 1\n")
    (tmp_path / "loose").mkdir()
    (tmp_path / "loose" / "own.py").write_text("import unused\n")
    return tmp_path


def test_the_class_is_imported(here):
    assert own_class("mine:Own").__name__ == "Own"
    with pytest.raises(SettingsError, match="mine:Other: the module mine has no class Other"):
        own_class("mine:Other")


@pytest.mark.parametrize("file", ["mine.py", "beside.py", "farm/__init__.py", "farm/tools.py", "farm/more.py"])
def test_a_change_of_any_own_module_that_it_uses_is_seen(here, file):
    before = source_digest("mine:Own")
    (here / file).write_text((here / file).read_text() + "z = 3\n")
    assert source_digest("mine:Own") != before


def test_a_folder_without_init_is_a_package_too(here):
    before = source_digest("loose.own:Own")
    (here / "unused.py").write_text("x = 2\n")
    assert source_digest("loose.own:Own") != before


def test_nothing_is_imported_for_it(here):
    source_digest("mine:Own")
    assert not {"mine", "beside", "farm", "farm.tools"} & set(sys.modules)


def test_other_modules_do_not_count(here):
    before = source_digest("mine:Own")
    (here / "unused.py").write_text("x = 2\n")
    assert source_digest("mine:Own") == before


def test_a_package_is_watched_where_it_is_installed(here, tmp_path, monkeypatch):
    folder = tmp_path / "lib" / "site-packages"
    folder.mkdir(parents=True)
    (here / "farm").rename(folder / "farm")
    monkeypatch.syspath_prepend(str(folder))
    before, mine = source_digest("farm.tools:Own"), source_digest("mine:Own")
    (folder / "farm" / "more.py").write_text("x = 2\n")
    assert source_digest("farm.tools:Own") != before
    assert source_digest("mine:Own") == mine  # another package that is installed


def test_what_is_not_there_or_not_python(here):
    with pytest.raises(SettingsError, match="Python finds no module nowhere"):
        source_digest("nowhere:Own")
    (here / "beside.py").write_text("def (")
    with pytest.raises(SettingsError, match=r"beside\.py is not Python"):
        source_digest("mine:Own")
