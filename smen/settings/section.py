"""The base class of everything that a settings file or a job may hold."""

from __future__ import annotations

from typing import TypeVar

from pydantic import BaseModel, ConfigDict

S = TypeVar("S", bound="Section")


class Section(BaseModel):
    """A block of keys: immutable, typed strictly, unknown keys refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, validate_default=True)


def narrow(model: type[S], section: Section) -> S:
    """Return only those keys of a section that a narrower model has.

    Args:
        model: the narrower one; keys of its own that the section lacks take their defaults.
        section: where the values come from.
    """
    shared = model.model_fields.keys() & type(section).model_fields.keys()
    return model.model_validate({key: getattr(section, key) for key in shared})
