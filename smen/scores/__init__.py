"""Metrics, the ways in which they are aggregated over dates and cells, and their intervals."""
