"""Numbers as people read them, rounded once; what nobody knows is a word, never a zero."""

import re
from collections.abc import Iterable, Mapping, Sequence

UNKNOWN = "unknown"
Names = Mapping[str, str]


def percent(share: float | None) -> str:
    """A share 0..1 in per cent, with one digit below ten."""
    if share is None:
        return UNKNOWN
    value = 100 * share
    if 0 < value < 0.05:
        return "<\N{NO-BREAK SPACE}0.1\N{NO-BREAK SPACE}%"
    digits = 0 if abs(value) >= 9.95 or value == 0 else 1
    return f"{value:.{digits}f}\N{NO-BREAK SPACE}%"


def change(share: float | None) -> str:
    """A change of a share in percentage points, with its sign."""
    return UNKNOWN if share is None else f"{_signed(100 * share, 1)} pp"


def part(share: float | None) -> str:
    """A relative change in per cent, with its sign."""
    return UNKNOWN if share is None else f"{_signed(100 * share, 1)} %"


def signed(value: float | None, digits: int = 3) -> str:
    """A number with its sign."""
    return UNKNOWN if value is None else _signed(value, digits)


def _signed(value: float, digits: int) -> str:
    rounded = round(value, digits)
    if rounded == 0:
        return "0"
    return f"{'+' if rounded > 0 else '−'}{abs(rounded):.{digits}f}"


def index(value: float | None) -> str:
    """An index 0..1 with three digits."""
    return UNKNOWN if value is None else f"{value:.3f}"


def tonnes(value: float | None) -> str:
    """Tonnes, from a thousand on as kilotonnes."""
    if value is None:
        return UNKNOWN
    if 0 < abs(value) < 0.5:
        return "less than 1 t"
    if abs(value) >= 99_950:
        return f"{value / 1000:,.0f} kt"
    return f"{value / 1000:,.1f} kt" if abs(value) >= 999.5 else f"{value:,.0f} t"


def number(value: float) -> str:
    """Three significant digits, from a thousand on whole, thousands apart, a real minus sign."""
    text = f"{value:,.0f}" if abs(value) >= 999.5 else f"{value:.3g}"
    return text.replace("-", "−")


def kilotonnes(value: float | None) -> str:
    """Thousand tonnes."""
    return UNKNOWN if value is None else f"{number(value)} kt"


def points(value: float | None) -> str:
    """A score 0..100."""
    return UNKNOWN if value is None else f"{value:.1f}"


def between(low: float, high: float) -> str:
    """Bounds of a score."""
    return f"{low:.0f}–{high:.0f}" if round(low) != round(high) else f"{low:.0f}"


def gain(low: float | None, high: float | None) -> str:
    """What N-1 falls by, between bounds, in per cent of the imports."""
    if low is None or high is None:
        return UNKNOWN
    least, most = f"{100 * low:.1f}", f"{100 * high:.1f}"
    span = least if least == most else f"{least}–{most}"
    return f"{span}\N{NO-BREAK SPACE}%"


def listed(words: Sequence[str], most: int) -> str:
    """Words after each other; what does not fit is counted."""
    shown = ", ".join(words[:most])
    return f"{shown} and {len(words) - most} more" if len(words) > most else shown


def years(values: Iterable[int]) -> str:
    """Years as a span: 2022–2024."""
    known = sorted(values)
    if not known:
        return ""
    return f"{known[0]}" if known[0] == known[-1] else f"{known[0]}–{known[-1]}"


def place(code: str | None, names: Names) -> str:
    """A place by its name."""
    return UNKNOWN if code is None else names.get(code, code)


def together(codes: Sequence[str], names: Names) -> str:
    """Places in words: Japan; Japan and United States."""
    words = [names.get(code, code) for code in codes]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def spelled(text: str, names: Names) -> str:
    """A sentence with places by their names in place of their codes."""
    return re.sub(r"\b[A-Z]{3}\b", lambda found: names.get(found[0], found[0]), text)


def plain(code: str) -> str:
    """A code as words: ``rare_earths`` is rare earths."""
    return code.replace("_", " ")
