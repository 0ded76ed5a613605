"""A YAML file is read as it was meant, or the key and the line are named."""

import datetime as dt
import json
import string

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from smen.errors import SettingsError
from smen.settings.file import check_settings
from smen.settings.yaml_file import read_settings


@pytest.fixture
def read(tmp_path):
    def of(text):
        (tmp_path / "mine.yaml").write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_settings(tmp_path / "mine.yaml")

    return of


@pytest.mark.parametrize(
    ("key", "made"),
    [
        ("no", "false"),
        ("On", "true"),
        ("012", "the number 10"),
        ("12", "the number 12"),
        ("12:30", "the number 750"),
        ("1.5", "the number 1.5"),
        ("1.0e+3", "the number 1000.0"),
        ("2018-01-01", "a date"),
        ("2018-06-31", "a date"),
        ("null", "null"),
        ("~", "null"),
    ],
)
def test_a_key_that_yaml_does_not_take_for_text_is_refused(read, key, made):
    text = "regions:\n  a: {longitude: 1, latitude: 2}\n  KEY: {longitude: 1, latitude: 2}\n"
    with pytest.raises(SettingsError) as error:
        read(text.replace("KEY", key))
    assert str(error.value).endswith(
        f'mine.yaml, line 3: `regions.{key}`: YAML reads the key {key} as {made}; put it in quotes: "{key}"'
    )
    assert list(read(text.replace("KEY", f'"{key}"'))["regions"]) == ["a", key]


@given(st.text(string.ascii_letters + string.digits + "_-.:+~", min_size=1, max_size=8))
def test_a_key_stays_the_text_that_stands_there_or_is_refused(tmp_path_factory, name):
    file = tmp_path_factory.getbasetemp() / "key.yaml"
    file.write_text(f"regions:\n  {name}: {{}}\n")
    try:
        assert read_settings(file) == {"regions": {name: {}}}
    except SettingsError as error:
        assert "key.yaml" in str(error)


@pytest.mark.parametrize("key", ["1e3", "009", "oklahoma_city", "y", "3km", "2018-1-1"])
def test_keys_that_yaml_takes_for_text_need_no_quotes(read, key):
    assert read(f"regions: {{{key}: {{}}}}") == {"regions": {key: {}}}


@pytest.mark.parametrize("key", ["[a, b]", "{a: 1}"])
def test_a_key_that_is_a_list_or_a_section_is_refused(read, key):
    with pytest.raises(SettingsError, match=r"line 1: a key of `smen` is no text"):
        read(f"smen: {{? {key} : 1}}")


@pytest.mark.parametrize("place", ["test: [2018-01-01, {}]", "test:\n    - 2018-01-01\n    - {}"])
@pytest.mark.parametrize("day", ["2018-06-31", "2018-02-29", "2018-13-01", "2018-00-10", "2018-02-30 12:00:00"])
def test_a_date_that_does_not_exist_is_named_with_its_line(read, place, day):
    with pytest.raises(SettingsError) as error:
        read("# days\nperiods:\n  " + place.format(day))
    line = 3 if "[" in place else 5
    assert f"mine.yaml, line {line}: `periods.test` is {day}, a date that does not exist" in str(error.value)


def test_a_date_in_quotes_that_does_not_exist_is_named_by_its_key(read):
    with pytest.raises(SettingsError, match=r"`periods.test`, number 2, is '2018-06-31': it must be a date that"):
        check_settings(read("periods: {test: [2018-01-01, '2018-06-31']}"))


@given(st.dates(dt.date(2018, 1, 1), dt.date(2100, 1, 1)))
def test_dates_that_exist_are_read_as_they_are(tmp_path_factory, day):
    file = tmp_path_factory.getbasetemp() / "day.yaml"
    file.write_text(f"periods: {{test: [2018-01-01, {day}]}}")
    assert read_settings(file)["periods"]["test"] == [dt.date(2018, 1, 1), day]


@pytest.mark.parametrize("key", ["coarse_version", "fine_version"])
@pytest.mark.parametrize(
    ("written", "meant"),
    [("006", "006"), ("009", "009"), ("6", "006"), ("9", "009"), ('"003"', "003"), ("'3'", "003"), ("auto", "auto")],
)
def test_versions_are_what_they_look_like(read, key, written, meant):
    assert getattr(check_settings(read(f"products:\n  {key}: {written}\n")).products, key) == meant


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("010", "reads in base 8, as 8: leave out the leading 0, or put text in quotes"),
        ("-0_17", "reads in base 8, as -15"),
        ("12:30", "reads in base 60, as 750: write a decimal number"),
        ("35:28.5", "reads in base 60, as 2128.5"),
        ("!!int x", "is x, which is not a whole number"),
        ("!!bool x", "is x, which is not true or false"),
        ("!!timestamp x", "is x, a date that does not exist"),
    ],
)
def test_numbers_that_yaml_reads_in_another_base_are_refused(read, written, said):
    with pytest.raises(SettingsError) as error:
        read(f"fusion:\n  seed: {written}\n")
    assert "mine.yaml, line 2: `fusion.seed` is" in str(error.value) and said in str(error.value)


@given(st.integers(-1000, 1000), st.booleans())
def test_numbers_are_read_in_base_ten_or_refused(tmp_path_factory, number, padded):
    file = tmp_path_factory.getbasetemp() / "number.yaml"
    file.write_text(f"seed: {number:05d}" if padded else f"seed: {number}")
    try:
        assert read_settings(file)["seed"] in (number, f"{number:05d}")
    except SettingsError as error:
        assert padded and "base 8" in str(error)


def test_all_misread_lines_are_named_at_once(read):
    with pytest.raises(SettingsError) as error:
        read("no: 1\nsmen:\n  seed: 010\n  seed: 1\nperiods: {test: [2018-06-31]}\n")
    assert [line.split(": ")[0][-6:] for line in str(error.value).splitlines()] == [
        "line 1", "line 3", "line 4", "line 5",
    ]  # fmt: skip


def test_anchors_and_merged_sections_are_read(read):
    text = "a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc: *a\n"
    assert read(text) == yaml.safe_load(text) == {"a": {"x": 1, "y": 2}, "b": {"x": 1, "y": 3}, "c": {"x": 1, "y": 2}}


@pytest.mark.parametrize("text", ["a: &a [*a]", "a: &a {b: {c: *a}}"])
def test_an_alias_of_what_it_lies_in_is_refused(read, text):
    with pytest.raises(SettingsError, match="holds an alias of what it lies in"):
        read(text)


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_other_encodings_are_named(read, encoding):
    with pytest.raises(SettingsError, match=r"mine.yaml is not text in UTF-8"):
        read("# größe\nsmen: {seed: 1}\n".encode(encoding))


def test_a_mark_of_utf_8_and_windows_lines_are_read(read):
    assert read(b"\xef\xbb\xbfsmen:\r\n  seed: 1\r\n") == {"smen": {"seed": 1}}


def test_json_is_yaml(read):
    values = {"smen": {"seed": 1}, "regions": {"no": {"longitude": 1.5}}}
    assert read(json.dumps(values)) == values
