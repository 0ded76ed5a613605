"""Granules of the simulation against real ones: a half-orbit's bytes and a scene's header."""

import re
import xml.etree.ElementTree as ET

import h5py
import numpy as np
import pytest
from pyproj import Transformer

from smen.products.read import read_coarse
from smen.products.verify import verify_granule
from smen.simulation.granule_writer import stamp

CELL = {"SPL2SMP": 36032.220840584, "SPL2SMAP_S": 3002.6850700487}


def text(value):
    return value.decode() if isinstance(value, bytes) else value


def describe(dataset):
    """All that a reader can see of a dataset but its values and length."""
    attributes = {k: (text(v), getattr(v, "dtype", None) and v.dtype.kind) for k, v in dataset.attrs.items()}
    storage = dataset.compression, dataset.compression_opts, dataset.shuffle, dataset.chunks == dataset.shape
    return dataset.dtype, dataset.ndim, dataset.shape[1:], storage, attributes


def test_half_orbits_have_the_layout_of_the_real_one(simulated, real_data):
    (real_path,) = real_data.glob("SMAP_L2_SM_P_NRT_*.h5")
    with h5py.File(real_path) as real, h5py.File(simulated.files("SPL2SMP")[3]) as ours:
        theirs = real["Soil_Moisture_Retrieval_Data"]
        group = ours["Soil_Moisture_Retrieval_Data"]
        assert {k for k in theirs if not re.search("option[45]$", k)} == set(group)
        for name, dataset in group.items():
            kind, rank, tail, storage, attributes = describe(dataset)
            real_kind, real_rank, real_tail, real_storage, real_attributes = describe(theirs[name])
            assert (kind, rank, tail, storage) == (real_kind, real_rank, real_tail, real_storage), name
            assert set(attributes) == set(real_attributes), name
            for key, (value, _) in attributes.items():
                wanted = real_attributes[key][0]
                assert value == (wanted if isinstance(wanted, str) else pytest.approx(wanted, rel=1e-6)), (name, key)
        for place in ("DatasetIdentification", "Extent", "OrbitMeasuredLocation"):
            known = set(real["Metadata"][place].attrs) | {"VersionID"}
            assert set(ours["Metadata"][place].attrs) <= known
        assert ours["Metadata/DatasetIdentification"].attrs["shortName"] == "SPL2SMP"
        assert ours["Metadata"].attrs["simulated"].startswith("SMEN simulation, region small, seed 1")


def test_scenes_have_the_layout_of_the_real_header(simulated, real_data):
    root = ET.parse(real_data / "SPL2SMAP_S_v003_header.dmr.xml").getroot()
    space = root.tag.removesuffix("Dataset")
    (group,) = (g for g in root.iter(space + "Group") if g.get("name") == "Soil_Moisture_Retrieval_Data_3km")
    kinds = {"Float32": np.float32, "UInt16": np.uint16}
    with h5py.File(simulated.files("SPL2SMAP_S")[0]) as file:
        ours = file["Soil_Moisture_Retrieval_Data_3km"]
        for variable in group:
            dataset = ours[variable.get("name")]
            assert dataset.dtype == kinds[variable.tag.removeprefix(space)]
            assert dataset.ndim == 2
            attributes = {a.get("name"): a for a in variable.iter(space + "Attribute")}
            assert set(attributes) == set(dataset.attrs), dataset.name
            for name, attribute in attributes.items():
                value, wanted = text(dataset.attrs[name]), attribute.find(space + "Value").text
                assert value == (wanted if isinstance(value, str) else pytest.approx(float(wanted))), (
                    dataset.name,
                    name,
                )


@pytest.mark.parametrize(("product", "suffix"), [("SPL2SMP", ""), ("SPL2SMAP_S", "_3km")])
def test_places_belong_to_their_indices(simulated, product, suffix):
    project = Transformer.from_crs("EPSG:4326", "EPSG:6933", always_xy=True)
    for path in simulated.files(product)[:5]:
        with h5py.File(path) as file:
            (group,) = (g for n, g in file.items() if n != "Metadata")
            row, column = (group[f"EASE_{k}_index{suffix}"][:].astype(float) for k in ("row", "column"))
            x, y = project.transform(group[f"longitude{suffix}"][:], group[f"latitude{suffix}"][:])
        there = row != 65534
        assert there.any()
        at_row, at_column = (7314540.8306386 - y) / CELL[product], (x + 17367530.4451615) / CELL[product]
        assert np.abs(at_row - 0.5 - row)[there].max() < 2e-3
        assert np.abs(at_column - 0.5 - column)[there].max() < 2e-3


def test_cells_run_column_by_column_and_stay_around_the_window(simulated):
    with h5py.File(simulated.files("SPL2SMP")[3]) as file:
        group = file["Soil_Moisture_Retrieval_Data"]
        row, column = (group[f"EASE_{k}_index"][:].astype(int) for k in ("row", "column"))
    order = column * 1000 + row
    assert (np.diff(order) > 0).all()
    window = simulated.window
    assert row.min() >= window.row // 12 - 1
    assert row.max() <= (window.row + 59) // 12 + 1
    assert column.min() >= window.column // 12 - 1
    assert column.max() <= (window.column + 59) // 12 + 1


def test_seconds_and_text_tell_the_same_time(simulated):
    with h5py.File(simulated.files("SPL2SMP")[3]) as file:
        group = file["Soil_Moisture_Retrieval_Data"]
        seconds, words = group["tb_time_seconds"][:], group["tb_time_utc"][:]
    told = np.array([word.decode().removesuffix("Z") for word in words], "datetime64[ms]")
    counted = np.datetime64("2000-01-01T12:00") + (seconds * 1000).round().astype("timedelta64[ms]")
    assert (told == counted).all()


def test_flags_and_fills_go_together(simulated):
    """In the real half-orbit numbers are fill for flags 7 and 15, and present for 0, 1, 8 and 9."""
    seen = set()
    for path in simulated.files("SPL2SMP"):
        with h5py.File(path) as file:
            group = file["Soil_Moisture_Retrieval_Data"]
            flag, moisture = group["retrieval_qual_flag"][:], group["soil_moisture"][:]
            surface = group["surface_flag"][:]
        seen |= set(flag.tolist())
        assert (moisture[np.isin(flag, (0, 1, 8, 9))] >= 0.02).all()
        assert (moisture[np.isin(flag, (7, 15))] == -9999).all()
        assert not (surface[(flag & 1) == 0] & 0b111_0111_1111).any()
    assert 0 in seen
    assert seen <= {0, 1, 5, 7, 8, 9, 13, 15}


@pytest.mark.parametrize("product", ["SPL2SMP", "SPL2SMAP_S"])
def test_every_granule_is_whole_marked_and_named_by_its_content(simulated, product):
    paths = simulated.files(product)
    for path in paths[:: max(1, len(paths) // 10)]:
        granule = verify_granule(path, product)
        assert granule.simulated
        assert granule.name.folder() == path.parent.relative_to(simulated.granules).as_posix()
        with h5py.File(path) as file:
            identification = file["Metadata/DatasetIdentification"].attrs
            assert identification["fileName"] == path.name
            assert identification["ECSVersionID"] == path.parent.parent.name.partition(".")[2]
            assert identification["CompositeReleaseID"] == granule.name.crid
        if product == "SPL2SMP":
            assert abs(granule.begin - granule.name.time) <= np.timedelta64(500, "ms")
            minutes = (granule.end - granule.begin) / np.timedelta64(1, "m")
            assert 45 < minutes < 60  # half of SMAP's period of 98.5 minutes, and files that overlap


def test_the_reader_gives_what_was_written(simulated):
    path = simulated.files("SPL2SMP")[3]
    field = read_coarse(path, simulated.window, "SPL2SMP", "successful")
    with h5py.File(path) as file:
        group = file["Soil_Moisture_Retrieval_Data"]
        row, column = (group[f"EASE_{k}_index"][:].astype(int) for k in ("row", "column"))
        moisture, flag = group["soil_moisture"][:], group["retrieval_qual_flag"][:]
    values = {(r, c): m for r, c, m, f in zip(row, column, moisture, flag, strict=True) if not f & 6}
    top, left = simulated.window.row // 12, simulated.window.column // 12
    for (r, c), value in np.ndenumerate(field.soil_moisture):
        expected = values.get((top + r, left + c), np.nan)
        assert value == expected or (np.isnan(value) and np.isnan(expected))


def test_the_mark_names_region_and_seed():
    assert stamp("tucson", 7) == "SMEN simulation, region tucson, seed 7: no measurement"
