"""Quicker ways through the paper's network, with the same results."""
