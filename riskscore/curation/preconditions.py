"""Whether a write was made from what stands there: one rule for programs, whatever they write.

Forms carry all that they showed, and are joined field by field; a program names the version that it
read (RFC 9110, section 13.1.1; RFC 6585, section 3).

* A write that **replaces a whole record** needs the version: what it leaves out becomes empty, and
  its writer may never have seen it. Without one it is refused (428).
* A write that **names the fields** that it changes may do without: it says so itself.
* A version that is no longer the record's is refused in both (412). ``*`` is any version: the
  writer says that whatever stands there may go.
"""

from riskscore.errors import ConflictError


class Unconditional(ConflictError):
    """A write that replaces the whole record, and does not say from which version."""

    code = "precondition_required"
    remedy = "Read the record, and send its ETag as If-Match; `*` replaces whatever stands there."


class Outdated(ConflictError):
    """A write that was made from an earlier version of the record."""

    code = "precondition_failed"
    remedy = "Read the record again, join what changed with yours, and send the new ETag."


def check(if_match: str | None, tag: str, *, replaces_whole: bool) -> None:
    """Raise Unconditional or Outdated if a write must not be done; hold the record's lock before.

    ``if_match`` is the header as it was sent, ``tag`` the strong ETag of the record as it is shown
    now. Weak tags match nothing: two records that they call alike may differ.
    """
    if if_match is None:
        if replaces_whole:
            raise Unconditional("the whole record would be replaced, and If-Match is missing")
        return
    given = [one.strip() for one in if_match.split(",")]
    if "*" not in given and tag not in given:
        raise Outdated("it is no longer what If-Match says")
