"""Keys of earlier versions, and where they are now: an old key is refused, and the message names the new one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

OLD_KEYS: dict[str, tuple[str, ...]] = {
    "source.search": ("source.cmr_url",),
    "source.login": ("source.edl_host",),
    "products.fine": (),
    "network.name": ("method",),
    "network.missing": ("smen.missing_residual",),
    "network.learn_from": ("fusion.learn_from",),
    "network.weights": ("fusion.weights", "smen.weights"),
    "training.epochs": ("smen.epochs",),
    "training.patience": ("smen.patience",),
    "training.learning_rate": ("smen.learning_rate",),
    "training.schedule": ("smen.schedule",),
    "training.flips": ("smen.augment_flips",),
    "training.batch_size": ("smen.batch_size",),
    "training.seed": ("fusion.seed", "smen.seed"),
    "training.threads": ("smen.threads",),
    "training.number_format": ("smen.precision",),
    "training.device": ("smen.device",),
    "paper.missing": ("paper.missing_residual",),
    "paper.instance": ("paper.time_instance",),
    "paper.number_format": ("paper.precision",),
    "paper.sizes_drawn": ("paper.sampling",),
    "paper.comparables": ("paper.learned_baselines",),
}
"""Old key: the new one; several where each method has its own; none where the key had no effect and is gone."""

OLD_SECTIONS = {"network": ("method", "fusion", "smen"), "training": ("fusion", "smen")}
"""Sections that are no more, and what stands in their place."""


def without_old_keys(values: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Take the old keys out of settings, those of single regions included.

    Args:
        values: settings as read from a file, unchecked.

    Returns:
        The settings without old keys, and a message for each old key that was there.
    """
    rest, messages = _section_by_section(values, "")
    regions = rest.get("regions")
    if isinstance(regions, Mapping):
        checked = {}
        for name, region in regions.items():
            checked[name] = region
            if isinstance(region, Mapping):
                checked[name], more = _section_by_section(region, f"regions.{name}.")
                messages += more
        rest["regions"] = checked
    return rest, messages


def _section_by_section(values: Mapping[str, Any], place: str) -> tuple[dict[str, Any], list[str]]:
    """Return one level of settings without old keys, and the messages about them; `place` is its dotted prefix."""
    rest: dict[str, Any] = {}
    messages: list[str] = []
    for section, keys in values.items():
        if isinstance(keys, Mapping):
            messages += _messages(section, keys, place)
            keys = {key: value for key, value in keys.items() if f"{section}.{key}" not in OLD_KEYS}
        if section not in OLD_SECTIONS:
            rest[section] = keys
        elif not isinstance(values[section], Mapping) or not values[section]:
            messages.append(f"`{place}{section}` is now {_named(OLD_SECTIONS[section], place)}")
    return rest, messages


def _messages(section: str, keys: Mapping[str, Any], place: str) -> Iterator[str]:
    """Yield a message for each old key of a section."""
    for key in keys:
        old = f"{section}.{key}"
        if old in OLD_KEYS:
            new = OLD_KEYS[old]
            yield f"`{place}{old}` " + (
                f"is now {_named(new, place)}" if new else "has one value only and is no key any more: leave it out"
            )
        elif section in OLD_SECTIONS:
            yield f"unknown key `{place}{old}`; the section `{section}` is now {_named(OLD_SECTIONS[section], place)}"


def _named(keys: tuple[str, ...], place: str) -> str:
    return " and ".join(f"`{place}{key}`" for key in keys)
