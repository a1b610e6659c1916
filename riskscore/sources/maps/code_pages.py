"""Which encoding the texts of a dBASE table are in, by its own word and by that of a .cpg file.

The byte at 29 of a .dbf (its language driver) names a code page of Visual FoxPro or dBASE; a .cpg
file names one in the words of ESRI, GDAL or QGIS, and wins. Sources: the tables of dbfread
(github.com/olemb/dbfread, from Ethan Furman's dbf) and of tcldbf (github.com/ooa64/tcldbf2), which
repeat those of Microsoft and ESRI. What only one of them has, or each has otherwise (Kamenicky,
Mazovia), is not here.
"""

import codecs
import re

AT = 29
#: The marks of UTF-16.
WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
#: By page, the marks that a table has for it. 0x57, "the page of the system that wrote it", says
#: nothing and is not among them.
PAGES = {
    "cp437": (0x01, 0x09, 0x0B, 0x0D, 0x0F, 0x11, 0x15, 0x18, 0x19, 0x1B),
    "cp737": (0x6A,),
    "cp850": (0x02, 0x0A, 0x0E, 0x10, 0x12, 0x14, 0x16, 0x1A, 0x1D, 0x25, 0x37),
    "cp852": (0x1F, 0x22, 0x23, 0x40, 0x64),
    "cp857": (0x6B,),
    "cp860": (0x24,),
    "cp861": (0x67,),
    "cp863": (0x1C,),
    "cp865": (0x08, 0x17, 0x66),
    "cp866": (0x26, 0x65),
    "cp874": (0x50, 0x7C),
    "cp932": (0x13, 0x7B),
    "gbk": (0x4D, 0x7A),
    "cp949": (0x4E, 0x79),
    "cp950": (0x4F, 0x78),
    "cp1250": (0xC8,),
    "cp1251": (0xC9,),
    "cp1252": (0x03, 0x58, 0x59),
    "cp1253": (0xCB,),
    "cp1254": (0xCA,),
    "cp1255": (0x7D,),
    "cp1256": (0x7E,),
    "mac_cyrillic": (0x96,),
    "mac_latin2": (0x97,),
    "mac_greek": (0x98,),
}
DRIVERS = {driver: page for page, drivers in PAGES.items() for driver in drivers}
#: Words that are not called so in Python: ISO 8859 without hyphens, numbers of Windows' code pages.
WORDS = {
    "65001": "utf-8", "utf8": "utf-8", "unicode": "utf-8", "936": "gbk", "54936": "gb18030",
    "28605": "iso8859-15", "20127": "ascii", "20866": "koi8_r", "21866": "koi8_u",
    "51932": "euc_jp", "51949": "euc_kr",
    "10000": "mac_roman", "macintosh": "mac_roman", "sjis": "cp932", "shiftjis": "cp932",
    "eucjp": "euc_jp", "euckr": "euc_kr", "gb2312": "gbk", "latin1": "iso8859-1", "l1": "iso8859-1",
}  # fmt: skip
#: Encodings in which plain ASCII is itself, so that a table can be in them.
USABLE = re.compile(
    r"(cp\d+|iso8859-\d+|utf-8|koi8-[rut]|mac-\w+|gbk|gb2312|gb18030|big5\w*|shift_jis\w*|euc_\w+"
    r"|ascii|johab|tis-620)$"
)
PLAIN = b" 0123456789ABCXYZabcxyz-.,()"


def of_driver(table: bytes) -> str:
    """The encoding that the table itself names: "" for none, or for that of the writer's system."""
    return DRIVERS.get(driver(table), "")


def driver(table: bytes) -> int:
    """The language driver of a .dbf; 0 for none."""
    return table[AT] if len(table) > AT else 0


def said(cpg: bytes) -> str:
    """The word of a .cpg file: "" where it has none."""
    encoding = "utf-16" if cpg[:2] in WIDE else "utf-8-sig"
    text = cpg.decode(encoding, "replace").replace("\0", "").strip().strip("\"'").strip()
    return text.splitlines()[0].strip()[:40] if text else ""


def of_word(word: str) -> str:
    """The encoding that a word of a .cpg means: "" where it names none ("ANSI", "OEM", "x")."""
    plain = re.sub(r"[\s_\-.:/]", "", word).casefold()
    if number := re.fullmatch(r"ldid(\d{1,3})", plain):
        return DRIVERS.get(int(number[1]), "")
    plain = re.sub(r"^(ansi|oem|windows|win|ms|cp|codepage|ibm|dos)+(?=\d)", "", plain)
    plain = re.sub(r"^(iso|iec)+(?=\d)", "", plain)
    if part := re.fullmatch(r"(?:8859|2859)(1[0-6]|[1-9])", plain):
        return _known(f"iso8859-{part[1]}")
    if plain in WORDS:
        return WORDS[plain]
    return _known(f"cp{plain}") or _known(plain) or _known(word)


def _known(name: str) -> str:
    """Python's name of an encoding that a table can be in, or ""."""
    try:
        found = codecs.lookup(name).name
        is_usable = USABLE.match(found) and PLAIN.decode(found) == PLAIN.decode("ascii")
    except (LookupError, ValueError):
        return ""
    return found if is_usable else ""
