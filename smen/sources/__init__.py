"""Where granules come from: a folder, or NASA Earthdata; manifests say which there are."""
