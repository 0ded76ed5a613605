"""How a region's methods are trained: of a method's settings just those that its training uses."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from smen.settings.choices import BUILT_IN, OWN_METHOD
from smen.settings.method_sections import FusionOptions, SmenOptions
from smen.settings.section import Section


class FusionRecipe(FusionOptions):
    """How the method `fusion` is trained."""

    method: Literal["fusion"] = "fusion"
    donor_regions: dict[str, tuple[int, ...]] = Field(
        description="other regions to learn from as well, and their training years"
    )


class SmenRecipe(SmenOptions):
    """How the method `smen` is trained."""

    method: Literal["smen"] = "smen"


class OwnRecipe(Section):
    """How a method of the user's is trained."""

    method: str = Field(pattern=OWN_METHOD.pattern)
    digest: str = Field(description="of the module's text")


def _kind_of_recipe(value: object) -> str:
    """Which recipe a method has: of its own name, or that of a user's class."""
    method = value.get("method", "") if isinstance(value, dict) else getattr(value, "method", "")
    return method if method in BUILT_IN else "own"


Recipe = Annotated[
    Annotated[FusionRecipe, Tag("fusion")] | Annotated[SmenRecipe, Tag("smen")] | Annotated[OwnRecipe, Tag("own")],
    Discriminator(_kind_of_recipe),
]
