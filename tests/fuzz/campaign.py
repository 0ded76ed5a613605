"""Damaged inputs by the thousand: run cases in a process of their own, and report how they ended.

    python tests/fuzz/campaign.py granules --first 0 --number 70000
    python tests/fuzz/campaign.py vectors --number 15000
    python tests/fuzz/campaign.py settings --number 15000
    python tests/fuzz/campaign.py granules --number 2000 --front-door    # through the process that acquire reads with

A case follows from its kind and number alone, and can be run again: `--first N --number 1 --keep FOLDER`. A worker that
dies or is silent for a minute is the end of its case; the next cases run in another one. Findings are printed with
their traceback; the status is 1 where there are any.
"""

import argparse
import json
import os
import select
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
SILENCE = 60.0
"""Seconds without a word after which a worker counts as hanging."""

sys.path[:0] = [str(ROOT), str(ROOT / "tests/support"), str(Path(__file__).parent)]


def resident():
    """Return the memory of this process in MB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def work(kind, first, number, folder):
    """Run cases; say which one begins, how each ends, and how much memory there is."""
    warnings.simplefilter("ignore")
    from cases import KINDS

    from smen.sources.reading_child import MEMORY, limit_memory

    out = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)

    def say(*words):
        print(json.dumps(words), file=out, flush=True)

    cases = KINDS[kind](folder)
    limit_memory(MEMORY)
    for case in range(first, first + number):
        prepared = cases.prepare(case)
        say("case", case)
        try:
            outcome = cases.run(prepared, lambda stage: say("stage", stage))
        except BaseException:  # noqa: BLE001  (a finding, whatever it is)
            outcome = "finding\n" + traceback.format_exc()
        say("end", case, outcome, resident())


class Worker:
    """A process that runs cases from a first one on."""

    def __init__(self, kind, first, number, folder):
        self.first, self.stage, self.case = first, "start", first - 1
        command = [sys.executable, __file__, kind, "--first", str(first), "--number", str(number), "--worker", folder]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.rest = b""

    def words(self):
        """Yield what it says; None where it is silent for too long."""
        while True:
            while b"\n" in self.rest:
                line, _, self.rest = self.rest.partition(b"\n")
                yield json.loads(line)
            if not select.select([self.process.stdout], [], [], SILENCE)[0]:
                yield None
                return
            data = os.read(self.process.stdout.fileno(), 1 << 16)
            if not data:
                return
            self.rest += data


def campaign(kind, first, number):
    """Run cases; return how many ended in each way, the findings, and the least and greatest memory of the workers."""
    ended, findings, memory = Counter(), [], []
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder:
        case, last = first, first + number
        while case < last:
            worker = Worker(kind, case, last - case, folder)
            hangs = False
            for word in worker.words():
                if word is None:
                    hangs = True
                elif word[0] == "case":
                    worker.case = word[1]
                elif word[0] == "stage":
                    worker.stage = word[1]
                else:
                    case = word[1] + 1
                    memory.append(word[3])
                    ended[word[2].partition("\n")[0]] += 1
                    if word[2].startswith("finding"):
                        findings.append((word[1], word[2]))
            worker.process.kill()
            status = worker.process.wait()
            if case < last:
                how = f"{'hang' if hangs else f'death ({status})'} while it is {worker.stage}"
                ended[how] += 1
                if kind != "granules" or worker.stage != "verify":  # granules are verified in a child with an alarm
                    findings.append((worker.case, how))
                case = worker.case + 1
    return ended, findings, memory


def front_door(first, number):
    """Read damaged granules as acquire does, in its kept process; return as `campaign`."""
    from cases import KINDS

    from smen.errors import GranuleError
    from smen.sources.first_reading import FirstReader, FirstReading

    ended, findings, memory = Counter(), [], []
    reader = FirstReader(seconds=SILENCE)
    with tempfile.TemporaryDirectory() as folder:
        cases = KINDS["granules"](folder)
        for case in range(first, first + number):
            path, product, _ = cases.prepare(case)
            try:
                reader.read(FirstReading(path, product))
                ended["read"] += 1
            except GranuleError as problem:
                text = str(problem)
                crash = next((w for w in ("crashes", "takes longer", "gives up", "GiB of memory") if w in text), None)
                ended[f"GranuleError ({crash})" if crash else "GranuleError"] += 1
                if "reading it fails" in text or not text.startswith(str(path)):
                    findings.append((case, text))
            memory.append(resident())
    reader.close()
    return ended, findings, memory


def distinct(findings):
    """Group findings by exception and the last lines of ours that it came through; return their cases."""
    found = {}
    for case, text in findings:
        lines = text.splitlines()
        ours = [line for line in lines if "/smen/" in line or "/fuzz/cases" in line][-2:]
        last = next((line for line in reversed(lines) if line.strip() and not line.startswith(" ")), text)
        found.setdefault("\n".join([*ours, last[:300]]), []).append(case)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kind", choices=["granules", "vectors", "settings"])
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--number", type=int, default=1000)
    parser.add_argument("--front-door", action="store_true")
    parser.add_argument("--worker")
    parser.add_argument("--keep", type=Path, help="write the inputs of the cases there instead")
    arguments = parser.parse_args()
    kind, first, number = arguments.kind, arguments.first, arguments.number
    if arguments.worker:
        work(kind, first, number, arguments.worker)
        return 0
    if arguments.keep:
        from cases import KINDS

        arguments.keep.mkdir(parents=True, exist_ok=True)
        print(KINDS[kind](arguments.keep).prepare(first))
        return 0
    begin = time.monotonic()
    ended, findings, memory = front_door(first, number) if arguments.front_door else campaign(kind, first, number)
    for how, count in sorted(ended.items(), key=lambda pair: -pair[1]):
        print(f"{count:7d}  {how}")
    half = len(memory) // 2
    if half:
        print(
            f"memory: {max(memory[:half]):.0f} MB at most in the first half, {max(memory[half:]):.0f} MB in the second"
        )
    print(f"{sum(ended.values())} cases in {time.monotonic() - begin:.0f} s, {len(findings)} findings")
    for text, cases in distinct(findings).items():
        print(f"--- {len(cases)} cases, e.g. {cases[:5]}\n{text}")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
