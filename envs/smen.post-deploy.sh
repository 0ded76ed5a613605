#!/bin/sh
# Installs the package itself into the conda environment. Run where the checkout is, as Snakemake does.
set -eu
if [ ! -f pyproject.toml ] || [ ! -d smen ]; then
    echo "run this in the checkout of SMEN: there is no pyproject.toml with smen/ beside it in $(pwd)" >&2
    exit 1
fi
python -m pip install --no-deps -e .
