"""The section `paper`: the published experiments, in parts by what uses them."""

from __future__ import annotations

from pydantic import Field

from smen.settings.choices import LayerOrder, MissingResidual, Padding, Precision, Sampling, TimeInstance
from smen.settings.section import Section


class PaperTraining(Section):
    """How the paper's networks are trained. Where the paper is silent, the choice is here."""

    epochs: int = Field(1000, ge=1, description="epochs of a training (published: 1000); fewer: a quick look")
    learning_rate: float = Field(1e-4, gt=0, lt=1, description="Adam's step size (published: 0.0001)")
    batch_size: int = Field(4, ge=1, description="dates a step (the paper is silent; small, for there are few dates)")
    padding: Padding = Field(
        "zeros", description="beyond the window's edge, for the convolutions (silent; zeros are usual)"
    )
    order: LayerOrder = Field(
        "relu_norm", description="of ReLU and batch normalisation in a block (relu_norm: as the paper lists them)"
    )
    missing_residual: MissingResidual = Field(
        "zero", description="what stands for a missing residual (silent; zero means: the coarse value holds there)"
    )
    normalise: bool = Field(
        True, description="bring inputs to numbers near one (silent; without, Adam at 1e-4 moves slowly)"
    )
    precision: Precision = Field(
        "auto", description="of the convolutions while training; auto: the quicker one of those that the processor has"
    )


class PaperDates(Section):
    """Which dates the paper's experiments have."""

    minimum_coverage: float = Field(
        0.1,
        gt=0,
        le=1,
        description="a date counts from this share of valid cells (silent; gives about its numbers of dates)",
    )
    time_instance: TimeInstance = Field(
        "overpass",
        description="a time instance of the residuals: each half-orbit with a 3 km field, or the latest of each day "
        "(silent)",
    )


class PaperSizes(Section):
    """Which dates a training-set size of Table 3 has."""

    sizes_test: int = Field(10, ge=2, description="test dates of Table 3: the last so many of the test period")
    sampling: Sampling = Field(
        "random",
        description="which training dates of Table 3: drawn at random from all before the test dates, the smaller "
        "sets inside the larger ones, or the latest before them",
    )


class PaperSettings(PaperSizes, PaperDates, PaperTraining):
    """The experiments of the paper, apart from `all`."""

    seeds: tuple[int, ...] = Field(
        (1,), min_length=1, description="each trains every network once more, from other initial weights"
    )
    inputs_region: str = Field(
        "auto", description="the region of Table 2; auto: tucson as published, or the first where there is none"
    )
    sizes_region: str = Field(
        "auto",
        description="the region of Table 3; the paper does not name it: auto: the first, for it has the most dates of "
        "the published three",
    )
    sizes: tuple[int, ...] = Field((10, 20, 50, 100), min_length=1, description="numbers of training dates in Table 3")
    learned_baselines: bool = Field(
        True, description="also fit the random forest, the SRCNN and the LSTM for the comparison (minutes a region)"
    )
