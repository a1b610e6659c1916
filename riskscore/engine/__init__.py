"""Composite indicators and supply risk as pure arithmetic: arrays in, arrays out.

``Method.from_dict(spec).fit(frame).score(frame)`` gives a ``Result``. Nothing here knows a
database, a clock, a file or a random number it was not handed.
"""

from riskscore.engine.errors import EngineError, FitError, FrameError, MethodError, NumberError
from riskscore.engine.frame import Frame
from riskscore.engine.method import Fitted, Method
from riskscore.engine.result import Result

__all__ = [
    "EngineError",
    "FitError",
    "Fitted",
    "Frame",
    "FrameError",
    "Method",
    "MethodError",
    "NumberError",
    "Result",
]
