"""Rasters as other programs read them."""

import json
import shutil
import subprocess

import pytest
from rio_cogeo.cogeo import cog_validate


def gdalinfo(path, *options):
    """What Debian's gdalinfo says of a file."""
    if shutil.which("gdalinfo") is None:
        pytest.skip("gdalinfo is not installed (Debian: gdal-bin)")
    done = subprocess.run(["gdalinfo", "-json", *options, str(path)], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def assert_strictly_valid(path):
    """Whether a file keeps all rules of a cloud-optimised GeoTIFF."""
    valid, errors, warnings = cog_validate(path, strict=True, quiet=True)
    assert valid, (errors, warnings)
