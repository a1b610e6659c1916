"""A drawing on paper: the same marks as on screen, in the colours of print."""

from typing import Any

from reportlab.lib.colors import Color, HexColor
from reportlab.platypus import Flowable

from riskscore.sourcing.briefings import letters
from riskscore.sourcing.drawings.marks import Box, Dot, Drawing, Line, Mark, Words


def _ink(code: str, alpha: float = 1.0) -> Color:
    whole = HexColor(code)
    return Color(whole.red, whole.green, whole.blue, alpha)


INK, QUIET, GRID = _ink("#1b1f23"), _ink("#57606a"), _ink("#d5dbe1")
BLUE, GREY, RED = _ink("#0072b2"), _ink("#8a949c"), _ink("#d8571c")
#: By look: fill, stroke, width of the stroke, dashes.
LOOKS: dict[str, tuple[Color | None, Color | None, float, tuple[float, ...]]] = {
    "undominated": (_ink("#0072b2", 0.05), BLUE, 1.1, ()),
    "dominated": (_ink("#8a949c", 0.05), GREY, 0.6, (2, 1.5)),
    "marked": (_ink("#d8571c", 0.10), RED, 1.8, ()),
    "track": (_ink("#e8ebee"), None, 0, ()),
    "share": (BLUE, None, 0, ()),
    "test": (INK, None, 0, ()),
    "bounds": (GREY, None, 0, ()),
    "band-low": (_ink("#fee8b8"), None, 0, ()),
    "band-moderate": (_ink("#fdae61"), None, 0, ()),
    "band-high": (RED, None, 0, ()),
    "band-extreme": (_ink("#7a1f06"), None, 0, ()),
    "grid": (None, GRID, 0.4, ()),
    "axis": (None, GREY, 0.7, ()),
    "course": (None, BLUE, 1, ()),
    "spot": (BLUE, None, 0, ()),
    "other-site": (GREY, None, 0, ()),
    "here": (RED, _ink("#ffffff"), 0.6, ()),
}
OTHERWISE = (None, INK, 0.5, ())
SIZES = {"degree": 6.5, "axis-name": 9.5, "number-mark": 10.0, "place-name": 10.0}
BOLD = ("number-mark", "place-name")


class Sheet(Flowable):  # type: ignore[misc]  # reportlab has no types
    """A drawing as wide as asked for."""

    def __init__(self, drawing: Drawing, width: float) -> None:
        super().__init__()
        self.drawing, self.scale = drawing, width / drawing.width
        self.width, self.height = width, drawing.height * self.scale

    def draw(self) -> None:
        """Put the marks on the canvas, in the drawing's own units, y downwards."""
        canvas: Any = self.canv
        canvas.saveState()
        canvas.scale(self.scale, self.scale)
        clip = canvas.beginPath()
        clip.rect(0, 0, self.drawing.width, self.drawing.height)
        canvas.clipPath(clip, stroke=0)
        for mark in self.drawing.marks:
            self._put(canvas, mark)
        canvas.restoreState()

    def _put(self, canvas: Any, mark: Mark) -> None:
        if isinstance(mark, Words):
            self._words(canvas, mark)
            return
        fill, stroke, width, dashes = LOOKS.get(mark.look, OTHERWISE)
        canvas.setDash(*([list(dashes)] if dashes else [[]]))
        canvas.setLineWidth(width)
        if fill is not None:
            canvas.setFillColor(fill)
        if stroke is not None:
            canvas.setStrokeColor(stroke)
        paint = {"fill": int(fill is not None), "stroke": int(stroke is not None)}
        self._shape(canvas, mark, paint)

    def _shape(self, canvas: Any, mark: Box | Line | Dot, paint: dict[str, int]) -> None:
        top = self.drawing.height
        if isinstance(mark, Box):
            canvas.rect(mark.x, top - mark.y - mark.height, mark.width, mark.height, **paint)
        elif isinstance(mark, Dot):
            canvas.circle(mark.x, top - mark.y, mark.radius, **paint)
        else:
            path = canvas.beginPath()
            for at, (x, y) in enumerate(mark.points):
                (path.lineTo if at else path.moveTo)(x, top - y)
            canvas.drawPath(path, stroke=1, fill=0)

    def _words(self, canvas: Any, mark: Words) -> None:
        text, _ = letters.written(mark.text)
        canvas.setFillColor(QUIET if mark.look in ("degree", "axis-name") else INK)
        font = letters.BOLD if mark.look in BOLD else letters.PLAIN
        canvas.setFont(font, SIZES.get(mark.look, 9.0))
        put = {"start": canvas.drawString, "middle": canvas.drawCentredString,
               "end": canvas.drawRightString}[mark.anchor]  # fmt: skip
        if mark.upright:
            put(mark.x, self.drawing.height - mark.y, text)
            return
        canvas.saveState()
        canvas.translate(mark.x, self.drawing.height - mark.y)
        canvas.rotate(90)
        put(0, 0, text)
        canvas.restoreState()
