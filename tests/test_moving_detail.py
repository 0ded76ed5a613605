"""Where detail moves and nothing stays, the network is better, and the choice among methods falls on it."""

from dataclasses import replace

import numpy as np
from made_fields import make_fields, make_samples
from moving_fields import make_moving

from smen.data.held_out_file import HeldOutScores
from smen.data.records import TEST
from smen.methods.baselines.mean_residual import MeanResidual
from smen.methods.fusion.fusion_method import FusionMethod
from smen.methods.held_out_scores import held_out_scores
from smen.methods.smen_cnn.network_method import NetworkMethod
from smen.methods.smen_cnn.recipe import SHORT_RECIPE
from smen.stages.choose import choice_of


def network(epochs):
    return NetworkMethod(calibration_folds=2, training=replace(SHORT_RECIPE, epochs=epochs, threads=1))


def error(method, fields, samples):
    test = samples.with_target(TEST)
    return float(np.mean([np.nanstd(e) for e in method.predict(fields, test).mean - fields.fine[test.fine]]))


def chosen(fields, samples, trained):
    """What `auto` would choose, the quicker method first."""
    quick = held_out_scores(FusionMethod, fields, samples)
    assert len(quick.keys() & trained.held_out.keys()) == len(quick)
    return choice_of({"fusion": HeldOutScores(quick), "smen": HeldOutScores(trained.held_out)})


def test_where_detail_moves_the_network_is_better_and_chosen():
    fields = make_moving()
    samples = make_samples(fields)
    methods = {"smen": network(40), "fusion": FusionMethod(), "mean": MeanResidual()}
    errors = {}
    for name, method in methods.items():
        method.fit(fields, samples)
        errors[name] = error(method, fields, samples)
    assert errors["smen"] < 0.5 * errors["fusion"] < 0.5 * errors["mean"]
    choice = chosen(fields, samples, methods["smen"])
    assert choice.chosen == "smen"
    assert choice.reason.startswith("smen is better than fusion (+")


def test_where_it_stays_the_choice_falls_on_fusion():
    fields = make_fields(120)
    samples = make_samples(fields)
    method = network(4)
    method.fit(fields, samples)
    choice = chosen(fields, samples, method)
    assert choice.chosen == "fusion" and choice.dates >= 5
