"""Downscaling methods behind one protocol (fit, predict, save, load): arrays in, arrays out."""

import os

# OpenMP's threads spin while they wait for each other. On a machine that does more than train (two regions at once, a
# job beside this one) they then burn the time that the one they wait for would need: a training of half a minute took
# ten. Sleeping costs nothing measurable on an idle machine. It is read once, when torch is first imported.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
