"""An alert as a sentence, for pages and mails alike."""

from riskscore.models import Alert
from riskscore.models.scores import Band
from riskscore.releases import withdrawn


def in_words(row: Alert) -> str:
    """What happened, to what, and why as far as the row knows."""
    if row.kind == Alert.Kind.BAND:
        return f"{row.project}: {_bands(row)}"
    if row.kind == Alert.Kind.EVIDENCE:
        return f"{row.project}: {_statement(row)}"
    if row.kind == Alert.Kind.WEBHOOK:
        return f"webhook {row.webhook} was disabled: {row.note}"
    return _crossing(row)


def _bands(row: Alert) -> str:
    before, after = Band(row.band_before or 0), Band(row.band_after or 0)
    figures = f"{_points(row.score_before)} → {_points(row.score_after)}"
    cause = "by a new version of the method" if row.method_changed else _data(row)
    return f"{before.label} → {after.label} ({figures}), {cause}, seen through {row.lens}"


def _data(row: Alert) -> str:
    """What of the data is new, as far as the job's edition tells."""
    gone = withdrawn.at(row.job.edition_id) if row.job else ""
    return f"by new data ({gone})" if gone else "by new data"


def _points(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"


def _statement(row: Alert) -> str:
    if (said := row.evidence) is None:
        return "a statement"
    what = f"{said.get_kind_display().lower()}{f', {said.level}' if said.level else ''}"
    new = "a new version of a statement" if said.supersedes_id else "a new statement"
    return f"{new}: {what}, {said.happened_on:%-d %b %Y} ({said.get_status_display().lower()})"


def _crossing(row: Alert) -> str:
    if (crossed := row.crossing) is None:
        return "a limit of a portfolio"
    about = crossed.place_id or (crossed.company.name if crossed.company else "")
    what = f"{crossed.get_what_display()}{f' ({about})' if about else ''}"
    change = f"{crossed.before or 'first seen'} → {crossed.after}"
    return f"portfolio {crossed.portfolio}: {what} {change}"
