"""Short forms of `xml.etree.ElementTree` to build the XML files that QGIS and GDAL read."""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

_QGIS_DOCTYPE = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"


def element(tag: str, attributes: Mapping[str, object] | None = None, *children: Element, text: object = "") -> Element:
    """Return an element.

    Args:
        tag: its name.
        attributes: its attributes; values are converted to text.
        *children: its elements, in order.
        text: text before its elements.
    """
    made = Element(tag, {name: str(value) for name, value in (attributes or {}).items()})
    made.text = str(text)
    made.extend(children)
    return made


def indented(root: Element) -> str:
    """Return the text of a file with one element a line; all elements have an end tag."""
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", short_empty_elements=False) + "\n"


def qgis_file(root: Element) -> str:
    """Return the text of a project or style of QGIS."""
    return _QGIS_DOCTYPE + indented(root)
