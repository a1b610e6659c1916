"""In which encoding a file is written: recognised once, for every reader of text.

UTF-8 goes first and strictly, with or without a byte order mark; UTF-16 needs its mark. What is
neither is read as Windows-1252 (of which Latin-1's letters are a part) if that gives words as
people write them: any 8-bit file decodes as Windows-1252, and the é of Mac Roman is then a Ž, that
of code page 850 a ‚, a Cyrillic word a row of accents. Such a file is refused. What was read so is
said, with the first words that show it, for a person to look at.
"""

import codecs
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from riskscore.sources.bad_file import BadFile
from riskscore.sources.readers.unpacking import DAMAGED, unpacked
from riskscore.sources.readers.zip_guard import ZIP_MAGIC

UTF8, UTF8_MARKED, UTF16, WINDOWS = "utf-8", "utf-8-sig", "utf-16", "cp1252"
AS_UTF8 = "Save the file as UTF-8 (in Excel: CSV UTF-8)."
BLOCK = 1024**2
START = (b"", 0)
#: XML says its encoding in its first line.
SHOWN = 200
DECLARED = re.compile(rb"^(?:\xef\xbb\xbf)?\s*<\?xml[^>]*\bencoding\s*=")
#: What a hostile file may unpack to before nobody looks any further; readers have limits of theirs.
LARGEST = 4 * 1024**3
MOST_WORDS, MOST_LETTERS = 3, 40
#: What parts words, and the words of so many pieces of a megabyte are looked at for examples.
SEPARATORS = bytes.maketrans(b',;|"', b"    ")
MOST_BLOCKS = 16
_LETTER = r"[^\W\d_]"
_ACCENTED = "À-ÖØ-öø-ÿŠšŽžŒœŸ"
#: What no word has that really is Windows-1252; each is what another encoding's letters become.
IMPLAUSIBLE = re.compile(
    "|".join(
        (
            # a mark between two letters: é, ó, ü … of Mac Roman and of the code pages of DOS
            f"(?<={_LETTER})[‚„…†‡ˆ‰‹“”•˜™›¡¢£¤¥¦§¨©«¬®¯°±²³µ¶¸¹»¼½¾¿×÷€](?={_LETTER})",
            # a capital inside a word of small letters, as in QuŽbec and SÆo
            "(?<=[a-zß-öø-ÿ])[À-ÖØ-ÞŠŽŒŸ]",
            # three accented letters in a row: Cyrillic, Greek, Chinese
            f"[{_ACCENTED}]{{3,}}",
            # UTF-8 among what is not
            f"[ÃÂ](?=[^\\x00-\\x7f{_ACCENTED}])",
            # ú and é at the end of a word, as in Perœ, Per£ and Tom‚
            "œ(?![^\\W\\d_])|(?<=[a-z])[‚„¢£¤¥¦¨¬¯¸ˆ˜¡¿]",
            # katakana in Shift JIS, É of Mac Roman
            "ƒ",
        )
    )
)


@dataclass(frozen=True, slots=True)
class Encoding:
    """How the bytes of a file become text: Python's codec, and the first words that show it."""

    codec: str
    words: tuple[str, ...] = ()

    @property
    def remark(self) -> str:
        """A sentence for the report of an import; empty for plain ASCII."""
        shown = ", ".join(f"“{word}”" for word in self.words)
        match self.codec:
            case "cp1252":
                return f"read as Windows-1252: check that these words are right: {shown}"
            case "utf-16":
                return "read as UTF-16"
            case "utf-8-sig":
                return "read as UTF-8, with a byte order mark"
        return "read as UTF-8" if shown else ""


def recognised(file: BinaryIO, *, in_lines: bool = True) -> Encoding:
    """The encoding of a file, which may be gzipped; the file is left at its start.

    Raises BadFile, with the line, where no reading is safe. What is wrong with the gzip, or with a
    line of more than a megabyte (``in_lines``: there must be none), is left to who reads the file.
    """
    try:
        marked = _marked(unpacked(file).read(4))
        if marked:
            return marked
        if _is_utf8(file, in_lines=in_lines):
            return Encoding(UTF8, _words(file, UTF8))
        _refuse_implausible(file)
        return Encoding(WINDOWS, _words(file, WINDOWS))
    except DAMAGED:
        return Encoding(UTF8)
    finally:
        file.seek(0)


def remark_on(file: BinaryIO) -> str:
    """What to say of the encoding of a file; empty where it needs no word or its reader refuses.

    XML that states its encoding is none of ours to judge, nor is a workbook or any other zip.
    """
    start = file.read(SHOWN)
    file.seek(0)
    if DECLARED.match(start) or start.startswith(ZIP_MAGIC):
        return ""
    try:
        return recognised(file, in_lines=False).remark
    except BadFile:
        return ""


def of_bytes(content: bytes) -> Encoding:
    """The encoding of a file that is held whole."""
    return recognised(io.BytesIO(content), in_lines=False)


def _marked(start: bytes) -> Encoding | None:
    if start.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise BadFile("the file is UTF-32", row=1, remedy=AS_UTF8)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Encoding(UTF16)
    if start.startswith(codecs.BOM_UTF8):
        return Encoding(UTF8_MARKED)
    if start[1:2] == b"\0" or start[:1] == b"\0":
        raise BadFile("the file is UTF-16 without its mark", row=1, remedy=AS_UTF8)
    return None


def _is_utf8(file: BinaryIO, *, in_lines: bool) -> bool:
    """Whether every byte of the file is UTF-8, strictly."""
    decoder = codecs.getincrementaldecoder(UTF8)()
    stream, total = unpacked(file), 0
    try:
        while total < LARGEST and (block := stream.read(BLOCK)):
            if in_lines and len(block) == BLOCK and b"\n" not in block:
                return True
            total += len(block)
            if not (block.isascii() and decoder.getstate() == START):
                decoder.decode(block)
        decoder.decode(b"", final=total < LARGEST)
    except UnicodeDecodeError:
        return False
    return True


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    """The file in pieces of about a megabyte that end where a line ends, if one does."""
    stream, total = unpacked(file), 0
    while total < LARGEST and (block := stream.read(BLOCK)):
        block += stream.readline(BLOCK)
        total += len(block)
        yield block


def _words_of(block: bytes) -> Iterator[bytes]:
    """The different words of a piece of a file that are not plain ASCII, in their order."""
    if not block.isascii():
        words = dict.fromkeys(block.translate(SEPARATORS).split())
        yield from (word for word in words if not word.isascii())


def _words(file: BinaryIO, codec: str) -> tuple[str, ...]:
    """The first different words of a file that are not plain ASCII."""
    result: dict[str, None] = {}
    for block in islice(_blocks(file), MOST_BLOCKS):
        for word in _words_of(block):
            result[word.decode(codec, "replace")[:MOST_LETTERS]] = None
            if len(result) == MOST_WORDS:
                return tuple(result)
    return tuple(result)


def _refuse_implausible(file: BinaryIO) -> None:
    lines = 0
    for block in _blocks(file):
        for word in _words_of(block):
            if reason := why_not_windows(word):
                line = lines + block[: block.index(word)].count(b"\n") + 1
                shown = word.decode("latin-1")[:MOST_LETTERS]
                raise BadFile(f"not UTF-8, and {reason}", row=line, value=shown, remedy=AS_UTF8)
        lines += block.count(b"\n")


def why_not_windows(word: bytes) -> str:
    """Why a word cannot be Windows-1252; empty if it can."""
    try:
        text = word.decode(WINDOWS)
    except UnicodeDecodeError as error:
        return f"the byte {word[error.start]:#04x} is nothing in Windows-1252"
    if IMPLAUSIBLE.search(text):
        return (
            f"as Windows-1252 a word would be “{text[:MOST_LETTERS]}”: some other encoding"
            " (Mac Roman, a code page of DOS, another script)"
        )
    return ""
