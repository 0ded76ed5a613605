"""The methods' own sections: all options of each method, and the part of them that a training uses."""

from __future__ import annotations

from pydantic import Field, ValidationInfo, field_validator

from smen.settings.choices import Device, Learns, MissingResidual, Precision, Schedule, Threads, UserPath
from smen.settings.section import Section

FRAMES = 4
"""Earlier 3 km dates that the paper's network takes: three blocks of kernels over two dates each make one of four."""

_WEIGHTS = "a .safetensors file of this method, trained elsewhere: used as it is, nothing is trained"


class FusionOptions(Section):
    """What a training of `fusion` uses."""

    seed: int = Field(1, ge=0, description="of the random features and of the frames that are left out")
    covariates: dict[str, UserPath] = Field(
        {},
        description="static rasters that soil moisture may follow, by name, e.g. {sand: sand.tif, elevation: dem.tif}, "
        "of any extent and CRS; `{region}` in a path stands for the region's name",
    )
    covariate_classes: tuple[str, ...] = Field(
        (), description="those of the covariates whose numbers are classes, e.g. [land_cover]"
    )

    @field_validator("covariate_classes")
    @classmethod
    def _classes_are_covariates(cls, names: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        for name in names:
            if name not in info.data.get("covariates", names):
                raise ValueError(f"`{name}` is not one of the covariates")
        return names


class FusionSettings(FusionOptions):
    """Ridge regression on features of the coarse and fine history, with uncertainty: the default method."""

    learn_from: tuple[str, ...] = Field(
        (),
        description="other regions to learn from as well, e.g. for a region with few dates or none; the weight of "
        "their dates is chosen by the region's own dates",
    )
    weights: UserPath | None = Field(None, description=_WEIGHTS)


class SmenOptions(Section):
    """What a training of `smen` uses."""

    learns: Learns = Field(
        "remainder",
        description="what the same network learns: what the interpolated SMAP field and the mean residual leave, to "
        "which it is added again (remainder), or the whole field (field: published)",
    )
    epochs: int = Field(8, ge=1, description="at most so many epochs (published: 1000)")
    patience: int | None = Field(
        None,
        ge=1,
        description="stop after so many epochs without a better validation loss; null: never (published); a network of "
        "the remainder then learns from the validation dates as well",
    )
    learning_rate: float = Field(
        2e-3, gt=0, lt=1, description="Adam's step size, with one_cycle the greatest (published: 0.0001)"
    )
    schedule: Schedule = Field(
        "one_cycle",
        description="constant (published), cosine: falling to nearly 0 over the epochs, or one_cycle: rising first",
    )
    augment_flips: bool = Field(False, description="mirror the images at random while training")
    batch_size: int = Field(4, ge=1, description="dates a step")
    seed: int = Field(1, ge=0, description="of the initial weights and the order of the dates")
    threads: Threads = Field(
        "auto", description="processors for one training; auto: all, at most 4 (the number enters the result)"
    )
    precision: Precision = Field(
        "auto", description="of the convolutions; auto: the quicker one of those that the processor has"
    )
    device: Device = Field("auto", description="auto: a GPU where there is one")
    missing_residual: MissingResidual = Field(
        "climatology",
        description="stands for a missing residual: climatology, the mean of the training residuals there, or zero",
    )
    calibration_folds: int = Field(
        3,
        ge=0,
        description="folds of dates; networks trained without each of them tell the standard deviation of the maps' "
        "errors; 0: maps have none",
    )

    @field_validator("calibration_folds")
    @classmethod
    def _one_fold_is_none(cls, folds: int) -> int:
        if folds == 1:
            raise ValueError("one fold would leave no date to learn from: write 2 or more, or 0 for no deviation")
        return folds


class SmenSettings(SmenOptions):
    """The paper's network, its level matched to SMAP's."""

    weights: UserPath | None = Field(None, description=_WEIGHTS)
