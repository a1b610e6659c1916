"""Read XML; refuse entities and references to the outside.

XML says its encoding itself, or is UTF-8 or UTF-16. Some publishers' files are neither and say
nothing: their encoding is recognised like that of any text.
"""

from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from riskscore.sources.bad_file import BadFile
from riskscore.sources.readers.encodings import DECLARED, WINDOWS, of_bytes


def root(content: bytes) -> Element:
    """The root element; BadFile for anything but clean XML."""
    try:
        if not DECLARED.match(content) and of_bytes(content).codec == WINDOWS:
            return fromstring(content.decode(WINDOWS))
        return fromstring(content)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise BadFile(f"not clean XML ({error})", remedy="Fetch the file again.") from error


def child_text(element: Element, path: str) -> str:
    """The text of a child, stripped; empty when there is none."""
    return (element.findtext(path) or "").strip()
