"""Numbers as words: rounded once, here, and never anywhere earlier."""

import math
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from riskscore.engine.catalogue import Indicator
from riskscore.models.scores import Band

NOTHING = "–"


def points(value: float | None) -> str:
    """A score 0..100 to one decimal; a dash where nobody knows."""
    return NOTHING if value is None or math.isnan(value) else f"{value:.1f}"


def signed(difference: float) -> str:
    """A difference of scores to one decimal, with its sign; 0.0 has none."""
    text = f"{difference:+.1f}"
    return "0.0" if text in ("+0.0", "-0.0") else text.replace("-", "−")


def share(value: float | None) -> str:
    """A share 0..1 as whole per cent."""
    return NOTHING if value is None or math.isnan(value) else f"{100 * value:.0f}\u00a0%"


def moment(value: datetime) -> str:
    """A moment as every page writes it, with its zone: 27 Nov 2026 17:33 UTC."""
    return date_format(timezone.localtime(value), "DATETIME_FORMAT")


def number(value: float) -> str:
    """Three significant digits, thousands apart, a real minus sign."""
    text = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return text.replace("-", "−")


def raw(indicator: Indicator | None, value: float) -> str:
    """A raw value as its indicator means it: a level by its name, a share in per cent."""
    if indicator is None:
        return number(value)
    if indicator.levels:
        return _level(indicator.levels, value)
    if indicator.unit == "0/1":
        return "yes" if value else "no"
    if indicator.unit == "share 0..1":
        return share(value)
    return number(value)


def _level(levels: tuple[str, ...], value: float) -> str:
    """The name of an ordinal level; a number that names none is shown as it is."""
    if value == int(value) and 0 <= value < len(levels):
        return levels[int(value)].replace("_", " ")
    return number(value)


def unit(indicator: Indicator | None) -> str:
    """What stands behind the raw value; nothing where the value already says it."""
    if indicator is None or indicator.levels or indicator.unit in ("0/1", "share 0..1"):
        return ""
    return indicator.unit


def band_class(band: int) -> str:
    """The style of a band, as the stylesheet names it: ``high``, ``not-assessed``."""
    return Band(band).label.replace(" ", "-")


def band(value: int) -> SafeString:
    """A band by its name, on its colour."""
    return format_html('<span class="band {}">{}</span>', band_class(value), Band(value).label)


def link(url: str) -> SafeString:
    """A web address as a link; anything else (``javascript:``) stays text."""
    if not url.startswith(("https://", "http://")):
        return format_html("{}", url)
    return format_html('<a href="{}" rel="noreferrer noopener">{}</a>', url, url)


def length(duration: timedelta) -> str:
    """A span of time in its two greatest units."""
    seconds = int(duration.total_seconds())
    if seconds < 60:
        return f"{duration.total_seconds():.1f} s"
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {seconds} s"


def count(number: int, one: str, many: str = "") -> str:
    """So many of something: ``1 job``, ``2 jobs``, ``1,000 companies``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def code(value: str) -> str:
    """A mineral's code as words: ``rare_earths`` is rare earths."""
    return value.replace("_", " ")
