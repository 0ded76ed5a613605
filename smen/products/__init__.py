"""SMAP granules as files: names, layouts, reading, verifying, matching, footprints."""
