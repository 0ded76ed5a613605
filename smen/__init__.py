"""SMEN: 3 km soil moisture maps from SMAP's 36 km radiometer and the rare SMAP/Sentinel-1 scenes."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("smen")
except PackageNotFoundError:  # imported from a checkout that was never installed
    __version__ = "0+unknown"
