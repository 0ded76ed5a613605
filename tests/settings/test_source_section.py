"""The section `source`: what each kind of source needs."""

import pytest
from pydantic import ValidationError

from smen.settings.source_section import SourceSettings


def test_the_default_needs_neither_account_nor_files():
    assert SourceSettings().kind == "simulated"


@pytest.mark.parametrize("directory", [None, ""])
def test_a_directory_must_be_named(directory):
    with pytest.raises(ValidationError, match=r"source.directory names no folder: name it"):
        SourceSettings(kind="directory", directory=directory)
    assert SourceSettings(kind="earthdata", directory=directory).directory == directory


@pytest.mark.parametrize(("connections", "valid"), [(0, False), (1, True), (32, True), (33, False), (True, False)])
def test_connections_are_from_one_to_thirty_two(connections, valid):
    if valid:
        assert SourceSettings(connections=connections).connections == connections
    else:
        with pytest.raises(ValidationError):
            SourceSettings(connections=connections)


@pytest.mark.parametrize("url", ["http://cmr.test", "cmr.test", "ftp://cmr.test", " https://cmr.test"])
def test_the_search_is_encrypted(url):
    with pytest.raises(ValidationError):
        SourceSettings(cmr_url=url)
    assert SourceSettings(cmr_url="https://cmr.test").cmr_url == "https://cmr.test"
