"""Validation against stations in the ground: reading them, matching, metrics and what follows from them."""
