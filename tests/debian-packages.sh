#!/bin/sh
# Installs the Debian packages whose programs some tests run (marked `debian`): GDAL's command line, QGIS for Python,
# Chromium, Slurm with its accounting. About 1.2 GB. Without them those tests are skipped.
set -u
packages="gdal-bin python3-qgis qgis-providers chromium slurm-wlm munge slurmdbd mariadb-server"

missing=""
for package in $packages; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q "ok installed" || missing="$missing $package"
done
if [ -z "$missing" ]; then
    echo "All Debian packages for the tests are installed."
    exit 0
fi
if ! command -v apt-get >/dev/null 2>&1 || [ "$(id -u)" -ne 0 ]; then
    echo "Not installed, because this is not root on Debian:$missing. Tests that need them will be skipped." >&2
    exit 0
fi
export DEBIAN_FRONTEND=noninteractive
install() {
    # shellcheck disable=SC2086  (a list of words)
    apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing >/dev/null
}
install || { echo "Once more:" >&2; sleep 10; install; }
