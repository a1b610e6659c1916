"""What is wrong with something that is to be written: every fault at once, each with its place."""

from collections.abc import Iterable
from dataclasses import dataclass

from riskscore.errors import ConflictError, ValidationError

#: Faults that are told; a thousand items may have ten thousand of them.
MOST = 100


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong. ``pointer`` is a JSON Pointer (RFC 6901) into what was sent, empty
    for the whole of it."""

    pointer: str
    words: str

    @property
    def line(self) -> str:
        """The fault as one line."""
        return f"{self.pointer}: {self.words}" if self.pointer else self.words


class Refused(ValidationError):
    """What was sent breaks rules; nothing is written. ``faults`` has the first :data:`MOST`."""

    code = "invalid_fields"
    remedy = "Correct what each fault names, and send it again."

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = list(faults)[:MOST]
        super().__init__("; ".join(fault.line for fault in self.faults[:5]))


class Implausible(ConflictError):
    """What was sent may be a slip; nothing is written before somebody says that it is meant."""

    code = "implausible"
    remedy = "Check what each entry names; if it is meant, send it again and accept it."

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = list(faults)[:MOST]
        super().__init__("; ".join(fault.line for fault in self.faults[:5]))


def refuse(*faults: Iterable[Fault]) -> None:
    """Raise Refused at the first of these that has any; those after it are not looked at."""
    for each in faults:
        if found := list(each):
            raise Refused(found)
