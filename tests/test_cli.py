"""The command line: what each command takes, what it calls, and how it ends."""

import datetime
import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
import yaml
from click.testing import CliRunner

from smen import __version__, cli
from smen.cli_options import region_names
from smen.errors import OutputError, SettingsError
from smen.plan.plan import Plan
from smen.plan.stage_table import STAGES, Stage
from smen.settings.document import default_config, json_schema, markdown_table
from smen.settings.file import check_settings
from smen.stages import acquire, export_zarr

ROOT = Path(__file__).parent.parent
OTHERS = {"check-method", "check", "config", "refresh", "clip", "export-qa4sm", "export-zarr", "extract", "status"}


class Recorder:
    """A stage that only keeps the jobs that it is given."""

    def __init__(self):
        self.jobs = []

    def run(self, job):
        logging.getLogger("smen.test").info("at work")
        self.jobs.append(job)


@pytest.fixture(autouse=True)
def quiet():
    """Take away what a command adds to the logger."""
    logger = logging.getLogger("smen")
    before = list(logger.handlers)
    yield
    for handler in set(logger.handlers) - set(before):
        logger.removeHandler(handler)
        handler.close()


@pytest.fixture
def stage(monkeypatch, tmp_path):
    """A recorder in the place of every stage, and a folder with a file of settings."""
    recorder = Recorder()
    monkeypatch.setattr(Stage, "load", lambda self: recorder)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_text("{}\n")
    return recorder


def call(*args):
    return CliRunner().invoke(cli.smen, [str(a) for a in args])


def plan():
    return Plan.load({})


def test_there_is_a_command_for_each_stage_and_a_few_more():
    assert cli.smen.commands.keys() == STAGES.keys() | OTHERS


@pytest.mark.parametrize("name", sorted(STAGES.keys() | OTHERS))
def test_every_command_says_what_it_does(name):
    result = call(name, "--help")
    assert result.exit_code == 0
    assert len(cli.smen.commands[name].help.split()) >= 3
    assert all(p.help for p in cli.smen.commands[name].params if isinstance(p, click.Option))


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_has_the_arguments_of_its_jobs(name):
    arguments = [p.name for p in cli.smen.commands[name].params if isinstance(p, click.Argument)]
    assert arguments == ["region"] * STAGES[name].of_region + ["year"] * STAGES[name].of_year
    options = {p.name for p in cli.smen.commands[name].params} - set(arguments)
    assert options - {"help"} == {"config_file", "job", "log_file"} | {
        "acquire": {"estimate"},
        "train": {"method"},
    }.get(name, set())


@pytest.mark.parametrize(
    ("args", "job"),
    [
        (("align", "tucson", 2017), lambda: plan().align("tucson", 2017)),
        (("simulate", "geneva", 2016), lambda: plan().simulate("geneva", 2016)),
        (("downscale", "tucson", 2018), lambda: plan().downscale("tucson", 2018)),
        (("train", "tucson", "--method", "smen"), lambda: plan().train("tucson", "smen")),
        (("compare", "oklahoma_city"), lambda: plan().compare("oklahoma_city")),
        (("index",), lambda: plan().index()),
        (("reproduce",), lambda: plan().reproduce()),
    ],
)
def test_a_person_names_region_and_year_and_the_settings_give_the_job(stage, args, job):
    assert call(*args).exit_code == 0
    assert stage.jobs == [job()]


@pytest.mark.parametrize("name", STAGES)
def test_the_workflow_gives_the_whole_job(stage, tmp_path, name):
    """Then no file of settings is read."""
    made = plan().experiment("tucson", "both", 3) if name == "experiment" else None
    if made is None:
        tucson = {"tucson": {"longitude": -110.97, "latitude": 32.22}}
        tiles = {"area": [-97.55, 35.4, -97.45, 35.5]}
        with_all = Plan(check_settings({"indices": {"which": ["drought"]}, "regions": tucson, "tiles": tiles}))
        place = ["tucson"] * STAGES[name].of_region + [2018] * STAGES[name].of_year
        made = plan().train("tucson", "smen") if name == "train" else with_all.job(name, *place)
    (tmp_path / "config.yaml").unlink()
    result = call(name, "--job", made.model_dump_json(), "--log", tmp_path / "logs" / "a.log")
    assert result.exit_code == 0, result.output
    assert stage.jobs == [made]
    assert "at work" in (tmp_path / "logs" / "a.log").read_text()


def test_another_file_of_settings(stage, tmp_path):
    (tmp_path / "mine.yaml").write_text("method: fusion\nfusion: {seed: 5}\n")
    assert call("train", "tucson", "--config", "mine.yaml").exit_code == 0
    assert stage.jobs[0].recipe.seed == 5


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("align", "tucson"), "name a region and a year, or give --job"),
        (("train",), "name a region, or give --job"),
        (("experiment",), "name a region, or give --job"),
        (("align", "tucson", "soon"), "'soon' is not a valid integer"),
        (("index", "tucson"), "unexpected extra argument"),
        (("aline",), "No such command 'aline'"),
    ],
)
def test_wrong_arguments_end_with_status_two_and_how_to_call(stage, args, message):
    result = call(*args)
    assert result.exit_code == 2
    assert message in result.output
    assert not stage.jobs


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("align", "tuscon", "2017"), "did you mean `tucson`"),
        (("align", "tucson", "1999"), "1999 is not a year of tucson"),
        (("downscale", "tucson", "2016"), "2016 is not a year to be mapped"),
        (("experiment", "tucson"), "give --job"),
        (("align", "--job", '{"region": "tucson"}'), "--job is not a job of the stage align (results: Field required"),
        (("align", "--job", "nonsense"), "--job is not a job of the stage align"),
        (("train", "tucson", "--config", "none.yaml"), "none.yaml cannot be read"),
    ],
)
def test_wrong_settings_are_errors_of_the_settings(stage, args, message):
    result = call(*args)
    assert isinstance(result.exception, SettingsError)
    assert message in str(result.exception)


def main(monkeypatch, *args):
    """Run the whole program; return its status."""
    monkeypatch.setattr("sys.argv", ["smen", *args])
    try:
        cli.main()
    except SystemExit as stop:
        return stop.code
    return 0


def test_the_program_ends_with_zero_where_all_is_well(stage, monkeypatch):
    assert main(monkeypatch, "pair", "tucson", "2018") == 0


@pytest.mark.parametrize(
    ("error", "status", "message"),
    [
        (SettingsError("`a` is wrong: mend it"), 1, "settings: `a` is wrong: mend it"),
        (OutputError("b.nc cannot be written"), 1, "error: b.nc cannot be written"),
        (KeyboardInterrupt(), 130, "interrupted; finished files are kept"),
        (ZeroDivisionError("x"), 70, "Traceback"),
    ],
)
def test_a_failure_ends_with_its_status_and_message(stage, monkeypatch, capsys, tmp_path, error, status, message):
    def fail(job):
        raise error

    monkeypatch.setattr(stage, "run", fail)
    assert main(monkeypatch, "pair", "tucson", "2018", "--log", str(tmp_path / "a.log")) == status
    said = capsys.readouterr().err
    assert message in said
    assert ("Traceback" in said) == (status == 70)
    assert status == 130 or message in (tmp_path / "a.log").read_text()


@pytest.mark.parametrize(("args", "status"), [(["align", "tucson"], 2), (["--version"], 0), (["nothing"], 2)])
def test_usage_and_version(stage, monkeypatch, capsys, args, status):
    assert main(monkeypatch, *args) == status
    out, err = capsys.readouterr()
    assert (__version__ in out) if status == 0 else ("Usage" in err)


def test_config_prints_the_default_file_and_what_is_made_of_it():
    assert call("config").output == default_config()
    assert call("config", "--schema").output == json_schema()
    assert call("config", "--table").output == markdown_table()


def test_check_checks_a_file_and_says_how_large_its_regions_are(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text(yaml.safe_dump({"regions": {"town": {"longitude": -97.5164, "latitude": 35.4676, "size": 100}}}))
    result = call("check", "--no-map", "--config", file)
    # Rows 971 to 1070 and columns 2600 to 2699 by pyproj alone; its geodesics are 319.3 and 282.4 km long.
    assert result.stdout.startswith(
        "town: 282 km wide, 319 km high (100 x 100 cells), 99.09 W to 95.98 W, 34.05 N to 36.93 N, 100 % land\n"
    )
    assert "Nothing is missing" in result.stdout
    assert not result.stderr
    file.write_text(yaml.safe_dump({"regions": {"north": {"longitude": 25, "latitude": 69, "size": 3}}}))
    result = call("check", "--config", file)
    assert "warning: north: lies wholly beyond 60 degrees north, where there is no 3 km product" in result.stderr
    assert "warning: north: very small" in result.stderr
    file.write_text(yaml.safe_dump({"regions": {"swapped": {"longitude": 35.4676, "latitude": 75, "size": 3}}}))
    result = call("check", "--config", file)
    assert result.exit_code != 0
    assert "lies in the open sea" in str(result.exception) and "on land, around 35.47 N, 75.00 E" in str(
        result.exception
    )
    file.write_text("training: {epochs: 3}\n")
    result = call("check", "--config", file)
    assert f"{file}: `training.epochs` is now `smen.epochs`" in str(result.exception)


def test_acquire_reports_the_size_of_the_downloads_without_a_job(stage, monkeypatch):
    asked = []
    monkeypatch.setattr(acquire, "estimate", lambda *args: asked.append(args[1:]) or "a table")
    result = call("acquire", "tucson", "--plan")
    assert (result.exit_code, result.output) == (0, "a table\n")
    assert asked == [("tucson", None)]
    assert not stage.jobs


def test_refresh_lists_again_with_a_new_day(stage, monkeypatch, tmp_path):
    (tmp_path / "config.yaml").write_text("periods: {test: ['2018-01-01', today]}\n")
    day = tmp_path / "resources" / "refreshed.txt"
    day.parent.mkdir()
    day.write_text("2019-03-02\n")
    days = []
    monkeypatch.setattr(acquire, "refresh", lambda plan: days.append(plan.today))
    assert call("refresh").exit_code == 0
    assert [str(d) for d in days] == [day.read_text().strip()] != ["2019-03-02"]


def test_a_refresh_that_fails_leaves_the_day(stage, monkeypatch, tmp_path):
    (tmp_path / "config.yaml").write_text("periods: {test: ['2018-01-01', today]}\n")
    day = tmp_path / "resources" / "refreshed.txt"
    day.parent.mkdir()
    day.write_text("2019-03-02\n")

    def fail(plan):
        raise OutputError("disk full")

    monkeypatch.setattr(acquire, "refresh", fail)
    assert isinstance(call("refresh").exception, OutputError)
    assert day.read_text() == "2019-03-02\n"


def test_a_log_that_cannot_be_written_is_named(stage, tmp_path):
    (tmp_path / "file").touch()
    error = call("refresh", "--log", str(tmp_path / "file" / "refresh.log")).exception
    assert isinstance(error, OutputError)
    assert "refresh.log cannot be written" in str(error)


def test_job_and_settings_do_the_same(stage):
    """What the workflow passes is what the settings give to a person."""
    call("pair", "geneva", 2018)
    call("pair", "--job", json.dumps(plan().pair("geneva", 2018).model_dump(mode="json")))
    assert stage.jobs[0] == stage.jobs[1]


@pytest.fixture
def extracting(tmp_path, monkeypatch):
    """Call `smen extract` in an empty folder; what the stage was asked for."""
    asked = []
    monkeypatch.setattr("smen.stages.extract.run", lambda *arguments: asked.append(arguments))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.csv").write_text("lon,lat\n1,2\n")

    def extract(*options):
        result = CliRunner().invoke(cli.smen, ["extract", "a.csv", *options])
        return result, (asked or [None])[-1]

    return extract


def test_extract_hands_on_threshold_and_day(extracting, tmp_path):
    (tmp_path / "config.yaml").write_text("{}\n")
    result, asked = extracting("--below", "0.12", "--since", "2018-05-01", "--wide", "--region", "tucson")
    assert result.exit_code == 0, result.output
    results, file, output, options = asked
    assert set(results) == {"oklahoma_city", "tucson", "geneva"}
    assert (file, output) == (Path("a.csv"), Path("values.csv"))
    assert (options.below, options.since, options.wide) == (0.12, datetime.date(2018, 5, 1), True)
    assert (options.regions, options.by_day, options.plot, options.column) == (("tucson",), False, None, None)


def test_extract_reads_results_where_there_are_no_settings(extracting, monkeypatch):
    monkeypatch.setattr("smen.outputs.results_folder.results_in", lambda folder: {"folder": folder})
    assert extracting()[1][0] == {"folder": Path()}
    assert extracting("--results", "elsewhere")[1][0] == {"folder": Path("elsewhere")}
    Path("results").mkdir()
    assert extracting()[1][0] == {"folder": Path("results")}
    result, _ = extracting("--config", "config.yaml")
    assert isinstance(result.exception, SettingsError) and "config.yaml cannot be read" in str(result.exception)


def test_extract_of_drought_refuses_what_it_does_not_do(extracting):
    for options in (("--daily",), ("--wide",), ("--below", "0"), ("--plot", "p.png"), ("--since", "2018-01-01")):
        result, asked = extracting("--drought", *options)
        assert result.exit_code == 2 and "leave these out" in result.output and asked is None


SHELLS = {"bash_source": "complete -o nosort -F", "zsh_source": "compdef", "fish_source": "complete --no-files"}


@pytest.mark.parametrize(("kind", "said"), SHELLS.items())
def test_completion_for_each_shell(kind, said):
    done = subprocess.run(
        [sys.executable, "-c", "import sys; sys.argv[0] = 'smen'; from smen.cli import main; main()"],
        env={**os.environ, "_SMEN_COMPLETE": kind}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert said in done.stdout and "smen" in done.stdout


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("smen ex", {"extract", "export-qa4sm", "export-zarr", "experiment"}),
        ("smen align pl", {"plains"}),
        ("smen check d", {"desert"}),
    ],
)
def test_commands_and_regions_are_completed(tmp_path, monkeypatch, words, expected):
    monkeypatch.chdir(tmp_path)
    place = {"longitude": -97.5, "latitude": 35.5, "size": 20}
    (tmp_path / "config.yaml").write_text(yaml.safe_dump({"regions": {"plains": place, "desert": place}}))
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", str(len(words.split()) - 1))
    text = CliRunner().invoke(cli.smen, prog_name="smen", complete_var="_C", env={"_C": "bash_complete"}).output
    assert {line.partition(",")[2] for line in text.split()} == expected


def test_no_regions_are_completed_without_valid_settings(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_text("regions: [")
    context = click.Context(cli.smen)
    assert region_names(context, click.Argument(["region"]), "p") == []


def test_export_zarr_writes_beside_and_names_what_it_wrote(tmp_path, monkeypatch):
    calls = []
    monkeypatch.setattr(export_zarr, "run", lambda *arguments: calls.append(arguments))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tucson.nc").write_bytes(b"")
    assert call("export-zarr", "tucson.nc").exit_code == 0
    assert call("export-zarr", "tucson.nc", "-o", "other.zarr", "--zarr-format", "2").exit_code == 0
    assert calls == [(Path("tucson.nc"), Path("tucson.zarr"), 3), (Path("tucson.nc"), Path("other.zarr"), 2)]
    assert call("export-zarr", "none.nc").exit_code == 2
