"""The archive wing: SMAP granules as they lie on disk, and where they come from."""
