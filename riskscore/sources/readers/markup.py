"""Read XML; refuse entities and references to the outside."""

from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from riskscore.sources.bad_file import BadFile


def root(content: bytes) -> Element:
    """The root element; BadFile for anything but clean XML."""
    try:
        return fromstring(content)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise BadFile(f"not clean XML ({error})", remedy="Fetch the file again.") from error


def child_text(element: Element, path: str) -> str:
    """The text of a child, stripped; empty when there is none."""
    return (element.findtext(path) or "").strip()
