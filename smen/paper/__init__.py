"""The published experiments: cases, trainings, comparison, tables and figures."""
