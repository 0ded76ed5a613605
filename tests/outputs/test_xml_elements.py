"""Short forms to build XML."""

from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from smen.outputs.xml_elements import element, indented, qgis_file

# What XML 1.0 can hold: no control characters, no surrogates; a carriage return is read back as a line feed.
TEXTS = st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"))


@given(text=TEXTS, value=TEXTS)
def test_texts_and_attributes_read_back(text, value):
    root = ElementTree.fromstring(indented(element("a", {"b": value}, element("c", text=text))))
    assert root.get("b") == value
    assert (root.findtext("c") or "") == text


def test_children_stand_in_their_order():
    root = element("a", {"n": 1}, element("b"), element("c", text=2), element("b", {"m": True}))
    assert [child.tag for child in root] == ["b", "c", "b"]
    assert (root.get("n"), root[1].text, root[2].get("m")) == ("1", "2", "True")


def test_a_file_has_one_element_a_line_and_end_tags():
    text = indented(element("a", None, element("b"), element("c", text="x")))
    assert text == "<a>\n  <b></b>\n  <c>x</c>\n</a>\n"


def test_a_file_of_qgis_begins_with_its_doctype():
    text = qgis_file(element("qgis", {"version": "3.22.0"}))
    assert text.splitlines()[0] == "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>"
    assert ElementTree.fromstring(text).tag == "qgis"
