"""No key without effect: each key of the settings, changed alone, changes the arguments of the jobs that use it.

The keys are those of the schema, and their other values are made from their types, so that a new key is tested as
soon as it is there: it fails until `USED_BY` names the stages that use it.
"""

import copy
import datetime as dt
import json
from typing import Annotated, Literal, get_args, get_origin

import geopandas as gpd
import pytest
from shapely import box

from smen.plan.plan import Plan
from smen.plan.stage_table import STAGES
from smen.settings.file import check_settings
from smen.settings.region_sections import OWN_SECTIONS, Region
from smen.settings.schema import Settings
from smen.settings.section import Section

TODAY = dt.date(2020, 5, 6)

OF_TILES = frozenset(("mosaic",))
ALL = frozenset(STAGES) - OF_TILES - {"upload"}
PAPER = frozenset(("experiment", "compare", "reproduce"))
PAPER_TRAININGS = {"experiment", "reproduce"}
PLACE = ALL - {"pair", "train", "choose", "experiment"}

USED_BY = {
    "source.kind": {"acquire", "downscale", "evaluate", "insitu", "publish", "compare", "index"},
    "source.directory": {"acquire"},
    "source.truth": {"evaluate", "compare"},
    "source.bad_granules": {"acquire"},
    "source.seed": {"simulate"},
    "source.connections": {"acquire"},
    "source.cmr_url": {"acquire"},
    "source.edl_host": {"acquire"},
    "regions_file.path": PLACE,
    "regions_file.layer": PLACE,
    "regions_file.column": ALL | {"upload"},
    "tiles.area": (ALL | OF_TILES | {"upload"}) - {"insitu"},
    "tiles.size": (ALL | OF_TILES | {"upload"}) - {"insitu"},
    "tiles.overlap": (ALL | OF_TILES | {"upload"}) - {"insitu"},
    "tiles.climate": {"simulate"},
    "periods.training": {"pair", "experiment", "compare"},
    "periods.validation": {"pair"},
    "periods.test": ALL - {"train", "choose", "reproduce"},
    "products.coarse": {"simulate", "acquire", "align", "index"},
    "products.coarse_version": {"acquire", "index"},
    "products.fine_version": {"acquire", "index"},
    "products.fine_variable": {"acquire", "align"},
    "products.quality": {"align"},
    "products.overpasses": {"acquire"},
    "samples.history": {"pair"},
    "samples.coarse_history": {"evaluate", "compare"},
    "samples.minimum_coverage": {"pair"},
    "method": {"train", "choose", "downscale", "normals", "evaluate", "insitu", "publish", "index"},
    "methods": {"train", "choose", "evaluate"},
    "fusion.seed": {"train"},
    "fusion.learn_from": {"train"},
    "fusion.weights": {"downscale", "normals", "evaluate", "insitu", "publish"},
    "smen.epochs": {"train"},
    "smen.patience": {"train"},
    "smen.learning_rate": {"train"},
    "smen.schedule": {"train"},
    "smen.augment_flips": {"train"},
    "smen.batch_size": {"train"},
    "smen.seed": {"train"},
    "smen.threads": {"train"},
    "smen.precision": {"train"},
    "smen.device": {"train"},
    "smen.missing_residual": {"train"},
    "smen.learns": {"train"},
    "smen.calibration_folds": {"train"},
    "smen.weights": {"downscale", "normals", "evaluate", "insitu", "publish"},
    "maps.period": ALL - {"train", "choose"} - PAPER,
    "fusion.covariates": {"train"},
    "fusion.covariate_classes": {"train"},
    "maps.mode": {"downscale", "normals", "evaluate"},
    "maps.masked": {"downscale"},
    "maps.members": {"downscale"},
    "maps.condition_on_stations": {"downscale", "insitu"},
    "indices.which": {"indicators", "publish"},
    "indices.every": {"indicators"},
    "indices.record_from": {"normals", "acquire"},
    "indices.record_until": {"normals", "acquire", "simulate", "align", "index"},
    "indices.time_constants": {"indicators"},
    "validation.stations": {"insitu"},
    "validation.networks": {"insitu"},
    "validation.depth": {"insitu"},
    "validation.flags": {"insitu"},
    "validation.window": {"insitu"},
    "validation.minimum": {"insitu"},
    "validation.kinds": {"insitu"},
    "validation.metrics": {"insitu"},
    "validation.scaling": {"insitu"},
    "validation.sensors": {"insitu"},
    "validation.shared_cells": {"insitu"},
    "validation.third_path": {"insitu"},
    "validation.third_variable": {"insitu"},
    "validation.third_sources": {"insitu"},
    "paper.epochs": PAPER_TRAININGS,
    "paper.learning_rate": PAPER_TRAININGS,
    "paper.batch_size": PAPER_TRAININGS,
    "paper.padding": {"experiment"},
    "paper.order": {"experiment"},
    "paper.missing_residual": {"experiment"},
    "paper.normalise": {"experiment"},
    "paper.precision": {"experiment"},
    "paper.minimum_coverage": {"experiment", "compare"},
    "paper.time_instance": {"experiment", "compare"},
    "paper.sizes_test": PAPER,
    "paper.sampling": PAPER,
    "paper.seeds": PAPER,
    "paper.inputs_region": PAPER,
    "paper.sizes_region": PAPER,
    "paper.sizes": PAPER,
    "paper.learned_baselines": {"compare"},
    "folders.results": ALL | {"upload"},
    "storage.results": {"upload"},
    "folders.resources": {"simulate", "acquire", "evaluate", "insitu", "compare"},
}
"""Key: the stages whose jobs change with it; the digest of the settings in the job of `publish` is left out."""

REGION_USED_BY = {
    "longitude": PLACE,
    "latitude": PLACE,
    "size": PLACE,
    "climate": {"simulate"},
    "method": {"train", "choose", "downscale", "normals", "evaluate", "insitu", "publish", "index"},
    "methods": {"train", "choose", "evaluate"},
}
"""The same for the keys of a region but its own sections."""

OTHER_VALUES = {
    "tiles.area": [6.1, 46.2, 6.2, 46.3],
    "source.directory": "b",
    "source.truth": "truth",
    "storage.results": "s3://bucket/out",
    "source.cmr_url": "https://cmr.test",
    "periods.training": ["2016-01-01", "2017-06-30"],
    "periods.validation": ["2017-07-01", "2017-12-31"],
    "periods.test": ["2018-01-01", "2019-03-31"],
    "fusion.learn_from": ["geneva"],
    "maps.period": ["2018-02-01", "2019-03-31"],
    "fusion.covariates": {"sand": "rasters/{region}.tif"},
    "fusion.covariate_classes": ["cover"],
    "maps.mode": "causal",
    "paper.inputs_region": "geneva",
    "paper.sizes_region": "geneva",
    "indices.which": ["drought"],
    "indices.every": "day",
    "indices.record_from": "2015-06-01",
    "indices.record_until": "2019-06-30",
    "indices.time_constants": [7],
    "maps.condition_on_stations": ["probes.csv"],
    "validation.stations": ["probes.csv"],
    "validation.depth": [0.0, 0.1],
    "validation.kinds": ["absolute"],
    "validation.metrics": ["ubrmsd"],
    "regions_file.layer": "elsewhere",
    "regions_file.column": "label",
    "samples.history": 5,
    "method": "fusion",
    "methods": ["fusion"],
}
"""Other values of keys whose type does not say enough."""

DIRECTORY = {"source": {"kind": "directory", "directory": "a"}}
EARTHDATA = {"source": {"kind": "earthdata"}}
WITH_INDICES = {"indices": {"which": ["percentile", "water_index"]}}
"""Without any index there are no jobs of them."""

CONTEXTS = {
    "source.kind": {"source": {"directory": "a"}},
    "source.directory": DIRECTORY,
    "source.truth": DIRECTORY,
    "source.connections": EARTHDATA,
    "source.cmr_url": EARTHDATA,
    "source.edl_host": EARTHDATA,
    "products.coarse_version": EARTHDATA,
    "products.fine_version": EARTHDATA,
    "smen": {"method": "smen"},
    "fusion": {"method": "fusion"},
    "samples.history": {"method": "fusion"},
    "fusion.covariate_classes": {"method": "fusion", "fusion": {"covariates": {"cover": "cover.tif"}}},
    "indices": WITH_INDICES,
    "validation.third_path": {"validation": {"third_sources": ["ascat"]}},
    "tiles": {"tiles": {"area": [-97.55, 35.4, -97.45, 35.5]}},
    "regions_file.layer": {"regions_file": {"path": "layers.gpkg", "layer": "here", "column": "name"}},
    "regions_file": {"regions_file": {"path": "regions.gpkg", "column": "name"}},
}
"""Settings, by key or section, under which a key is tried: those of one source or method act where that is chosen."""


def leaf_keys():
    """Return the annotation of every key that is not of a region, by its dotted name."""
    keys = {}
    for name, field in Settings.model_fields.items():
        annotation = field.annotation
        if isinstance(annotation, type) and issubclass(annotation, Section):
            keys |= {f"{name}.{key}": inner.annotation for key, inner in annotation.model_fields.items()}
        elif name != "regions":
            keys[name] = annotation
    return keys


def another(annotation, value):
    """Return a valid value of a type other than the given one."""
    origin, choices = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return next(choice for choice in choices if choice != value)
    if origin is Annotated:
        return another(choices[0], value)
    if origin is tuple:
        return [another(choices[0], value[0] if value else None)]
    if annotation is bool:
        return not value
    if annotation is int:
        return (value or 1) + 1 if isinstance(value, int) else 2
    if annotation is float:
        return value / 2
    if annotation is str:
        return "007" if value == "auto" else f"{value}_2"
    kinds = [choice for choice in choices if choice is not type(None)]
    return another(kinds[-1], value)


def with_key(values, key, value):
    """Return settings with one key set."""
    changed = copy.deepcopy(values)
    *sections, name = key.split(".")
    place = changed
    for section in sections:
        place = place.setdefault(section, {})
    place[name] = value
    return changed


def current(values, key):
    """Return the checked value of a key."""
    value = check_settings(values)
    for part in key.split("."):
        value = getattr(value, part)
    return value


def jobs(values):
    """Return the JSON of all jobs by stage, region, year, case and seed."""
    plan = Plan(check_settings(WITH_INDICES | values), TODAY)
    texts = {}
    for name, stage in STAGES.items():
        if name == "experiment":
            for region in plan.regions:
                for case in plan.cases(region):
                    for seed in plan.settings.paper.seeds:
                        texts[name, region, case, seed] = plan.experiment(region, case, seed)
        elif name == "train":
            texts |= {(name, r, method): plan.train(r, method) for r in plan.regions for method in plan.methods(r)}
        elif not stage.of_region:
            texts |= {(name, None): plan.job(name)} if plan.tiles or name not in OF_TILES else {}
        elif not stage.of_year:
            regions = [region for region in plan.regions if name != "insitu" or plan.validated(region)]
            texts |= {(name, region): plan.job(name, region) for region in regions}
        else:
            for region in plan.regions:
                of_maps = name in ("downscale", "indicators")
                years = plan.map_years(region) if of_maps else plan.stage_years(name, region)
                texts |= {(name, region, year): plan.job(name, region, year) for year in years}
    return {key: without_digest(job) for key, job in texts.items()}


def without_digest(job):
    """Return a job as JSON but for the digest of the settings, which every setting of the region changes."""
    return json.dumps(job.model_dump(mode="json", exclude={"digest"}), sort_keys=True)


def changes(before, after):
    """Return the keys of the jobs that are not the same in both."""
    a, b = jobs(before), jobs(after)
    return {key for key in a.keys() | b.keys() if a.get(key) != b.get(key)}


@pytest.fixture
def vector_files(tmp_path, monkeypatch):
    """Two vector files of one region each, with two columns of names, and one with both as its layers."""
    monkeypatch.chdir(tmp_path)
    for name, place in (("regions.gpkg", box(0, 45, 1, 46)), ("regions.gpkg_2", box(10, 45, 11, 46))):
        frame = gpd.GeoDataFrame({"name": ["alps"], "label": ["rhone"]}, geometry=[place], crs="EPSG:4326")
        frame.to_file(tmp_path / name, driver="GPKG")
        frame.to_file(tmp_path / "layers.gpkg", layer="elsewhere" if name.endswith("_2") else "here")


def test_the_table_names_every_key():
    assert USED_BY.keys() == leaf_keys().keys()
    assert REGION_USED_BY.keys() == Region.model_fields.keys() - set(OWN_SECTIONS)
    assert all(USED_BY.values()) and all(REGION_USED_BY.values())


@pytest.mark.parametrize("key", leaf_keys())
def test_a_key_changes_the_jobs_that_use_it_and_no_others(key, vector_files):
    context = CONTEXTS.get(key, CONTEXTS.get(key.split(".")[0], {}))
    if key == "fusion.learn_from":  # under one region, because no region learns from itself
        before = {"regions": {name: region(name) for name in ("tucson", "geneva")}}
        after = with_key(before, "regions.tucson.fusion.learn_from", OTHER_VALUES[key])
    else:
        value = OTHER_VALUES[key] if key in OTHER_VALUES else another(leaf_keys()[key], current(context, key))
        before, after = context, with_key(context, key, value)
    assert {job[0] for job in changes(before, after)} == USED_BY[key]


@pytest.mark.parametrize("key", [key for key in USED_BY if key.startswith(("fusion.", "smen."))])
def test_a_key_of_another_method_changes_nothing(key):
    other = {"fusion": "smen", "smen": "fusion"}[key.split(".")[0]]
    value = OTHER_VALUES[key] if key in OTHER_VALUES else another(leaf_keys()[key], current({}, key))
    before = CONTEXTS.get(key, {}) | {"method": other} if key.startswith("fusion.") else {"method": other}
    after = with_key(before, key, value)
    assert changes(before, after) == set()
    plans = [Plan(check_settings(values), TODAY) for values in (before, after)]
    assert plans[0].publish("tucson") == plans[1].publish("tucson")  # the digest neither


def region(name):
    """Return a region of the defaults as it would stand in the file."""
    return Settings().regions[name].model_dump(mode="json", include={"longitude", "latitude", "size"})


@pytest.mark.parametrize("key", REGION_USED_BY)
def test_a_key_of_a_region_changes_its_own_jobs(key):
    before = {"regions": {name: region(name) for name in ("tucson", "geneva")}}
    value = {
        "method": "smen",
        "methods": ["smen"],
        "climate": "geneva",
        "size": 99,
        "longitude": -109.0,
        "latitude": 33.0,
    }[key]
    found = changes(before, with_key(before, f"regions.tucson.{key}", value))
    assert {job[0] for job in found} == REGION_USED_BY[key]
    assert {job[1] for job in found} <= {"tucson", None}


@pytest.mark.parametrize("section", OWN_SECTIONS)
def test_a_section_of_a_region_changes_its_own_jobs(section):
    """As the general section does, and of no other region; the paper compares with its dates, too."""
    keys = {"periods": "test", "products": "quality", "samples": "minimum_coverage", "maps": "masked"}
    key = f"{section}.{keys.get(section, 'seed')}"
    before = {"method": section} if section in ("fusion", "smen") else {}
    before |= {"regions": {name: region(name) for name in ("tucson", "geneva")}}
    value = OTHER_VALUES[key] if key in OTHER_VALUES else another(leaf_keys()[key], current(before, key))
    found = changes(before, with_key(before, f"regions.tucson.{key}", value))
    assert {job[0] for job in found} == USED_BY[key]
    assert {job[1] for job in found if job[0] != "compare"} <= {"tucson", None}
