"""One training step of the paper's network: ours against Keras, and against the floor of its multiplications.

    python tests/benchmarks/bench_training.py --keras-python venv-tf/bin/python --out training.json

`--keras-python` is the python of an environment with tensorflow-cpu; without it the comparison with Keras is left out.
The floor is the number of floating-point operations of the convolutions, forwards and backwards, at the rate at which
this machine multiplies large matrices in the number format used.
"""

import argparse
import pathlib
import subprocess

import torch
from timing import interleaved, product, report

from smen.methods.smen_cnn import build_network
from smen.methods.smen_cnn.fast.allocator import keep_freed_memory
from smen.methods.smen_cnn.interface import Inputs
from smen.methods.smen_cnn.losses import ubrmse_loss
from smen.methods.smen_cnn.normalisation import Normalisation, denormalised

WAYS = {
    "float32": ("plain", torch.float32),
    "float32 fused": ("fused", torch.float32),
    "bfloat16": ("plain", torch.bfloat16),
    "bfloat16 fused": ("fused", torch.bfloat16),
}

CONVOLUTIONS = ((3, 2, 32), (2, 64, 32), (1, 64, 32), (1, 1, 32), (1, 32, 1))
"""Frames made, channels in (frames side by side) and out of the convolutions: f, g and h, of 3 x 3 cells each."""


def operations(batch, side):
    """Multiplications and additions of a step; nothing needs a derivative by an input of the network."""
    total = 0
    for frames, into, out in CONVOLUTIONS:
        forwards = 2 * batch * side * side * frames * into * out * 9
        total += forwards * (2 if into < 3 else 3)
    return total


def ours(way, batch, side, steps):
    """A candidate: some training steps."""
    keep_freed_memory()  # as `train` does
    kernels, kind = WAYS[way]
    torch.manual_seed(1)
    network = build_network("smen", 4, {}).train()
    network.fused = kernels == "fused"
    optimiser = torch.optim.Adam(network.parameters(), lr=1e-4, fused=True)
    coarse, target = torch.randn(batch, side, side), torch.randn(batch, side, side)
    target[:, : side // 3] = torch.nan
    residual = torch.randn(batch, 4, side, side)
    there = torch.isfinite(residual)
    inputs = Inputs(coarse, there[:, 0], residual, there, torch.ones(batch, 4), coarse)

    def step():
        with torch.autocast("cpu", torch.bfloat16, enabled=kind == torch.bfloat16):
            estimate = denormalised(network, Normalisation(), inputs)
        value = ubrmse_loss(estimate, target, torch.isfinite(target))
        optimiser.zero_grad()
        value.backward()
        optimiser.step()
        return value.item()

    def run():
        for _ in range(steps):
            step()

    return run


def keras(python, batch, side, threads, steps):
    """A candidate: the same steps in Keras, in a process of its own that waits in between."""
    script = pathlib.Path(__file__).with_name("keras_step.py")
    process = subprocess.Popen(
        [python, script, "--batch", str(batch), "--side", str(side), "--threads", str(threads)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    print("Keras:", process.stdout.readline().strip())

    def run():
        process.stdin.write(f"{steps}\n")
        process.stdin.flush()
        line = process.stdout.readline()
        if not line:
            raise SystemExit(f"{python} {script} ended: run it by hand to see why")
        return tuple(float(seconds) for seconds in line.split())

    return run, process


def measure(arguments, batch):
    """Rows of the table of one size of batch."""
    candidates, process = {}, None
    if arguments.keras_python:
        candidates["Keras"], process = keras(
            arguments.keras_python, batch, arguments.side, arguments.threads, arguments.steps
        )
    candidates |= {way: ours(way, batch, arguments.side, arguments.steps) for way in WAYS}
    work = {}
    for kind in (torch.float32, torch.bfloat16):
        name = f"product {kind}"
        candidates[name], work[kind] = product(kind)
    found = interleaved(candidates, arguments.rounds)
    if process is not None:
        process.stdin.close()
        process.wait()
    column = 1 if arguments.processor_time else 0
    found = {name: times[column] for name, times in found.items()}
    rows = []
    for name in ["Keras", *WAYS]:
        if name not in found:
            continue
        kind = WAYS[name][1] if name in WAYS else torch.float32
        rate = work[kind] / found[f"product {kind}"]
        seconds = found[name] / arguments.steps
        floor = operations(batch, arguments.side) / rate
        rows.append(
            {
                "batch": batch,
                "step": name,
                "ms": 1e3 * seconds,
                "Keras / it": found["Keras"] / found[name] if "Keras" in found else float("nan"),
                "floor ms": 1e3 * floor,
                "it / floor": seconds / floor,
                "GFLOP/s of products": rate / 1e9,
            }
        )
    return rows


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keras-python", help="python of an environment with tensorflow-cpu")
    parser.add_argument("--batches", nargs="+", type=int, default=[4, 16])
    parser.add_argument("--side", type=int, default=100)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--steps", type=int, default=4, help="training steps a turn")
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--processor-time", action="store_true", help="on a busy machine, with one thread")
    parser.add_argument("--out", type=pathlib.Path)
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    rows = [row for batch in chosen.batches for row in measure(chosen, batch)]
    report(rows, chosen.out, clock="processor" if chosen.processor_time else "wall")
