"""The section `source`: where granules come from."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from smen.settings.choices import BadGranules, SourceKind, UserPath
from smen.settings.section import Section
from smen.storage.s3_address import S3Address, is_s3


class SourceSettings(Section):
    """Where granules come from."""

    kind: SourceKind = Field(
        "simulated",
        description="simulated (made here, no account needed), directory (a tree of granules that you have), or "
        "earthdata (NASA's archive; needs a free login)",
    )
    directory: UserPath | None = Field(
        None,
        description="for directory: the folder of the granules, of any depth, e.g. NSIDC's product/date folders; or "
        "s3://BUCKET/PREFIX (see `workflow/docs/operation.md`)",
    )
    truth: UserPath | None = Field(
        None,
        description="for directory and earthdata: a folder of truth files (CF NetCDF) to be evaluated against, if "
        "there is one",
    )
    bad_granules: BadGranules = Field(
        "stop",
        description="a granule that cannot be read, or that the archive lists and does not have: stop and list them "
        "all, or skip it and say so",
    )
    seed: int = Field(1, ge=0, description="for simulated: another number gives another world")
    connections: int = Field(6, ge=1, le=32, description="for earthdata: downloads at a time, all jobs together")
    cmr_url: str | None = Field(
        None,
        pattern="^https://",
        description="for earthdata: the address of another Common Metadata Repository (CMR) than NASA's, e.g. that of "
        "a test system",
    )
    edl_host: str | None = Field(None, description="for earthdata: the host of another Earthdata Login than NASA's")

    @model_validator(mode="after")
    def _directory_is_named(self) -> Self:
        if self.kind == "directory" and not self.directory:
            raise ValueError("source.kind is directory, but source.directory names no folder: name it")
        if is_s3(self.directory):
            S3Address.parse(self.directory or "")
        return self
