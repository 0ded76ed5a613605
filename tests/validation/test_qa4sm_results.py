import warnings

import numpy as np
import pytest
import xarray as xr
from made_stations import made_pairs

from smen.validation.point_metrics import station_metrics
from smen.validation.qa4sm_results import write_qa4sm_results

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:qa4sm_reader")


@pytest.fixture
def results(tmp_path):
    pairs = made_pairs(5, 100, climate="Cfb (Temperate)")
    write_qa4sm_results(tmp_path / "results.nc", pairs, attributes={"title": "made"})
    return pairs, tmp_path / "results.nc"


def test_its_numbers_are_those_of_the_tables(results):
    pairs, path = results
    table = station_metrics(pairs, periods=("all",)).set_index(["metric", "product", "station"]).sort_index()
    names = {"bias": "BIAS", "rmsd": "RMSD", "ubrmsd": "urmsd", "pearson_r": "R", "spearman_r": "rho"}
    with xr.open_dataset(path) as file:
        assert file["station"].values.tolist() == [p.name for p in pairs.points]
        for metric, name in names.items():
            for number, product in ((1, "p0"), (2, "p1")):
                pair = f"_between_0-ISMN_and_{number}-{product}"
                sign = -1 if metric == "bias" else 1  # QA4SM takes the reference minus the product
                expected = table.loc[(metric, product)]
                assert np.allclose(file[name + pair].values[:, 0], sign * expected["value"], rtol=1e-4, atol=1e-7)
                if metric in ("pearson_r", "spearman_r", "ubrmsd"):
                    low = file[f"{name}_ci_lower{pair}"].values[:, 0]
                    assert np.allclose(low, expected["low"], rtol=1e-4)
        assert (file["n_obs"].values == 100).all()
        assert (file["status_between_0-ISMN_and_1-p0"].values == 0).all()


def test_qa4sms_reader_reads_and_draws_it(results, tmp_path):
    import matplotlib as mpl

    mpl.use("agg")
    from qa4sm_reader.img import QA4SMImg
    from qa4sm_reader.plotter import QA4SMPlotter

    pairs, path = results
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        image = QA4SMImg(path)
        assert {"R", "rho", "RMSD", "BIAS", "urmsd", "n_obs"} <= set(image.metrics)
        assert image.has_CIs
        assert image.datasets.ref["pretty_name"] == "Stations"
        assert [d["pretty_name"] for d in image.datasets.others] == ["p0", "p1"]
        frame = image.metric_df("R")
        correlation = np.corrcoef(*pairs.of_point(2)[["p0", "station"]].to_numpy().T)[0, 1]
        assert frame["R_between_0-ISMN_and_1-p0"].iloc[2] == pytest.approx(correlation, rel=1e-5)
        drawn = QA4SMPlotter(image, tmp_path / "figures").boxplot_basic(
            "R", period="bulk", out_types="png", save_files=True
        )
        pictures = list((tmp_path / "figures").rglob("*.png"))
    assert drawn
    assert pictures
    assert pictures[0].stat().st_size > 5000


def test_a_station_with_too_few_pairs_has_its_status(tmp_path):
    write_qa4sm_results(tmp_path / "few.nc", made_pairs(2, 7))
    with xr.open_dataset(tmp_path / "few.nc") as file:
        assert (file["status_between_0-ISMN_and_1-p0"].values == 1).all()
        assert np.isnan(file["R_between_0-ISMN_and_1-p0"].values).all()
        assert (file["n_obs"].values == 7).all()
