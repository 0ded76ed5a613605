"""What is damaged, and what is asked of it: the doors through which a user's files come in.

A case ends in one of a few ways: `read` (it was read all the same), the name of one of SMEN's errors (clean, where its
text names the file), `memory` (HDF5 asked for more than the limit). Anything else that is raised is a finding.
"""

import json
import shutil
import zipfile
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import yaml
from made_granules import WINDOW
from mutations import generator, mutate
from shapely.geometry import Point, box
from true_granules import COARSE_NAME, ENHANCED_NAME, SCENE_NAME, rectangle, write_coarse, write_scene

from smen.errors import SmenError
from smen.outputs.feature_cells import cells_of, read_features
from smen.plan.plan import Plan
from smen.products.read import read_coarse, read_scene
from smen.products.verify import verify_granule
from smen.settings.document import default_config
from smen.settings.yaml_file import read_settings
from smen.vector_file import feature_names, read_places

SHAPEFILE = (".shp", ".shx", ".dbf", ".prj", ".cpg")

SHAPES = [
    {"type": "Point", "coordinates": [400, 100]},
    {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 1], [1, 0], [0, 0]]]},
    {"type": "GeometryCollection", "geometries": []},
    {"type": "LineString", "coordinates": [[0, 0], [0, 9]]},
]
ODD_JSON = [None, [], {}, "", "x", -1, 1e308, float("nan"), True, [[[0, 0]]], *SHAPES]

HEADS = [
    "name,longitude,latitude", "name,lon,lat", "name;longitude;latitude", "name,x,y", "latitude,latitude,name",
    "name,longitude", "", "Name,LONGITUDE,Latitude", "name,long,lati",
]  # fmt: skip
ODD_CELLS = [
    "", "nan", "x", "1e400", "-97,5", "97.5W", "35°28'", "=1+1", "\x00", "999", "-0", "ü" * 9, '"', "None",
]  # fmt: skip

ODD_YAML = [
    None, True, -1, 0, 1e308, float("nan"), "", " ", "auto", "no", "today", "~", [], {}, [None], {"a": 1},
    "2018-13-40", date(1, 1, 1), date(9999, 12, 31), ["2018-01-01"], ["2017-01-01", "2016-01-01"], 2**70, "\u202e",
    "../..", "/", "x" * 300, [[[[]]]], b"\x00\xff", "012", 12.5, {"a": {"b": []}},
]  # fmt: skip


class Granules:
    """Small granules of three products; verified as acquire does, then read as align does."""

    def __init__(self, folder):
        self.folder = Path(folder)
        rng = np.random.default_rng(0)
        row, column = (v.ravel() for v in np.mgrid[84:94, 219:229])
        fine_row, fine_column = rectangle(1030, 2650, 24, 30)
        noise, fine = rng.uniform(0.05, 0.4, row.size), rng.uniform(0.05, 0.4, fine_row.shape)
        self.bases = []
        for name, product in ((COARSE_NAME, "SPL2SMP"), (ENHANCED_NAME, "SPL2SMP_E")):
            factor = 4 if product.endswith("E") else 1
            path = write_coarse(self.folder / name, row * factor, column * factor, noise, product=product)
            self.bases.append((name, product, path.read_bytes()))
        path = write_scene(self.folder / SCENE_NAME, fine_row, fine_column, fine, deviation=0.03, apm=fine, seconds=5e8)
        self.bases.append((SCENE_NAME, "SPL2SMAP_S", path.read_bytes()))

    def prepare(self, number):
        rng = generator("granules", number)
        name, product, original = self.bases[int(rng.integers(len(self.bases)))]
        data, how = mutate(original, rng)
        path = self.folder / name
        path.write_bytes(data)
        return path, product, how

    def run(self, prepared, stage):
        path, product, _ = prepared
        stage("verify")
        try:
            granule = verify_granule(path, product)
        except MemoryError:
            return "memory"
        except SmenError as problem:
            return _clean(problem, path)
        stage("read")
        fine = product == "SPL2SMAP_S"
        found = read_scene(path, WINDOW) if fine else read_coarse(path, WINDOW, product)
        assert found.soil_moisture.dtype == np.float32 and granule.row.size < 1e8
        return "read"


class Vectors:
    """Regions and places in four formats; read as `regions_file` and as `smen extract` do."""

    def __init__(self, folder):
        self.folder = Path(folder)
        names = ["Val d'Aran", "São João", "12"]
        boxes = [box(-98, 35, -97, 36), box(-111, 32, -110, 33), box(6, 46, 7, 47)]
        areas = gpd.GeoDataFrame({"name": names, "id": [1, 2, 3]}, geometry=boxes, crs=4326)
        points = areas.assign(geometry=[Point(-97.5, 35.5), Point(-110.5, 32.5), Point(6.5, 46.5)])
        areas.to_file(self.folder / "regions.gpkg")
        points.to_file(self.folder / "points.geojson")
        areas.to_file(self.folder / "regions.geojson")
        areas.to_file(self.folder / "regions.shp")
        with zipfile.ZipFile(self.folder / "zipped.zip", "w") as archive:
            for part in self.folder.glob("regions.[sdpc]*"):
                archive.write(part, part.name)
        (self.folder / "points.csv").write_text(
            'name,longitude,latitude\na,-97.5,35.5\n"b, c",-110.5,32.5\nü,6.5,46.5\n', encoding="utf-8"
        )
        self.bases = {p.name: p.read_bytes() for p in sorted(self.folder.iterdir()) if p.is_file()}
        self.mains = ["regions.gpkg", "points.geojson", "regions.geojson", "regions.shp", "points.csv", "zipped.zip"]

    def prepare(self, number):
        rng = generator("vectors", number)
        main = self.mains[int(rng.integers(len(self.mains)))]
        place = self.folder / "case"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        parts = [
            n for n in self.bases if n.rpartition(".")[0] == "regions" and n[-3:] in ("shp", "shx", "dbf", "prj", "cpg")
        ]
        for name in parts if main.endswith(".shp") else [main]:
            (place / name).write_bytes(self.bases[name])
        hit = main if not main.endswith(".shp") else parts[int(rng.integers(len(parts)))]
        if main.endswith(".geojson") and rng.random() < 0.5:
            data, how = self._odd_geojson(rng, json.loads(self.bases[main]))
        elif main.endswith(".csv") and rng.random() < 0.5:
            data, how = self._odd_csv(rng)
        else:
            data, how = mutate(self.bases[hit], rng)
        (place / hit).write_bytes(data)
        return place / main, how

    def run(self, prepared, stage):
        path, _ = prepared
        stage("verify")
        outcomes = []
        for door in (self._regions, self._places):
            try:
                door(path)
                outcomes.append("read")
            except SmenError as problem:
                outcomes.append(_clean(problem, path))
        return outcomes[0] if outcomes[0] == outcomes[1] else "/".join(outcomes)

    @staticmethod
    def _regions(path):
        Plan.load({"regions": {}, "regions_file": {"path": str(path), "column": "name"}})

    @staticmethod
    def _places(path):
        features = read_features(path, None)
        cells_of(features, WINDOW)
        table = read_places(path)
        if "name" in table.columns:
            feature_names(table["name"], path)

    @staticmethod
    def _odd_geojson(rng, value):
        feature = value["features"][int(rng.integers(len(value["features"])))]
        where = [(feature, key) for key in ("geometry", "properties", "type")]
        where += [(value, "features"), (value, "crs"), (feature["properties"], "name")]
        where += [(feature["geometry"], "coordinates"), (feature["geometry"], "type")]
        holder, key = where[int(rng.integers(len(where)))]
        holder[key] = ODD_JSON[int(rng.integers(len(ODD_JSON)))]
        return json.dumps(value).encode(), f"odd {key}"

    @staticmethod
    def _odd_csv(rng):
        rows = [HEADS[int(rng.integers(len(HEADS)))]]
        for _ in range(int(rng.integers(0, 5))):
            cells = ["a", "-97.5", "35.5"]
            for _ in range(int(rng.integers(0, 3))):
                cells[int(rng.integers(3))] = ODD_CELLS[int(rng.integers(len(ODD_CELLS)))]
            rows.append(",".join(cells[: int(rng.integers(1, 5))]))
        return "\n".join(rows).encode(), "odd csv"


class Settings:
    """Files of settings; read, checked and resolved to jobs as every command does at its start."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.text = default_config()
        self.values = yaml.safe_load(self.text)

    def prepare(self, number):
        rng = generator("settings", number)
        path = self.folder / "mine.yaml"
        how = int(rng.integers(4))
        if how == 0:
            data, what = mutate(self.text.encode(), rng)
        elif how == 1:
            data, what = self._lines(rng), "lines"
        else:
            data, what = yaml.safe_dump(self._values(rng), sort_keys=False).encode(), "values"
        path.write_bytes(data)
        return path, what

    def run(self, prepared, stage):
        path, _ = prepared
        stage("verify")
        try:
            values = read_settings(path)
            plan = Plan.load(values, [path])
            for name in list(plan.regions)[:1]:
                for year in plan.years(name)[:1]:
                    for job in (plan.acquire, plan.align, plan.pair):
                        job(name, year)
                for method in plan.methods(name):
                    plan.train(name, method)
                for job in (plan.choose, plan.evaluate, plan.publish):
                    job(name)
        except SmenError as problem:
            return _clean(problem, path)
        return "read"

    def _lines(self, rng):
        lines = self.text.splitlines()
        for _ in range(int(rng.integers(1, 4))):
            i, j = (int(k) for k in rng.integers(0, len(lines), 2))
            act = int(rng.integers(5))
            if act == 0:
                lines[i], lines[j] = lines[j], lines[i]
            elif act == 1:
                del lines[i]
            elif act == 2:
                lines.insert(j, lines[i])
            elif act == 3:
                lines[i] = " " * int(rng.integers(6)) + lines[i].strip()
            else:
                lines[i] = lines[i].replace(":", "") if rng.random() < 0.5 else lines[i] + " &a *a !!python/object:x {"
        return "\n".join(lines).encode()

    def _values(self, rng):
        values = json.loads(json.dumps(self.values, default=str))
        for _ in range(int(rng.integers(1, 4))):
            holder = values
            while True:
                if not holder:
                    break
                key = list(holder)[int(rng.integers(len(holder)))]
                if isinstance(holder[key], dict) and holder[key] and rng.random() < 0.8:
                    holder = holder[key]
                    continue
                if rng.random() < 0.15:
                    holder[key[:-1] + "_" if isinstance(key, str) else key] = holder.pop(key)
                else:
                    holder[key] = ODD_YAML[int(rng.integers(len(ODD_YAML)))]
                break
        return values


KINDS = {"granules": Granules, "vectors": Vectors, "settings": Settings}


def _clean(problem, path):
    """Name an error that says which file or key it is about; raise it otherwise."""
    text = str(problem)
    if path.name in text or path.stem in text or "regions" in text or "settings" in text:
        return type(problem).__name__
    raise AssertionError(f"an error that names no file or key: {text}") from problem
