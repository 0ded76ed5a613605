"""Faster computation of the paper's network, with the same results but for rounding."""
