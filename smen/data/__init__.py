"""Data that passes between the stages: series, samples, records, quality codes."""
