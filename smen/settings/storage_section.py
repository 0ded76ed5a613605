"""The section `storage`: where results are put beside the folder in which they are made."""

from __future__ import annotations

from pydantic import Field, field_validator

from smen.settings.section import Section
from smen.storage.s3_address import S3Address


class StorageSettings(Section):
    """Where results are put."""

    results: str | None = Field(
        None,
        description="s3://BUCKET/PREFIX, to which `all` then puts new and changed results (needs `pip install "
        "'smen[s3]'`); login and endpoint are those of AWS's own tools",
    )

    @field_validator("results")
    @classmethod
    def _is_an_address(cls, value: str | None) -> str | None:
        if value is not None:
            S3Address.parse(value)
        return value
