"""What is refused on purpose: one parent class with a stable code, a message and a remedy.

Whoever shows an error to a person (a command, a page of admin, the API) can catch RiskscoreError
and print it. This module imports nothing, so that every room may use it.
"""


class RiskscoreError(Exception):
    """Something was refused. ``str()`` is one line: the place, what is wrong, what to do.

    ``code`` is for programs and never changes; ``message`` says what is wrong; ``place`` says
    where (a file and row, a field, a node), or is empty; ``remedy`` says what to do. Each class
    has a remedy that holds for all its errors; whoever raises may give a better one, which then
    stands in the line too.
    """

    code: str = "error"
    remedy: str = "Report this message, with what you did before it came."

    def __init__(self, message: str = "", *, place: str = "", remedy: str = "") -> None:
        super().__init__(message)
        self.message, self.place = message, place
        self._own_remedy = remedy
        if remedy:
            self.remedy = remedy

    def __str__(self) -> str:
        told = f"{self.place}: {self.message}" if self.place else self.message
        if not self._own_remedy:
            return told
        # "it is empty; upload it again" and "It is empty. Upload it again."
        stop = ("" if told.endswith((".", "?")) else ".") if self.remedy[:1].isupper() else ";"
        return f"{told}{stop} {self.remedy}"


class ValidationError(RiskscoreError):
    """What was given (a file, a field, an option) breaks a rule; correct it and try again."""

    code = "invalid"
    remedy = "Correct what the message names, and try again."


class ConflictError(RiskscoreError):
    """What was asked for is well formed, but does not fit what is there now."""

    code = "conflict"
    remedy = "Look at how things stand now, then decide again."


class NotFoundError(RiskscoreError):
    """Nothing has this name or number."""

    code = "not_found"
    remedy = "Check the spelling, or choose one that exists."


class ForbiddenError(RiskscoreError):
    """This person may not do that."""

    code = "forbidden"
    remedy = "Ask an administrator for the permission that the message names."


class UnavailableError(RiskscoreError):
    """The machine or a server that is needed does not allow it now."""

    code = "unavailable"
    remedy = "Repair what the message names, and start again."
