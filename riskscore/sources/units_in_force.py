"""Each figure in the unit that stands for it, within what that unit can be: one rule for all.

The unit that stands is the catalogue's, or where publishers state each mineral in a unit of its own
the one in which the figures in force are. A figure in another unit of the same dimension is
converted; one without a unit is taken in the unit that stands, and a remark says so; what cannot be
converted, or could be two things, is refused.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from riskscore.engine.catalogue import get
from riskscore.engine.inputs.measures import UnitDoubt, conversion, converted, measure
from riskscore.engine.inputs.plausible import WHOLE, plausible
from riskscore.sources import figure_stages as stages
from riskscore.sources.bad_file import BadFile
from riskscore.sources.coded_observations import CodedObservation
from riskscore.sources.left_out import Remark

Subject = tuple[str, ...]
"""What a unit or a stage stands for: the indicator, and by it the mineral, the project or more."""
MOST_REMEMBERED = 100_000
#: Examples of what was converted or taken as it stands.
MOST_SHOWN = 3
#: Units of the catalogue that are no measure, by the words that files have for them.
SAME = {
    "estimate, about -2.5 to 2.5": (
        "estimate", "estimates", "standard normal units", "standard deviations", "units",
        "estimate, about -2.5 to 2.5", "-2.5 to 2.5",
    ),
}  # fmt: skip
ERROR = "standard_error"
CHECK = "Check the unit and the decimal point; leave out what is missing."


class _Way(NamedTuple):
    """What becomes of the rows of one label: their stage and label, by what their values are
    multiplied (None: left as they are), and between which values they can lie."""

    stage: str
    label: str
    by: Fraction | None
    low: float
    high: float
    is_whole: bool
    remark: str


@dataclass
class UnitsInForce:
    """Settles the figures of one file, one by one.

    ``standing``: subject → stage → label of the figures in force. Subjects that are not among
    them get the first unit that the file states.
    """

    standing: dict[Subject, dict[str, str]] = field(default_factory=dict)
    _ways: dict[tuple[Subject, str], _Way | BadFile] = field(default_factory=dict)
    _remarks: dict[str, tuple[int, list[str]]] = field(default_factory=dict)

    def settle(
        self, row: CodedObservation, line: int | None = None, project: str = "", column: str = ""
    ) -> tuple[str, CodedObservation]:
        """(stage, the row in the unit that stands). Raises BadFile, with line and column."""
        subject = subject_of(row.indicator, row.place, row.mineral, row.importer, project)
        way = self._ways.get((subject, row.label))
        if way is None:
            way = self._way(subject, row)
            if len(self._ways) < MOST_REMEMBERED:
                self._ways[subject, row.label] = way
        if isinstance(way, BadFile):
            raise BadFile(
                way.reason, row=line, column=way.column, value=way.value, remedy=way.remedy
            )
        value, error = row.value, row.standard_error
        if way.by is not None:
            value = converted(value, way.by)
            error = None if error is None else converted(error, way.by)
        if not way.low <= value <= way.high or (way.is_whole and value != int(value)):
            raise _implausible(row, way, value, line, column or "value")
        if error is not None and error > way.high - way.low:
            raise _implausible(row, way, error, line, ERROR)
        if way.remark:
            self._note(way.remark, row)
        if way.by is None and way.label == row.label:
            return way.stage, row
        return way.stage, row._replace(value=value, standard_error=error, label=way.label)

    def remarks(self) -> Iterator[Remark]:
        """What was converted, and what was taken in the unit or for the stage that stands."""
        for text, (count, examples) in self._remarks.items():
            more = ", …" if count > len(examples) else ""
            yield Remark(f"{count:,} × {text}: {', '.join(examples)}{more}")

    def _note(self, remark: str, row: CodedObservation) -> None:
        count, examples = self._remarks.get(remark, (0, []))
        if len(examples) < MOST_SHOWN:
            about = (row.place, row.mineral, row.importer, str(row.year))
            examples.append(" ".join(part for part in about if part))
        self._remarks[remark] = (count + 1, examples)

    def _way(self, subject: Subject, row: CodedObservation) -> _Way | BadFile:
        """What becomes of the rows of a subject with this label."""
        said = stages.said(row.indicator, row.label)
        known = self.standing.setdefault(subject, {})
        if not said.stage and stages.has_stages(row.indicator) and known and "" not in known:
            if len(known) > 1:
                return _which_stage(row, known)
            said = said._replace(stage=next(iter(known)))
        try:
            result = _way(row, said, known.get(said.stage, ""))
        except UnitDoubt as doubt:
            return _refused(row, said.unit, str(doubt), known.get(said.stage, ""))
        if not isinstance(result, BadFile):
            known.setdefault(said.stage, result.label)
        return result


def subject_of(
    indicator: str, place: str | None, mineral: str | None, importer: str | None, project: str
) -> Subject:
    """For what one unit and one set of stages stands."""
    if indicator in stages.BY_LABEL and indicator != "ec.trade":
        return indicator, place or "", mineral or "", importer or ""
    return indicator, mineral or "", project


def _way(row: CodedObservation, said: stages.Said, standing: str) -> _Way | BadFile:
    """``standing``: the label of the figures that stand, "" for none. Raises UnitDoubt."""
    indicator = get(row.indicator)
    if row.indicator in stages.BY_LABEL or indicator.levels:
        return _by_label(row, said, standing)
    fixed = "" if "as stated" in indicator.unit else indicator.unit
    unit = fixed or stages.said(row.indicator, standing).unit
    label, by, remark = row.label, None, ""
    if not said.unit and not fixed:
        if not unit:
            return _no_unit(row)
        label = standing
        remark = f"{row.indicator} without a unit taken in {unit!r}, which stands"
    elif said.unit and not unit:
        if measure(said.unit) is None and not stages.has_stages(row.indicator):
            return _refused(row, said.unit, "no unit that is known", "")
    elif said.unit and said.unit != unit:
        by = conversion(said.unit, unit)
        if by is None and stages.folded(said.unit) not in SAME.get(fixed, ()):
            return _refused(row, said.unit, "it cannot be converted", unit)
        if by == 1 or by is None:
            by, label = None, row.label if fixed else standing
        else:
            label = fixed or standing
            remark = f"{row.indicator} in {said.unit!r} converted to {unit!r}, which stands"
    low, high = plausible(indicator, unit or said.unit)
    return _Way(said.stage, label, by, low, high, indicator.unit in WHOLE, remark)


def _by_label(row: CodedObservation, said: stages.Said, standing: str) -> _Way:
    """Levels and factors: the label is no unit. Without one it is about the one that stands."""
    indicator = get(row.indicator)
    low, high = (0, len(indicator.levels) - 1) if indicator.levels else plausible(indicator)
    if row.label or not standing:
        return _Way(said.stage, row.label, None, low, high, bool(indicator.levels), "")
    remark = f"{row.indicator} without a stage taken for {standing!r}, which stands"
    return _Way(said.stage, standing, None, low, high, bool(indicator.levels), remark)


def _which_stage(row: CodedObservation, known: Mapping[str, str]) -> BadFile:
    return BadFile(
        f"{_about(row)} is stated for several stages, and the row says none: "
        + ", ".join(sorted(known)[:10]),
        column="stage", remedy="Say in the column stage which one it is about.",
    )  # fmt: skip


def _no_unit(row: CodedObservation) -> BadFile:
    return BadFile(
        f"{_about(row)} has no unit here, and none stands", column="unit",
        remedy="Write the unit: t, kt, kg, ct, Mio m3.",
    )  # fmt: skip


def _refused(row: CodedObservation, unit: str, why: str, stands: str) -> BadFile:
    if stands:
        remedy = f"State it in {stands}, or in a unit of the same kind."
        return BadFile(
            f"{_about(row)} stands in {stands}: {why}", column="unit", value=unit, remedy=remedy
        )
    return BadFile(
        f"{_about(row)}: {why}", column="unit", value=unit,
        remedy="Write a unit such as t, kt, kg, ct or Mio m3.",
    )  # fmt: skip


def _about(row: CodedObservation) -> str:
    return " ".join(part for part in (row.indicator, row.mineral) if part)


def _implausible(
    row: CodedObservation, way: _Way, value: float, line: int | None, column: str
) -> BadFile:
    """A value, or an error, that cannot be; where no line is known, whose it is."""
    parts = (row.place, row.mineral, row.importer, str(row.year))
    whose = "" if line is not None else f" of {' '.join(part for part in parts if part)}"
    unit = stages.said(row.indicator, way.label).unit or get(row.indicator).unit
    return BadFile(
        f"{row.indicator}{whose} {_span(way, value, column)} ({unit})", row=line, column=column,
        value=row.standard_error if column == ERROR else row.value, remedy=CHECK,
    )  # fmt: skip


def _span(way: _Way, value: float, column: str) -> str:
    if column == ERROR:
        return f"has a standard error of at most {way.high - way.low:g}"
    if value < 0 <= way.low:
        return "is at least 0"
    if way.low <= value <= way.high:
        return "is a whole number"
    return f"lies between {way.low:g} and {way.high:g}"
