"""Where a run says what happens: that the place is full, or gone, ends no service."""

from contextlib import suppress
from typing import Any, TextIO, cast


def unfailing(file: TextIO) -> TextIO:
    """The same file, which never raises OSError for what is written."""
    return cast(TextIO, _Unfailing(file))


class _Unfailing:
    """A terminal, pipe or file whose refusal of what is written goes unheard.

    What a full disk refuses stays in the file's own buffer and is written once there is room.
    """

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, text: str) -> int:
        """Write the text if that can be; return its length."""
        with suppress(OSError):
            self._file.write(text)
        return len(text)

    def flush(self) -> None:
        """Hand on what is kept if that can be."""
        with suppress(OSError):
            self._file.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)
