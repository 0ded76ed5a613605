"""Wing: arrays in, arrays out. Samples, networks, training, baselines, and what a map's cells can claim."""
