"""One way to write a day and a moment on every page: 27 Nov 2026, 27 Nov 2026 17:33 UTC."""

DATE_FORMAT = SHORT_DATE_FORMAT = "j M Y"
TIME_FORMAT = "H:i e"
DATETIME_FORMAT = SHORT_DATETIME_FORMAT = "j M Y H:i e"
YEAR_MONTH_FORMAT = "M Y"
MONTH_DAY_FORMAT = "j M"
# What people type, and what the inputs of a browser send.
DATE_INPUT_FORMATS = ["%Y-%m-%d", "%d %b %Y"]
