"""How fast SMEN fetches granules, against plain concurrent requests with the same verification.

Both fetch the same half-orbits from a server on this machine that runs in a process of its own: over HTTPS, as many at
a time, MD5 and SHA-256 while the bytes come, every granule read through, renamed at the end. What SMEN does besides
is what is measured: the watch over each connection, locks, the limit over all processes, the search.

Run from the repository's root::

    python tests/benchmarks/bench_download.py [--granules 60] [--rounds 5] [--json FILE]
"""

import argparse
import hashlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests/support")]

import h5py  # noqa: E402
import numpy as np  # noqa: E402
import requests  # noqa: E402
from earthdata_server import CERTIFICATE, EarthdataServer  # noqa: E402
from made_granules import BEGIN, END, WINDOW, add_coarse, coarse_name  # noqa: E402

from smen.products.verify import verify_granule  # noqa: E402
from smen.sources.earthdata import Archive, GranuleQuery, RetryPolicy, earthdata_system  # noqa: E402


def serve(tree):
    """Be the server until the input ends."""
    with EarthdataServer(tree) as server:
        print(json.dumps({"search": server.search, "login": server.login, "token": server.token}), flush=True)
        sys.stdin.read()


def plain(listed, folder, connections, token):
    """The yardstick: requests, one session a thread, the same checks, no watch and no second try."""
    own = threading.local()

    def fetch(one):
        if not hasattr(own, "session"):
            own.session = requests.Session()
            own.session.headers["Authorization"] = f"Bearer {token}"
        path = folder / one.name.folder(one.version) / one.filename
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        sha256, md5 = hashlib.sha256(), hashlib.md5()
        with own.session.get(one.url, stream=True) as response, part.open("wb") as out:
            response.raise_for_status()
            for data in response.iter_content(1 << 20):
                sha256.update(data)
                md5.update(data)
                out.write(data)
        assert md5.hexdigest() == one.checksum[1]
        granule = verify_granule(part, "SPL2SMP", filename=one.filename)
        if granule.touches(WINDOW):
            granule.footprint()
        part.replace(path)

    with ThreadPoolExecutor(connections) as pool:
        list(pool.map(fetch, listed))


def like_real(path):
    """Fill a granule of 17 200 cells up to 1.68 MB, as the real half-orbit has them, most of it never read."""
    with h5py.File(path, "r+") as file:
        rest = np.random.default_rng(1).bytes(1_680_000 - path.stat().st_size)
        file["Soil_Moisture_Retrieval_Data"]["rest"] = np.frombuffer(rest, "u1")


def watch(archive):
    """Note how long each search takes, and what it answers."""
    search, answers = archive.listing, []

    def listing(query):
        answers.append(timed(lambda: search(query)))
        return answers[-1][1]

    archive.listing = listing
    return answers


def timed(action):
    start = time.perf_counter()
    result = action()
    return time.perf_counter() - start, result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--granules", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--connections", type=int, default=RetryPolicy.connections)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        serve(given.serve)
        return
    with tempfile.TemporaryDirectory() as folder:
        result = measure(Path(folder), given.granules, given.rounds, given.connections)
    print(table(result))
    if given.json:
        given.json.write_text(json.dumps(result, indent=1) + "\n")


def measure(folder, granules, rounds, connections):
    tree = folder / "tree"
    for i in range(granules):
        like_real(add_coarse(tree, coarse_name(1 + i % 28, month=1 + i // 28), rows=(0, 200), columns=(180, 266)))
    size = sum(path.stat().st_size for path in tree.rglob("*.h5"))
    os.environ |= {"REQUESTS_CA_BUNDLE": str(CERTIFICATE), "NO_PROXY": "127.0.0.1"}
    command = [sys.executable, __file__, "--serve", str(tree)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        where = json.loads(server.stdout.readline())
        os.environ["EARTHDATA_TOKEN"] = where["token"]
        system = earthdata_system(where["search"], where["login"])
        query = GranuleQuery("SPL2SMP", "009", WINDOW, BEGIN.astype("M8[s]"), END.astype("M8[s]"))
        seconds = {"plain": [], "search": [], "smen": []}
        for _ in range(rounds + 1):
            archive = Archive(folder / "store", system, RetryPolicy(connections=connections))
            answers = watch(archive)
            everything, (records,) = timed(lambda archive=archive: archive.obtain([query]))
            ((searched, listed),) = answers
            assert len(records) == len(listed) == granules
            (folder / "plain").mkdir()
            took, _ = timed(lambda listed=listed: plain(listed, folder / "plain", connections, where["token"]))
            for name, value in (("plain", took), ("search", searched), ("smen", everything)):
                seconds[name].append(value)
            shutil.rmtree(folder / "store")
            shutil.rmtree(folder / "plain")
        server.stdin.close()
    warm = {name: values[1:] for name, values in seconds.items()}  # the first round loads modules and makes tables
    fetched = [whole - searched for whole, searched in zip(warm["smen"], warm["search"], strict=True)]
    ratios = [plain / mine for plain, mine in zip(warm["plain"], fetched, strict=True)]
    return {
        "granules": granules, "bytes": size, "connections": connections, "rounds": rounds,
        "plain_seconds": warm["plain"], "smen_seconds": warm["smen"], "search_seconds": warm["search"],
        "throughput_of_plain": statistics.median(ratios), "lowest": min(ratios), "highest": max(ratios),
        "of_the_best_rounds": min(warm["plain"]) / min(fetched),
        "with_search": statistics.median(p / m for p, m in zip(warm["plain"], warm["smen"], strict=True)),
    }  # fmt: skip


def table(result):
    size = result["bytes"] / 1e6
    rows = [("plain requests", result["plain_seconds"]),
            ("SMEN, all", result["smen_seconds"]),
            ("of that the search", result["search_seconds"])]  # fmt: skip
    lines = [
        f"{result['granules']} granules, {size:.0f} MB, {result['connections']} at a time, {result['rounds']} rounds",
        f"{'':20}  median s  spread s       MB/s",
    ]
    for name, values in rows:
        rate = f"{size / np.median(values):9.1f}" if "search" not in name else ""
        lines.append(f"{name:20}  {np.median(values):8.2f}  {min(values):.2f} - {max(values):.2f}  {rate}")
    share = f"{result['throughput_of_plain']:.2f} ({result['lowest']:.2f} - {result['highest']:.2f})"
    lines.append(f"throughput of plain requests reached: {share}; the search included: {result['with_search']:.2f};")
    lines.append(
        f"of the best rounds, where other work on the machine disturbs least: {result['of_the_best_rounds']:.2f}"
    )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
