"""A local Earthdata on 127.0.0.1: search, login and data over HTTPS, for the real client.

It answers as much as earthaccess asks: granule and collection search in UMM JSON with `page_size`, paging by the
`CMR-Search-After` header and `CMR-Hits`, with short name, version, polygon, bounding box and period really applied;
tokens for user and password; granules for a token. Faulty answers can be scripted per file (see `faulty_answers.py`).
"""

import base64
import contextlib
import functools
import json
import secrets
import socket
import socketserver
import ssl
import sys
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import numpy as np
from earthdata_records import record
from shapely import Polygon, box, union_all
from shapely.affinity import translate

from smen.sources.earthdata import RetryPolicy

FAST_POLICY = RetryPolicy(
    connections=4,
    first_wait=0.01,
    longest_wait=3.0,
    connect_timeout=5.0,
    read_timeout=1.0,
    stall_window=1.0,
    min_rate=500.0,
)
"""Limits of tests: a stall is noticed within a second."""

LOGIN_HOST = "urs.earthdata.test"
"""Where users and passwords are accepted, through a relay on this machine: earthaccess ignores ports there."""

HERE = Path(__file__).parent
CERTIFICATE, KEY = HERE / "certificate.pem", HERE / "key.pem"
"""Self-signed, for 127.0.0.1, localhost and urs.earthdata.test, worth nothing elsewhere (`openssl req -x509`)."""


class EarthdataServer:
    """Start with `with`; serves the granules of a folder in NSIDC's layout.

    Attributes:
        tree: the folder.
        style: of the records, see `earthdata_records`.
        records: what the search lists; edit them to make it wrong.
        pages: records a page holds at most, whatever is requested (a real search: 2000).
        users: user to password.
        tokens: those that are accepted.
        signed: whether data is redirected to signed links on another host, as the cloud archive does.
        requests: (method, path) of all requests, in order.
        agents: user agents of the requests.
        scripted: file name (or path) to a list of functions that answer in place of the server, one per request;
            the last one always where `always` holds the name.
        most: largest number of connections to data at a time so far.
    """

    def __init__(self, tree, *, style="cloud", pages=2000):
        self.tree, self.style, self.pages = Path(tree), style, pages
        self.users = {"hydrologist": "correct horse"}
        self.token = "eyJ0eXAi.eyJ0ZXN0Ijp0cnVlfQ." + secrets.token_urlsafe(24)
        self.tokens = {self.token}
        self.signed = False
        self.signature = secrets.token_hex(16)
        self.requests, self.agents = [], Counter()
        self.scripted, self.always = {}, set()
        self.hits = None
        self.most = self._now = 0
        self.closing = threading.Event()
        self._relay = None
        self._lock = threading.Lock()
        self._http = QuietServer(("127.0.0.1", 0), type("Bound", (Handler,), {"server_state": self}))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE, KEY)
        self._http.socket = context.wrap_socket(
            self._http.socket, server_side=True, do_handshake_on_connect=False, suppress_ragged_eofs=True
        )
        self.port = self._http.server_port
        self.refresh()

    @property
    def base(self):
        return f"https://127.0.0.1:{self.port}"

    def relay(self):
        """Address of a proxy that leads every name here: earthaccess knows login hosts without a port only."""
        self._relay = socketserver.ThreadingTCPServer(
            ("127.0.0.1", 0), type("BoundRelay", (Relay,), {"server_state": self})
        )
        self._relay.daemon_threads = True
        threading.Thread(target=self._relay.serve_forever, args=(0.05,), daemon=True).start()
        return f"http://127.0.0.1:{self._relay.server_address[1]}"

    @property
    def search(self):
        return f"{self.base}/search/"

    @property
    def login(self):
        return f"127.0.0.1:{self.port}"

    def refresh(self):
        """List what is in the folder now."""
        paths = sorted(self.tree.glob("*/*/*.h5"))
        self.records = [record(p, self.tree, self.base, style=self.style, number=i) for i, p in enumerate(paths)]

    def record(self, filename):
        """The record of one granule."""
        return next(r for r in self.records if r["umm"]["RelatedUrls"][0]["URL"].endswith(filename))

    def answer_with(self, filename, *answers, always=False):
        """Answer the next requests for a file in these ways."""
        self.scripted[filename] = list(answers)
        if always:
            self.always.add(filename)

    def count(self, part):
        """How many requests there were whose path holds this."""
        return sum(part in path for _, path in self.requests)

    def __enter__(self):
        threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.closing.set()
        for running in (self._http, self._relay):
            if running is not None:
                running.shutdown()
                running.server_close()

    def next_scripted(self, filename):
        with self._lock:
            waiting = self.scripted.get(filename)
            if not waiting:
                return None
            return waiting[0] if len(waiting) == 1 and filename in self.always else waiting.pop(0)

    def busy(self, change):
        with self._lock:
            self._now += change
            self.most = max(self.most, self._now)


class Relay(socketserver.StreamRequestHandler):
    """Takes CONNECT, and passes bytes on in both directions."""

    server_state = None

    def handle(self):
        while self.rfile.readline().strip():
            pass
        self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        with socket.create_connection(("127.0.0.1", self.server_state.port)) as there:
            back = threading.Thread(target=pump, args=(there, self.connection), daemon=True)
            back.start()
            pump(self.connection, there)
            back.join()


def pump(source, sink):
    with contextlib.suppress(OSError):
        while data := source.recv(1 << 16):
            sink.sendall(data)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


class QuietServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request, client_address):
        if not isinstance(sys.exception(), OSError):  # clients may leave as they like
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_state = None
    timeout = 60

    def setup(self):
        self.request.do_handshake()
        super().setup()

    def handle(self):
        try:
            super().handle()
        except (OSError, ssl.SSLError):
            self.close_connection = True

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.answer("GET")

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.answer("POST")

    def answer(self, method):
        state = self.server_state
        where = urlsplit(self.path)
        state.requests.append((method, unquote(self.path)))
        state.agents[self.headers.get("User-Agent", "")] += 1
        routes = {
            "/search/granules.umm_json": self.granules,
            "/search/collections.umm_json": self.collections,
            "/api/users/find_or_create_token": self.give_token,
            "/profile": lambda _: self.send(200, {"profile": True}),
            "/oauth/authorize": lambda _: self.send(200, b"<html><body>Earthdata Login</body></html>", "text/html"),
        }
        filename = where.path.rpartition("/")[2]
        answer = state.next_scripted(filename) or state.next_scripted(where.path)
        if answer is not None and where.path in routes:
            answer(self, None)
        elif where.path in routes:
            routes[where.path](parse_qs(where.query))
        elif where.path.startswith(("/data/", "/signed/")):
            self.data(where, answer)
        else:
            self.send(404, {"errors": ["no such page"]})

    def send(self, status, body, kind="application/json", **headers):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": len(data), **headers}.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()
        self.wfile.write(data)

    def granules(self, query):
        state = self.server_state
        try:
            chosen = [r for r in state.records if matches(r["umm"], query)]
        except ValueError as problem:
            self.send(400, {"errors": [str(problem)]})
            return
        start = json.loads(self.headers.get("CMR-Search-After", "[0]"))[0]
        size = min(int(query.get("page_size", ["10"])[0]), state.pages)
        page = chosen[start : start + size]
        hits = len(chosen) if state.hits is None else state.hits
        more = {"CMR_Search_After": json.dumps([start + len(page)])} if page else {}
        self.send(200, {"hits": hits, "took": 1, "items": page}, CMR_Hits=hits, **more)

    def collections(self, query):
        wanted = query["short_name"][0]
        versions = {r["umm"]["CollectionReference"]["Version"] for r in self.server_state.records
                    if r["umm"]["CollectionReference"]["ShortName"] == wanted}  # fmt: skip
        items = [{"meta": {"concept-id": f"C{v}"}, "umm": {"ShortName": wanted, "Version": v}} for v in versions]
        self.send(200, {"hits": len(items), "took": 1, "items": items}, CMR_Hits=len(items))

    def give_token(self, _):
        kind, _, given = self.headers.get("Authorization", "").partition(" ")
        user, _, password = base64.b64decode(given).decode().partition(":") if kind == "Basic" else ("", "", "")
        if not user or self.server_state.users.get(user) != password:
            self.send(401, {"error": "invalid_credentials", "error_description": "Invalid user credentials"})
            return
        token = {"access_token": self.server_state.token, "token_type": "Bearer", "expiration_date": "01/01/2099"}
        self.send(200, token)

    def data(self, where, answer):
        state = self.server_state
        path = state.tree / where.path.split("/", 2)[2]
        given = self.headers.get("Authorization", "")
        if where.path.startswith("/signed/"):
            if given or parse_qs(where.query).get("X-Amz-Signature") != [state.signature]:
                self.send(400, b"<Error><Code>InvalidRequest</Code></Error>", "application/xml")
                return
        elif given.partition(" ")[2] not in state.tokens:
            self.send(401, {"error": "invalid_token"}, WWW_Authenticate="Bearer")
            return
        elif state.signed:
            signed = f"https://localhost:{state.port}/signed/{where.path.split('/', 2)[2]}"
            self.send(303, b"", Location=f"{signed}?A-userid=hydrologist&X-Amz-Signature={state.signature}")
            return
        state.busy(+1)
        try:
            if answer is not None:
                answer(self, path)
            elif path.is_file():
                self.send(200, path.read_bytes(), "application/x-hdf5")
            else:
                self.send(404, b"<Error><Code>NoSuchKey</Code></Error>", "application/xml")
        finally:
            state.busy(-1)


def matches(umm, query):
    """Whether a record fits a search, as the real one does it: all conditions together."""
    collection = umm["CollectionReference"]
    if query.get("short_name", [collection["ShortName"]]) != [collection["ShortName"]]:
        return False
    if query.get("version", [collection["Version"]]) != [collection["Version"]]:
        return False
    period = umm["TemporalExtent"]["RangeDateTime"]
    for span in query.get("temporal[]", []):
        first, last = (np.datetime64(text.removesuffix("Z")) for text in span.split(","))
        begin, end = (np.datetime64(period[f"{e}DateTime"].removesuffix("Z")) for e in ("Beginning", "Ending"))
        if begin > last or end < first:
            return False
    place = area(query)
    return place is None or _footprint(json.dumps(umm["SpatialExtent"])).intersects(place)


def area(query):
    """The polygon or the box of a search; a real one refuses the same faults."""
    if "polygon" in query:
        numbers = [float(v) for v in query["polygon"][0].split(",")]
        places = list(zip(numbers[::2], numbers[1::2], strict=True))
        if places[0] != places[-1]:
            raise ValueError("the last point is not the first")
        if any(abs(lon) > 180 or abs(lat) > 90 for lon, lat in places):
            raise ValueError("a point is not on Earth")
        ring = unwrapped(places)
        if not Polygon(ring).exterior.is_ccw:
            raise ValueError("the points are listed clockwise")
        return spread(Polygon(ring))
    if "bounding_box" in query:
        west, south, east, north = (float(v) for v in query["bounding_box"][0].split(","))
        return spread(box(west, south, east if east >= west else east + 360, north))
    return None


@functools.lru_cache(100)
def _footprint(extent):
    geometry = json.loads(extent)["HorizontalSpatialDomain"].get("Geometry", {})
    rings = [[(p["Longitude"], p["Latitude"]) for p in g["Boundary"]["Points"]] for g in geometry.get("GPolygons", [])]
    parts = [Polygon(unwrapped(ring)).buffer(0) for ring in rings]
    for r in geometry.get("BoundingRectangles", []):
        west, south, east, north = (r[f"{side}BoundingCoordinate"] for side in ("West", "South", "East", "North"))
        parts.append(box(west, south, east if east >= west else east + 360, north))
    return spread(union_all(parts))


def unwrapped(places):
    """A ring with longitudes that do not jump at 180 degrees."""
    longitudes = [places[0][0]]
    for (before, _), (after, _) in pairwise(places):
        longitudes.append(longitudes[-1] + (after - before + 180) % 360 - 180)
    return [(lon, lat) for lon, (_, lat) in zip(longitudes, places, strict=True)]


def spread(shape):
    """The shape once more on either side, so that 180 degrees are no edge."""
    return union_all([translate(shape, xoff=x) for x in (-360, 0, 360)])
