import socket

import pytest
from earthdata_server import CERTIFICATE, FAST_POLICY, LOGIN_HOST, EarthdataServer
from made_granules import BEGIN, END, WINDOW, add_coarse, coarse_name

from smen.sources.earthdata import Archive, GranuleQuery, earthdata_system


@pytest.fixture(autouse=True)
def loopback_only(monkeypatch):
    """Nothing leaves this machine, the metadata service of a cloud included: a test that tries it fails."""
    outside = []
    connect = socket.socket.connect

    def guarded(self, address):
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1"):
            outside.append(address)
            raise OSError(f"not in a test: {address}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
    yield outside
    assert not outside


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home without credentials, and the server's certificate trusted."""
    for name in ("EARTHDATA_TOKEN", "EARTHDATA_USERNAME", "EARTHDATA_PASSWORD", "NETRC"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(CERTIFICATE))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    return folder


@pytest.fixture
def tree(tmp_path):
    """Four half-orbits of January 2016 that touch the window."""
    folder = tmp_path / "tree"
    for day in (1, 4, 7, 10):
        add_coarse(folder, coarse_name(day))
    return folder


@pytest.fixture
def server(tree, home, monkeypatch):
    with EarthdataServer(tree) as running:
        monkeypatch.setenv("EARTHDATA_TOKEN", running.token)
        yield running


@pytest.fixture
def archive(server, tmp_path):
    return Archive(tmp_path / "store", earthdata_system(server.search, server.login), FAST_POLICY)


@pytest.fixture
def query():
    return GranuleQuery("SPL2SMP", "009", WINDOW, BEGIN.astype("M8[s]"), END.astype("M8[s]"))


@pytest.fixture
def names():
    return [coarse_name(day) for day in (1, 4, 7, 10)]


@pytest.fixture
def visible(tmp_path):
    """Granules that show in the store, by name, and whether anything else lies there but locks."""

    def look():
        files = [p for p in (tmp_path / "store").rglob("*") if p.is_file() and ".connections" not in p.parts]
        assert not [p for p in files if ".part" in p.name], "an unfinished file was left behind"
        return sorted(p.name for p in files)

    return look


@pytest.fixture
def system(server, monkeypatch):
    """The server with its login under a name without a port."""
    monkeypatch.setenv("HTTPS_PROXY", server.relay())
    return earthdata_system(server.search, LOGIN_HOST)


@pytest.fixture
def login_archive(system, tmp_path):
    """The archive with that login."""
    return Archive(tmp_path / "store", system, FAST_POLICY)
