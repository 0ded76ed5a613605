"""Indices for people who act on soil moisture: how dry for the place and season, and how wet the root zone."""
